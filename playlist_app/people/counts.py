"""How often something was done lately: counts that all processes of this machine share.

They stand in a small database of their own in the cache folder, as presence does: counting must not
wait for the writers' lock, wake the feed, nor wait for the disk, and what is lost with the cache is
a quarter of an hour of counts (docs/decisions/0047-counts-in-a-file.md).

Each count is one number: the moment at which all that was taken would be given back, if nothing
more was taken (a leaky bucket, "generic cell rate algorithm"). So a limit is exact, needs no
tidying to be right, and tells how long to wait.
"""

from __future__ import annotations

import logging
import sqlite3
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

log = logging.getLogger(__name__)

CLEANED_EVERY = 600.0  # seconds


@dataclass(frozen=True)
class Limit:
    """So many at once; then as many more as come back: `times` over `seconds`."""

    times: int
    seconds: float

    @property
    def each(self) -> float:
        """Seconds after which one comes back."""
        return self.seconds / self.times


@dataclass(frozen=True)
class Count:
    """One thing that is counted: whose it is, and how much of it there may be."""

    of: str
    limit: Limit


_TAKE = """
INSERT INTO taken (of, until) VALUES (:of, :now + :cost)
ON CONFLICT (of) DO UPDATE SET until = max(until, :now) + :cost
WHERE max(until, :now) + :cost <= :now + :most
"""


class Counts:
    """The counts of one machine, in the file at `path`."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None
        self._cleaned_at = 0.0

    def take(self, counts: Sequence[Count], times: int = 1) -> float:
        """Count it `times`, in all of these or in none; answers 0, or for how many seconds there is
        none left. What asks for more at once than there ever is takes all there is."""
        with self._lock:
            try:
                return self._take(counts, times)
            except sqlite3.Error as error:
                # Nobody is kept out, nor loses a vote, because counting fails.
                self._start_anew(error)
                return 0

    def give_back(self, counts: Sequence[Count]) -> None:
        """What was taken once was none of those that are counted."""
        with self._lock:
            try:
                self._open().executemany(
                    "UPDATE taken SET until = until - ? WHERE of = ?",
                    [(count.limit.each, count.of) for count in counts],
                )
            except sqlite3.Error as error:
                self._start_anew(error)

    def close(self) -> None:
        with self._lock:
            if self._connection:
                self._connection.close()
            self._connection = None

    def _take(self, counts: Sequence[Count], times: int) -> float:
        connection, now = self._open(), time.time()
        self._clean(connection, now)
        connection.execute("BEGIN IMMEDIATE")
        try:
            for count in counts:
                limit = count.limit
                cost = limit.each * min(times, limit.times)
                values: dict[str, float | str]
                values = {"of": count.of, "now": now, "cost": cost, "most": limit.seconds + 1e-6}
                if not connection.execute(_TAKE, values).rowcount:
                    return self._wait(connection, values)
            connection.execute("COMMIT")
            return 0
        finally:
            if connection.in_transaction:
                connection.execute("ROLLBACK")

    def _wait(self, connection: sqlite3.Connection, values: dict[str, float | str]) -> float:
        query = "SELECT max(until, :now) + :cost - :now - :most FROM taken WHERE of = :of"
        [wait] = connection.execute(query, values).fetchone()
        return float(max(wait, 0.001))

    def _open(self) -> sqlite3.Connection:
        if not self._connection:
            connection = sqlite3.connect(
                self._path, timeout=1, isolation_level=None, check_same_thread=False
            )
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = OFF")
            connection.execute(
                "CREATE TABLE IF NOT EXISTS taken"
                " (of TEXT PRIMARY KEY, until REAL NOT NULL) WITHOUT ROWID"
            )
            self._connection = connection
        return self._connection

    def _clean(self, connection: sqlite3.Connection, now: float) -> None:
        """What is given back is as if it had never been."""
        if now - self._cleaned_at > CLEANED_EVERY:
            self._cleaned_at = now
            connection.execute("DELETE FROM taken WHERE until < ?", (now,))

    def _start_anew(self, error: sqlite3.Error) -> None:
        """A file that is broken makes way for a new one; one that was busy or full is kept."""
        log.error("counting for the rate limits failed: %s", error)
        if self._connection:
            self._connection.close()
        self._connection = None
        if not isinstance(error, sqlite3.OperationalError):
            for suffix in ("", "-wal", "-shm"):
                self._path.with_name(self._path.name + suffix).unlink(missing_ok=True)
