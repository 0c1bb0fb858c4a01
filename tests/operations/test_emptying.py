"""`flask data reinit | clean`: what is deleted is said, asked about, and backed up before."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from playlist_app.operations import in_use
from playlist_app.operations.backups import kept, taking
from tests.cast import Person
from tests.conftest import close, make_app
from tests.operations.test_moving import lasting
from tests.operations.test_startup import dump, query
from tests.sounds import Sounds

Run = Callable[..., Any]


@pytest.fixture
def run(app: Flask, alice: Person, sounds: Sounds) -> Run:
    alice.uploads(sounds("flac"), title="Paper Lanterns")
    alice.makes_playlist()

    def run(*arguments: str, stdin: str = "") -> Any:
        return app.test_cli_runner().invoke(args=["data", *arguments], input=stdin)

    return run


@pytest.mark.parametrize("command", ["reinit", "clean"])
def test_what_goes_is_said_and_without_a_yes_nothing_does(
    run: Run, data_folder: Path, command: str
) -> None:
    before = dump(data_folder / "app.db"), lasting(data_folder)
    done = run(command, stdin="n\n")
    assert done.exit_code == 1
    assert "4 people, 1 track, 1 playlist" in done.output
    assert "1 file in" in done.output
    assert "A backup is taken first." in done.output
    assert run(command, "--json").exit_code == 2
    assert (dump(data_folder / "app.db"), lasting(data_folder)) == before


def test_beginning_anew_leaves_a_first_start_and_a_backup(
    run: Run, data_folder: Path, alice: Person
) -> None:
    key = (data_folder / "secret_key").read_text()
    done = run("reinit", stdin="y\n")
    assert done.exit_code == 0, done.output
    [backup] = kept.backups(make_app(data_folder).config["JAMBOREE"])
    assert (backup.kind, backup.counts["user"], backup.counts["track"]) == ("before-reinit", 4, 1)
    assert str(backup.path) in done.output
    database = data_folder / "app.db"
    assert query(database, "SELECT count(*) FROM user") == [(0,)]
    assert query(database, "SELECT action FROM audit") == [("data.reinitialised",)]
    assert [path for path in (data_folder / "media").rglob("*") if path.is_file()] == []
    assert (data_folder / "first_admin_code").exists()
    assert (data_folder / "secret_key").read_text() == key
    again = make_app(data_folder)
    assert Person(again, "alice", alice.token).get("/playlists").status_code == 401
    close(again)


def test_cleaning_leaves_backups_or_nothing(run: Run, data_folder: Path) -> None:
    said = json.loads(run("clean", "--yes", "--json").output)
    assert Path(said["backup"]).is_dir()
    assert [path.name for path in data_folder.iterdir() if path.suffix != ".lock"] == ["backups"]
    assert not (data_folder / "media").exists()
    close(make_app(data_folder))  # as each command makes what is missing
    done = run("clean", "--backups", "--yes")
    assert "all backups in" in done.output
    assert not (data_folder / "backups").exists()


def test_without_a_backup_none_is_taken(run: Run, data_folder: Path) -> None:
    assert "No backup is taken." in run("reinit", "--yes", "--no-backup").output
    assert kept.in_folder(data_folder / "backups") == []


def test_nothing_is_taken_from_under_a_running_server(
    run: Run, app: Flask, data_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(in_use, "_serving", {})
    in_use.serve(app.config["JAMBOREE"])
    before = dump(data_folder / "app.db"), lasting(data_folder)
    for command in ("reinit", "clean"):
        done = run(command, "--yes")
        assert done.exit_code == 1
        assert "Stop it first" in done.output
    assert (dump(data_folder / "app.db"), lasting(data_folder)) == before


def test_when_the_backup_fails_nothing_is_deleted(
    run: Run, data_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device", str(data_folder))

    monkeypatch.setattr(taking, "take", fails)
    before = dump(data_folder / "app.db"), lasting(data_folder)
    done = run("reinit", "--yes")
    assert done.exit_code == 1
    assert "disk is full" in done.output
    assert (dump(data_folder / "app.db"), lasting(data_folder)) == before


def test_what_others_put_into_the_folder_stays(run: Run, data_folder: Path) -> None:
    (data_folder / "media" / "holiday.mp3").write_bytes(b"mine")
    (data_folder / "README.md").write_text("mine")
    run("clean", "--yes", "--no-backup")
    assert (data_folder / "media" / "holiday.mp3").exists()
    assert (data_folder / "README.md").exists()
