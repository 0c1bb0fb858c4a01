"""Oneself: what the API tells, what can be changed, and how a name has to look."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest
from argon2 import Type, extract_parameters
from flask import Flask
from sqlalchemy import func, select

from playlist_app.config import ROOT
from playlist_app.database import session
from playlist_app.people import passwords
from playlist_app.people.models import NameTaken, Role, User, checked_name
from playlist_app.refusals import Invalid
from tests.cast import PASSWORD, Browser, Person, ok, problem


def test_oneself_in_full(alice: Person) -> None:
    me = ok(alice.get("/users/me"))
    assert set(me) == {
        "id",
        "username",
        "name",
        "roles",
        "created_at",
        "email",
        "phone",
        "last_seen_at",
        "is_active",
        "csrf_token",
    }
    assert (me["username"], me["name"], me["roles"]) == ("alice", "Alice", ["member"])
    assert me["created_at"].endswith("Z")


def test_renaming_changes_what_others_see_and_not_the_log_in(
    alice: Person, bob: Person, nobody: Person
) -> None:
    playlist = alice.makes_playlist()
    alice.invites(playlist, bob)
    assert ok(alice.patch("/users/me", {"name": "Alice in Oslo"}))["name"] == "Alice in Oslo"
    seen = ok(bob.get(f"/playlists/{playlist['id']}"))
    assert seen["owner"] == {"id": alice.id, "name": "Alice in Oslo"}
    ok(nobody.post("/users/login", {"username": "alice", "password": PASSWORD}))


def test_a_new_name_stands_on_every_page_of_others(alice: Person, bob: Person) -> None:
    track = alice.makes_track("Paper Lanterns")
    ok(alice.patch("/users/me", {"name": "Alice in Oslo"}))
    assert "Alice in Oslo" in bob.page(f"/library/{track['id']}").get_data(as_text=True)


def test_changing_nothing_is_fine(alice: Person) -> None:
    assert ok(alice.patch("/users/me", {}))["name"] == "Alice"


UNUSABLE: list[Any] = [
    {"roles": ["admin"]},
    {"name": "Mallory", "roles": ["admin"]},
    {"is_active": True},
    {"username": "root"},
    {"id": "1"},
    {"name": 5},
    {"name": None},
    {"name": ["Mallory"]},
    {"name": ""},
    {"name": "   "},
    {"name": "x" * 61},
    {"name": "Ali\u202ece"},
    [],
    "Mallory",
]


def test_what_cannot_be_changed_is_refused_and_changes_nothing(alice: Person) -> None:
    for body in UNUSABLE:
        assert problem(alice.patch("/users/me", body), 422)["errors"], body
    me = ok(alice.get("/users/me"))
    assert (me["name"], me["username"], me["roles"]) == ("Alice", "alice", ["member"])


def test_malformed_json_changes_nothing(alice: Person) -> None:
    for body in (b'{"name": "Mallory"', b'{"name": "\\ud83d"}', b"\x00", b"{" * 5000):
        response = alice.call("PATCH", "/users/me", data=body, content_type="application/json")
        problem(response, 400)
    assert ok(alice.get("/users/me"))["name"] == "Alice"


def test_one_can_rename_oneself_on_the_page(app: Flask, alice: Person) -> None:
    browser = Browser(app, alice)
    response = browser.submits("/you", name="  Alice   in\tOslo ")
    assert (response.status_code, response.headers["Location"]) == (303, "/you")
    page = browser.opens("/you").get_data(as_text=True)
    assert 'value="Alice in Oslo"' in page
    assert "Saved." in page


# --- names and passwords ------------------------------------------------------------------------


def test_a_name_is_trimmed_and_its_spaces_are_one() -> None:
    assert checked_name("  Erin \n of\u00a0 Oslo ") == "Erin of Oslo"


@pytest.mark.parametrize("name", ["Éloïse", "李小龍", "Jean-Luc O'Neil", "🎺", "x" * 60, "ß"])
def test_names_of_all_languages_are_taken(name: str) -> None:
    assert checked_name(name) == name


@pytest.mark.parametrize(
    "name",
    [
        "",
        "   ",
        "x" * 61,
        "bell\x07",
        "nul\x00",
        "del\x7f",
        "right\u202eleft",
        "mark\u200f",
        "isolate\u2066",
        "zero\u200bwidth",
        "join\u200der",
        "private\ue000",
        "half\ud800",
        "\ufeffbom",
    ],
)
def test_a_name_that_others_could_not_read_is_refused(name: str) -> None:
    with pytest.raises(Invalid) as refused:
        checked_name(name)
    assert set(refused.value.errors) == {"username"}


def test_a_name_that_is_taken_is_taken_in_every_case_and_form(app: Flask) -> None:
    with app.app_context():
        User.create("Éloïse", PASSWORD, roles={Role.MEMBER}, by=None)
        for name in ("éloïse", "ÉLOÏSE", " Éloïse ", "E\u0301loi\u0308se", "ALICE", "ａｌｉｃｅ"):
            with pytest.raises(NameTaken) as refused:
                User.create(name, PASSWORD, roles={Role.MEMBER}, by=None)
            assert refused.value.status == 409
        assert session().scalar(select(func.count(User.id))) == 5


@pytest.mark.parametrize("password", ["", "1234567", "x" * 1025])
def test_a_password_that_is_too_short_or_too_long_is_refused(password: str) -> None:
    with pytest.raises(Invalid) as refused:
        passwords.hashed(password)
    assert "at least 8 characters" in refused.value.detail
    assert set(refused.value.errors) == {"password"}


def test_a_password_of_eight_characters_is_taken() -> None:
    assert passwords.is_right("12345678", passwords.hashed("12345678"))


def test_passwords_are_hashed_at_more_than_owasp_asks_for() -> None:
    """By a server, that is: what the tests hash themselves is to be quick."""
    code = "from playlist_app.people import passwords; print(passwords.hashed('12345678'))"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    made = extract_parameters(done.stdout.strip())
    assert made.type is Type.ID
    # Its password storage cheat sheet: 46 MiB once, or 19 MiB twice, on one thread.
    assert (made.memory_cost, made.time_cost, made.parallelism) == (46 * 1024, 2, 1)
