"""Taking a backup: all of it, of one moment, and what is there already is linked."""

from __future__ import annotations

import gzip
import os
import stat
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask

from playlist_app.config import Settings
from playlist_app.operations.backups import checking, kept, layout, sealing, taking
from playlist_app.operations.backups.layout import Backup
from playlist_app.operations.backups.opening import Opened
from tests.cast import Person
from tests.operations.backups.conftest import rows
from tests.sounds import Sounds

WORDS = "a passphrase that is long enough"


def media_of(backup: Backup) -> dict[str, os.stat_result]:
    return {
        path.relative_to(backup.path).as_posix(): path.stat()
        for path in (backup.path / "media").rglob("*")
        if path.is_file()
    }


def test_a_backup_holds_everything_that_lasts(config: Settings, tmp_path: Path) -> None:
    made = taking.take(config)

    assert kept.backups(config) == [made]
    assert (made.kind, made.missing, made.problem) == ("manual", 0, None)
    restored = tmp_path / "restored.db"
    Opened(made).database(restored)
    assert rows(restored) == rows(config.database)
    for name, about in media_of(made).items():
        live = config.data_folder / name
        assert (made.path / name).read_bytes() == live.read_bytes()
        assert about.st_ino != live.stat().st_ino, "a copy: what damages one leaves the other"
    audio = [path for path in (config.media_folder / "audio").rglob("*") if path.is_file()]
    assert len([name for name in media_of(made) if "/audio/" in name]) == len(audio) == 3
    assert (made.path / "secret_key").read_bytes() == (
        config.data_folder / "secret_key"
    ).read_bytes()
    assert checking.verify(made) == []
    for path in [made.path, *made.path.rglob("*")]:
        mode = stat.S_IMODE(path.stat().st_mode)
        assert mode == (0o700 if path.is_dir() else 0o600), path


def test_its_list_of_hashes_is_one_that_sha256sum_reads(config: Settings) -> None:
    made = taking.take(config)
    lines = gzip.decompress((made.path / layout.SUMS).read_bytes())
    check = ["sha256sum", "--check", "--strict"]
    done = subprocess.run(check, input=lines, cwd=made.path, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count(b": OK") == made.files


def test_what_an_earlier_one_has_is_linked(config: Settings, alice: Person, sounds: Sounds) -> None:
    first = taking.take(config)
    alice.uploads(sounds("wav"), title="New")
    second = taking.take(config)

    before, after = media_of(first), media_of(second)
    assert before.keys() < after.keys()
    for name, about in before.items():
        assert after[name].st_ino == about.st_ino, name
    third = taking.take(config)
    packed = (third.path / layout.DATABASE).stat().st_size
    assert third.new_bytes < packed + 10_000, "the database, the key and a list"
    assert third.size_bytes == sum(
        p.stat().st_size for p in third.path.rglob("*") if p.is_file() and p.name != layout.ABOUT
    )
    assert [checking.verify(backup) for backup in (first, second, third)] == [[], [], []]


def test_removing_one_leaves_the_others_whole(config: Settings) -> None:
    first, second = taking.take(config), taking.take(config)
    kept.remove(first)
    assert kept.backups(config) == [second]
    assert checking.verify(second) == []


def test_it_goes_to_any_folder(config: Settings, tmp_path: Path) -> None:
    made = taking.take(config, to=tmp_path / "disk" / "music")
    assert made.path.parent == tmp_path / "disk" / "music"
    assert kept.backups(config) == []
    assert kept.named(config, str(made.path)) == made


def test_audio_that_the_server_lost_is_counted_and_the_rest_kept(config: Settings) -> None:
    gone, wrong, _ = sorted(p for p in (config.media_folder / "audio").rglob("*") if p.is_file())
    gone.unlink()
    wrong.write_bytes(bytes(wrong.stat().st_size))
    made = taking.take(config)
    assert made.missing == 2
    assert checking.verify(made) == []


def test_audio_that_goes_and_comes_meanwhile(
    app: Flask, config: Settings, alice: Person, sounds: Sounds, tmp_path: Path
) -> None:
    """The database is of one moment, and the files are those that it asks for."""
    changed: list[dict[str, object]] = []

    def progress(done: int, of: int, message: str) -> None:
        if done == 1 and not changed:
            changed.append(alice.uploads(sounds("wav"), title="Meanwhile"))

    made = taking.take(config, progress=progress)
    restored = tmp_path / "restored.db"
    Opened(made).database(restored)
    assert str(changed[0]["id"]) in str(rows(restored)["track"])
    assert made.missing == 0
    assert len([name for name in media_of(made) if "/audio/" in name]) == 4


@pytest.mark.parametrize("at", ["Copying audio", "Copying the database", "Writing it down"])
def test_one_that_is_cut_off_leaves_nothing(config: Settings, at: str) -> None:
    class CutOffError(Exception):
        pass

    def progress(done: int, of: int, message: str) -> None:
        if message.startswith(at):
            raise CutOffError

    with pytest.raises(CutOffError):
        taking.take(config, progress=progress)
    assert [path.name for path in kept.folder(config).iterdir()] == [kept.LOCK]


def test_two_at_the_same_time_are_one_and_a_refusal(config: Settings) -> None:
    def progress(done: int, of: int, message: str) -> None:
        with pytest.raises(kept.Busy):
            taking.take(config)

    assert taking.take(config, progress=progress)


def test_a_large_database_is_copied_by_way_of_the_disk(
    config: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(taking, "IN_MEMORY", 0)
    made = taking.take(config)
    Opened(made).database(tmp_path / "restored.db")
    assert rows(tmp_path / "restored.db") == rows(config.database)
    assert checking.verify(made) == []


def test_where_links_cannot_be_made_files_are_copied(
    config: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_links(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    first = taking.take(config)
    monkeypatch.setattr(os, "link", no_links)
    second = taking.take(config)
    assert media_of(first).keys() == media_of(second).keys()
    assert checking.verify(second) == []


# --- encrypted ----------------------------------------------------------------------------------


def test_an_encrypted_one_shows_nothing_and_is_opened_by_its_passphrase(
    config: Settings, tmp_path: Path
) -> None:
    made = taking.take(config, passphrase=WORDS)
    again = taking.take(config, passphrase=WORDS)

    assert made.is_encrypted
    live = {path.name for path in config.media_folder.rglob("*") if path.is_file()}
    for path in (p for p in made.path.rglob("*") if p.is_file()):
        assert path.name.removesuffix(layout.SEALED) not in live
        if path.name not in (layout.ABOUT, layout.SUMS):
            assert path.read_bytes().startswith(b"age-encryption.org/v1\n")
    assert media_of(made).keys() == media_of(again).keys()
    for name, about in media_of(made).items():
        assert media_of(again)[name].st_ino == about.st_ino
    assert checking.verify(again) == []  # of what lies there, without the passphrase
    with pytest.raises(sealing.NeedsPassphrase):
        Opened(again)
    with pytest.raises(sealing.WrongPassphrase):
        Opened(again, "another")
    Opened(again, WORDS).database(tmp_path / "restored.db")
    assert rows(tmp_path / "restored.db") == rows(config.database)
    other = taking.take(config, passphrase="another one")
    assert not media_of(other).keys() & media_of(made).keys(), "another key, other names"


def test_a_passphrase_that_can_not_be_tried_now_is_not_called_wrong(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on a machine that is busy, or much slower than the one that made the backup."""
    head, made_for, rest = sealing.Key.make(WORDS).sealed.split(b"\n", 2)
    too_much = made_for.rpartition(b" ")[0] + b" 40"
    (tmp_path / layout.KEY).write_bytes(b"\n".join([head, too_much, rest]))
    monkeypatch.setattr(sealing, "PAUSES", (0, 0))
    with pytest.raises(sealing.TooSlow, match="may be the right one"):
        sealing.Key.open(tmp_path, WORDS)


# --- which are kept -----------------------------------------------------------------------------

NOW = datetime(2026, 11, 21, 3, tzinfo=UTC)


def daily(age: int, **values: object) -> Backup:
    made = NOW - timedelta(days=age)
    name = f"{made:%Y%m%dT%H%M%SZ}-daily"
    return Backup(name, Path(name), made, "daily", **values)  # type: ignore[arg-type]


def test_seven_days_and_four_weeks_are_kept() -> None:
    found = [daily(age) for age in range(60)]
    gone = kept.over(found, daily=7, weekly=4)
    stay = [b.made_at.strftime("%m-%d %a") for b in found if b not in gone]
    assert stay == [
        *("11-21 Sat", "11-20 Fri", "11-19 Thu", "11-18 Wed", "11-17 Tue", "11-16 Mon"),
        *("11-15 Sun", "11-08 Sun", "11-01 Sun"),
    ]


def test_what_people_made_is_never_over_and_the_newest_proven_one_stays() -> None:
    manual = Backup("20200101T000000Z-manual", Path("x"), NOW - timedelta(days=2000), "manual")
    proven = daily(100, proven_at=NOW)
    found = [*(daily(age) for age in range(60)), proven, daily(101, proven_at=NOW), manual]
    gone = kept.over(found, daily=1, weekly=0)
    assert [backup for backup in found if backup not in gone] == [found[0], proven, manual]


def test_a_damaged_one_does_not_count_as_one_of_its_day() -> None:
    found = [daily(0, problem="It is damaged."), daily(1), daily(2), daily(3)]
    gone = kept.over(found, daily=2, weekly=0)
    assert [backup for backup in found if backup not in gone] == found[:3]
