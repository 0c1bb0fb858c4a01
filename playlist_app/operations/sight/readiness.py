"""Readiness: whether this server can do its work now, check by check, in plain words.

Everybody may ask (who balances loads, or restarts containers, has no account): so it names no
paths, versions or sizes, and asking often costs nothing, as an answer holds for a second.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from flask import Flask, current_app

from playlist_app.config import Settings, settings
from playlist_app.database import now
from playlist_app.library.incoming import SPARE
from playlist_app.operations import startup
from playlist_app.work.worker import alive

HOLDS = 1.0  # seconds
LOCKED_AT_MOST = 1.0  # seconds that nobody writes while we wait to
# The clock of a worker looks after the tasks each minute; several of them have a turn each time.
HEARTBEAT = timedelta(minutes=5)


@dataclass(frozen=True)
class Check:
    """One check. `says`: what is wrong and what to do, or that it is well."""

    name: str
    is_ok: bool
    says: str

    def shape(self) -> dict[str, object]:
        return {"ok": self.is_ok, "says": self.says}


class NotReady(Exception):
    """What is wrong, and what to do."""


def _database(config: Settings) -> str:
    """Opened anew, so that it is the file that lies there now, and not one that was removed."""
    if not config.database.exists():
        raise NotReady("The database is missing. Restore a backup, or start again to make one.")
    address = f"{config.database.as_uri()}?mode=rw"
    try:
        with contextlib.closing(
            sqlite3.connect(address, uri=True, timeout=LOCKED_AT_MOST, isolation_level=None)
        ) as connection:
            before = _read(connection)
            try:
                connection.execute("BEGIN IMMEDIATE")
                connection.execute("ROLLBACK")
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                    raise
                if _read(connection) == before:
                    raise NotReady(
                        "Something has held the database locked, and wrote nothing. See which"
                        " programs have it open; end those that are not this server."
                    ) from None
                return "It is busy, and goes on."
    except sqlite3.Error as error:
        raise NotReady(
            f"The database can't be used ({error}). See the log and `flask data verify`."
        ) from None
    return "It can be read and written."


def _read(connection: sqlite3.Connection) -> tuple[int, int]:
    """Something that each commit of anybody changes; reads the tables on the way."""
    seq = connection.execute("SELECT coalesce(max(seq), 0) FROM event").fetchone()[0]
    return seq, connection.execute("PRAGMA data_version").fetchone()[0]


def _disk(config: Settings) -> str:
    for folder in {config.data_folder, config.media_folder}:
        try:
            free = shutil.disk_usage(folder).free
        except OSError as error:
            raise NotReady(f"A folder can't be reached: {error.strerror}.") from None
        if not os.access(folder, os.W_OK | os.X_OK):
            raise NotReady("A folder can't be written to by this user. Change its owner.")
        if free < SPARE:
            raise NotReady(
                "The disk is nearly full, and files are refused. Make room: `flask data size`"
                " says what takes it."
            )
    return "There is room."


def _migrations(config: Settings) -> str:
    try:
        is_prepared = startup.is_prepared(config)
    except (sqlite3.Error, OSError) as error:
        raise NotReady(f"The version of the database can't be read ({error}).") from None
    if not is_prepared:
        raise NotReady(
            "The database is of another version than this server. Restart the server: start-up"
            " brings it up to date, or says why not."
        )
    return "The database is of this version."


def _worker(_: Settings) -> str:
    workers = alive()
    if not workers:
        raise NotReady(
            "No worker is alive: imports, renditions and backups wait. It comes with the server,"
            " or is started by `flask work` where JAMBOREE_WORK is off."
        )
    seen = max((found.seen_at for found in workers if found.seen_at), default=None)
    if seen and now() - seen > HEARTBEAT:
        raise NotReady("The worker is there, but has done nothing for minutes. Restart it.")
    return "A worker is alive."


CHECKS: dict[str, Callable[[Settings], str]] = {
    "database": _database,
    "disk": _disk,
    "migrations": _migrations,
    "worker": _worker,
}


def look(config: Settings) -> list[Check]:
    """All checks, now. Within an app context."""
    found = []
    for name, check in CHECKS.items():
        try:
            found.append(Check(name, True, check(config)))
        except NotReady as wrong:
            found.append(Check(name, False, str(wrong)))
    return found


class Readiness:
    """The checks of one app. Of many who ask at once, one looks."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._found: list[Check] = []
        self._until = 0.0  # by time.monotonic()

    def checks(self) -> list[Check]:
        with self._lock:
            if time.monotonic() >= self._until:
                self._found = look(settings())
                self._until = time.monotonic() + HOLDS
            return self._found


def checks() -> list[Check]:
    """The checks of the app that answers now, a second old at most."""
    found: Readiness = current_app.extensions["readiness"]
    return found.checks()


def init_app(app: Flask) -> None:
    app.extensions["readiness"] = Readiness()
