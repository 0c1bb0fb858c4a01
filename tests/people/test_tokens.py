"""API tokens: what they are good for, that they are shown once, and how they end."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from playlist_app.database import now, session, write
from playlist_app.people import accounts, api_tokens
from playlist_app.people.api_tokens import ApiToken
from playlist_app.people.models import User
from tests.cast import Browser, Person, ok, problem
from tests.counting import counted
from tests.offline.sending import operation, sends
from tests.people.test_audit import noted


def made(person: Person, *scopes: str, **more: Any) -> dict[str, Any]:
    body = {"name": "The kitchen", "scopes": scopes or ("edit",), **more}
    return ok(person.post("/users/me/tokens", body), 201)


def program(app: Flask, person: Person, *scopes: str, **more: Any) -> Person:
    """A program of theirs, which comes in by a token of its own."""
    return Person(app, person.name, made(person, *scopes, **more)["token"])


def test_a_token_is_shown_once_and_kept_as_a_hash(
    app: Flask, data_folder: Path, alice: Person, charlie: Person
) -> None:
    answer = made(alice, "vote", days=30)
    assert answer["token"].startswith("jam_")
    assert answer["scopes"] == ["read", "vote"]
    [listed] = ok(alice.get("/users/me/tokens"))["items"]
    assert listed == {name: value for name, value in answer.items() if name != "token"}
    assert ok(charlie.get("/users/me/tokens"))["items"] == []
    stored = b"".join(path.read_bytes() for path in data_folder.glob("app.db*"))
    assert answer["token"].encode() not in stored
    assert hashlib.sha256(answer["token"].encode()).hexdigest().encode() in stored
    [note] = noted(app)
    assert (note.action, note.subject) == ("token.made", "The kitchen")
    assert answer["token"] not in str(note.detail)


def test_what_a_token_reads_votes_and_edits_hangs_on_its_scope(app: Flask, alice: Person) -> None:
    playlist = alice.makes_playlist()
    item = alice.adds(playlist, alice.makes_track("Paper Lanterns"))
    other = alice.makes_track("Low Tide")
    items = f"/playlists/{playlist['id']}/items"
    reader, voter, editor = (program(app, alice, scope) for scope in ("read", "vote", "edit"))
    for one in (reader, voter, editor):
        ok(one.get(items))
    up = {"direction": "up"}
    refusal = problem(reader.post(f"{items}/{item['id']}/vote", up), 403)
    assert "needs vote" in refusal["detail"]
    assert ok(voter.post(f"{items}/{item['id']}/vote", up))["votes"] == 1
    problem(voter.post(items, {"track_id": other["id"]}), 403)
    vote = operation("vote", playlist, item=item["id"], direction="down")
    assert sends(voter, vote)[0]["item"]["votes"] == -1
    both = [operation("vote", playlist, item=item["id"], direction="up")]
    both.append(operation("add", playlist, track=other["id"]))
    refusal = problem(voter.post("/sync", {"device": "phone", "operations": both}), 403)
    assert "needs edit" in refusal["detail"]
    problem(reader.post("/sync", {"device": "phone", "operations": [vote]}), 403)
    assert ok(alice.get(items))["items"][0]["votes"] == -1  # nothing of it was done
    assert alice.titles(playlist) == ["Paper Lanterns"]
    editor.adds(playlist, other)
    assert alice.titles(playlist) == ["Paper Lanterns", "Low Tide"]


def test_a_token_never_can_what_its_person_can_not(
    app: Flask, alice: Person, charlie: Person
) -> None:
    playlist = alice.makes_playlist()
    outsider = program(app, charlie, "edit")
    problem(outsider.get(f"/playlists/{playlist['id']}"), 404)
    problem(charlie.post("/users/me/tokens", {"name": "x", "scopes": ["admin"]}), 422)
    problem(outsider.get("/users"), 404)


def test_only_a_token_for_it_administers(app: Flask, dora: Person, bob: Person) -> None:
    editor, admin = program(app, dora, "edit"), program(app, dora, "admin")
    problem(editor.get("/users"), 404)
    problem(editor.patch(f"/users/{bob.id}", {"is_active": False}), 404)
    ok(bob.get("/users/me"))
    assert "admin" not in ok(editor.get("/users/me"))["roles"]
    ok(admin.get("/users"))
    ok(admin.patch(f"/users/{bob.id}", {"is_active": False}))
    problem(bob.get("/users/me"), 401)
    assert "admin" in ok(dora.get("/users/me"))["roles"]


def test_an_admins_verb_asks_as_whom_they_came_in(app: Flask, dora: Person) -> None:
    with app.test_request_context(
        "/api/v1/users", headers=program(app, dora, "edit").headers
    ) as context:
        me = api_tokens.person_behind(context.request.headers["Authorization"][7:], context.request)
        assert me
        with pytest.raises(Exception, match="nothing here"):
            accounts.block(User.named("bob"), by=me)


def test_no_token_is_about_ones_own_keys(app: Flask, alice: Person) -> None:
    token = program(app, alice, "edit")
    new = {"name": "another", "scopes": ["read"]}
    problem(token.post("/users/me/tokens", new), 403)
    problem(token.get("/users/me/tokens"), 403)
    problem(token.get("/users/me/sessions"), 403)
    problem(token.delete("/users/me/sessions"), 403)
    body = {"current_password": "x", "password": "quite another one"}
    problem(token.post("/users/me/password", body), 403)
    ok(alice.get("/users/me"))


def test_pages_are_not_for_tokens(app: Flask, alice: Person) -> None:
    token = program(app, alice, "edit")
    assert token.page("/you").status_code == 302
    browser = Browser(app)
    with browser.client.session_transaction() as kept:
        kept["token"] = token.token
    assert browser.opens("/").status_code == 302


def test_a_revoked_token_is_none_at_once(
    app: Flask, alice: Person, charlie: Person, happened: Any
) -> None:
    answer = made(alice)
    token = Person(app, "alice", answer["token"])
    ok(token.get("/users/me"))
    problem(charlie.delete(f"/users/me/tokens/{answer['id']}"), 404)
    ok(token.get("/users/me"))
    assert alice.delete(f"/users/me/tokens/{answer['id']}").status_code == 204
    problem(token.get("/users/me"), 401)
    problem(alice.delete(f"/users/me/tokens/{answer['id']}"), 404)
    # What it had open is closed by this (Hub._end_seats).
    assert happened() == [("session.revoked", {"session": answer["id"]})]


def test_a_token_ends_in_time_and_is_forgotten(app: Flask, alice: Person) -> None:
    token = program(app, alice, "read", days=1)
    ok(token.get("/users/me"))
    with app.app_context(), write() as tx:
        tx.execute(update(ApiToken).values(ends_at=now() - timedelta(seconds=1)))
    problem(token.get("/users/me"), 401)
    assert ok(alice.get("/users/me/tokens"))["items"] == []
    with app.app_context():
        api_tokens.forget_ended()
        assert session().scalar(select(ApiToken)) is None


def test_who_is_blocked_or_gets_another_password_loses_their_tokens(
    app: Flask, alice: Person, bob: Person, dora: Person
) -> None:
    hers, his = program(app, alice), program(app, bob)
    ok(dora.patch(f"/users/{alice.id}", {"is_active": False}))
    problem(hers.get("/users/me"), 401)
    with app.app_context():
        accounts.set_password(User.named("bob"), "quite another one", by=None)
    problem(his.get("/users/me"), 401)


def test_its_last_use_is_noted_now_and_then(app: Flask, alice: Person) -> None:
    token = program(app, alice)
    [before] = ok(alice.get("/users/me/tokens"))["items"]
    assert before["last_used_at"] is None
    ok(token.get("/users/me"))
    [after] = ok(alice.get("/users/me/tokens"))["items"]
    assert after["last_used_at"]
    assert after["address"] == "127.0.0.1"
    ok(token.get("/users/me"))
    assert ok(alice.get("/users/me/tokens"))["items"] == [after]


def test_knowing_who_asks_costs_one_query(app: Flask, alice: Person) -> None:
    for person in (alice, program(app, alice)):
        ok(person.get("/users/me"))
        with counted(app) as statements:
            ok(person.get("/users/me"))
        assert len(statements) == 1


UNUSABLE: list[Any] = [
    {},
    {"name": "x"},
    {"name": "x", "scopes": []},
    {"name": "x", "scopes": ["root"]},
    {"name": "x", "scopes": "edit"},
    {"name": "", "scopes": ["read"]},
    {"name": "x", "scopes": ["read"], "days": 0},
    {"name": "x", "scopes": ["read"], "days": 10**9},
    {"name": "x", "scopes": ["read"], "user_id": "another"},
]


def test_what_makes_no_token_is_refused(alice: Person) -> None:
    for body in UNUSABLE:
        problem(alice.post("/users/me/tokens", body), 422)
    assert ok(alice.get("/users/me/tokens"))["items"] == []


def test_a_token_is_made_shown_and_revoked_on_the_page(app: Flask, alice: Person) -> None:
    browser = Browser(app, alice)
    seen_at = "/you/security"
    answer = browser.submits(
        "/you/security/tokens", seen_at=seen_at, name="The wall", scope="read", days="30"
    )
    page = answer.get_data(as_text=True)
    assert answer.headers["Cache-Control"] == "no-store"
    token = page.split('value="jam_')[1].split('"')[0]
    ok(Person(app, "alice", f"jam_{token}").get("/users/me"))
    again = browser.opens(seen_at).get_data(as_text=True)
    assert "The wall" in again
    assert token not in again
    [one] = ok(alice.get("/users/me/tokens"))["items"]
    browser.submits(f"/you/security/tokens/{one['id']}/revoke", seen_at=seen_at)
    assert "The wall" not in browser.opens(seen_at).get_data(as_text=True)
