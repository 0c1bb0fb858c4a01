"""Start-up: makes what is missing, migrates what is old, changes nothing that is there."""

from __future__ import annotations

import shutil
import sqlite3
import stat
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from flask import Flask

from playlist_app.config import ROOT
from playlist_app.library.incoming import IncomingFile
from playlist_app.live.events import epoch
from playlist_app.operations import startup
from playlist_app.operations.backups import kept
from playlist_app.operations.backups.opening import Opened
from tests.cast import Person, ok
from tests.conftest import close, make_app
from tests.soak import count


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "new" / "instance"


@pytest.fixture
def new(folder: Path) -> Iterator[Flask]:
    """An app on a folder that nobody ever used, prepared."""
    app = make_app(folder)
    startup.prepare(app)
    yield app
    close(app)


def files(folder: Path) -> dict[str, bytes]:
    """Every file but the database, with what is in it."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and not path.name.startswith("app.db")
    }


def dump(database: Path) -> list[str]:
    """The database as SQL: what is in it, however SQLite lays it out."""
    with closing(sqlite3.connect(database)) as connection:
        return list(connection.iterdump())


def query(database: Path, sql: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(database)) as connection, connection:
        return connection.execute(sql).fetchall()


# --- an empty folder ----------------------------------------------------------------------------


def test_a_first_start_makes_everything_for_nobody_elses_eyes(new: Flask, folder: Path) -> None:
    names = {path.relative_to(folder).as_posix() for path in folder.rglob("*")}
    assert {
        "app.db",
        "secret_key",
        "first_admin_code",
        "write.lock",
        "media/audio",
        "media/covers",
        "media/incoming",
        "media/uploads",
        "backups",
        "cache",
    } <= names
    for path in [folder, *folder.rglob("*")]:
        mode = stat.S_IMODE(path.stat().st_mode)
        assert mode == (0o700 if path.is_dir() else 0o600), path


def test_the_database_keeps_its_log_beside_it(new: Flask, folder: Path) -> None:
    assert query(folder / "app.db", "PRAGMA journal_mode") == [("wal",)]
    assert query(folder / "app.db", "PRAGMA integrity_check") == [("ok",)]


def test_the_tables_are_those_of_the_models(new: Flask, folder: Path) -> None:
    """A migration drafted now would be empty (scripts/migration.py)."""
    alembic = Config(startup.MIGRATIONS / "alembic.ini")
    alembic.attributes["database"] = folder / "app.db"
    command.check(alembic)  # raises where they differ


def test_a_start_in_a_shell_that_shares_everything_still_keeps_it_secret(folder: Path) -> None:
    script = "import os; os.umask(0); " + (
        f"from tests.operations.starting import main; from pathlib import Path; "
        f"raise SystemExit(main(Path({str(folder)!r}), 1))"
    )
    subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=True)
    for path in folder.rglob("*"):
        if path.is_file():
            assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path


# --- again --------------------------------------------------------------------------------------


def test_starting_again_changes_nothing(app: Flask, data_folder: Path, alice: Person) -> None:
    startup.prepare(app)
    alice.makes_track("Paper Lanterns")
    before = files(data_folder), dump(data_folder / "app.db")
    startup.prepare(app)
    assert (files(data_folder), dump(data_folder / "app.db")) == before


def test_another_checkout_on_the_same_folder_goes_on_where_it_was(
    data_folder: Path, alice: Person
) -> None:
    playlist = alice.makes_playlist()
    other = make_app(data_folder)
    startup.prepare(other)
    same = Person(other, "alice", alice.token)
    assert ok(same.get(f"/playlists/{playlist['id']}"))["title"] == playlist["title"]
    close(other)


def test_many_starts_at_the_same_moment_are_one(folder: Path) -> None:
    starts = str(count(10, 50))
    command = [sys.executable, "-m", "tests.operations.starting", str(folder), starts]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    app = make_app(folder)
    with app.app_context():
        assert len(epoch()) == 36
    close(app)
    database = folder / "app.db"
    assert query(database, "SELECT COUNT(*) FROM fact") == [(1,)]
    assert len(query(database, "SELECT * FROM alembic_version")) == 1
    assert query(database, "PRAGMA integrity_check") == [("ok",)]
    assert list((folder / "backups").iterdir()) == []
    drafts = [path.name for path in folder.glob("secret_key*")]
    assert drafts == ["secret_key"]


# --- another version ----------------------------------------------------------------------------


def test_a_database_that_is_newer_than_the_code_is_refused_and_untouched(
    data_folder: Path,
) -> None:
    database = data_folder / "app.db"
    query(database, "UPDATE alembic_version SET version_num = '9999'")
    before = database.read_bytes(), files(data_folder)
    newer = make_app(data_folder)
    with pytest.raises(startup.NewerDatabase) as refused:
        startup.prepare(newer)
    assert "newer version of Jamboree (9999)" in str(refused.value)
    assert str(data_folder) in str(refused.value)
    done = newer.test_cli_runner().invoke(args=["data", "prepare"])
    assert (done.exit_code, done.output) == (1, f"Error: {refused.value}\n")
    close(newer)
    assert (database.read_bytes(), files(data_folder)) == before


@pytest.fixture
def later(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The migrations of a later version of the code: the same, and one more, written by a test."""
    folder = tmp_path / "later"
    shutil.copytree(startup.MIGRATIONS, folder)
    monkeypatch.setattr(startup, "MIGRATIONS", folder)
    return folder / "versions" / "9000_later.py"


LATER = """
from alembic import op

revision = "9000"
down_revision = {before!r}
branch_labels = None
depends_on = None


def upgrade():
    op.execute("CREATE TABLE later (thing TEXT)")
    {more}
"""


def write_later(path: Path, database: Path, more: str = "") -> str:
    [[before]] = query(database, "SELECT version_num FROM alembic_version")
    path.write_text(LATER.format(before=before, more=more))
    return str(before)


def test_an_old_database_is_backed_up_and_then_migrated(
    app: Flask, data_folder: Path, later: Path, alice: Person
) -> None:
    alice.makes_track("Paper Lanterns")
    before = write_later(later, data_folder / "app.db")
    startup.prepare(app)
    assert query(data_folder / "app.db", "SELECT version_num FROM alembic_version") == [("9000",)]
    assert query(data_folder / "app.db", "SELECT * FROM later") == []
    assert [track["title"] for track in ok(alice.get("/tracks"))["items"]] == ["Paper Lanterns"]
    [backup] = kept.backups(app.config["JAMBOREE"])
    assert (backup.kind, backup.schema, backup.problem) == ("before-migration", before, None)
    for path in backup.path.rglob("*"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    saved = data_folder / "saved.db"
    Opened(backup).database(saved)
    assert query(saved, "SELECT title FROM track") == [("Paper Lanterns",)]
    assert query(saved, "SELECT version_num FROM alembic_version") == [(before,)]
    startup.prepare(app)
    assert len(kept.backups(app.config["JAMBOREE"])) == 1


def test_a_migration_that_fails_leaves_the_database_as_it_was(
    app: Flask, data_folder: Path, later: Path
) -> None:
    write_later(later, data_folder / "app.db", "1 / 0")
    before = dump(data_folder / "app.db")
    with pytest.raises(ZeroDivisionError):
        startup.prepare(app)
    assert dump(data_folder / "app.db") == before


# --- what was left ------------------------------------------------------------------------------


def test_what_an_upload_left_is_removed_and_nothing_else(app: Flask, data_folder: Path) -> None:
    media = data_folder / "media"
    (media / "incoming" / "a9b1").write_bytes(b"half an upload")
    (media / "incoming" / "a9b1.large.jpg").write_bytes(b"its cover")
    (media / "audio" / "ab").mkdir()
    (media / "audio" / "ab" / "abcd").write_bytes(b"kept")
    coming_in = IncomingFile(media / "incoming" / "c3d2")  # of a server that runs beside
    coming_in.write(b"the first half")
    startup.prepare(app)
    assert list((media / "incoming").iterdir()) == [media / "incoming" / "c3d2"]
    assert (media / "audio" / "ab" / "abcd").read_bytes() == b"kept"
    coming_in.remove()


# --- what is kept for a time --------------------------------------------------------------------


def starts_again(folder: Path, **settings: Any) -> None:
    app = make_app(folder, **settings)
    startup.prepare(app)
    close(app)


@pytest.mark.parametrize("at_once", [5000, 4, 1])
def test_of_events_the_newest_are_kept(
    data_folder: Path,
    alice: Person,
    happened: Any,
    monkeypatch: pytest.MonkeyPatch,
    at_once: int,
) -> None:
    monkeypatch.setattr("playlist_app.database.FORGET_AT_ONCE", at_once)
    for number in range(12):
        alice.makes_playlist(f"List {number}")
    before = happened()

    starts_again(data_folder, keep_events=len(before))
    assert happened() == before
    starts_again(data_folder, keep_events=5)
    assert happened() == before[-5:]
    alice.makes_playlist("One more")
    assert len(happened()) == 6


def test_the_newest_event_stays_and_numbers_go_on_behind_it(
    data_folder: Path, alice: Person
) -> None:
    newest = alice.makes_playlist()["seq"]
    starts_again(data_folder, keep_events=0)
    assert query(data_folder / "app.db", "SELECT seq FROM event") == [(newest,)]
    assert alice.makes_playlist()["seq"] == newest + 1


def test_what_came_of_operations_is_kept_for_90_days(
    app: Flask, data_folder: Path, alice: Person
) -> None:
    playlist = alice.makes_playlist()
    item = alice.adds(playlist, alice.makes_track("Copper Wire"))
    votes = [
        {"id": str(uuid.uuid4()), "kind": "vote", "playlist": playlist["id"], "item": item["id"]}
        | {"direction": "up"}
        for _ in range(2)
    ]
    ok(alice.post("/sync", {"device": "phone", "operations": votes}))
    for vote, age in zip(votes, (timedelta(days=90, hours=1), timedelta(days=89)), strict=True):
        at = (datetime.now(UTC) - age).strftime("%F %T.%f")
        query(data_folder / "app.db", f"UPDATE operation SET at = '{at}' WHERE id = '{vote['id']}'")

    startup.prepare(app)

    assert query(data_folder / "app.db", "SELECT id FROM operation") == [(votes[1]["id"],)]
    results = ok(alice.post("/sync", {"device": "phone", "operations": votes}))["results"]
    assert [result["replayed"] for result in results] == [False, True]
