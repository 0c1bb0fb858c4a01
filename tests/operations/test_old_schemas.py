"""Databases of every older version come up to this one, with everything that was in them."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from playlist_app.operations import startup
from tests.cast import Person, ok
from tests.conftest import close, make_app
from tests.operations import old_schemas
from tests.operations.old_schemas import PLAYLIST, TOKEN, Row
from tests.soak import count

# The first goes through every migration; all of them take a second and a half each.
NEWEST = old_schemas.VERSIONS[-1]
TRIED = old_schemas.VERSIONS[:: count(5, 1)]

Old = dict[str, tuple[Path, dict[str, Row]]]

# What a migration writes into tables that are there, beside what they are about.
WRITTEN_ANEW: set[tuple[str, str]] = {("library_version", "version"), ("totp", "secret")}


@pytest.fixture(scope="module")
def old(tmp_path_factory: pytest.TempPathFactory) -> Old:
    made = old_schemas.make(tmp_path_factory.mktemp("old"), TRIED)
    return {version: (data, rows) for version, data, rows in made}


@pytest.mark.parametrize("version", TRIED)
def test_an_old_database_is_served_with_everything_that_was_in_it(old: Old, version: str) -> None:
    data, before = old[version]
    assert len(before) >= 16  # as many tables as the first version had

    app = make_app(data)
    startup.prepare(app)

    with closing(sqlite3.connect(data / "app.db")) as database:
        for table, row in before.items():
            columns = {name for (_, name, *_) in database.execute(f"PRAGMA table_info('{table}')")}
            assert row.keys() <= columns, f"{table} lost a column"
            kept = {name for name in row if (table, name) not in WRITTEN_ANEW}
            found = [
                {name: now[name] for name in kept} for now in old_schemas.rows(database, table)
            ]
            assert {name: row[name] for name in kept} in found, table
        assert list(database.execute("PRAGMA foreign_key_check")) == []
        assert list(database.execute("PRAGMA integrity_check")) == [("ok",)]
        [[now]] = database.execute("SELECT version_num FROM alembic_version")
    assert now == NEWEST
    assert len(list((data / "backups").glob("*-before-migration"))) == (version != NEWEST)
    # Whoever was logged in still is, and finds the list, the votes, and the track by its name.
    alice = Person(app, "alice", TOKEN)
    [item] = ok(alice.get(f"/playlists/{PLAYLIST}/items"))["items"]
    assert (item["track"]["title"], item["votes"]) == ("Paper Lanterns", 1)
    assert [track["title"] for track in ok(alice.get("/tracks?q=lantern"))["items"]] == [
        "Paper Lanterns"
    ]
    close(app)
