"""One's own keys: the password, and the devices on which one is logged in."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from playlist_app.people.models import User
from playlist_app.people.sessions import open_session, sessions_of
from tests.cast import PASSWORD, Browser, Person, ok, problem
from tests.people.test_audit import noted
from tests.sounds import Sounds

NEW = "quite another password"


@pytest.fixture
def phone(app: Flask) -> Person:
    """Alice's phone, on which she is logged in as well."""
    with app.test_request_context(
        headers={"User-Agent": "Mozilla/5.0 (Android 14) Firefox/140.0"},
        environ_base={"REMOTE_ADDR": "192.0.2.7"},
    ):
        return Person(app, "alice", open_session(User.named("alice")))


def sessions_in(person: Person) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = ok(person.get("/users/me/sessions"))["items"]
    return found


def log_in(nobody: Person, password: str) -> int:
    call = nobody.post("/users/login", {"username": "alice", "password": password})
    return call.status_code


# --- sessions ------------------------------------------------------------------------------------


def test_sessions_are_listed_with_device_address_and_last_use(alice: Person, phone: Person) -> None:
    mine = {one["is_current"]: one for one in sessions_in(alice)}
    assert set(mine[False]) == {
        "id",
        "created_at",
        "last_used_at",
        "ends_at",
        "user_agent",
        "address",
        "device",
        "is_current",
    }
    assert (mine[False]["device"], mine[False]["address"]) == ("Firefox on Android", "192.0.2.7")
    assert mine[True]["id"] != mine[False]["id"]


def test_each_session_can_be_ended_at_once(
    app: Flask, alice: Person, phone: Person, charlie: Person, happened: Any
) -> None:
    other = next(one["id"] for one in sessions_in(alice) if not one["is_current"])
    problem(charlie.delete(f"/users/me/sessions/{other}"), 404)
    assert alice.delete(f"/users/me/sessions/{other}").status_code == 204
    problem(phone.get("/users/me"), 401)
    ok(alice.get("/users/me"))
    assert happened() == [("session.revoked", {"session": other})]
    assert [note.action for note in noted(app)] == ["session.ended"]
    problem(alice.delete(f"/users/me/sessions/{other}"), 404)
    problem(alice.delete("/users/me/sessions/nonsense"), 404)


def test_one_can_log_out_everywhere(alice: Person, phone: Person, bob: Person) -> None:
    assert phone.delete("/users/me/sessions").status_code == 204
    for device in (alice, phone):
        problem(device.get("/users/me"), 401)
    ok(bob.get("/users/me"))


def test_the_page_lists_devices_and_ends_them(app: Flask, alice: Person, phone: Person) -> None:
    browser = Browser(app, alice)
    page = browser.opens("/you/security").get_data(as_text=True)
    assert "Firefox on Android" in page
    assert "192.0.2.7" in page
    other = next(one["id"] for one in sessions_in(alice) if not one["is_current"])
    answer = browser.submits(f"/you/security/sessions/{other}/end", seen_at="/you/security")
    assert answer.headers["Location"] == "/you/security"
    problem(phone.get("/users/me"), 401)
    assert "Firefox on Android" not in browser.opens("/you/security").get_data(as_text=True)


def test_on_the_page_one_logs_out_everywhere_else_and_everywhere(
    app: Flask, alice: Person, phone: Person
) -> None:
    browser = Browser(app, alice)
    browser.submits("/you/security/sessions/end", seen_at="/you/security")
    problem(phone.get("/users/me"), 401)
    ok(alice.get("/users/me"))
    answer = browser.submits("/you/security/sessions/end", seen_at="/you/security", here="1")
    assert answer.headers["Location"] == "/login"
    problem(alice.get("/users/me"), 401)
    with app.app_context():
        assert sessions_of(User.named("alice")) == []


# --- the password --------------------------------------------------------------------------------


def change(person: Person, current: str = PASSWORD, password: str = NEW, **more: Any) -> Any:
    body = {"current_password": current, "password": password, **more}
    return person.post("/users/me/password", body)


def test_a_new_password_holds_at_once_and_ends_all_other_sessions(
    app: Flask, alice: Person, phone: Person, nobody: Person, bob: Person
) -> None:
    assert ok(change(alice)) == {"sessions_ended": 1}
    problem(phone.get("/users/me"), 401)
    ok(alice.get("/users/me"))
    ok(bob.get("/users/me"))
    assert (log_in(nobody, PASSWORD), log_in(nobody, NEW)) == (401, 200)
    note = noted(app, "user.password_changed")[0]
    assert (note.subject, note.detail) == ("alice", {"sessions_ended": 1})


def test_other_sessions_are_kept_where_one_says_so(alice: Person, phone: Person) -> None:
    assert ok(change(alice, keep_sessions=True)) == {"sessions_ended": 0}
    ok(phone.get("/users/me"))


def test_who_does_not_know_the_password_changes_nothing(
    alice: Person, phone: Person, nobody: Person
) -> None:
    assert "current_password" in problem(change(alice, "not this one"), 422)["errors"]
    assert "password" in problem(change(alice, password="short"), 422)["errors"]
    problem(alice.post("/users/me/password", {"password": NEW}), 422)
    ok(phone.get("/users/me"))
    assert log_in(nobody, PASSWORD) == 200


def test_the_password_is_changed_on_the_page(app: Flask, alice: Person, nobody: Person) -> None:
    browser = Browser(app, alice)
    path, seen_at = "/you/security/password", "/you/security"
    wrong = browser.submits(path, seen_at=seen_at, current="not this one", password=NEW)
    assert wrong.status_code == 422
    assert "The current password is wrong." in wrong.get_data(as_text=True)
    right = browser.submits(path, seen_at=seen_at, current=PASSWORD, password=NEW)
    assert right.status_code == 303
    assert "That is your password now." in browser.opens(seen_at).get_data(as_text=True)
    assert log_in(nobody, NEW) == 200


# --- what is open and under way ------------------------------------------------------------------


def test_a_download_stops_at_its_next_request(alice: Person, phone: Person, sounds: Sounds) -> None:
    url = alice.uploads(sounds("mp3", seconds=1.0))["audio"]["url"]
    begun = phone.get(url, headers={"Range": "bytes=0-999"})
    assert (begun.status_code, len(begun.data)) == (206, 1000)
    assert phone.delete("/users/me/sessions").status_code == 204
    problem(phone.get(url, headers={"Range": "bytes=1000-1999"}), 401)
