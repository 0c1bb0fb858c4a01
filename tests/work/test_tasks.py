"""What admins see of the background work, over the API and on their page; and nobody else."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from playlist_app.config import settings
from playlist_app.database import iso, now, write
from playlist_app.work import tasks, worker
from playlist_app.work.models import TaskRecord
from playlist_app.work.runs import Runs
from playlist_app.work.tasks import Jobs
from tests.cast import Browser, Person, ok, problem
from tests.counting import queries_of

PAGE = "/admin/tasks"
HOUR = timedelta(hours=1)


@pytest.fixture
def trial(app: Flask) -> None:
    """A task that always has twelve to do."""
    jobs = Jobs()
    jobs.task("trial", title="Try things", every=HOUR, lanes=lambda: 3, waiting=lambda: 12)(int)
    tasks.register(app, jobs)


@pytest.fixture
def working(app: Flask) -> Iterator[str]:
    """This process is a worker, which does nothing."""
    with worker.signs_of_life(app.config["JAMBOREE"]) as name:
        yield name


def note(app: Flask, **values: Any) -> None:
    with app.app_context(), write() as tx:
        tx.merge(TaskRecord(name="trial", **values))


def is_at_work(app: Flask, name: str) -> None:
    """The worker says that it is at it, with two lanes."""
    with app.app_context():
        moment = now() - timedelta(minutes=3)
        worker.tell_what_runs(settings(), name, {"trial": [moment, moment]}, {"trial": moment})


def task_of(person: Person) -> dict[str, Any]:
    items = ok(person.get("/tasks"))["items"]
    return next(item for item in items if item["name"] == "trial")


def text_of(response: Any) -> str:
    assert response.status_code == 200
    return " ".join(response.get_data(as_text=True).split())


def test_admins_see_every_task_and_who_works(
    app: Flask, trial: None, working: str, dora: Person
) -> None:
    started, finished = now() - timedelta(minutes=9), now() - timedelta(minutes=8)
    note(app, started_at=started, finished_at=finished, failures=0, done=40)
    answer = ok(dora.get("/tasks"))
    assert answer["next_cursor"] is None
    assert [found["name"] for found in answer["workers"]] == [working]
    assert {item["name"] for item in answer["items"]} == set(tasks.tasks_of(app))
    assert task_of(dora) == {
        "name": "trial",
        "title": "Try things",
        "every_seconds": 3600,
        "lanes": 3,
        "running": 0,
        "last_started_at": iso(started),
        "last_finished_at": iso(finished),
        "last_failed_at": None,
        "error": None,
        "failures": 0,
        "done": 40,
        "next_at": iso(started + HOUR),
        "waiting": 12,
    }


def test_nobody_else_does(alice: Person, nobody: Person, dora: Person, happened: Any) -> None:
    problem(alice.get("/tasks"), 404)
    problem(alice.post("/tasks/clean-up/run"), 404)
    problem(nobody.get("/tasks"), 401)
    for path in (PAGE, f"{PAGE}/now"):
        page = alice.page(path)
        assert page.status_code == 404
        assert "Remove what is over" not in page.get_data(as_text=True)
    assert 'href="/admin/tasks"' in text_of(dora.page("/admin"))
    assert happened() == []


def test_what_runs_is_shown_and_ends_with_the_worker_that_was_at_it(
    app: Flask, trial: None, dora: Person
) -> None:
    with worker.signs_of_life(app.config["JAMBOREE"]) as name:
        is_at_work(app, name)
        assert task_of(dora)["running"] == 2
        page = text_of(dora.page(PAGE))
        assert "Running, began <time" in page
        assert "3 minutes ago</time> · 2 at a time · 12 waiting" in page
    assert task_of(dora)["running"] == 0
    assert task_of(dora)["next_at"] is None
    assert "Running" not in text_of(dora.page(PAGE))


def test_what_failed_is_shown_with_the_error_and_when_it_is_tried_again(
    app: Flask, trial: None, working: str, dora: Person
) -> None:
    failed = now() - timedelta(seconds=20)
    note(
        app,
        started_at=failed,
        failed_at=failed,
        error="OSError: No space left on <disk>",
        failures=2,
    )
    page = text_of(dora.page(PAGE))
    assert "It went wrong 2 times in a row. The disk is full: make room" in page
    assert "No space left on &lt;disk&gt;" in page
    assert "in 2 minutes</time>" in page
    assert task_of(dora)["next_at"] == iso(failed + timedelta(minutes=2))


@pytest.mark.parametrize(("work", "says"), [("beside", "log says why"), ("off", "“flask work”")])
def test_where_no_worker_is_the_page_says_what_to_do(
    app: Flask, dora: Person, work: str, says: str
) -> None:
    object.__setattr__(app.config["JAMBOREE"], "work", work)
    page = text_of(dora.page(PAGE))
    assert "No worker is there" in page
    assert says in page


def test_with_a_worker_there_is_no_alarm(working: str, dora: Person) -> None:
    page = text_of(dora.page(PAGE))
    assert "No worker is there" not in page
    assert "A worker is there (process" in page


def test_run_now_wakes_it(app: Flask, trial: None, dora: Person) -> None:
    from playlist_app.work.engine import engine_of

    runs = Runs(app)
    engine_of(app).consumer(runs, lambda: None)  # what a worker has; woken here, it looks at once
    browser = Browser(app, dora)
    response = browser.submits(f"{PAGE}/trial/run", seen_at=PAGE)
    assert (response.status_code, response.headers["Location"]) == (303, PAGE)
    assert runs.rest(10)
    assert task_of(dora)["last_finished_at"]
    assert "“Try things” looks for something to do now." in text_of(browser.opens(PAGE))
    assert ok(dora.post("/tasks/trial/run"), 202) == {"name": "trial"}


def test_who_may_not_run_it_wakes_nobody(
    app: Flask, trial: None, alice: Person, dora: Person
) -> None:
    from playlist_app.work.engine import engine_of

    runs = Runs(app)
    engine_of(app).consumer(runs, lambda: None)
    assert Browser(app, alice).submits(f"{PAGE}/trial/run", seen_at="/you").status_code == 404
    problem(alice.post("/tasks/trial/run"), 404)
    assert runs.rest(10)
    assert task_of(dora)["last_started_at"] is None
    problem(dora.post("/tasks/nothing-of-the-kind/run"), 404)


def test_more_tasks_ask_the_database_no_more_often(app: Flask, dora: Person) -> None:
    def queries() -> int:
        return queries_of(app, lambda: ok(dora.get("/tasks")))

    queries()  # by the way, it is noted that she was seen: once in a while, and not again below
    before = queries()
    jobs = Jobs()
    for number in range(20):
        jobs.task(f"trial {number}", title="Try things", every=HOUR)(int)
    tasks.register(app, jobs)
    assert queries() == before
