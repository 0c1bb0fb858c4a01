"""What the calls about the background work answer."""

from __future__ import annotations

from typing import NotRequired, TypedDict

from playlist_app.shapes import Count, Moment, TaskFacts


class Task(TaskFacts):
    """How a task stands: `running` counts lanes of all workers; `waiting` what it has to do."""

    title: str
    every_seconds: Count
    lanes: Count
    running: Count
    next_at: Moment | None
    waiting: NotRequired[Count]


class Worker(TypedDict):
    """A worker that is alive."""

    name: str
    pid: int
    started_at: Moment


class Tasks(TypedDict):
    """Every task, and the workers that are alive."""

    items: list[Task]
    next_cursor: str | None
    workers: list[Worker]


class Woken(TypedDict):
    """The task that a worker looks at now."""

    name: str
