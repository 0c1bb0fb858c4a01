"""The engine: Huey, with a SQLite file in the cache folder. It carries wake-ups and keeps the
clock, and nothing that would be missed: when its file is deleted, no work is lost.
"""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import sqlite3
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from flask import Flask
from huey import Huey
from huey.consumer import Consumer
from huey.serializer import SignedSerializer
from huey.storage import SqliteStorage

from playlist_app.config import Settings
from playlist_app.work.runs import Runs

log = logging.getLogger(__name__)

FILE = "work.db"
LOOKS_EVERY = 0.1  # seconds, at most, until a wake-up is seen; one thread does it, in 20 µs
LOCKED_AT_MOST = 1.0  # seconds that a request waits to wake somebody; it takes well under 1 ms


class WakeUps(SqliteStorage):  # type: ignore[misc]
    """Huey's file. Anybody may delete it, and a power cut may break it, as nothing waits for the
    disk: then it is made anew. What was in it is found by the clock."""

    def __init__(self, name: str, *, filename: str, **options: Any) -> None:
        self._made = (0, 0)  # the file that we opened: device and inode
        self._making = threading.Lock()
        super().__init__(name, filename=filename, create_tables=False, **options)

    @contextlib.contextmanager
    def db(self, commit: bool = False, close: bool = False) -> Iterator[Any]:
        with self._making:
            if not self._is_there():
                self._make()
        try:
            with super().db(commit=commit, close=close) as cursor:
                yield cursor
        except sqlite3.OperationalError:
            raise  # locked, or the disk is full: the file is all right
        except sqlite3.DatabaseError:
            log.warning("%s is broken and is made anew", self.filename)
            Path(self.filename).unlink(missing_ok=True)
            raise

    def _is_there(self) -> bool:
        try:
            found = Path(self.filename).stat()
        except FileNotFoundError:
            return False
        return (found.st_dev, found.st_ino) == self._made

    def _make(self) -> None:
        self.close()
        Path(self.filename).parent.mkdir(mode=0o700, exist_ok=True)
        handle = os.open(self.filename, os.O_CREAT | os.O_WRONLY | os.O_CLOEXEC, 0o600)
        made = os.fstat(handle)
        os.close(handle)
        with super().db(commit=True) as cursor:
            for sql in self.ddl:
                cursor.execute(sql)
        self._made = (made.st_dev, made.st_ino)


class HangUpMeansStop(Consumer):  # type: ignore[misc]
    """Huey's would start anew, also when a terminal is closed and nobody is there to keep it."""

    def start(self) -> None:
        super().start()
        signal.signal(signal.SIGHUP, lambda *_: os.kill(os.getpid(), signal.SIGTERM))


class Engine:
    """Huey for one app: `wake` in any process, `consumer` in a worker."""

    def __init__(self, app: Flask) -> None:
        config: Settings = app.config["JAMBOREE"]
        self._runs: Runs | None = None
        self._huey: Any = Huey(
            "jamboree",
            storage_class=WakeUps,
            filename=str(config.cache_folder / FILE),
            results=False,
            cache_mb=0,
            fsync=False,
            journal_mode="truncate",  # WAL's shared memory goes wrong with a file that is deleted
            timeout=LOCKED_AT_MOST,
            serializer=SignedSerializer(secret=app.config["SECRET_KEY"]),
        )
        self._look: Any = self._huey.task(name="look")(self._look_now)

    def wake(self, name: str, after: float = 0) -> None:
        """Have a worker look, this process if it is one."""
        if self._runs and not after:
            self._runs.look(name)
        else:
            self.tell(name, after)

    def tell(self, name: str, after: float = 0) -> None:
        """Have any worker look; where it can't be told, the task's next turn finds the rows."""
        try:
            if after:
                self._look.schedule(args=(name,), delay=after)
            else:
                self._look(name)
        except (sqlite3.Error, OSError) as error:
            log.warning("The task %s was not woken, and waits for its turn: %s", name, error)

    def consumer(self, runs: Runs, every_minute: Callable[[], object]) -> Any:
        """What sees to the wake-ups in a worker. It has one thread: the runs have their own."""
        self._runs = runs
        self._huey.periodic_task(lambda _: True, name="clock")(every_minute)
        return HangUpMeansStop(
            self._huey,
            workers=1,
            initial_delay=LOOKS_EVERY,
            max_delay=LOOKS_EVERY,
            graceful_signal="TERM",
            shutdown_timeout=1,
        )

    def _look_now(self, name: str) -> None:
        # Of an older version of the app there may be one that asks for what is no more.
        if self._runs and self._runs.knows(name):
            self._runs.look(name)


_making = threading.Lock()


def engine_of(app: Flask) -> Engine:
    """The engine of this app, made with its first use."""
    with _making:
        if "work" not in app.extensions:
            app.extensions["work"] = Engine(app)
    found: Engine = app.extensions["work"]
    return found
