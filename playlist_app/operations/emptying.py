"""Emptying a data folder: to begin anew in it, or to leave nothing behind."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

from flask import Flask

from playlist_app.config import Settings
from playlist_app.database import db, session
from playlist_app.operations import figures, folders, in_use, startup
from playlist_app.operations.backups import taking
from playlist_app.operations.backups.layout import Backup
from playlist_app.operations.in_words import size, things
from playlist_app.operations.troubles import CannotServe, explained
from playlist_app.people import audit

# What we make in the folder for media, which may be anybody's.
MEDIA = ("audio", "covers", "incoming", "uploads", "healing", "imports")


def what_goes(config: Settings) -> list[str]:
    """What would be deleted, in words; also of a folder that nobody can serve from."""
    said = [f"the database {config.database}"] if config.database.exists() else []
    try:
        with explained(config):
            found = figures.of(config)
            if found.schema:
                people, lists = things(found.users, "person", "people"), found.playlists
                tracks, lists_said = things(found.tracks, "track"), things(lists, "playlist")
                said[0] += f": {people}, {tracks}, {lists_said}"
    except CannotServe:
        pass  # the database is still named; what is in it nobody can tell
    for name in ("audio", "covers"):
        folder = config.media_folder / name
        if count := sum(1 for path in folder.rglob("*") if path.is_file()):
            files, room = things(count, "file"), size(figures.size_of(folder))
            said.append(f"{files} in {folder}, {room}")
    return said


def reinit(app: Flask, *, back_up: bool = True) -> Backup | None:
    """Begin anew: without people, music and lists, as at a first start. Backups stay, and files
    that lie in folders of others. Cut off at any moment, it can be said again.

    Answers the backup that was taken before. Raises StillServed, or what `taking.take` raises, with
    nothing deleted."""
    config: Settings = app.config["JAMBOREE"]
    with in_use.by_nobody_else(config):
        backup = _backed_up(config, "before-reinit") if back_up else None
        _empty(config)
        folders.make(config)
        startup.prepare(app)
        audit.note("data.reinitialised", backup=backup.name if backup else None)
    return backup


def clean(app: Flask, *, back_up: bool = True, backups_too: bool = False) -> Backup | None:
    """Delete what the server made here, its key included. Backups stay, unless they are to go too;
    what somebody else put into the folder stays in any case. As for the rest: see `reinit`."""
    config: Settings = app.config["JAMBOREE"]
    with in_use.by_nobody_else(config):
        backup = _backed_up(config, "before-clean") if back_up and not backups_too else None
        _empty(config)
        for path in _ours(config):
            path.unlink(missing_ok=True)
        if backups_too:
            shutil.rmtree(config.backup_folder, ignore_errors=True)
        left = (config.cache_folder, config.data_folder / "workers", config.backup_folder)
        for folder in (*left, config.media_folder):
            if folder.exists() and not any(folder.iterdir()):
                folder.rmdir()
    return backup


def _backed_up(config: Settings, kind: str) -> Backup | None:
    if not figures.of(config).schema:
        return None
    return taking.take(config, kind=kind)


def _empty(config: Settings) -> None:
    """The database first: files without it are strays, which `prune` removes, if we are cut off;
    a database without its files would be tracks that can't be played."""
    session().rollback()
    session().close()
    db.engine.dispose()
    # Its log before it: one that is left over would be taken for that of the next database.
    for suffix in ("-wal", "-shm", ""):
        config.database.with_name(f"{config.database.name}{suffix}").unlink(missing_ok=True)
    for name in MEDIA:
        shutil.rmtree(config.media_folder / name, ignore_errors=True)
    for path in config.cache_folder.glob("*"):
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
    (config.data_folder / "first_admin_code").unlink(missing_ok=True)


def _ours(config: Settings) -> Iterator[Path]:
    """Small files beside the database. The locks stay: somebody may be waiting for one."""
    yield config.data_folder / "secret_key"
    yield from (config.data_folder / "workers").glob("*")
