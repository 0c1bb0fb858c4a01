"""A backup that an older version made is restored by this one, with everything that was in it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest
from flask import Flask

from playlist_app.config import Settings
from playlist_app.operations import startup
from playlist_app.operations.backups import kept, proving, restoring, taking
from playlist_app.operations.backups.layout import Backup
from tests.cast import Person, ok
from tests.conftest import close, make_app
from tests.operations import old_schemas
from tests.operations.backups.conftest import query
from tests.operations.old_schemas import PLAYLIST, TOKEN, VERSIONS, Row
from tests.soak import IS_SOAK

# The first goes through every migration, and the one before the last is what people upgrade from.
TRIED = VERSIONS[:-1] if IS_SOAK else [VERSIONS[0], VERSIONS[-2]]
COMES_BACK = ("user", "track", "item", "vote", "event", "log_in_session")

Old = dict[str, tuple[Backup, dict[str, Row]]]


@pytest.fixture(scope="module")
def old(tmp_path_factory: pytest.TempPathFactory) -> Old:
    """By version, a backup of such a server, and the row of each of its tables."""
    base = tmp_path_factory.mktemp("old")
    made = {}
    for version, data, rows in old_schemas.make(base, TRIED):
        (data / "secret_key").write_text(f"the key of {version}")
        made[version] = taking.take(Settings(data=str(data)), to=base / "backups"), rows
    return made


@pytest.fixture(autouse=True)
def made_up_events_go(app: Flask) -> Iterator[None]:
    """What old_schemas.py writes into old tables is of the right type and no more: it is not held
    to the document of the live channel, as the events of other tests are when their app ends."""
    yield
    with closing(sqlite3.connect(app.config["JAMBOREE"].database)) as database, database:
        database.execute("DELETE FROM event")


@pytest.mark.parametrize("version", TRIED)
@pytest.mark.parametrize("is_used", [True, False], ids=["over another", "elsewhere"])
def test_a_backup_of_an_older_version_comes_back(
    old: Old, version: str, app: Flask, elsewhere: Flask, is_used: bool
) -> None:
    backup, was = old[version]
    config: Settings = (app if is_used else elsewhere).config["JAMBOREE"]
    given = newest_seq(config) if is_used else 0
    kept_before = set(config.backup_folder.iterdir())

    done = restoring.restore(config, backup)

    assert bool(done.safety) == is_used
    assert set(config.backup_folder.iterdir()) - kept_before <= {
        *([done.safety] if done.safety else []),
        config.backup_folder / kept.LOCK,
    }
    with closing(sqlite3.connect(config.database)) as database:
        for table in COMES_BACK:
            found = [
                {name: row[name] for name in was[table]}
                for row in old_schemas.rows(database, table)
            ]
            assert found == [was[table]], table
    assert startup.is_prepared(config)
    again = make_app(config.data_folder)
    startup.prepare(again)  # as the restart does that a server is told to make
    alice = Person(again, "alice", TOKEN)
    [item] = ok(alice.get(f"/playlists/{PLAYLIST}/items"))["items"]
    assert (item["track"]["title"], item["votes"]) == ("Paper Lanterns", 1)
    assert alice.makes_playlist("After it")["seq"] > max(given, was["event"]["seq"])
    close(again)


def test_it_is_proven_as_it_is_restored(old: Old, config: Settings) -> None:
    backup, _ = old[VERSIONS[0]]
    assert proving.prove(config, backup).proven_at


def newest_seq(config: Settings) -> int:
    return int(query(config.database, "SELECT seq FROM sqlite_sequence WHERE name = 'event'")[0][0])
