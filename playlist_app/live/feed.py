"""The feed: reads the event table as it grows, and hands what is new to the hub.

One thread a process. It learns of commits in two ways: a hint from this process, at once, and
SQLite's `data_version`, polled, for those of other processes. Both only say "look"; what is told
is read from the table, in the order of `seq`, each event once.

A socket that joins is answered by this thread too. As nobody else moves the cursor, what a joining
client missed ends exactly where what it will be sent begins: no gap, nothing twice.
"""

from __future__ import annotations

import queue
import sqlite3
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from playlist_app.database import connect
from playlist_app.live import events

POLL = 0.02  # seconds; 5 ms costs more than it brings: docs/decisions/0004-hub-and-threads.md
READ_AT_ONCE = 500  # events
LIBRARY_AT_MOST_EVERY = 1.0  # seconds: a scan changes thousands of tracks one after the other


class Told(NamedTuple):
    """One event as the hub needs it: the room that it is for, its type, and the frame's JSON."""

    room: str
    seq: int
    type: str
    actor: str | None
    payload: str
    frame: bytes
    at: str  # when it was recorded, as the table has it


@dataclass
class Join:
    """A client that wants to follow `room`; `since` is the last seq it saw, None for "from now".

    `answer(seq, epoch, missed)` is called from the feed's thread; `missed` is None for a resync.
    """

    room: str
    since: int | None
    epoch: str | None
    answer: Callable[[int, str, list[Told] | None], None]


def room_of_playlist(playlist_id: str) -> str:
    return f"playlist:{playlist_id}"


def room_of_person(person_id: str) -> str:
    return f"person:{person_id}"


class Feed:
    """Follows the table from the moment it starts. `tell` gets each batch, in order."""

    def __init__(self, database: Path, tell: Callable[[Sequence[Told]], None]) -> None:
        self._database = database
        self._tell = tell
        self._look = threading.Event()
        self._joins: queue.SimpleQueue[Join] = queue.SimpleQueue()
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="feed", daemon=True)
        self.last = 0  # the newest event that was told
        # Called with the library's version when that is another, at most once a second.
        self.library_changed: Callable[[int], None] = lambda _: None
        # Called with each batch once the hub has it.
        self.has_told: Callable[[Sequence[Told]], object] = lambda _: None
        # Called where the database has another history: a backup was restored under our feet.
        self.history_changed: Callable[[], None] = lambda: None
        self._epoch: str | None = None
        self._library: int | None = None
        self._library_due: float | None = None  # when to look, by time.monotonic()
        self._looked_at = 0.0

    def start(self) -> None:
        connection = self._open()
        self.last = connection.execute("SELECT coalesce(max(seq), 0) FROM event").fetchone()[0]
        events.on_commit_hint(self._look.set)
        self._thread = threading.Thread(
            target=self._run, args=(connection,), name="feed", daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        events.no_more_hints(self._look.set)
        self._stopping = True
        self._look.set()
        self._thread.join(timeout=2)

    def join(self, request: Join) -> None:
        self._joins.put(request)
        self._look.set()

    def _open(self) -> sqlite3.Connection:
        connection = connect(self._database)
        connection.execute("PRAGMA query_only = ON")
        return connection

    def _run(self, connection: sqlite3.Connection) -> None:
        version = None
        while not self._stopping:
            hinted = self._look.wait(POLL)
            self._look.clear()
            now = connection.execute("PRAGMA data_version").fetchone()[0]
            # A commit by this process moves data_version too: this connection made none of them.
            if hinted or now != version:
                version = now
                self._read(connection)
                if self._library_due is None:
                    self._library_due = self._looked_at + LIBRARY_AT_MOST_EVERY
            self._look_at_library(connection)
            while not self._joins.empty():
                self._answer(connection, self._joins.get())
        connection.close()

    def _read(self, connection: sqlite3.Connection) -> None:
        while True:
            rows = self._select(connection, "seq > ?", (self.last,), READ_AT_ONCE)
            if not rows:
                return
            self.last = rows[-1].seq
            self._tell(rows)
            self.has_told(rows)

    def _look_at_library(self, connection: sqlite3.Connection) -> None:
        """No event tells of the library (a scan would fill the table): its version does, which any
        commit may have moved."""
        now = time.monotonic()
        if self._library_due is None or now < self._library_due:
            return
        self._looked_at, self._library_due = now, None
        self._look_at_history(connection)
        row = connection.execute("SELECT version FROM library_version").fetchone()
        version = row[0] if row else 0
        if self._library is not None and version != self._library:
            self.library_changed(version)
        self._library = version

    def _look_at_history(self, connection: sqlite3.Connection) -> None:
        """The numbers of events go on behind those of before, so the cursor stays."""
        epoch = self._epoch_of(connection)
        if self._epoch is not None and epoch != self._epoch:
            self.history_changed()
        self._epoch = epoch

    @staticmethod
    def _epoch_of(connection: sqlite3.Connection) -> str:
        found = connection.execute("SELECT value FROM fact WHERE name = 'epoch'").fetchone()
        return str(found[0])

    def _answer(self, connection: sqlite3.Connection, request: Join) -> None:
        epoch = self._epoch_of(connection)
        request.answer(self.last, epoch, self._missed(connection, request, epoch))

    def _missed(
        self, connection: sqlite3.Connection, request: Join, epoch: str
    ) -> list[Told] | None:
        since = request.since
        if since is None:
            return []
        if request.epoch not in (None, epoch) or since > self.last:
            return None
        kind, _, about = request.room.partition(":")
        rows = self._select(
            connection,
            f"{kind}_id = ? AND seq > ? AND seq <= ?",
            (about, since, self.last),
            events.REPLAY_AT_MOST + 1,
        )
        # Asked last: what is forgotten at this moment may be missing in the rows.
        oldest = connection.execute("SELECT coalesce(min(seq), 0) FROM event").fetchone()[0]
        if since < oldest - 1 and since < self._newest_of(connection, kind, about):
            return None
        return rows if len(rows) <= events.REPLAY_AT_MOST else None

    def _newest_of(self, connection: sqlite3.Connection, kind: str, about: str) -> int:
        """The newest event of a room, forgotten or not, as far as that is known: a playlist notes
        it, and who opens one that lay quiet must not be told each time to read it afresh."""
        if kind == "playlist":
            row = connection.execute("SELECT seq FROM playlist WHERE id = ?", (about,)).fetchone()
            if row:
                return int(row[0])
        return self.last

    @staticmethod
    def _select(
        connection: sqlite3.Connection, where: str, values: tuple[object, ...], limit: int
    ) -> list[Told]:
        """`where` is text of this module alone; what comes from outside is in `values`."""
        rows = connection.execute(
            "SELECT playlist_id, person_id, seq, type, actor_id, payload, at"  # noqa: S608
            f" FROM event WHERE {where} ORDER BY seq LIMIT ?",
            (*values, limit),
        )
        return [
            Told(
                room_of_playlist(playlist) if playlist else room_of_person(person),
                seq,
                type_,
                actor,
                payload,
                events.frame(seq, type_, payload),
                at,
            )
            for playlist, person, seq, type_, actor, payload, at in rows
        ]
