"""The engine: Huey, with a SQLite file in the cache folder. It carries wake-ups and keeps the
clock, and nothing that would be missed: when its file is deleted, no work is lost.

Huey is loaded where it is first used: most web processes never wake anything.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
from typing import Any

from flask import Flask

from playlist_app.config import Settings
from playlist_app.work.runs import Runs

FILE = "work.db"
LOOKS_EVERY = 0.5  # seconds, at most, until a wake-up is seen
STOPS_WITHIN = 8.0  # seconds; who doesn't give up by then is left behind, and its rows are found


class Engine:
    """Huey for one app: `wake` in any process, `consumer` in a worker."""

    def __init__(self, app: Flask) -> None:
        from huey import SqliteHuey
        from huey.serializer import SignedSerializer

        config: Settings = app.config["JAMBOREE"]
        path = config.cache_folder / FILE
        os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))
        self._huey: Any = SqliteHuey(
            "jamboree",
            filename=str(path),
            results=False,
            cache_mb=0,
            fsync=False,
            serializer=SignedSerializer(secret=app.config["SECRET_KEY"]),
        )
        self._runs = Runs(app)
        self._look: Any = self._huey.task(name="look")(self._runs.look)
        self._huey.periodic_task(lambda _: True, name="clock")(self._wake_what_is_due)

    def wake(self, name: str, after: float = 0) -> None:
        """Have a worker look; where this can't be told, the task's next turn finds the rows."""
        with contextlib.suppress(sqlite3.OperationalError):
            for _ in range(self._runs.lanes(name)):
                if after:
                    self._look.schedule(args=(name,), delay=after)
                else:
                    self._look(name)

    def _wake_what_is_due(self) -> None:
        for name in self._runs.due():
            self.wake(name)

    def consumer(self) -> Any:
        """What works off the wake-ups, in threads of this process."""
        return self._huey.create_consumer(
            workers=self._runs.lanes_of_all,
            initial_delay=0.05,
            max_delay=LOOKS_EVERY,
            graceful_signal="TERM",
            shutdown_timeout=STOPS_WITHIN,
        )


def engine_of(app: Flask) -> Engine:
    """The engine of this app, made with its first use."""
    if "work" not in app.extensions:
        app.extensions["work"] = Engine(app)
    found: Engine = app.extensions["work"]
    return found
