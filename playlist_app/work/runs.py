"""Runs: a task's steps in a worker, so many at a time, and the note of how they went."""

from __future__ import annotations

import logging
import threading
from datetime import datetime, timedelta

from flask import Flask
from sqlalchemy import select

from playlist_app.database import now, session, write
from playlist_app.work import tasks
from playlist_app.work.models import TaskRecord
from playlist_app.work.tasks import Task

log = logging.getLogger(__name__)

# A turn that found nothing to do is noted for tasks that have few; for the others it would be a
# write a minute, for nothing.
NOTED = timedelta(minutes=5)


class Runs:
    """The runs of one process."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._lock = threading.Lock()
        self._tasks = tasks.tasks_of(app)
        self._running = dict.fromkeys(self._tasks, 0)
        self._woken: set[str] = set()  # while all its lanes were busy
        self._looked: dict[str, datetime] = {}
        with app.app_context():
            self._lanes = {name: found.lanes() for name, found in self._tasks.items()}

    def lanes(self, name: str) -> int:
        return self._lanes[name]

    @property
    def lanes_of_all(self) -> int:
        return sum(self._lanes.values())

    def due(self) -> list[str]:
        """The tasks whose turn it is by the clock."""
        with self._app.app_context():
            noted = {row.name: row.started_at for row in session().scalars(select(TaskRecord))}
        late = []
        for name, found in self._tasks.items():
            last = max(filter(None, (noted.get(name), self._looked.get(name))), default=None)
            # The clock ticks once a minute, and not to the millisecond.
            if not last or now() - last > found.every - timedelta(seconds=5):
                late.append(name)
        return late

    def look(self, name: str) -> None:
        """Run the steps until there is nothing left to do; at once where enough do so already."""
        with self._lock:
            if self._running[name] >= self._lanes[name]:
                # Who is at work may have looked just before what this tells of was there.
                self._woken.add(name)
                return
            self._running[name] += 1
        while True:
            self._run(self._tasks[name])
            with self._lock:
                if name not in self._woken or tasks.stopping.is_set():
                    self._running[name] -= 1
                    return
                self._woken.discard(name)

    def _run(self, found: Task) -> None:
        started, done = now(), 0
        self._looked[found.name] = started
        try:
            while not tasks.stopping.is_set():
                with self._app.app_context():
                    more = found.step()
                if not more:
                    break
                done += 1
        except Exception as error:
            # A step answers for what it can foresee. This is what it could not: shown to admins,
            # and tried again at the task's next turn.
            log.exception("The task %s failed", found.name)
            self._note(found, started, done, f"{type(error).__name__}: {error}")
        else:
            self._note(found, started, done, None)

    def _note(self, found: Task, started: datetime, done: int, error: str | None) -> None:
        if not done and not error and found.every < NOTED:
            return
        with self._app.app_context(), write() as tx:
            record = tx.get(TaskRecord, found.name) or TaskRecord(
                name=found.name, failures=0, done=0
            )
            record.started_at = started
            record.done += done
            if error:
                record.failed_at, record.error = now(), error[:2000]
                record.failures += 1
            else:
                record.finished_at = now()
                record.failures = 0
            tx.add(record)
