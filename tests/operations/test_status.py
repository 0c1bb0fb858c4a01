"""`flask data status | info | size`: what there is, on one screen and for programs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from playlist_app.config import ROOT
from playlist_app.operations import concerns, warnings
from tests.cast import Person
from tests.conftest import close, make_app
from tests.operations.test_startup import query
from tests.sounds import Sounds

Run = Callable[..., Any]


@pytest.fixture
def run(app: Flask) -> Run:
    return lambda *arguments: app.test_cli_runner().invoke(args=["data", *arguments])


@pytest.fixture
def new(tmp_path: Path) -> Iterator[Flask]:
    app = make_app(tmp_path / "new")
    yield app
    close(app)


def test_the_status_is_one_screen(run: Run, alice: Person, sounds: Sounds) -> None:
    alice.uploads(sounds("flac"), title="Paper Lanterns")
    alice.makes_playlist()
    done = run("status")
    assert done.exit_code == 0
    lines = done.output.splitlines()
    assert lines[0].startswith("All is ready in")
    assert "4: 1 admin, 0 reviewers, 4 members, 0 guests" in done.output
    assert "1 track, 1 playlist, 1 audio file" in done.output
    assert "backup     none yet" in done.output
    assert len(lines) <= 24
    assert max(map(len, lines[2:8])) <= 120


def test_programs_get_the_same_as_json(run: Run, alice: Person) -> None:
    alice.makes_playlist()
    done = run("status", "--json")
    said = json.loads(done.output)
    assert (done.exit_code, said["can_serve"], said["initialised"]) == (0, True, True)
    assert said["schema"]["database"] == said["schema"]["code"]
    assert (said["users"], said["playlists"], said["roles"]["admin"]) == (4, 1, 1)
    assert said["sizes"]["database_bytes"] > 0
    assert (said["last_backup"], said["problem"], said["is_served"]) == (None, None, False)


def test_a_warning_is_shown_and_changes_no_exit_status(
    run: Run, data_folder: Path, alice: Person, sounds: Sounds
) -> None:
    alice.uploads(sounds("flac"), title="Paper Lanterns")
    audio = data_folder / "media" / "audio"
    audio.rename(data_folder / "unmounted")
    audio.mkdir()
    done = run("status", "--json")
    [warning] = [w for w in json.loads(done.output)["warnings"] if w["level"] == "alert"]
    assert (done.exit_code, warning["name"]) == (0, "media-missing")
    assert "ALERT: The audio files are not where they should be" in run("status").output


@pytest.mark.parametrize(
    ("sql", "says"),
    [
        ("UPDATE alembic_version SET version_num = '9999'", "newer version"),
        ("UPDATE alembic_version SET version_num = '0001'", "takes a backup and migrates it"),
    ],
)
def test_a_database_that_cannot_be_served_is_told_with_what_is_in_it(
    run: Run, data_folder: Path, sql: str, says: str
) -> None:
    query(data_folder / "app.db", sql)
    done = run("status", "--json")
    said = json.loads(done.output)
    assert (done.exit_code, said["can_serve"], said["users"]) == (1, False, 4)
    assert says in said["problem"]


def test_a_damaged_database_is_told_as_json_too(run: Run, data_folder: Path) -> None:
    (data_folder / "app.db").write_bytes(b"not a database at all" * 1000)
    done = run("status", "--json")
    said = json.loads(done.output)
    assert (done.exit_code, said["can_serve"]) == (1, False)
    assert "is damaged" in said["problem"]
    assert run("info").exit_code == run("size").exit_code == 1


def test_a_folder_where_nothing_is_yet_is_left_without_a_database(
    new: Flask, tmp_path: Path
) -> None:
    for command in ("status", "info", "size"):
        done = new.test_cli_runner().invoke(args=["data", command])
        assert done.exit_code == 1
        assert "no database there yet" in done.output
    assert not (tmp_path / "new" / "app.db").exists()


def test_a_folder_that_cannot_be_used_is_told_as_json_where_that_was_asked_for(
    tmp_path: Path,
) -> None:
    (tmp_path / "taken").touch()
    done = subprocess.run(
        [sys.executable, "-m", "flask", "--app", "app", "data", "status", "--json"],
        cwd=ROOT,
        env=os.environ | {"JAMBOREE_DATA": str(tmp_path / "taken")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    said = json.loads(done.stdout)
    assert said["can_serve"] is False
    assert str(tmp_path / "taken") in said["problem"]


def test_details_hold_no_secret(run: Run, data_folder: Path, monkeypatch: Any) -> None:
    app = make_app(data_folder, object_store_secret="very secret indeed")
    done = app.test_cli_runner().invoke(args=["data", "info", "--json"])
    close(app)
    said = json.loads(done.output)
    assert said["database"]["tables"]["user"] == 4
    assert said["settings"]["object_store_secret"] == "(set)"
    assert "very secret" not in done.output
    assert (data_folder / "secret_key").read_text().strip() not in done.output
    assert "tables" in run("info").output


def test_sizes_are_told_by_kind_and_by_person(
    run: Run, alice: Person, bob: Person, sounds: Sounds
) -> None:
    tone = sounds("flac")
    alice.uploads(tone, title="Paper Lanterns")
    bob.uploads(tone, title="The same bytes")
    said = json.loads(run("size", "--json").output)
    size = tone.stat().st_size
    assert said["audio_bytes"] == size
    assert [(row["username"], row["bytes"], row["files"]) for row in said["people"]] == [
        ("alice", size, 1),
        ("bob", size, 1),
    ]
    assert "alice (1 file)" in run("size").output


def test_room_that_runs_out_is_told_once_for_each_disk(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(concerns, "LITTLE", 10**18)
    with app.app_context():
        names = [warning.name for warning in warnings.standing()]
    assert names.count("disk-nearly-full") == 1


def test_a_folder_that_went_while_the_server_runs_is_told(app: Flask, data_folder: Path) -> None:
    with app.app_context():
        (data_folder / "backups").rename(data_folder / "elsewhere")
        [warning] = [one for one in warnings.standing() if one.name == "folder-missing"]
        assert str(data_folder / "backups") in warning.detail


def test_data_that_others_can_read_is_told() -> None:
    # Not below pytest's folder, which nobody else may enter.
    with tempfile.TemporaryDirectory() as base:
        Path(base).chmod(0o755)
        app = make_app(Path(base) / "data")
        with app.app_context():
            (Path(base) / "data" / "secret_key").chmod(0o644)
            assert list(concerns.what_others_can_read()) == []  # nobody else gets to it
            (Path(base) / "data").chmod(0o755)
            [warning] = concerns.what_others_can_read()
            assert f"{base}/data/secret_key" in warning.detail
        close(app)
