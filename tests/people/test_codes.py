"""One-time codes: to log in by, for a forgotten password, and to confirm an address."""

from __future__ import annotations

import re
import uuid
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from playlist_app.database import now, session, write
from playlist_app.people import limits, sent_codes
from playlist_app.people.counts import Limit
from playlist_app.people.models import User
from playlist_app.people.sent_codes import SentCode
from tests.cast import PASSWORD, Browser, Person, ok, problem
from tests.counting import queries_of
from tests.people.test_audit import noted

NEW = "quite another password"
WRONG = "The code is wrong, was used, or is older than ten minutes."


def asks(nobody: Person, username: str = "alice", purpose: str = "log_in") -> str:
    body = {"username": username, "purpose": purpose}
    return str(ok(nobody.post("/users/codes", body), 202)["id"])


def digits(app: Flask, code_id: str) -> str:
    """The code, as the worker makes it again to send it."""
    with app.app_context():
        row = session().get(SentCode, code_id)
        assert row
        return row.code


def other_than(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06}"


def change(app: Flask, code_id: str, **values: Any) -> None:
    with app.app_context(), write() as tx:
        tx.execute(update(SentCode).where(SentCode.id == code_id).values(**values))


# --- to log in -----------------------------------------------------------------------------------


def test_one_logs_in_by_a_code_once(app: Flask, nobody: Person) -> None:
    code_id = asks(nobody)
    code = digits(app, code_id)
    assert re.fullmatch(r"\d{6}", code)
    path = f"/users/codes/{code_id}/login"
    answer = ok(nobody.post(path, {"code": f" {code[:3]} {code[3:]} "}))
    assert set(answer) == {"token", "user"}
    assert ok(Person(app, "alice", answer["token"]).get("/users/me"))["username"] == "alice"
    [note] = noted(app, "session.opened")
    assert (note.subject, note.actor_name, note.detail) == ("", "Alice", {"how": "code"})
    assert problem(nobody.post(path, {"code": code}), 422)["detail"] == WRONG


def test_a_code_has_five_tries(app: Flask, nobody: Person) -> None:
    code_id = asks(nobody)
    code = digits(app, code_id)
    path = f"/users/codes/{code_id}/login"
    for _ in range(5):
        assert problem(nobody.post(path, {"code": other_than(code)}), 422)["detail"] == WRONG
    problem(nobody.post(path, {"code": code}), 422)


def test_a_code_is_good_for_ten_minutes(app: Flask, nobody: Person) -> None:
    code_id = asks(nobody)
    with app.app_context():
        row = session().get_one(SentCode, code_id)
        assert timedelta(minutes=9, seconds=50) < row.ends_at - now() <= timedelta(minutes=10)
    change(app, code_id, ends_at=now() - timedelta(seconds=1))
    problem(nobody.post(f"/users/codes/{code_id}/login", {"code": digits(app, code_id)}), 422)


def test_a_code_is_good_where_it_was_asked_for_and_for_what(app: Flask, nobody: Person) -> None:
    one, other = asks(nobody), asks(nobody, "bob")
    code = digits(app, one)
    problem(nobody.post(f"/users/codes/{other}/login", {"code": code}), 422)
    body = {"code": code, "password": NEW}
    problem(nobody.post(f"/users/codes/{one}/password", body), 422)
    problem(nobody.post(f"/users/codes/{uuid.uuid4()}/login", {"code": code}), 422)
    problem(nobody.post("/users/codes/nonsense/login", {"code": code}), 422)
    ok(nobody.post(f"/users/codes/{one}/login", {"code": code}))


def test_the_database_has_no_code(app: Flask, data_folder: Path, nobody: Person) -> None:
    code = digits(app, asks(nobody))
    with app.app_context():
        [row] = session().scalars(select(SentCode)).all()
        values = [str(value) for value in vars(row).values()]
    assert not any(code == value or f'"{code}"' in value for value in values)
    assert len(row.code_hash) == 64


def test_who_is_blocked_gets_no_code_nor_in_by_one(app: Flask, nobody: Person) -> None:
    code_id = asks(nobody)
    with app.app_context(), write() as tx:
        tx.execute(update(User).where(User.username == "alice").values(is_active=False))
    problem(nobody.post(f"/users/codes/{code_id}/login", {"code": digits(app, code_id)}), 422)
    after = asks(nobody)
    problem(nobody.post(f"/users/codes/{after}/login", {"code": digits(app, after)}), 422)


def test_nothing_tells_whether_there_is_somebody_of_a_name(app: Flask, nobody: Person) -> None:
    for purpose in ("log_in", "password"):
        answers = [
            nobody.post("/users/codes", {"username": name, "purpose": purpose})
            for name in ("alice", "zoe")
        ]
        assert [answer.status_code for answer in answers] == [202, 202]
        assert len({tuple(sorted(answer.get_json())) for answer in answers}) == 1
        ids = [answer.get_json()["id"] for answer in answers]
        wrong = [
            nobody.post(f"/users/codes/{one}/login", {"code": other_than(digits(app, one))})
            for one in ids
        ]
        assert wrong[0].get_data() == wrong[1].get_data()
    # And it is the same work for the database: the time tells no more than the answer does.
    counts = {
        name: queries_of(app, lambda name=name: asks(nobody, name))  # type: ignore[misc]
        for name in ("alice", "bob", "yves", "zoe")
    }
    assert len(set(counts.values())) == 1, counts


def test_the_page_goes_on_to_where_one_wanted_and_nowhere_else(app: Flask, dora: Person) -> None:
    for target, expected in (("/library", "/library"), ("//evil.example/", "/")):
        browser = Browser(app)
        answer = browser.submits("/code/log-in", username="alice", next=target)
        assert answer.status_code == 303
        there = answer.headers["Location"]
        code_id = there.partition("?")[0].rpartition("/")[2]
        page = browser.opens(there).get_data(as_text=True)
        assert "six digits are on their way" in page
        path = there.partition("?")[0]
        fields = {"code": digits(app, code_id), "next": target}
        landed = browser.submits(path, **fields)
        assert (landed.status_code, landed.headers["Location"]) == (303, expected)
        assert browser.opens("/you").status_code == 200


def test_codes_are_limited_for_a_name_and_not_for_others(
    nobody: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "CODES_FOR_NAME", Limit(2, 3600))
    for name in ("alice", "zoe"):
        asks(nobody, name)
        asks(nobody, name.upper())
        refused = nobody.post("/users/codes", {"username": name})
        assert "many codes" in problem(refused, 429)["detail"]
        assert int(refused.headers["Retry-After"]) > 1000
    asks(nobody, "bob")


# --- a forgotten password ------------------------------------------------------------------------


def test_who_forgot_the_password_chooses_another_by_a_code(
    app: Flask, alice: Person, nobody: Person
) -> None:
    browser = Browser(app)
    there = browser.submits("/code/password", username="alice").headers["Location"]
    path = there.partition("?")[0]
    code = digits(app, path.rpartition("/")[2])
    wrong = browser.submits(path, code=other_than(code))
    assert wrong.status_code == 422
    assert WRONG in wrong.get_data(as_text=True)
    link = browser.submits(path, code=code).headers["Location"]
    assert link.startswith("/new-password/")
    ok(alice.get("/users/me"))
    assert browser.submits(link, password=NEW).status_code == 303
    assert browser.opens("/you").status_code == 200
    problem(alice.get("/users/me"), 401)
    statuses = [
        nobody.post("/users/login", {"username": "alice", "password": one}).status_code
        for one in (PASSWORD, NEW)
    ]
    assert statuses == [401, 200]
    assert Browser(app).opens(link).status_code == 404
    assert [note.subject for note in noted(app, "user.password_forgotten")] == ["alice"]


def test_over_the_api_too(app: Flask, nobody: Person) -> None:
    code_id = asks(nobody, purpose="password")
    path = f"/users/codes/{code_id}/password"
    code = digits(app, code_id)
    problem(nobody.post(path, {"code": code, "password": "short"}), 422)
    answer = ok(nobody.post(path, {"code": code, "password": NEW}))
    ok(Person(app, "alice", answer["token"]).get("/users/me"))
    problem(nobody.post(path, {"code": code, "password": NEW}), 422)
    ok(nobody.post("/users/login", {"username": "alice", "password": NEW}))


# --- where nothing sends -------------------------------------------------------------------------


def test_where_nothing_sends_an_admin_sees_the_code_and_nobody_else(
    app: Flask, nobody: Person, dora: Person, alice: Person
) -> None:
    code_id = asks(nobody)
    code = digits(app, code_id)
    shown = f"{code[:3]} {code[3:]}"
    assert shown in dora.page("/admin/people").get_data(as_text=True)
    assert alice.page("/admin/people").status_code == 404
    ok(nobody.post(f"/users/codes/{code_id}/login", {"code": code}))
    assert shown not in dora.page("/admin/people").get_data(as_text=True)
    asks(nobody, "zoe")
    assert "Codes to tell" not in dora.page("/admin/people").get_data(as_text=True)


# --- where one can be reached --------------------------------------------------------------------


def offers(person: Person, **fields: Any) -> Any:
    return person.post("/users/me/contact", {"current_password": PASSWORD, **fields})


def test_an_address_is_taken_once_its_code_came_back(
    app: Flask, alice: Person, bob: Person, nobody: Person
) -> None:
    code_id = ok(offers(alice, email="alice@home.example"), 202)["id"]
    assert ok(alice.get("/users/me"))["email"] is None
    code = digits(app, code_id)
    path = f"/users/me/contact/{code_id}"
    problem(bob.post(path, {"code": code}), 422)
    problem(alice.post(path, {"code": other_than(code)}), 422)
    problem(nobody.post(f"/users/codes/{code_id}/login", {"code": code}), 422)
    assert ok(alice.post(path, {"code": code}))["email"] == "alice@home.example"
    assert ok(bob.get("/users/me"))["email"] is None
    code_id = ok(offers(alice, phone="+47 (22) 33-44-55"), 202)["id"]
    answer = ok(alice.post(f"/users/me/contact/{code_id}", {"code": digits(app, code_id)}))
    assert answer["phone"] == "+4722334455"
    # One can ask for a code by the address as well.
    by_mail = asks(nobody, "ALICE@home.example")
    answer = ok(nobody.post(f"/users/codes/{by_mail}/login", {"code": digits(app, by_mail)}))
    assert answer["user"]["username"] == "alice"


UNUSABLE = [
    {"email": "a@b\r\nBcc: all@evil.example"},
    {"email": "a@b\nSubject: x"},
    {"email": "two@a.example, three@b.example"},
    {"email": "nobody"},
    {"email": "<a@b.example>"},
    {"email": ""},
    {"phone": "call me"},
    {"phone": "123\n456789\nx"},
    {"phone": "12"},
    {},
    {"email": "a@b.example", "phone": "12345678"},
]


def test_what_is_no_address_is_refused(alice: Person, app: Flask) -> None:
    for fields in UNUSABLE:
        problem(offers(alice, **fields), 422)
    wrong = {"current_password": "not this one", "email": "a@b.example"}
    assert "current_password" in problem(alice.post("/users/me/contact", wrong), 422)["errors"]
    with app.app_context():
        assert session().scalars(select(SentCode)).all() == []


def test_on_the_page_too(app: Flask, alice: Person) -> None:
    browser = Browser(app, alice)
    seen_at = "/you/security"
    fields = {"email": "alice@home.example", "current": PASSWORD}
    there = browser.submits("/you/security/contact", seen_at=seen_at, **fields).headers["Location"]
    code_id = re.search(r"confirm=([\w-]+)", there)
    assert code_id
    answer = browser.submits(
        f"/you/security/contact/{code_id[1]}", seen_at=there, code=digits(app, code_id[1])
    )
    assert answer.status_code == 303
    assert "alice@home.example" in browser.opens(seen_at).get_data(as_text=True)
    browser.submits("/you/security/contact/forget", seen_at=seen_at, email="1")
    assert "alice@home.example" not in browser.opens(seen_at).get_data(as_text=True)


def test_codes_that_are_long_over_are_forgotten(app: Flask, nobody: Person) -> None:
    old, new = asks(nobody), asks(nobody, "bob")
    change(app, old, ends_at=now() - timedelta(days=3))
    with app.app_context():
        sent_codes.forget_old()
        assert session().scalars(select(SentCode.id)).all() == [new]
