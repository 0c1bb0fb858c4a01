"""Databases as older versions of Jamboree left them: made by the migrations up to one number, with
a row in every table that there was, written by plain SQL."""

from __future__ import annotations

import hashlib
import shutil
import sqlite3
import uuid
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config

from playlist_app.operations import startup

Row = dict[str, Any]

VERSIONS = sorted(path.name[:4] for path in (startup.MIGRATIONS / "versions").glob("[0-9]*.py"))

TOKEN = "a token from long ago"
ALICE, PLAYLIST, SONG = (str(uuid.uuid5(uuid.NAMESPACE_DNS, name)) for name in ("a", "p", "s"))
LATER = "2099-01-02 03:04:05.000000"  # so that nothing is tidied away for its age

# What a value must be to make sense; all else gets one that fits its column.
MEANT: dict[tuple[str, str], Any] = {
    ("user", "id"): ALICE,
    ("user", "username"): "alice",
    ("user", "username_key"): "alice",
    ("user", "roles"): "admin member",
    ("log_in_session", "token_hash"): hashlib.sha256(TOKEN.encode()).hexdigest(),
    ("playlist", "id"): PLAYLIST,
    ("playlist", "title"): "Kept through all of it",
    ("playlist", "visibility"): "private",
    ("playlist", "order_mode"): "manual",
    ("playlist", "party"): None,
    ("track", "id"): SONG,
    ("track", "title"): "Paper Lanterns",
    ("track", "album"): "Lanterns",
    ("track", "album_key"): "lanterns",
    ("track", "status"): "published",
    ("track", "artists"): None,
    ("track", "review_reason"): None,
    ("track", "reviewed_by_id"): None,
    ("track", "genre_name"): "Dub",
    ("genre", "name"): "Dub",
    ("genre", "key"): "dub",
    ("audio_file", "format"): "mp3",
    ("audio_file", "path"): None,
    ("audio_file", "broken"): None,
    ("audio_file", "lost_at"): None,
    ("item", "rank"): "a0",
    ("item", "up"): 1,
    ("item", "down"): 0,
    ("item", "played_at"): None,
    ("vote", "value"): 1,
    ("event", "type"): "playlist.updated",
    ("event", "playlist_id"): PLAYLIST,
    ("event", "person_id"): None,
    ("event", "actor_id"): ALICE,
}


def make(
    folder: Path, versions: Sequence[str] = VERSIONS
) -> Iterator[tuple[str, Path, dict[str, Row]]]:
    """For each of these versions: its number, a data folder with such a database, and the row of
    each table. The tables are made once, step by step; rows go into a copy."""
    empty = folder / "empty.db"
    alembic = Config()
    alembic.set_main_option("script_location", str(startup.MIGRATIONS))
    alembic.attributes["database"] = empty
    for version in sorted(versions):
        command.upgrade(alembic, version)
        data = folder / version
        data.mkdir()
        shutil.copy(empty, data / "app.db")
        yield version, data, _fill(data / "app.db")


def tables(database: sqlite3.Connection) -> list[str]:
    """Those that hold rows of ours, each behind those that it refers to."""
    found = database.execute(
        "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table'"
        " AND name NOT LIKE 'sqlite_%' AND name != 'alembic_version' ORDER BY name"
    )
    names = [name for (name,) in found]
    ordered: list[str] = []

    def visit(name: str) -> None:
        if name in ordered:
            return
        for key in database.execute(f"PRAGMA foreign_key_list('{name}')"):
            if key[2] != name:
                visit(key[2])
        ordered.append(name)

    for name in names:
        visit(name)
    return ordered


def rows(database: sqlite3.Connection, table: str) -> list[Row]:
    cursor = database.execute(f'SELECT * FROM "{table}"')
    return [dict(zip([c[0] for c in cursor.description], row, strict=True)) for row in cursor]


def _fill(path: Path) -> dict[str, Row]:
    written: dict[str, Row] = {}
    with closing(sqlite3.connect(path)) as database, database:
        database.execute("PRAGMA foreign_keys = ON")
        for table in tables(database):
            if not rows(database, table):
                row = _row(database, table, written)
                names = ", ".join(f'"{name}"' for name in row)
                marks = ", ".join("?" * len(row))
                database.execute(
                    f'INSERT INTO "{table}" ({names}) VALUES ({marks})', [*row.values()]
                )
            [written[table]] = rows(database, table)
    return written


def _row(database: sqlite3.Connection, table: str, written: dict[str, Row]) -> Row:
    refers = {
        key[3]: written[key[2]][key[4]]
        for key in database.execute(f"PRAGMA foreign_key_list('{table}')")
        if key[2] in written
    }
    row: Row = {}
    for _, name, kind, _, _, _ in database.execute(f"PRAGMA table_info('{table}')"):
        if (table, name) in MEANT:
            row[name] = MEANT[table, name]
        else:
            row[name] = refers.get(name, _value(f"{table}.{name}", kind))
    return row


def _value(name: str, kind: str) -> Any:
    if kind == "DATETIME":
        return LATER
    if kind == "BOOLEAN":
        return 1
    if kind == "JSON":
        return "{}"
    if kind == "VARCHAR(36)":
        return str(uuid.uuid5(uuid.NAMESPACE_DNS, name))
    if kind == "VARCHAR(64)":
        return hashlib.sha256(name.encode()).hexdigest()
    if kind.startswith("VARCHAR"):
        return name[-10:]
    if kind == "BLOB":
        return bytes(32)
    return 7 if kind in ("INTEGER", "BIGINT") else 1.5
