"""What is known of the tasks, for admins: what runs, when it last ran, how it went; and having one
run now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Flask, current_app
from sqlalchemy import select

from playlist_app.database import iso, now, session
from playlist_app.people.models import User
from playlist_app.refusals import NotFound
from playlist_app.work import tasks, worker
from playlist_app.work.models import TaskRecord
from playlist_app.work.tasks import Task
from playlist_app.work.turns import next_turn
from playlist_app.work.worker import Alive

NEVER = TaskRecord(failures=0, done=0)


@dataclass
class Status:
    """How one task stands."""

    task: Task
    record: TaskRecord
    lanes: int
    running_since: list[datetime]  # of each lane that is at work, in whichever worker
    looked_at: datetime | None  # its last turn, also where that found nothing
    next_at: datetime | None  # None where no worker is alive
    waiting: int | None

    @property
    def state(self) -> str:
        if self.running_since:
            return "running"
        return "failing" if self.record.failures else "resting"

    def as_json(self) -> dict[str, Any]:
        shape = self.record.as_facts() | {
            "name": self.task.name,
            "title": self.task.title,
            "every_seconds": int(self.task.every.total_seconds()),
            "lanes": self.lanes,
            "running": len(self.running_since),
            "last_started_at": self.looked_at and iso(self.looked_at),
            "next_at": self.next_at and iso(self.next_at),
        }
        return shape if self.waiting is None else shape | {"waiting": self.waiting}


def all_tasks(*, by: User) -> tuple[list[Status], list[Alive]]:
    """Every task, and the workers that are alive. Raises NotFound for who is no admin."""
    _require_admin(by)
    workers = worker.alive()
    return of_all(workers), workers


def of_all(workers: list[Alive]) -> list[Status]:
    """How every task stands, for who was asked for by a program that may know."""
    records = {record.name: record for record in session().scalars(select(TaskRecord))}
    found = _tasks()
    return [_status(found[name], records.get(name), workers) for name in sorted(found)]


def _status(task: Task, record: TaskRecord | None, workers: list[Alive]) -> Status:
    turns = [alive.looked_at(task.name) for alive in workers]
    looked = max(filter(None, turns), default=None)
    noted = record.started_at if record else None
    return Status(
        task=task,
        record=record or NEVER,
        lanes=max(task.lanes(), 1),
        running_since=[
            datetime.fromisoformat(since)
            for alive in workers
            for since in alive.running.get(task.name, ())
        ],
        looked_at=max(filter(None, (noted, looked)), default=None),
        next_at=max(next_turn(task, record, looked), now()) if workers else None,
        waiting=task.waiting() if task.waiting else None,
    )


def run_now(name: str, *, by: User) -> Task:
    """Have a worker look at once. Raises NotFound, also for who is no admin."""
    _require_admin(by)
    found = _tasks().get(name)
    if not found:
        raise NotFound("There is no such task.")
    tasks.wake(name)
    return found


def _tasks() -> dict[str, Task]:
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    return tasks.tasks_of(app)


def _require_admin(person: User) -> None:
    if not person.is_admin:
        raise NotFound
