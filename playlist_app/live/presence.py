"""Presence: who is in each room, over all web processes of this machine.

Each process writes who sits on its sockets to a small database of its own in the cache folder, and
reads there who sits on the others'. It is kept apart from the data: it may be lost at any time,
and writing it must not wake the feed nor wait for a writer. A process that died leaves a row whose
beat stops, and its people are gone ten seconds later.
"""

from __future__ import annotations

import os
import sqlite3
import threading
import time
import uuid
from pathlib import Path

import orjson

from playlist_app.live.hub import Hub, passing

EVERY = 1.0  # seconds: a room is told at most this often
BEAT_EVERY = 3.0
GONE_AFTER = 10.0
SHOWN_AT_MOST = 50  # people in one frame

People = dict[str, str]  # person id → name


class Presence:
    """Keeps the presence of one process up to date, in a thread of its own."""

    def __init__(self, folder: Path, hub: Hub) -> None:
        self._path = folder / "presence.db"
        self._hub = hub
        self._me = str(uuid.uuid4())
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="presence", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        self._thread.join(timeout=2)

    def _run(self) -> None:
        connection = open_presence(self._path)
        mine: dict[str, People] = {}
        told: dict[str, People] = {}
        beat = 0.0
        while not self._stop.wait(EVERY):
            rooms = self._hub.people()
            here = {key: people for key, (people, _) in rooms.items()}
            if here != mine or time.time() - beat > BEAT_EVERY:
                beat = time.time()
                self._write(connection, here, beat)
                mine = here
            everywhere = read(connection)
            for key, (_, has_newcomers) in rooms.items():
                people = everywhere.get(key, {})
                if has_newcomers or people != told.get(key):
                    self._hub.tell_room(key, frame(people))
            told = {key: everywhere.get(key, {}) for key in here}
        connection.execute("DELETE FROM presence WHERE process = ?", (self._me,))
        connection.close()

    def _write(self, connection: sqlite3.Connection, here: dict[str, People], beat: float) -> None:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute(
            "DELETE FROM presence WHERE process = ? OR beat < ?", (self._me, beat - GONE_AFTER)
        )
        connection.executemany(
            "INSERT INTO presence VALUES (?, ?, ?, ?)",
            [(self._me, key, beat, orjson.dumps(people).decode()) for key, people in here.items()],
        )
        connection.execute("COMMIT")


def frame(people: People) -> bytes:
    first = [{"id": id_, "name": name} for id_, name in list(people.items())[:SHOWN_AT_MOST]]
    return passing("presence", {"count": len(people), "people": first})


def open_presence(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=5)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = OFF")
    connection.execute(
        "CREATE TABLE IF NOT EXISTS presence"
        " (process TEXT, room TEXT, beat REAL, people TEXT, PRIMARY KEY (process, room))"
    )
    path.chmod(0o600)
    return connection


def read(connection: sqlite3.Connection) -> dict[str, People]:
    """Room → people, of every process that still beats; ordered by name within a room."""
    rooms: dict[str, People] = {}
    rows = connection.execute(
        "SELECT room, people FROM presence WHERE beat > ?", (time.time() - GONE_AFTER,)
    )
    for key, people in rows:
        rooms.setdefault(key, {}).update(orjson.loads(people))
    return {
        key: dict(sorted(people.items(), key=lambda person: (person[1].casefold(), person[0])))
        for key, people in rooms.items()
    }


def people_in(folder: Path, key: str) -> People:
    """Who is in a room now, for a request; empty where no socket was ever opened."""
    return _rooms(folder).get(key, {})


def everybody(folder: Path) -> People:
    """Who has a page open now, wherever they are; ordered by name."""
    people = {id_: name for room in _rooms(folder).values() for id_, name in room.items()}
    return dict(sorted(people.items(), key=lambda person: (person[1].casefold(), person[0])))


def _rooms(folder: Path) -> dict[str, People]:
    path = folder / "presence.db"
    if not os.access(path, os.R_OK):
        return {}
    connection = open_presence(path)
    try:
        return read(connection)
    finally:
        connection.close()
