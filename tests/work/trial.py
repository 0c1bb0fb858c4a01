"""An app with tasks of its own to try workers with, and a worker of it.

python -m tests.work.trial FOLDER      works until it is told to stop

What there is to do stands in a table of the app's own database, as for real tasks.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from flask import Flask
from sqlalchemy import text

from playlist_app.config import settings
from playlist_app.database import connect, session, write
from playlist_app.work import tasks, worker
from playlist_app.work.tasks import Jobs
from tests.conftest import make_app
from tests.serving import PATIENCE
from tests.warmth import Forked

HOUR = timedelta(hours=1)
LANES = 2
MAY_BE_DEAF = "deaf"  # a file

jobs = Jobs()


def _left() -> int:
    return int(session().execute(text("SELECT count(*) FROM trial WHERE done = 0")).scalar_one())


@jobs.task("trial", title="Try things", every=HOUR, lanes=lambda: LANES, waiting=_left)
def trial() -> bool:
    """Claim one, do it, note it: the way of every task."""
    with write() as tx:
        left = text("SELECT id, worker, seconds FROM trial WHERE done = 0 ORDER BY id")
        rows = tx.execute(left).all()
        free = next((row for row in rows if not worker.is_alive(row.worker)), None)
        if not free:
            return False
        claim = text("UPDATE trial SET worker = :worker, begun = begun + 1 WHERE id = :id")
        tx.execute(claim, {"worker": worker.me(), "id": free.id})
    if tasks.stopping.wait(free.seconds):
        with write() as tx:
            tx.execute(text("UPDATE trial SET worker = NULL WHERE id = :id"), {"id": free.id})
        return False
    with write() as tx:
        tx.execute(text("UPDATE trial SET done = done + 1 WHERE id = :id"), {"id": free.id})
    return True


@jobs.task("deaf", title="Never listen", every=HOUR, at_start=False)
def deaf() -> None:
    """Where it may, takes long, and does not look at what it is told."""
    if (settings().data_folder / MAY_BE_DEAF).exists():
        signal.sigwait({signal.SIGUSR1})


def make_trial(folder: Path) -> Flask:
    """The app, with the tasks of this file and no others."""
    app = make_app(folder)
    tasks.tasks_of(app).clear()
    tasks.register(app, jobs)
    return app


class Table:
    """The table of what there is to do, as a process beside sees it."""

    def __init__(self, folder: Path) -> None:
        self._connection = connect(folder / "app.db")
        self._connection.execute(
            "CREATE TABLE IF NOT EXISTS trial (id INTEGER PRIMARY KEY, seconds REAL, worker TEXT,"
            " begun INTEGER DEFAULT 0, done INTEGER DEFAULT 0)"
        )

    def add(self, count: int = 1, seconds: float = 0) -> None:
        for _ in range(count):
            self._connection.execute("INSERT INTO trial (seconds) VALUES (?)", (seconds,))

    def change(self, sql: str) -> None:
        self._connection.execute(f"UPDATE trial SET {sql}")

    def ask(self, sql: str) -> list[tuple[object, ...]]:
        return list(self._connection.execute(f"SELECT {sql} FROM trial ORDER BY id"))

    def number(self, sql: str) -> int:
        return int(str(self.ask(sql)[0][0] or 0))

    def close(self) -> None:
        self._connection.close()


class Worker:
    """A worker of the trial app, as a process."""

    def __init__(self, folder: Path, *arguments: str) -> None:
        with Path(os.devnull).open() as nothing, (folder / "trial.log").open("ab") as log:
            self.process = Forked(
                *("tests.work.trial", str(folder), *arguments),
                environment=dict(os.environ),
                streams=(nothing, log, log),
            )

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(PATIENCE)

    def stop(self) -> int:
        self.process.terminate()
        return self.process.wait(PATIENCE)


@contextlib.contextmanager
def working(folder: Path, *arguments: str) -> Iterator[Worker]:
    running = Worker(folder, *arguments)
    try:
        yield running
    finally:
        if running.process.poll() is None:
            running.kill()


if __name__ == "__main__":
    if len(sys.argv) > 2:
        worker.STOPS_WITHIN = float(sys.argv[2])
    worker.work(make_trial(Path(sys.argv[1])))
