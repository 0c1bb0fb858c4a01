"""Backups in an object store: each file once, and what comes back is a backup like any other."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask

from playlist_app.config import Settings
from playlist_app.database import now
from playlist_app.operations.backups import checking, layout, objects, restoring, taking
from tests.operations.backups.conftest import rows, state
from tests.operations.backups.store import FakeStore, served

WHERE = "s3://music/home"


@pytest.fixture
def store() -> Iterator[FakeStore]:
    with served() as running:
        yield running


@pytest.fixture
def sending(config: Settings, store: FakeStore) -> Settings:
    return replace(
        config,
        object_store=WHERE,
        object_store_endpoint=store.address,
        object_store_key="key",
        object_store_secret="secret",
    )


def test_each_file_is_sent_once_and_all_of_it_comes_back(
    sending: Settings, store: FakeStore, elsewhere: Flask, tmp_path: Path
) -> None:
    there = objects.Store(sending, WHERE)
    first, second = taking.take(sending), taking.take(sending)
    assert there.send(first) == f"{WHERE}/{first.name}"
    sent = len(store.puts)
    assert sent == first.files + 2
    assert store.puts[-1] == f"music/home/backups/{first.name}/{layout.ABOUT}", "it comes last"
    there.send(second)
    assert len(store.puts) - sent <= 4, "the database, perhaps, and what says what it is"
    assert there.names() == [second.name, first.name]

    back = there.fetch(second.name, tmp_path / "fetched")
    assert checking.verify(back) == []
    folder: Settings = elsewhere.config["JAMBOREE"]
    restoring.restore(folder, back)
    assert rows(folder.database, but=("fact", "audit")) == rows(
        sending.database, but=("fact", "audit")
    )
    assert state(folder)[1] == state(sending)[1]


def test_a_large_file_goes_in_parts(sending: Settings, store: FakeStore, tmp_path: Path) -> None:
    folder = tmp_path / "20261121T170305Z-manual"
    (folder / "media").mkdir(parents=True)
    large = b"0123456789abcdef" * 1_000_000
    layout.write_file(folder / "media" / "large", large)
    sums = {"media/large": hashlib.sha256(large).hexdigest()}
    backup = replace(
        taking.take(sending),
        path=folder,
        name=folder.name,
        sums_sha256=layout.write_sums(folder, sums),
    )
    layout.write_about(backup)
    objects.Store(sending, WHERE).send(backup)
    fetched = objects.Store(sending, WHERE).fetch(folder.name, tmp_path / "fetched")
    assert (fetched.path / "media" / "large").read_bytes() == large
    assert not store.parts


def test_damage_in_the_store_is_found(sending: Settings, store: FakeStore, tmp_path: Path) -> None:
    there = objects.Store(sending, WHERE)
    backup = taking.take(sending)
    there.send(backup)
    name, sha256 = next(i for i in layout.read_sums(backup).items() if "/audio/" in i[0])
    key = f"music/home/files/{sha256[:2]}/{sha256}"
    store.objects[key] = store.objects[key][:-1] + b"?"
    back = there.fetch(backup.name, tmp_path / "fetched")
    assert [problem.what for problem in checking.verify(back)] == [name]


def test_old_ones_go_and_what_none_needs_with_them(
    sending: Settings,
    store: FakeStore,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    there = objects.Store(sending, WHERE)
    made = []
    for age in (40, 1, 0):
        day = now() - timedelta(days=age)
        monkeypatch.setattr(taking, "now", lambda day=day: day)
        made.append(taking.take(sending, kind="daily"))
        there.send(made[-1])
    gone = there.remove_what_is_over(tmp_path / "scratch", daily=2, weekly=0)
    assert gone == [made[0].name]
    assert there.names() == [made[2].name, made[1].name]
    files = {Path(key).name for key in store.objects if "/files/" in key}
    needed = {sha for backup in made[1:] for sha in layout.read_sums(backup).values()}
    assert files == needed


def test_a_store_that_refuses_is_told_of(sending: Settings, store: FakeStore) -> None:
    store.is_down = True
    with pytest.raises(objects.NoStore, match=f"{WHERE} can't be used"):
        objects.Store(sending, WHERE).send(taking.take(sending))
    with pytest.raises(objects.NoStore, match="names no bucket"):
        objects.Store(sending, "s3://")


def test_from_the_command_line(
    app: Flask, sending: Settings, store: FakeStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    app.config["JAMBOREE"] = sending
    run = app.test_cli_runner()
    made = run.invoke(args=["data", "backup", "--to", WHERE])
    assert made.exit_code == 0, made.output
    where = made.output.splitlines()[-1]
    assert where.startswith(f"{WHERE}/2")
    checked = run.invoke(args=["data", "verify", where])
    assert (checked.exit_code, checked.output.splitlines()[-1]) == (0, "All is well.")
    then = rows(sending.database)["vote"]
    done = run.invoke(args=["data", "restore", where, "--yes"])
    assert done.exit_code == 0, done.output
    assert rows(sending.database)["vote"] == then
    assert not list(sending.cache_folder.glob("tmp*"))
    missing = run.invoke(args=["data", "verify", f"{WHERE}/20200101T000000Z-manual"])
    assert missing.exit_code == 1
    assert "There is no backup" in missing.output
