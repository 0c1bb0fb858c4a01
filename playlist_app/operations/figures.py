"""Figures: how much of everything there is, for status, overview and metrics.

Counts come from the tables, by plain SQL over what every version of the schema has had, so that
they can be told of a database that is older or newer than the code. What only a walk over files
tells (covers, cache, backups) is measured by the worker and the command line, and read from a note.
"""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import stat
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from playlist_app.config import Settings
from playlist_app.database import iso, now


@dataclass(frozen=True)
class Measured:
    """What a walk over the files found, in bytes. What has several names counts once."""

    cover_bytes: int = 0
    cache_bytes: int = 0
    backup_bytes: int = 0
    at: str | None = None  # ISO 8601


@dataclass(frozen=True)
class Figures:
    """Counts, and sizes in bytes. `schema` is None while there are no tables."""

    schema: str | None = None
    users: int = 0
    blocked: int = 0
    roles: dict[str, int] = field(default_factory=dict)
    tracks: int = 0
    playlists: int = 0
    audio_files: int = 0
    lost_files: int = 0  # whose bytes are missing or wrong on the disk
    covers: int = 0
    seq: int = 0  # of the newest event
    database_bytes: int = 0
    audio_bytes: int = 0  # in the media folder
    in_place_bytes: int = 0  # in folders of others
    cover_bytes: int = 0
    cache_bytes: int = 0
    backup_bytes: int = 0
    measured_at: str | None = None  # the three before
    free_bytes: int = 0  # where the data folder lies
    disk_bytes: int = 0
    media_free_bytes: int = 0  # where the media lie, often the same disk
    media_disk_bytes: int = 0

    @property
    def total_bytes(self) -> int:
        """What this server takes of its own disks."""
        return (
            self.database_bytes
            + self.audio_bytes
            + self.cover_bytes
            + self.cache_bytes
            + self.backup_bytes
        )

    def shape(self) -> dict[str, Any]:
        return asdict(self) | {"total_bytes": self.total_bytes}


def of(config: Settings) -> Figures:
    """The figures of a data folder, as quickly as a page needs them. Raises sqlite3.DatabaseError
    for a database that can't be read."""
    measured = _noted(config)
    disk, media = shutil.disk_usage(config.data_folder), shutil.disk_usage(config.media_folder)
    return Figures(
        **_counted(config.database),
        database_bytes=sum(map(_size, _database_files(config))),
        cover_bytes=measured.cover_bytes,
        cache_bytes=measured.cache_bytes,
        backup_bytes=measured.backup_bytes,
        measured_at=measured.at,
        free_bytes=disk.free,
        disk_bytes=disk.total,
        media_free_bytes=media.free,
        media_disk_bytes=media.total,
    )


def measure(config: Settings) -> Measured:
    """Walk over what no table tells the size of, and note it for everybody. Takes some 10 µs a
    file: for the worker and the command line."""
    found = Measured(
        cover_bytes=size_of(config.media_folder / "covers"),
        cache_bytes=size_of(config.cache_folder),
        backup_bytes=size_of(config.backup_folder),
        at=iso(now()),
    )
    note = _note(config)
    draft = note.with_suffix(f".{os.getpid()}")
    draft.touch(0o600)
    draft.write_text(json.dumps(asdict(found)))
    draft.replace(note)
    return found


def size_of(folder: Path) -> int:
    """The bytes of all files below; what has several names there counts once."""
    seen: set[tuple[int, int]] = set()
    total = 0
    for about in _files(folder):
        if about.st_nlink > 1:
            if (about.st_dev, about.st_ino) in seen:
                continue
            seen.add((about.st_dev, about.st_ino))
        total += about.st_size
    return total


def _files(folder: Path) -> Iterator[os.stat_result]:
    try:
        entries = list(os.scandir(folder))
    except FileNotFoundError:
        return  # it went while we walked
    for entry in entries:
        try:
            about = entry.stat(follow_symlinks=False)
        except FileNotFoundError:
            continue
        if stat.S_ISDIR(about.st_mode):
            yield from _files(Path(entry.path))
        elif stat.S_ISREG(about.st_mode):
            yield about


def _noted(config: Settings) -> Measured:
    try:
        return Measured(**json.loads(_note(config).read_text()))
    except (FileNotFoundError, ValueError, TypeError):
        return Measured()  # nobody measured yet, or another version did


def _note(config: Settings) -> Path:
    return config.cache_folder / "measured.json"


def _database_files(config: Settings) -> Iterator[Path]:
    for suffix in ("", "-wal"):
        yield config.database.with_name(config.database.name + suffix)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def _counted(database: Path) -> dict[str, Any]:
    if not _size(database):
        return {}
    # Not `connect`: whoever looks makes nothing, and changes no setting of the file.
    with closing(sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True, timeout=5)) as reading:
        names = {name for (name,) in reading.execute("SELECT name FROM sqlite_master")}
        if "alembic_version" not in names:
            return {}
        reading.execute("BEGIN")  # all of one moment

        def one(sql: str) -> Any:
            return reading.execute(sql).fetchone()[0]

        roles: Counter[str] = Counter()
        for text, count in reading.execute("SELECT roles, count(*) FROM user GROUP BY roles"):
            roles.update(dict.fromkeys(text.split(), count))
        columns = {row[1] for row in reading.execute("PRAGMA table_info(audio_file)")}
        audio = {1: (0, 0), 0: (0, 0)} | {
            is_ours: (count, size)
            for is_ours, count, size in reading.execute(
                "SELECT path IS NULL, count(*), sum(size_bytes) FROM audio_file GROUP BY 1"
                if "path" in columns
                else "SELECT 1, count(*), coalesce(sum(size_bytes), 0) FROM audio_file"
            )
        }
        lost = "SELECT count(*) FROM audio_file WHERE lost_at NOT NULL"
        # Who left has no role, and is nobody any more (people/leaving.py).
        return {
            "schema": one("SELECT max(version_num) FROM alembic_version"),
            "users": one("SELECT count(*) FROM user WHERE roles != ''"),
            "blocked": one("SELECT count(*) FROM user WHERE NOT is_active AND roles != ''"),
            "roles": {role: roles[role] for role in ("admin", "reviewer", "member", "guest")},
            "tracks": one("SELECT count(*) FROM track"),
            "playlists": one("SELECT count(*) FROM playlist"),
            "audio_files": audio[1][0] + audio[0][0],
            "audio_bytes": audio[1][1],
            "in_place_bytes": audio[0][1],
            "lost_files": one(lost) if "lost_at" in columns else 0,
            "covers": one("SELECT count(*) FROM cover"),
            "seq": one("SELECT coalesce(max(seq), 0) FROM event"),
        }
