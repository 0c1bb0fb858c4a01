"""Making oneself an account: open, by invite, closed; and that nobody gives themselves more."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from playlist_app.people import limits
from playlist_app.people.counts import Limit
from playlist_app.people.models import User
from tests.cast import PASSWORD, Browser, Person, ok, problem
from tests.people.test_audit import noted

ERIN = {"username": "erin", "password": PASSWORD}


def chooses(dora: Person, policy: str) -> None:
    ok(dora.patch("/settings", {"registration": policy}))


def invite(dora: Person, **fields: Any) -> str:
    url: str = ok(dora.post("/invites", fields), 201)["url"]
    return url.rpartition("/")[2]


def names(app: Flask, dora: Person) -> set[str]:
    return {one["username"] for one in ok(dora.get("/users"))["items"]}


def test_as_it_comes_an_account_takes_an_invite(app: Flask, nobody: Person, dora: Person) -> None:
    assert "takes an invite" in problem(nobody.post("/users/register", ERIN), 403)["detail"]
    assert "erin" not in names(app, dora)
    code = invite(dora, role="reviewer")
    answer = ok(nobody.post("/users/register", ERIN | {"invite": code, "name": "Erin"}), 201)
    assert answer["user"]["roles"] == ["member", "reviewer"]
    assert ok(Person(app, "erin", answer["token"]).get("/users/me"))["name"] == "Erin"
    problem(nobody.post("/users/register", ERIN | {"username": "fay", "invite": code}), 404)


def test_where_it_is_open_everybody_makes_themselves_a_member(
    app: Flask, nobody: Person, dora: Person
) -> None:
    chooses(dora, "open")
    answer = ok(nobody.post("/users/register", ERIN), 201)
    assert answer["user"]["roles"] == ["member"]
    ok(nobody.post("/users/login", ERIN))
    [note] = noted(app, "user.registered")
    assert (note.subject, note.actor_name) == ("erin", "erin")
    problem(nobody.post("/users/register", ERIN), 409)
    problem(Person(app, "erin", answer["token"]).get("/users"), 404)


def test_closed_takes_nobody_and_lets_invites_wait(
    app: Flask, nobody: Person, dora: Person
) -> None:
    code = invite(dora)
    chooses(dora, "closed")
    problem(nobody.post("/users/register", ERIN), 403)
    problem(nobody.post("/users/register", ERIN | {"invite": code}), 404)
    assert nobody.page(f"/welcome/{code}").status_code == 404
    assert "erin" not in names(app, dora)
    chooses(dora, "invite")
    ok(nobody.post("/users/register", ERIN | {"invite": code}), 201)


@pytest.mark.parametrize(
    "more",
    [
        {"roles": ["admin"]},
        {"role": "admin"},
        {"is_active": True},
        {"is_admin": True},
        {"id": "1"},
        {"password_hash": "x"},
        {"username_key": "alice"},
    ],
)
def test_nobody_gives_themselves_more(
    app: Flask, nobody: Person, dora: Person, more: dict[str, Any]
) -> None:
    chooses(dora, "open")
    assert problem(nobody.post("/users/register", ERIN | more), 422)["errors"]
    assert "erin" not in names(app, dora)


def test_what_the_form_has_not_is_not_taken_from_it(app: Flask, dora: Person) -> None:
    chooses(dora, "open")
    browser = Browser(app)
    answer = browser.submits("/register", **ERIN, roles="admin", role="admin", is_active="1")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")
    with app.app_context():
        assert sorted(User.named("erin").roles) == ["member"]
    assert "Welcome, erin." in browser.opens("/").get_data(as_text=True)


def test_the_page_says_what_it_takes(app: Flask, dora: Person) -> None:
    browser = Browser(app)
    assert "You need an invite" in browser.opens("/register").get_data(as_text=True)
    assert "/register" not in browser.opens("/login").get_data(as_text=True)
    chooses(dora, "open")
    assert "/register" in browser.opens("/login").get_data(as_text=True)
    wrong = browser.submits("/register", username="alice", password=PASSWORD)
    assert wrong.status_code == 409
    assert "already somebody called" in wrong.get_data(as_text=True)


def test_one_client_makes_only_so_many(
    nobody: Person, dora: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "REGISTRATIONS", Limit(1, 3600))
    chooses(dora, "open")
    ok(nobody.post("/users/register", ERIN), 201)
    refused = nobody.post("/users/register", ERIN | {"username": "fay"})
    problem(refused, 429)
    assert int(refused.headers["Retry-After"]) > 3000


def test_a_policy_that_there_is_not_is_refused(dora: Person) -> None:
    assert "registration" in problem(dora.patch("/settings", {"registration": "x"}), 422)["errors"]
    assert ok(dora.get("/settings"))["registration"] == "invite"
