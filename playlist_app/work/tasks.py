"""Tasks: the kinds of background work there are. A slice declares its own in its `jobs.py`.

A task takes no arguments. What there is to do stands in rows (an import that is queued, an audio
file that was not analysed yet), and each step takes one of them: claims it in a write, does it, and
writes what came of it. So a wake-up can be lost, come twice, or come to several workers: nothing is
lost, and nothing is done twice with effect (docs/decisions/0017-background-work.md).
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from flask import Flask, current_app

from playlist_app.database import after_commit

Step = Callable[[], object]

TICK = timedelta(minutes=1)  # how often the clock has a look at whose turn it is


@dataclass(frozen=True)
class Task:
    """`step` is called in an app context, again and again while it answers something true ("there
    was something to do, there may be more"), by at most `lanes` threads of a worker at a time."""

    name: str
    title: str  # for people: "Remove what nobody needs any more"
    step: Step
    every: timedelta  # it looks by itself this often, whatever wakes it besides
    lanes: Callable[[], int]
    at_start: bool  # it also looks when a worker starts, or died, and may have left things
    waiting: Callable[[], int] | None  # how much there is to do, for people


# Set in a worker that was told to stop: a step that takes long looks at it, puts what it claimed
# back and returns.
stopping = threading.Event()


class Jobs:
    """The tasks of a slice; `create_app` registers them."""

    def __init__(self) -> None:
        self.tasks: list[Task] = []

    def task(
        self,
        name: str,
        *,
        title: str,
        every: timedelta,
        lanes: Callable[[], int] = lambda: 1,
        at_start: bool = True,
        waiting: Callable[[], int] | None = None,
    ) -> Callable[[Step], Step]:
        """Declare a function as the step of a task. `every` is a minute at least; `lanes` is asked
        once, in an app context; `waiting`, in one too, whenever somebody looks: one quick query.
        `at_start=False` is for what goes by the clock alone, like tidying up."""
        if every < TICK:
            raise ValueError(f"{name}: the clock ticks once a minute")

        def declare(step: Step) -> Step:
            self.tasks.append(Task(name, title, step, every, lanes, at_start, waiting))
            return step

        return declare


def register(app: Flask, jobs: Jobs) -> None:
    known = app.extensions.setdefault("tasks", {})
    for task in jobs.tasks:
        assert task.name not in known, f"there are two tasks called {task.name}"
        known[task.name] = task


def tasks_of(app: Flask) -> dict[str, Task]:
    """All tasks of this app, by name."""
    found: dict[str, Task] = app.extensions.setdefault("tasks", {})
    return found


@dataclass(frozen=True)
class _WakeUp:
    """Equal to another of the same: a write that queues hundreds wakes once."""

    app: Flask
    name: str
    after: float

    def __call__(self) -> None:
        from playlist_app.work.engine import engine_of

        engine_of(self.app).wake(self.name, self.after)


def wake(name: str, *, after: float = 0) -> None:
    """Have the task look, `after` so many seconds, in whichever process works; within a write, once
    that is safe. Where nothing works now, nothing is lost: the rows wait."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    assert name in tasks_of(app), f"no task is called {name}"
    after_commit(_WakeUp(app, name, after))
