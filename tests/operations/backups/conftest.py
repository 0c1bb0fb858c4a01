"""A server's folder with music, lists and votes in it, made once; and what tests look at."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from playlist_app.config import Settings
from playlist_app.operations.backups import contents
from tests.cast import Person, ok
from tests.conftest import close, make_app
from tests.sounds import Sounds


@pytest.fixture(scope="session")
def lived_in(
    furnished: tuple[Path, dict[str, str]],
    tmp_path_factory: pytest.TempPathFactory,
    sounds: Sounds,
) -> Path:
    """Alice has a list with real tracks in it, and Bob has voted."""
    folder = tmp_path_factory.mktemp("lived") / "instance"
    shutil.copytree(furnished[0], folder)
    app = make_app(folder)
    alice, bob = (Person(app, name, furnished[1][name]) for name in ("alice", "bob"))
    playlist = alice.makes_playlist()
    alice.invites(playlist, bob)
    for format_ in ("mp3", "flac", "opus"):
        item = alice.adds(playlist, alice.uploads(sounds(format_), title=f"In {format_}"))
        path = f"/playlists/{playlist['id']}/items/{item['id']}/vote"
        ok(bob.post(path, {"direction": "up"}))
    close(app)
    return folder


@pytest.fixture
def data_folder(lived_in: Path, tmp_path: Path) -> Path:
    folder = tmp_path / "instance"
    shutil.copytree(lived_in, folder)
    return folder


@pytest.fixture
def config(app: Flask) -> Settings:
    found: Settings = app.config["JAMBOREE"]
    return found


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[Flask]:
    """An app on a folder where nothing was ever served."""
    app = make_app(tmp_path / "elsewhere")
    yield app
    close(app)


def rows(database: Path, *, but: tuple[str, ...] = ()) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table."""
    with closing(sqlite3.connect(database)) as connection:
        return {
            table: sorted(connection.execute(f'SELECT * FROM "{table}"').fetchall(), key=repr)
            for table in contents.tables(connection)
            if table not in but
        }


def state(config: Settings) -> tuple[Any, ...]:
    """All that lasts in a data folder, but for its backups."""
    media = {
        path.relative_to(config.media_folder).as_posix(): path.read_bytes()
        for kind in ("audio", "covers")
        for path in (config.media_folder / kind).rglob("*")
        if path.is_file()
    }
    key = config.data_folder / "secret_key"
    return rows(config.database), media, key.read_bytes() if key.exists() else None


def query(database: Path, sql: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(database)) as connection, connection:
        return connection.execute(sql).fetchall()
