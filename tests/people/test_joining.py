"""Invites, and the doors of those who were sent a link."""

from __future__ import annotations

import contextlib
import threading
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import update

from playlist_app.database import now, session, write
from playlist_app.people import accounts, invites
from playlist_app.people.invites import Invite
from playlist_app.people.models import Role, User, by_name
from playlist_app.refusals import NotFound
from tests.cast import PASSWORD, Browser, Person, ok, problem
from tests.people.test_audit import noted


def invited(dora: Person, **fields: Any) -> tuple[str, dict[str, Any]]:
    """The path of a new invite's link, and its shape."""
    invite = ok(dora.post("/invites", fields), 201)
    return invite["url"].removeprefix("http://localhost"), invite


def state_of(dora: Person, invite: dict[str, Any]) -> tuple[str, int]:
    [found] = [one for one in ok(dora.get("/invites"))["items"] if one["id"] == invite["id"]]
    return found["state"], found["used"]


def test_who_has_an_invite_makes_an_account_and_is_in(app: Flask, dora: Person) -> None:
    path, invite = invited(dora, role="reviewer", note="Erin from upstairs")
    erin = Browser(app)
    assert "You are invited" in erin.opens(path).text
    answer = erin.submits(path, username="Erin", password=PASSWORD)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/")
    assert "Welcome, Erin" in erin.opens("/").text
    with app.app_context():
        assert User.named("erin").roles == {Role.MEMBER, Role.REVIEWER}
    assert state_of(dora, invite) == ("used", 1)
    made, accepted = noted(app)
    assert (made.action, made.actor_name, made.subject) == (
        "invite.made",
        "Dora",
        "Erin from upstairs",
    )
    assert (accepted.action, accepted.actor_name) == ("invite.accepted", "Erin")
    code = path.rpartition("/")[2]
    assert not any(code in str(note.as_json()) for note in (made, accepted))


def test_an_invite_for_two_lets_in_two(app: Flask, dora: Person) -> None:
    path, invite = invited(dora, uses=2)
    late = Browser(app)
    late.opens(path)
    for name in ("erin", "frank"):
        assert Browser(app).submits(path, username=name, password=PASSWORD).status_code == 303
    assert state_of(dora, invite) == ("used", 2)
    page = late.opens(path)
    assert page.status_code == 404
    assert "This invite was used up." in page.text


def test_of_many_who_take_the_last_place_at_once_one_gets_it(app: Flask, dora: Person) -> None:
    path, invite = invited(dora, uses=1)
    code = path.rpartition("/")[2]
    together = threading.Barrier(4)
    let_in = []

    def join(name: str) -> None:
        with app.app_context():
            together.wait()
            with contextlib.suppress(NotFound):
                let_in.append(invites.accept(code, name, PASSWORD).username)

    threads = [threading.Thread(target=join, args=(f"guest{n}",)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(let_in) == 1
    assert state_of(dora, invite) == ("used", 1)


@pytest.mark.parametrize(
    ("username", "password", "status", "says"),
    [
        ("alice", PASSWORD, 409, "already somebody called"),
        ("erin", "short", 422, "at least 8 characters"),
        ("", PASSWORD, 422, "1 to 60"),
    ],
)
def test_what_cannot_be_is_told_in_the_form_and_uses_nothing_up(
    app: Flask, dora: Person, username: str, password: str, status: int, says: str
) -> None:
    path, invite = invited(dora)
    answer = Browser(app).submits(path, username=username, password=password)
    assert answer.status_code == status
    assert says in answer.text
    assert f'name="username" value="{username}"' in answer.text
    assert state_of(dora, invite) == ("open", 0)


def test_an_invite_that_was_taken_back_or_is_over_lets_nobody_in(app: Flask, dora: Person) -> None:
    path, invite = invited(dora)
    browser = Browser(app)
    browser.opens(path)
    ok(dora.delete(f"/invites/{invite['id']}"), 204)
    ok(dora.delete(f"/invites/{invite['id']}"), 204)
    page = browser.opens(path)
    assert page.status_code == 404
    assert "taken back" in page.text
    assert len(noted(app, "invite.revoked")) == 1
    other, second = invited(dora)
    with app.app_context(), write() as tx:
        late = update(Invite).where(Invite.id == second["id"])
        tx.execute(late.values(ends_at=now() - timedelta(seconds=1)))
    assert "is over" in browser.opens(other).text
    assert state_of(dora, second)[0] == "ended"
    for code in ("x", "é", "a" * 500, "%00"):
        assert browser.opens(f"/welcome/{code}").status_code == 404
    with app.app_context():
        with pytest.raises(NotFound):
            invites.accept(other.rpartition("/")[2], "mallory", PASSWORD)
        assert not session().scalar(by_name("mallory"))


def test_who_is_in_already_uses_nothing_up(app: Flask, dora: Person, alice: Person) -> None:
    path, invite = invited(dora)
    browser = Browser(app, alice)
    assert "You are in already" in browser.opens(path).text
    token = browser.client.get("/api/v1/users/me").get_json()["csrf_token"]
    form = {"username": "second", "password": PASSWORD, "csrf_token": token}
    assert browser.client.post(path, data=form).status_code == 303
    assert state_of(dora, invite) == ("open", 0)


def test_the_table_holds_no_link(app: Flask, dora: Person) -> None:
    path, invite = invited(dora)
    code = path.rpartition("/")[2]
    with app.app_context():
        row = session().get_one(Invite, invite["id"])
        kept = [getattr(row, column.key) for column in Invite.__table__.columns]
    assert code not in map(str, kept)


def test_with_another_key_a_link_is_not_shown_any_more(app: Flask, dora: Person) -> None:
    _, invite = invited(dora)
    app.config["SECRET_KEY"] = "of another server"
    [found] = ok(dora.get("/invites"))["items"]
    assert (found["id"], found["state"], found["url"]) == (invite["id"], "open", None)


@pytest.mark.parametrize(
    "fields",
    [
        {"role": "admin"},
        {"role": "guest"},
        {"role": "emperor"},
        {"uses": 0},
        {"uses": 1001},
        {"days": 0},
        {"days": 366},
        {"note": "x" * 101},
    ],
)
def test_what_an_invite_can_not_be(app: Flask, dora: Person, fields: dict[str, Any]) -> None:
    assert problem(dora.post("/invites", fields), 422)["errors"]
    assert ok(dora.get("/invites"))["items"] == []
    assert noted(app) == []


def test_outsiders_neither_see_nor_make_invites(
    app: Flask, dora: Person, charlie: Person, nobody: Person
) -> None:
    _, invite = invited(dora)
    for person, status in ((charlie, 404), (nobody, 401)):
        problem(person.get("/invites"), status)
        problem(person.post("/invites", {}), status)
        problem(person.delete(f"/invites/{invite['id']}"), status)
    assert state_of(dora, invite) == ("open", 0)


# --- a new password ------------------------------------------------------------------------------


def test_who_was_sent_a_link_chooses_a_password_and_is_in(app: Flask, bob: Person) -> None:
    with app.app_context():
        code = accounts.offer_password(User.named("bob"), by=None)
    path, browser = f"/new-password/{code}", Browser(app)
    assert "Choose one, Bob" in browser.opens(path).text
    refused = browser.submits(path, password="short")
    assert refused.status_code == 422
    assert "at least 8 characters" in refused.text
    assert browser.submits(path, password="another password").status_code == 303
    assert "That is your password now." in browser.opens("/").text
    problem(bob.get("/users/me"), 401)
    again = browser.opens(path)
    assert again.status_code == 404
    assert "used already" in again.text
    assert Browser(app).logs_in("bob", "another password").status_code == 303


def test_a_link_used_where_somebody_else_is_logged_in_logs_them_out(
    app: Flask, bob: Person, alice: Person
) -> None:
    with app.app_context():
        code = accounts.offer_password(User.named("bob"), by=None)
    browser = Browser(app, alice)
    path = f"/new-password/{code}"
    assert browser.submits(path, password="another password").status_code == 303
    assert browser.client.get("/api/v1/users/me").get_json()["username"] == "bob"
    problem(alice.get("/users/me"), 401)


def test_a_wrong_link_leads_nowhere(app: Flask) -> None:
    for code in ("x", "é", "%00"):
        assert Browser(app).opens(f"/new-password/{code}").status_code == 404
