"""What a backup is of: the files that the rows of a database ask for, and what its tables hold.

By plain SQL, for databases of every version of the schema since the first.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from playlist_app.operations.backups.layout import Backup


@dataclass(frozen=True)
class File:
    """A file of the media folder that a row asks for. `sha256` and `size` where they are known."""

    name: str  # in a data folder: "media/audio/ab/abcd…"
    sha256: str | None
    size: int | None


def files(database: sqlite3.Connection) -> list[File]:
    """Audio and covers. What was taken in place is not ours, and not in a backup."""
    columns = {row[1] for row in database.execute("PRAGMA table_info(audio_file)")}
    ours = "WHERE path IS NULL" if "path" in columns else ""
    audio = database.execute(f"SELECT sha256, size_bytes FROM audio_file {ours}")  # noqa: S608
    found = [File(f"media/audio/{sha[:2]}/{sha}", sha, size) for sha, size in audio]
    for (cover,) in database.execute("SELECT id FROM cover"):
        for size in ("large", "small"):
            name = f"media/covers/{cover[:2]}/{cover}.{size}.jpg"
            found.append(File(name, cover if size == "large" else None, None))
    return found


def in_place(database: sqlite3.Connection) -> int:
    """How many audio files lie in folders of others."""
    columns = {row[1] for row in database.execute("PRAGMA table_info(audio_file)")}
    if "path" not in columns:
        return 0
    return _one(database, "SELECT count(*) FROM audio_file WHERE path IS NOT NULL")


def tables(database: sqlite3.Connection) -> list[str]:
    """Those of ours: without what SQLite and its search index keep for themselves."""
    found = database.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%'"
    )
    names = {name for (name,) in found}
    virtual = [
        name
        for (name,) in database.execute(
            "SELECT name FROM sqlite_master WHERE sql LIKE 'CREATE VIRTUAL%'"
        )
    ]
    shadows = {name for name in names if any(name.startswith(f"{of}_") for of in virtual)}
    return sorted(name for name in names - shadows if not name.startswith("sqlite_"))


def counts(database: sqlite3.Connection) -> dict[str, int]:
    """How many rows there are, by table."""
    return {
        table: _one(database, f'SELECT count(*) FROM "{table}"')  # noqa: S608 - our own names
        for table in tables(database)
    }


def seq(database: sqlite3.Connection) -> int:
    """Of the newest event."""
    return _one(database, "SELECT coalesce(max(seq), 0) FROM event")


def epoch(database: sqlite3.Connection) -> str:
    found = database.execute("SELECT value FROM fact WHERE name = 'epoch'").fetchone()
    return str(found[0]) if found else ""


def schema(database: sqlite3.Connection) -> str:
    """Its version, "" for one without tables."""
    if "alembic_version" not in tables(database):
        return ""
    found = database.execute("SELECT version_num FROM alembic_version").fetchone()
    return str(found[0]) if found else ""


def _one(database: sqlite3.Connection, sql: str) -> int:
    return int(database.execute(sql).fetchone()[0])


def differences(database: sqlite3.Connection, backup: Backup) -> list[str]:
    """Where a database that was got out of a backup is not the one that was put in."""
    found = counts(database)
    wrong = [
        f"the table {table} has {found.get(table, 0)} rows, not {count}"
        for table, count in backup.counts.items()
        if found.get(table) != count
    ]
    if seq(database) != backup.seq:
        wrong.append(f"its newest event is {seq(database)}, not {backup.seq}")
    if epoch(database) != backup.epoch:
        wrong.append("it has another history")
    return wrong
