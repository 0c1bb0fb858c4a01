"""What admins choose while the server runs: who may, what it takes, and what it changes."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from playlist_app.choices.models import Choice, declare
from playlist_app.refusals import Invalid
from tests.cast import Person, ok, problem
from tests.people.test_audit import noted


def is_offline_mode_on(person: Person) -> bool:
    on = ok(person.get("/settings"))["offline_mode"]
    assert isinstance(on, bool)
    return on


def test_an_admin_sees_and_changes_them(dora: Person, happened: Any) -> None:
    before = ok(dora.get("/settings"))
    assert before["offline_mode"] is True
    after = before | {"offline_mode": False}
    assert dora.patch("/settings", {"offline_mode": False}).json == after
    assert dora.get("/settings").json == after
    assert dora.patch("/settings", {"offline_mode": False}).json == after
    assert dora.patch("/settings", {}).json == after
    assert happened() == []


def test_what_was_chosen_stands_in_the_audit_once(app: Flask, dora: Person) -> None:
    dora.patch("/settings", {"audit_days": 90, "offline_mode": True})
    dora.patch("/settings", {"audit_days": 90})
    [note] = noted(app, "setting.changed")
    assert (note.actor_name, note.subject) == ("Dora", "audit_days")
    assert note.detail == {"before": 365, "now": 90}


def test_nobody_else_does(alice: Person, charlie: Person, nobody: Person, dora: Person) -> None:
    for person in (alice, charlie):
        problem(person.get("/settings"), 404)
        problem(person.patch("/settings", {"offline_mode": False}), 404)
        assert person.page("/admin/settings").status_code == 404
        assert person.page("/admin/settings", method="POST").status_code == 404
    problem(nobody.get("/settings"), 401)
    assert is_offline_mode_on(dora)


@pytest.mark.parametrize(
    "wanted",
    [
        {"offline_mode": "off"},
        {"offline_mode": 0},
        {"offline_mode": None},
        {"no_such": True},
        {"offline_mode": False, "no_such": True},
        {"audit_days": 0},
        {"audit_days": 10**17},
        {"audit_days": True},
        {"audit_days": "30"},
        {"audit_days": 30.5},
        {"offline_mode": False, "audit_days": -1},
    ],
)
def test_what_can_not_be_chosen_changes_nothing(dora: Person, wanted: dict[str, Any]) -> None:
    assert problem(dora.patch("/settings", wanted), 422)["errors"]
    assert is_offline_mode_on(dora)


def test_a_body_that_is_no_object_changes_nothing(dora: Person) -> None:
    problem(dora.patch("/settings", ["offline_mode"]), 422)
    assert is_offline_mode_on(dora)


def test_the_page_shows_and_keeps_them(dora: Person) -> None:
    page = dora.page("/admin/settings").text
    assert "Offline mode" in page
    assert 'name="offline_mode" checked' in page
    assert 'name="audit_days" value="365"' in page
    answer = dora.page("/admin/settings", method="POST", data={"audit_days": " 90 "})
    assert answer.status_code == 303
    assert ok(dora.get("/settings"))["audit_days"] == 90
    assert 'name="offline_mode" checked' not in dora.page("/admin/settings").text
    dora.page("/admin/settings", method="POST", data={"offline_mode": "on"})
    assert is_offline_mode_on(dora)


@pytest.mark.parametrize("typed", ["", "0", "a year", "1e3", "9" * 30, "36501"])
def test_what_can_not_be_is_told_at_its_field_and_keeps_what_was_typed(
    dora: Person, typed: str
) -> None:
    form = {"offline_mode": "on", "audit_days": typed, "audit_address_days": "7"}
    answer = dora.page("/admin/settings", method="POST", data=form)
    assert answer.status_code == 422
    assert 'id="audit_days-error"' in answer.text
    assert f'name="audit_days" value="{typed}"' in answer.text
    now = ok(dora.get("/settings"))
    assert (now["audit_days"], now["audit_address_days"]) == (365, 30)


def test_a_text_is_trimmed_and_no_longer_than_it_may_be() -> None:
    choice = Choice("greeting", default="", title="", explains="", most=10)
    assert choice.checked("  Hello ") == "Hello"
    with pytest.raises(Invalid, match="at most 10"):
        choice.checked("Hello, everybody")


def test_a_name_is_declared_once() -> None:
    with pytest.raises(AssertionError, match="is there already"):
        declare(Choice("offline_mode", default=False, title="", explains=""))


def test_switched_off_the_worker_steps_aside_and_pages_say_so(alice: Person, dora: Person) -> None:
    def worker() -> str:
        answer = alice.page("/service-worker.js")
        assert answer.headers["Cache-Control"] == "no-cache"
        return answer.text

    before = worker()
    assert "js/worker/main.js" in before
    assert "data-offline" not in alice.page("/").text
    dora.patch("/settings", {"offline_mode": False})

    assert "skipWaiting" in worker()
    assert "import" not in worker().split("\n\n", 2)[2]
    assert 'data-offline="off"' in alice.page("/").text
    assert "Offline mode is switched off on this server" in alice.page("/downloads").text

    dora.patch("/settings", {"offline_mode": True})
    assert worker() == before
    assert "switched off" not in alice.page("/downloads").text
