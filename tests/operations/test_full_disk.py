"""A disk that fills while the server runs: all can be read, and writing says what is up."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from tests.cast import Person, ok, problem
from tests.conftest import close, make_app
from tests.disks import fill, small_disk
from tests.operations.test_startup import query


@pytest.fixture
def disk(tmp_path: Path, furnished: tuple[Path, dict[str, str]]) -> Iterator[Path]:
    with small_disk(tmp_path / "disk", 20_000) as disk:
        shutil.copytree(furnished[0], disk / "instance")
        yield disk


@pytest.fixture
def app(disk: Path) -> Iterator[Flask]:
    app = make_app(disk / "instance")
    yield app
    close(app)


def test_reading_goes_on_and_writing_says_what_is_up(
    app: Flask, disk: Path, alice: Person, charlie: Person
) -> None:
    playlist = alice.makes_playlist()
    database = disk / "instance" / "app.db"
    # So that each request has something to note, and the log has no room of its own left.
    query(database, "UPDATE log_in_session SET last_used_at = '2020-01-01 00:00:00.000000'")
    query(database, "PRAGMA wal_checkpoint(TRUNCATE)")
    filler = fill(disk)

    path = f"/playlists/{playlist['id']}"
    assert ok(alice.get(path))["title"] == playlist["title"]
    assert alice.page(path).status_code == 200
    assert charlie.get(path).status_code == 404
    said = problem(alice.patch(path, {"title": "Another"}), 507)
    assert said["title"] == "The server's disk is full"
    assert "Nothing was changed" in said["detail"]
    assert ok(alice.get(path)) == playlist | {"my_role": "owner"}

    filler.unlink()
    assert ok(alice.patch(path, {"title": "Another"}))["title"] == "Another"
