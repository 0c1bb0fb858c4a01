"""What admins choose while the server runs: who may, what it takes, and what it changes."""

from __future__ import annotations

from typing import Any

import pytest

from playlist_app.choices.models import Choice, declare
from tests.cast import Person, problem


def test_an_admin_sees_and_changes_them(dora: Person, happened: Any) -> None:
    assert dora.get("/settings").json == {"offline_mode": True}
    assert dora.patch("/settings", {"offline_mode": False}).json == {"offline_mode": False}
    assert dora.get("/settings").json == {"offline_mode": False}
    assert dora.patch("/settings", {"offline_mode": False}).json == {"offline_mode": False}
    assert dora.patch("/settings", {}).json == {"offline_mode": False}
    assert happened() == []


def test_nobody_else_does(alice: Person, charlie: Person, nobody: Person, dora: Person) -> None:
    for person in (alice, charlie):
        problem(person.get("/settings"), 404)
        problem(person.patch("/settings", {"offline_mode": False}), 404)
        assert person.page("/admin/settings").status_code == 404
        assert person.page("/admin/settings", method="POST").status_code == 404
    problem(nobody.get("/settings"), 401)
    assert dora.get("/settings").json == {"offline_mode": True}


@pytest.mark.parametrize(
    "wanted",
    [
        {"offline_mode": "off"},
        {"offline_mode": 0},
        {"offline_mode": None},
        {"no_such": True},
        {"offline_mode": False, "no_such": True},
    ],
)
def test_what_can_not_be_chosen_changes_nothing(dora: Person, wanted: dict[str, Any]) -> None:
    assert problem(dora.patch("/settings", wanted), 422)["errors"]
    assert dora.get("/settings").json == {"offline_mode": True}


def test_a_body_that_is_no_object_changes_nothing(dora: Person) -> None:
    problem(dora.patch("/settings", ["offline_mode"]), 422)
    assert dora.get("/settings").json == {"offline_mode": True}


def test_the_page_shows_and_keeps_them(dora: Person) -> None:
    page = dora.page("/admin/settings").text
    assert "Offline mode" in page
    assert 'name="offline_mode" checked' in page
    answer = dora.page("/admin/settings", method="POST", data={})
    assert answer.status_code == 303
    assert 'name="offline_mode" checked' not in dora.page("/admin/settings").text
    dora.page("/admin/settings", method="POST", data={"offline_mode": "on"})
    assert dora.get("/settings").json == {"offline_mode": True}


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
