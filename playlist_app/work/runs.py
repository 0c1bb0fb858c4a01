"""Runs: a task's steps in a worker, so many at a time, and the note of how they went."""

from __future__ import annotations

import logging
import sqlite3
import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta

from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from playlist_app.database import now, session, write
from playlist_app.work import tasks, telling
from playlist_app.work.models import TaskRecord
from playlist_app.work.tasks import Task
from playlist_app.work.turns import next_turn

log = logging.getLogger(__name__)

# A turn that found nothing to do is noted for tasks that have few; for the others it would be a
# write a minute, for nothing.
NOTED = timedelta(minutes=5)
# The clock ticks once a minute, and not to the millisecond.
EARLY = timedelta(seconds=5)

Running = dict[str, list[datetime]]  # task → since when, of each lane that is at work
Looked = dict[str, datetime]  # task → when it last began a turn
Changed = Callable[[Running, Looked], object]


class Runs:
    """The runs of one process. `changed` is told when one begins or ends."""

    def __init__(self, app: Flask, changed: Changed = lambda *_: None) -> None:
        self._app = app
        self._changed = changed
        self._tasks = tasks.tasks_of(app)
        with app.app_context():
            self._lanes = {name: max(found.lanes(), 1) for name, found in self._tasks.items()}
        self._state = threading.Condition()  # of the following three
        self._running: Running = {}
        self._looked: Looked = {}
        self._woken: set[str] = set()  # while all its lanes were busy

    def knows(self, name: str) -> bool:
        return name in self._tasks

    def due(self) -> list[str]:
        """The tasks whose turn it is by the clock."""
        with self._app.app_context():
            noted = {row.name: row for row in session().scalars(select(TaskRecord))}
        with self._state:
            looked = dict(self._looked)
        return [
            name
            for name, found in self._tasks.items()
            if next_turn(found, noted.get(name), looked.get(name)) <= now() + EARLY
        ]

    def look(self, name: str) -> None:
        """Have every free lane of the task run its steps until there is nothing left to do."""
        with self._state:
            busy = self._running.setdefault(name, [])
            free = self._lanes[name] - len(busy)
            if not free or tasks.stopping.is_set():
                # Who is at work may have looked just before what this tells of was there.
                self._woken.add(name)
                return
            since = now()
            for _ in range(free):
                busy.append(since)
                lane = (self._tasks[name], since)
                threading.Thread(target=self._lane, args=lane, name=name, daemon=True).start()
            self._tell()

    def stop(self, within: float) -> set[str]:
        """Wait until the lanes have ended, which look at `tasks.stopping`; answers what another
        worker must look at: the tasks that were cut short, or woken, or are still at it."""
        self.rest(within)
        with self._state:
            return {name for name, busy in self._running.items() if busy} | self._woken

    def rest(self, within: float) -> bool:
        """Wait until nothing runs; answers whether that was so in time, in seconds."""
        until = time.monotonic() + within
        with self._state:
            while any(self._running.values()):
                if not self._state.wait(max(until - time.monotonic(), 0)):
                    return False
        return True

    def _lane(self, found: Task, since: datetime) -> None:
        again = True
        try:
            while again:
                self._run(found)
                with self._state:
                    again = found.name in self._woken and not tasks.stopping.is_set()
                    if again:
                        self._woken.discard(found.name)
                    else:
                        self._leave(found, since)
        except BaseException:  # SystemExit of a step, or the like: it must not cost the lane
            with self._state:
                self._leave(found, since)
            raise

    def _leave(self, found: Task, since: datetime) -> None:
        self._running[found.name].remove(since)
        if tasks.stopping.is_set():
            self._woken.add(found.name)  # there may be more
        self._state.notify_all()
        self._tell()

    def _tell(self) -> None:
        """With the state held, so that the last one told is how it is."""
        try:
            self._changed(
                {name: busy for name, busy in self._running.items() if busy}, self._looked
            )
        except OSError as error:
            log.warning("It can't be told what is running: %s", error)

    def _run(self, found: Task) -> None:
        started, done, error = now(), 0, None
        with self._state:
            self._looked[found.name] = started
        try:
            while not tasks.stopping.is_set():
                with self._app.app_context():
                    more = found.step()
                if not more:
                    break
                done += 1
        except Exception as fault:
            # A step answers for what it can foresee. This is what it could not: shown to admins,
            # and tried again, later each time.
            log.exception("The task %s failed", found.name)
            error = f"{type(fault).__name__}: {fault}"
        try:
            self._note(found, started, done, error)
        except (SQLAlchemyError, sqlite3.Error, OSError):
            # Most likely the disk is full, which is also what the step failed of.
            log.exception("How the task %s went could not be noted", found.name)

    def _note(self, found: Task, started: datetime, done: int, error: str | None) -> None:
        is_noted = done or error or found.every >= NOTED or not found.at_start
        if not is_noted and not self._is_failing(found.name):
            return
        with self._app.app_context(), write() as tx:
            record = tx.get(TaskRecord, found.name) or TaskRecord(
                name=found.name, failures=0, done=0
            )
            tx.add(record)
            had_failed = bool(record.failures)
            record.started_at = started
            record.done += done
            if error:
                record.failed_at, record.error = now(), error[:2000]
                record.failures += 1
            else:
                record.finished_at = now()
                record.failures = 0
            if error or had_failed or found.every >= NOTED:
                telling.tell_admins(record)

    def _is_failing(self, name: str) -> bool:
        with self._app.app_context():
            record = session().get(TaskRecord, name)
            return bool(record and record.failures)
