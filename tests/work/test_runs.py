"""Runs: steps, lanes, wake-ups that come at a bad moment, turns, and what goes wrong."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text

from playlist_app.database import now, session, write
from playlist_app.work import tasks
from playlist_app.work.models import TaskRecord
from playlist_app.work.runs import Runs
from playlist_app.work.tasks import Jobs
from tests.cast import Person
from tests.serving import PATIENCE

DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)

Declare = Callable[..., None]


@pytest.fixture
def declare(app: Flask) -> Declare:
    """Make a function the step of the task "trial"."""

    def add(step: Callable[[], object], every: timedelta = DAY, **options: Any) -> None:
        jobs = Jobs()
        jobs.task("trial", title="Try things", every=every, **options)(step)
        tasks.register(app, jobs)

    return add


@pytest.fixture
def stopping() -> Iterator[threading.Event]:
    yield tasks.stopping
    tasks.stopping.clear()


def runs_to_the_end(app: Flask) -> None:
    runs = Runs(app)
    runs.look("trial")
    assert runs.rest(PATIENCE)


def record_of(app: Flask, name: str = "trial") -> TaskRecord | None:
    with app.app_context():
        return session().get(TaskRecord, name)


def note(app: Flask, **values: Any) -> None:
    with app.app_context(), write() as tx:
        tx.merge(TaskRecord(name="trial", **values))


def is_due(app: Flask) -> bool:
    """As a worker that has just started sees it."""
    return "trial" in Runs(app).due()


def test_a_step_runs_again_while_it_answers_true(app: Flask, declare: Declare) -> None:
    left = [1, 2, 3]
    declare(lambda: left.pop() if left else None)
    runs_to_the_end(app)
    assert left == []
    record = record_of(app)
    assert record and record.done == 3
    assert record.finished_at and not record.error


def test_so_many_lanes_work_at_a_time_and_no_more(app: Flask, declare: Declare) -> None:
    together = threading.Barrier(3)  # two lanes and this test
    at_once, most = [0], [0]
    lock = threading.Lock()
    left = [1] * 4

    def step() -> bool:
        with lock:
            if not left:
                return False
            left.pop()
            at_once[0] += 1
            most[0] = max(most[0], at_once[0])
        together.wait(PATIENCE)
        with lock:
            at_once[0] -= 1
        return True

    declare(step, lanes=lambda: 2)
    runs = Runs(app)
    for _ in range(10):
        runs.look("trial")
    together.wait(PATIENCE)
    together.wait(PATIENCE)
    assert runs.rest(PATIENCE)
    assert (left, most) == ([], [2])


def test_a_wake_up_that_comes_while_every_lane_is_busy_is_not_lost(
    app: Flask, declare: Declare
) -> None:
    """The lane has looked already, and found nothing, when something comes."""
    looked, goes_on = threading.Event(), threading.Event()
    todo: list[int] = []
    done: list[int] = []

    def step() -> bool:
        found = todo.pop() if todo else None
        if found is None:
            looked.set()
            goes_on.wait(PATIENCE)
            return False
        done.append(found)
        return True

    declare(step)
    runs = Runs(app)
    runs.look("trial")
    assert looked.wait(PATIENCE)
    todo.append(7)
    runs.look("trial")
    goes_on.set()
    assert runs.rest(PATIENCE)
    assert done == [7]


def test_what_raises_is_noted_told_to_admins_and_shown_until_it_goes_well(
    app: Flask, declare: Declare, dora: Person, happened: Any
) -> None:
    broken = [True]

    def step() -> None:
        if broken[0]:
            raise RuntimeError("the disk is on fire")

    declare(step, every=MINUTE)
    for failures in (1, 2):
        runs_to_the_end(app)
        record = record_of(app)
        assert record and (record.failures, record.error) == (
            failures,
            "RuntimeError: the disk is on fire",
        )
    broken[0] = False
    runs_to_the_end(app)
    record = record_of(app)
    assert record and record.failures == 0 and record.failed_at
    assert [(type_, payload["task"]["failures"]) for type_, payload in happened()] == [
        ("task.changed", 1),
        ("task.changed", 2),
        ("task.changed", 0),
    ]
    with app.app_context():
        concerned = session().execute(text("SELECT DISTINCT person_id FROM event")).scalars().all()
    assert concerned == [dora.id]


def test_after_a_failure_it_is_tried_again_soon_then_later_each_time(
    app: Flask, declare: Declare
) -> None:
    declare(lambda: None, every=DAY)
    for failures, pause in [(1, 1), (2, 2), (5, 16), (50, 24 * 60)]:
        ago = now() - timedelta(minutes=pause)
        note(app, started_at=ago + timedelta(seconds=20), failures=failures)
        assert not is_due(app), failures
        note(app, started_at=ago, failures=failures)
        assert is_due(app), failures


def test_whose_turn_it_is_is_known_also_after_a_restart(app: Flask, declare: Declare) -> None:
    declare(lambda: None, every=DAY)
    assert is_due(app)  # never ran
    runs_to_the_end(app)
    assert not is_due(app)
    note(app, started_at=now() - timedelta(hours=23))
    assert not is_due(app)
    note(app, started_at=now() - DAY)
    assert is_due(app)


def test_a_clock_that_was_ahead_and_is_put_right_holds_nothing_up(
    app: Flask, declare: Declare
) -> None:
    declare(lambda: None, every=DAY)
    note(app, started_at=now() + timedelta(days=400))
    assert is_due(app)


def test_a_turn_that_found_nothing_is_not_written_down_each_minute(
    app: Flask, declare: Declare, happened: Any
) -> None:
    declare(lambda: False, every=MINUTE)
    runs = Runs(app)
    assert "trial" in runs.due()
    runs.look("trial")
    assert runs.rest(PATIENCE)
    assert record_of(app) is None
    assert "trial" not in runs.due()
    assert happened() == []


def test_where_it_cannot_be_noted_how_it_went_the_lane_lives_on(
    app: Flask, declare: Declare
) -> None:
    calls = []

    def step() -> None:
        calls.append(1)
        raise OSError("No space left on device")

    declare(step)
    runs = Runs(app)
    with app.app_context(), write() as tx:
        tx.execute(text("ALTER TABLE task RENAME TO elsewhere"))
    for _ in range(3):
        runs.look("trial")
        assert runs.rest(PATIENCE)
    assert len(calls) == 3


def test_one_that_was_told_to_stop_begins_nothing_and_says_what_is_left(
    app: Flask, declare: Declare, stopping: threading.Event
) -> None:
    begun = threading.Event()
    steps = []

    def step() -> bool:
        steps.append(1)
        begun.set()
        return stopping.wait(PATIENCE)

    declare(step)
    runs = Runs(app)
    runs.look("trial")
    assert begun.wait(PATIENCE)
    stopping.set()
    assert runs.stop(PATIENCE) == {"trial"}
    runs.look("trial")
    assert runs.rest(0)
    assert steps == [1]


def test_the_clock_cannot_be_asked_for_more_than_it_gives() -> None:
    with pytest.raises(ValueError, match="once a minute"):
        Jobs().task("hasty", title="Hurry", every=timedelta(seconds=5))


def test_two_tasks_of_one_name_are_refused(app: Flask, declare: Declare) -> None:
    declare(lambda: None)
    with pytest.raises(AssertionError, match="two tasks called trial"):
        declare(lambda: None)
