"""Long work: asked for, done by the worker, told meanwhile, cancelled, taken up after a death."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from playlist_app.config import settings
from playlist_app.database import session
from playlist_app.operations import long_work
from playlist_app.operations.long_work import Course, LongWork
from playlist_app.people.models import User
from playlist_app.refusals import Conflict, NotFound, Refusal
from playlist_app.work import worker
from playlist_app.work.tasks import stopping
from tests.cast import Browser, Person


@pytest.fixture
def working(app: Flask) -> Iterator[None]:
    """This process is the worker."""
    with app.app_context(), worker.signs_of_life(settings()):
        yield


@pytest.fixture
def admin(working: None) -> User:
    return User.named("dora")


@pytest.fixture
def counting(monkeypatch: pytest.MonkeyPatch) -> None:
    """A kind that says what it was asked for."""

    def act(course: Course) -> str:
        if course.wanted.get("refuse"):
            raise Refusal("There is nothing to count.")
        if course.wanted.get("cancelled"):
            long_work.cancel(course.id, by=User.named("dora"))
        if course.wanted.get("stop"):
            stopping.set()
        course.at(1, 3, "Counting")
        row = session().get_one(LongWork, course.id)
        assert (row.state, row.done, row.of, row.message) == ("running", 1, 3, "Counting")
        return f"Counted {course.wanted['things']}."

    monkeypatch.setitem(long_work._kinds, "count", long_work.Kind("count", "Count things", act))


def outcome(work: LongWork) -> tuple[str, str]:
    session().expire_all()
    row = session().get_one(LongWork, work.id)
    return row.state, row.message


def test_what_is_asked_for_is_done_once(admin: User, counting: None) -> None:
    work = long_work.ask("count", by=admin, things="sheep")
    assert long_work.ask("count", by=admin, things="sheep").id == work.id
    assert long_work.waiting() == 1
    assert long_work.do_next()
    assert outcome(work) == ("done", "Counted sheep.")
    assert not long_work.do_next()


def test_a_refusal_is_what_came_of_it(admin: User, counting: None) -> None:
    work = long_work.ask("count", by=admin, refuse=True)
    long_work.do_next()
    assert outcome(work) == ("failed", "There is nothing to count.")


def test_it_can_be_cancelled_while_it_waits_and_while_it_runs(admin: User, counting: None) -> None:
    waiting = long_work.ask("count", by=admin, things="a")
    long_work.cancel(waiting.id, by=admin)
    assert outcome(waiting)[0] == "cancelled"
    running = long_work.ask("count", by=admin, cancelled=True, things="b")
    long_work.do_next()
    assert outcome(running)[0] == "cancelled"
    over = long_work.ask("count", by=admin, things="c")
    long_work.do_next()
    with pytest.raises(Conflict):
        long_work.cancel(over.id, by=admin)


def test_a_worker_that_is_told_to_stop_puts_it_back(admin: User, counting: None) -> None:
    work = long_work.ask("count", by=admin, stop=True, things="a")
    try:
        assert not long_work.do_next()
    finally:
        stopping.clear()
    assert outcome(work)[0] == "queued"


def test_what_a_dead_worker_had_is_taken_up_but_not_for_ever(admin: User, counting: None) -> None:
    work = long_work.ask("count", by=admin, things="goats")
    for _ in range(long_work.ATTEMPTS - 1):
        assert long_work._claim()
    assert long_work.do_next()
    assert outcome(work) == ("done", "Counted goats.")
    deadly = long_work.ask("count", by=admin, things="wolves")
    for _ in range(long_work.ATTEMPTS):
        assert long_work._claim()
    assert not long_work.do_next()
    assert outcome(deadly)[0] == "failed"


def test_members_see_nothing_of_it(app: Flask, bob: Person, dora: Person, counting: None) -> None:
    with app.app_context():
        with pytest.raises(NotFound):
            long_work.ask("count", by=User.named("bob"), things="x")
        work = long_work.ask("count", by=User.named("dora"), things="x")
    address = f"/admin/work/{work.id}"
    assert bob.page(address).status_code == 404
    assert "Waits for the worker" in dora.page(address).get_data(as_text=True)
    assert bob.page(f"{address}/cancel", "POST").status_code == 404
    with app.app_context():
        assert outcome(work)[0] == "queued"
    page = Browser(app, dora).submits(f"{address}/cancel", seen_at=address)
    assert page.status_code == 303
    with app.app_context():
        assert outcome(work)[0] == "cancelled"
