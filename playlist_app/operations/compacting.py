"""Compacting: the database written anew, without the gaps that deleted rows leave."""

from __future__ import annotations

import shutil
from contextlib import closing
from dataclasses import dataclass

from flask import current_app

from playlist_app.config import Settings, settings
from playlist_app.database import connect, session
from playlist_app.operations.in_words import size
from playlist_app.operations.troubles import FullDisk, explained


@dataclass(frozen=True)
class Compacted:
    before_bytes: int
    after_bytes: int


def compact() -> Compacted:
    """Write it anew, with the search index in one piece. Reading goes on; who wants to write waits,
    for some seconds with a large database.

    Raises FullDisk, before anything is done, where there is no room for a second one and its log.
    """
    config = settings()
    session().rollback()
    before = _size(config)
    free = shutil.disk_usage(config.data_folder).free
    if free < 2 * before:
        raise FullDisk(
            f"That takes room for the database twice, {size(2 * before)}, and {size(free)} are "
            "free. Nothing was changed."
        )
    with (
        explained(config),
        current_app.extensions["writer_lock"],
        closing(connect(config.database)) as database,
    ):
        database.execute("INSERT INTO track_fts (track_fts) VALUES ('optimize')")
        database.execute("VACUUM")
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return Compacted(before, _size(config))


def _size(config: Settings) -> int:
    wal = config.database.with_name(f"{config.database.name}-wal")
    return config.database.stat().st_size + (wal.stat().st_size if wal.exists() else 0)
