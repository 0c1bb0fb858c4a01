"""Sessions: kept on the server, stored as hashes, ended by time, by blocking, and by revoking."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select, update

from playlist_app.database import now, session, write
from playlist_app.people import sessions
from playlist_app.people.models import User
from playlist_app.people.sessions import LogInSession
from tests.cast import PASSWORD, Browser, Person, ok, problem


def set_session(app: Flask, person: Person, **values: object) -> None:
    """Change the row of the session by which this person comes in."""
    assert person.token
    with app.app_context(), write() as tx:
        tx.execute(
            update(LogInSession)
            .where(LogInSession.token_hash == sha256(person.token))
            .values(**values)
        )


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def block(app: Flask, name: str) -> None:
    with app.app_context(), write() as tx:
        tx.execute(update(User).where(User.username == name).values(is_active=False))


def test_a_session_whose_time_is_over_is_none(app: Flask, alice: Person) -> None:
    set_session(app, alice, ends_at=now() - timedelta(seconds=1))
    problem(alice.get("/users/me"), 401)


def test_sessions_whose_time_is_over_are_forgotten_and_no_others(
    app: Flask, alice: Person, bob: Person
) -> None:
    set_session(app, alice, ends_at=now() - timedelta(seconds=1))
    with app.app_context():
        sessions.forget_ended()
        left = set(session().scalars(select(LogInSession.token_hash)))
    assert alice.token
    assert bob.token
    assert sha256(alice.token) not in left
    assert sha256(bob.token) in left


def test_a_session_lasts_thirty_days(app: Flask, alice: Person) -> None:
    with app.app_context():
        row = session().scalar(select(LogInSession).limit(1))
        assert row
        assert abs(row.ends_at - row.created_at - timedelta(days=30)) < timedelta(seconds=1)


def test_a_blocked_person_is_out_at_once(app: Flask, alice: Person) -> None:
    ok(alice.get("/users/me"))
    block(app, "alice")
    problem(alice.get("/users/me"), 401)
    assert alice.page("/you").status_code == 302


def test_a_blocked_person_cannot_log_in_and_is_not_told_why(app: Flask, nobody: Person) -> None:
    block(app, "alice")
    right = nobody.post("/users/login", {"username": "alice", "password": PASSWORD})
    wrong = nobody.post("/users/login", {"username": "alice", "password": "not this one"})
    assert problem(right, 401) == problem(wrong, 401)


def test_the_database_knows_only_the_hash_of_a_token(
    app: Flask, data_folder: Path, nobody: Person
) -> None:
    answer = ok(nobody.post("/users/login", {"username": "alice", "password": PASSWORD}))
    stored = b"".join(path.read_bytes() for path in data_folder.glob("app.db*"))
    assert answer["token"].encode() not in stored
    assert sha256(answer["token"]).encode() in stored


def test_the_database_knows_no_password(data_folder: Path) -> None:
    stored = b"".join(path.read_bytes() for path in data_folder.glob("app.db*"))
    assert PASSWORD.encode() not in stored
    assert b"$argon2id$" in stored


@pytest.mark.parametrize("header", ["Bearer", "Bearer ", "Bearer nonsense", "Basic YTpi", "é"])
def test_a_token_that_is_none_is_nobody(nobody: Person, header: str) -> None:
    problem(nobody.get("/users/me", headers={"Authorization": header}), 401)


def test_a_wrong_token_is_not_made_up_for_by_a_cookie(app: Flask, alice: Person) -> None:
    browser = Browser(app, alice)
    problem(
        browser.client.get("/api/v1/users/me", headers={"Authorization": "Bearer nonsense"}), 401
    )


def test_a_token_goes_before_the_cookie(app: Flask, alice: Person, bob: Person) -> None:
    browser = Browser(app, alice)
    assert ok(browser.client.get("/api/v1/users/me", headers=bob.headers))["username"] == "bob"


def test_a_cookie_that_was_tampered_with_is_none(app: Flask, alice: Person) -> None:
    browser = Browser(app, alice)
    ok(browser.client.get("/api/v1/users/me"))
    cookie = browser.client.get_cookie("jamboree")
    assert cookie
    browser.client.set_cookie("jamboree", cookie.value[:-3] + "abc")
    problem(browser.client.get("/api/v1/users/me"), 401)


def test_when_somebody_was_last_seen_is_noted_now_and_then(app: Flask, alice: Person) -> None:
    long_ago = now() - timedelta(hours=3)
    set_session(app, alice, last_used_at=long_ago)
    with app.app_context(), write() as tx:
        tx.execute(update(User).where(User.username == "alice").values(last_seen_at=long_ago))
    ok(alice.get("/playlists"))
    with app.app_context():
        seen = User.named("alice").last_seen_at
    assert seen
    assert now() - seen < timedelta(minutes=1)


def test_reading_again_soon_writes_nothing(app: Flask, alice: Person) -> None:
    moment = now() - timedelta(minutes=5)
    set_session(app, alice, last_used_at=moment)
    ok(alice.get("/playlists"))
    assert alice.token
    with app.app_context():
        row = session().scalar(
            select(LogInSession).where(LogInSession.token_hash == sha256(alice.token))
        )
        assert row
        assert row.last_used_at == moment


def test_revoking_twice_is_once(app: Flask, alice: Person) -> None:
    with app.app_context():
        sessions.revoke("00000000-0000-4000-8000-000000000000")
    ok(alice.get("/users/me"))
