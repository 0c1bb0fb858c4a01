"""Codes of an app after the password: asked for, good once, and replaced by recovery codes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pyotp
import pytest
from flask import Flask

from playlist_app.database import now, session, write
from playlist_app.people import ceremonies, recovery, totp
from playlist_app.people.ceremonies import Ceremony
from playlist_app.people.models import User
from tests.cast import PASSWORD, Browser, Person, ok, problem

LOG_IN = {"username": "alice", "password": PASSWORD}


def code_at(secret: str, steps: int = 0) -> str:
    return pyotp.TOTP(secret).at(now(), counter_offset=steps)


def switched_on(person: Person) -> tuple[str, list[str]]:
    """The secret and the recovery codes of a person who asks for codes now. The code of the step
    before this one is used up by it."""
    begun = ok(person.post("/users/me/factors/totp", {"password": PASSWORD}), 201)
    assert "otpauth://totp/Jamboree:alice" in begun["uri"]
    answer = ok(
        person.post("/users/me/factors/totp/confirm", {"code": code_at(begun["secret"], -1)})
    )
    return begun["secret"], answer["recovery_codes"]


def ticket_for(nobody: Person) -> str:
    answer = problem(nobody.post("/users/login", LOG_IN), 401)
    assert "token" not in answer
    return str(answer["second_step"]["ticket"])


def second(nobody: Person, ticket: str, code: str) -> Any:
    return nobody.post("/users/login/second", {"ticket": ticket, "code": code})


def test_after_the_password_comes_the_code_and_each_code_is_good_once(
    app: Flask, alice: Person, bob: Person, nobody: Person
) -> None:
    secret, codes = switched_on(alice)
    assert ok(alice.get("/users/me/factors"))["totp"] == {"is_on": True, "recovery_codes_left": 10}
    assert len(set(codes)) == 10
    # What was used to switch it on, too: a step that was used, and those before it, are used up.
    ticket = ticket_for(nobody)
    problem(second(nobody, ticket, code_at(secret, -1)), 401)
    entered = ok(second(nobody, ticket, code_at(secret)))
    assert entered["user"]["username"] == "alice"
    assert ok(Person(app, "alice", entered["token"]).get("/users/me"))["name"] == "Alice"
    # The ticket is used up, and the code, also with another ticket.
    problem(second(nobody, ticket, code_at(secret, 1)), 401)
    ticket = ticket_for(nobody)
    problem(second(nobody, ticket, code_at(secret)), 401)
    ok(second(nobody, ticket, code_at(secret, 1)))
    # Recovery codes: each once, in any case, with and without hyphens.
    ticket = ticket_for(nobody)
    ok(second(nobody, ticket, codes[0].upper().replace("-", " ")))
    ticket = ticket_for(nobody)
    problem(second(nobody, ticket, codes[0]), 401)
    ok(second(nobody, ticket, codes[1]))
    assert ok(alice.get("/users/me/factors"))["totp"]["recovery_codes_left"] == 8
    # Bob asks for none, and is asked for none; nobody sees another's.
    ok(nobody.post("/users/login", LOG_IN | {"username": "bob"}))
    assert ok(bob.get("/users/me/factors"))["totp"]["is_on"] is False
    # The tables hold no code, and the audit tells what happened.
    with app.app_context():
        rows = session().query(recovery.RecoveryCode).all()
        assert not {row.code_hash for row in rows} & {code.replace("-", "") for code in codes}


def test_guessing_ends_the_ticket_and_then_has_to_wait(
    app: Flask, alice: Person, nobody: Person, dora: Person
) -> None:
    secret, codes = switched_on(alice)
    ticket = ticket_for(nobody)
    for _ in range(ceremonies.TRIES):
        problem(second(nobody, ticket, "000000"), 401)
    problem(second(nobody, ticket, code_at(secret)), 401)
    ticket = ticket_for(nobody)
    for _ in range(totp.WRONG_AT_MOST - ceremonies.TRIES - 1):
        problem(second(nobody, ticket, "000000"), 401)
    ticket = ticket_for(nobody)
    problem(second(nobody, ticket, "nonsense"), 401)
    ticket = ticket_for(nobody)
    problem(second(nobody, ticket, code_at(secret)), 429)
    with app.app_context(), write() as tx:
        found = tx.query(totp.Totp).one()
        assert found.wrong_since
        found.wrong_since -= totp.WRONG_WITHIN + timedelta(seconds=1)
    ok(second(nobody, ticket, codes[3]))
    notes = ok(dora.get("/audit?limit=200"))["items"]
    refused = [note for note in notes if note["action"] == "session.second_step_refused"]
    assert len(refused) == totp.WRONG_AT_MOST
    assert {(note["subject"], note["address"]) for note in refused} == {("alice", "127.0.0.1")}
    assert code_at(secret) not in str(notes)


def test_a_ticket_is_for_one_purpose_ends_and_dies_with_the_password(
    app: Flask, alice: Person, dora: Person, nobody: Person
) -> None:
    secret, _ = switched_on(alice)
    code = code_at(secret)
    for ticket in ("", "x" * 43, ok(nobody.post("/users/login/passkey/options", {}))["ticket"]):
        problem(second(nobody, ticket, code), 401)
    ticket = ticket_for(nobody)
    with app.app_context():
        with write() as tx:
            tx.query(Ceremony).update({"ends_at": now() - timedelta(seconds=1)})
        ceremonies.forget_ended()
        assert session().query(Ceremony).count() == 0
    problem(second(nobody, ticket, code), 401)
    ticket = ticket_for(nobody)
    with app.app_context(), write() as tx:
        alices = tx.get_one(User, alice.id)
        alices.password_hash = alices.password_hash + " "
    problem(second(nobody, ticket, code), 401)


def test_changing_it_asks_for_the_password_again(
    alice: Person, charlie: Person, nobody: Person
) -> None:
    for path in ("totp", "totp/remove", "recovery-codes", "passkeys/options"):
        wrong = alice.post(f"/users/me/factors/{path}", {"password": "not this one"})
        assert "password" in problem(wrong, 422)["errors"]
    _, codes = switched_on(alice)
    problem(alice.post("/users/me/factors/totp", {"password": PASSWORD}), 409)
    renewed = ok(alice.post("/users/me/factors/recovery-codes", {"password": PASSWORD}), 201)
    assert not set(renewed["recovery_codes"]) & set(codes)
    ticket = ticket_for(nobody)
    problem(second(nobody, ticket, codes[0]), 401)
    ok(second(nobody, ticket, renewed["recovery_codes"][0]))
    # A key of another is not there.
    problem(charlie.post("/users/me/factors/passkeys/none/remove", {"password": PASSWORD}), 404)
    assert alice.post("/users/me/factors/totp/remove", {"password": PASSWORD}).status_code == 204
    ok(nobody.post("/users/login", LOG_IN))


def test_by_the_pages(app: Flask, alice: Person, nobody: Person) -> None:
    browser = Browser(app, alice)
    assert "Switch it on" in browser.opens("/you/security").get_data(as_text=True)
    wrong = browser.submits("/you/security/app", seen_at="/you/security", password="wrong")
    assert wrong.status_code == 422
    assert "not your password" in wrong.get_data(as_text=True)
    browser.submits("/you/security/app", seen_at="/you/security", password=PASSWORD)
    page = browser.opens("/you/security/app")
    assert page.headers["Cache-Control"] == "no-store"
    assert "data:image/svg+xml" in page.get_data(as_text=True)
    with app.app_context():
        secret = session().query(totp.Totp).one().secret
    assert secret in page.get_data(as_text=True)
    sent = browser.submits("/you/security/app/confirm", seen_at="/you/security/app", code="000000")
    assert sent.status_code == 422
    sent = browser.submits(
        "/you/security/app/confirm", seen_at="/you/security/app", code=code_at(secret, -1)
    )
    assert sent.headers["Cache-Control"] == "no-store"
    assert sent.get_data(as_text=True).count("<code>") == recovery.HOW_MANY
    # At the log-in: the second page, and back to where one wanted to go.
    other = Browser(app)
    sent = other.logs_in("alice", next="/library")
    assert sent.headers["Location"] == "/login/second?next=/library"
    assert other.client.get("/api/v1/users/me").status_code == 401
    sent = other.submits("/login/second", seen_at="/login/second?next=/library", code="12")
    assert sent.status_code == 401
    before = other.client.get_cookie("jamboree")
    sent = other.submits(
        "/login/second", seen_at="/login/second", code=code_at(secret), next="//evil.example"
    )
    assert (sent.status_code, sent.headers["Location"]) == (303, "/")
    assert other.client.get_cookie("jamboree") != before
    assert ok(other.client.get("/api/v1/users/me"))["username"] == "alice"
    # Without a ticket there is nothing to show.
    assert Browser(app).opens("/login/second").headers["Location"].startswith("/login")


def test_a_new_password_by_a_link_is_no_way_round_it(
    app: Flask, alice: Person, dora: Person
) -> None:
    secret, _ = switched_on(alice)
    with app.app_context():
        from playlist_app.people import accounts

        code = accounts.offer_password(User.named("alice"), by=None)
    browser = Browser(app)
    sent = browser.submits(f"/new-password/{code}", password="quite another one")
    assert sent.headers["Location"].startswith("/login/second")
    assert browser.client.get("/api/v1/users/me").status_code == 401
    browser.submits("/login/second", code=code_at(secret))
    assert ok(browser.client.get("/api/v1/users/me"))["username"] == "alice"


def test_an_admin_helps_who_lost_their_phone(
    app: Flask, alice: Person, bob: Person, dora: Person, nobody: Person
) -> None:
    switched_on(alice)
    path = f"/admin/people/{alice.id}/factors/remove"
    assert Browser(app, bob).submits(path, seen_at="/you").status_code == 404
    ticket_for(nobody)
    sent = Browser(app, dora).submits(path, seen_at=f"/admin/people/{alice.id}")
    assert sent.status_code == 303
    ok(nobody.post("/users/login", LOG_IN))
    [note] = ok(dora.get("/audit?action=factor.removed"))["items"]
    assert (note["actor"]["name"], note["subject"]) == ("Dora", "alice")
    own = f"/admin/people/{dora.id}"
    assert Browser(app, dora).submits(f"{own}/factors/remove", seen_at=own).status_code == 403
    again = app.test_cli_runner().invoke(args=["users", "remove-factors", "alice", "--yes"])
    assert "had no second factor" in again.output


@pytest.mark.parametrize("credential", [{}, {"id": 3}, {"id": "%%%"}, {"id": "AAAA"}])
def test_what_is_no_answer_of_a_passkey_is_refused(
    nobody: Person, credential: dict[str, Any]
) -> None:
    ticket = ok(nobody.post("/users/login/passkey/options", {}))["ticket"]
    body = {"ticket": ticket, "credential": credential}
    problem(nobody.post("/users/login/passkey", body), 401)
