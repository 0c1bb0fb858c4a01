"""Tidiness: which files there are beside those that the rows speak of."""

from __future__ import annotations

import sqlite3
from contextlib import closing

from playlist_app.config import Settings
from playlist_app.library.stored import audio_path, cover_path
from playlist_app.operations.backups import kept

ALWAYS = {"app.db", "app.db-wal", "app.db-shm", "secret_key"}


def expected(config: Settings) -> set[str]:
    """The files that the rows speak of."""
    with closing(sqlite3.connect(config.database)) as database:
        audio = [row[0] for row in database.execute("SELECT sha256 FROM audio_file")]
        covers = [row[0] for row in database.execute("SELECT id FROM cover")]
    found = {audio_path(config, sha256) for sha256 in audio}
    for id_ in covers:
        found |= {cover_path(config, id_, size) for size in ("large", "small")}
    return {path.relative_to(config.data_folder).as_posix() for path in found}


def lasting(config: Settings) -> set[str]:
    """What there is, but for the files that each data folder has, and locks."""
    data = config.data_folder
    found = {
        path.relative_to(data).as_posix()
        for path in data.rglob("*")
        # What is in these can be deleted at any time; what a backup holds `verify` has read.
        if path.is_file() and path.relative_to(data).parts[0] not in ("cache", "backups")
    }
    return {name for name in found if name not in ALWAYS and not name.endswith(".lock")}


def strange_backups(config: Settings) -> set[str]:
    """What lies among the backups and is none."""
    there = {path.name for path in config.backup_folder.iterdir()}
    return there - {backup.name for backup in kept.backups(config)} - {kept.LOCK}
