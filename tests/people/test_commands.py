"""`flask users …`."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from playlist_app.database import session, write
from playlist_app.people.audit import Note
from playlist_app.people.models import User
from tests.cast import Person, ok

Run = Callable[..., Any]


@pytest.fixture
def run(app: Flask) -> Run:
    def run(*arguments: str, stdin: str = "") -> Any:
        return app.test_cli_runner().invoke(args=["users", *arguments], input=stdin)

    return run


def test_a_person_is_made_without_a_prompt(run: Run, nobody: Person) -> None:
    done = run("create", "erin", "--password-stdin", stdin="a spaced  password \n")
    assert (done.exit_code, done.output) == (0, "Made erin (member).\n")
    body = {"username": "erin", "password": "a spaced  password "}
    ok(nobody.post("/users/login", body))


def test_a_person_can_have_several_roles(run: Run) -> None:
    arguments = ("create", "erin", "--role", "reviewer", "--role", "member")
    done = run(*arguments, "--password-stdin", "--json", stdin="long enough")
    assert json.loads(done.output)["roles"] == ["member", "reviewer"]


def test_without_stdin_the_password_is_asked_for_twice_and_not_shown(run: Run) -> None:
    done = run("create", "erin", stdin="long enough\nlong enough\n")
    assert done.exit_code == 0
    assert "Repeat for confirmation" in done.output
    assert "long enough" not in done.output


def test_a_role_that_there_is_not_is_refused(run: Run) -> None:
    done = run("create", "erin", "--role", "emperor", "--password-stdin", stdin="long enough")
    assert done.exit_code == 2
    assert "'emperor' is not one of" in done.output


@pytest.mark.parametrize(
    ("name", "password", "says"),
    [
        ("Alice", "long enough", "There is already somebody called 'Alice' here."),
        ("erin", "short", "A password has at least 8 characters."),
        ("erin", "", "A password has at least 8 characters."),
        ("", "long enough", "A name has 1 to 60 characters."),
    ],
)
def test_what_cannot_be_is_told_in_a_sentence(
    run: Run, name: str, password: str, says: str
) -> None:
    done = run("create", name, "--password-stdin", stdin=f"{password}\n")
    assert (done.exit_code, done.output) == (1, f"Error: {says}\n")
    assert len(json.loads(run("list", "--json").output)) == 4


def test_everybody_is_listed(run: Run) -> None:
    lines = run("list").output.splitlines()
    assert [line.split()[0] for line in lines] == ["alice", "bob", "charlie", "dora"]
    assert "admin, member" in lines[3]


def test_the_list_is_there_for_programs_too(run: Run) -> None:
    people = json.loads(run("list", "--json").output)
    assert [person["username"] for person in people] == ["alice", "bob", "charlie", "dora"]
    assert all(person["is_active"] for person in people)
    assert not any("password" in key for person in people for key in person)


def events(app: Flask, action: str) -> list[tuple[str, str]]:
    """What the audit says of an action: by whom, to whom."""
    with app.app_context():
        notes = session().scalars(select(Note).where(Note.action == action).order_by(Note.id))
        return [(note.actor_name, note.subject) for note in notes]


def test_a_role_is_given_once_and_noted(run: Run, app: Flask) -> None:
    for _ in range(2):
        done = run("assign-role", "BOB", "reviewer")
        assert (done.exit_code, done.output) == (0, "bob is member, reviewer now.\n")
    assert events(app, "user.roles_changed") == [("command line", "bob")]


def test_a_role_is_taken_when_that_was_confirmed(run: Run, app: Flask, bob: Person) -> None:
    run("assign-role", "bob", "reviewer")
    assert run("remove-role", "bob", "reviewer", stdin="n\n").exit_code == 1
    assert ok(bob.get("/users/me"))["roles"] == ["member", "reviewer"]
    done = run("remove-role", "bob", "reviewer", "--yes", "--json")
    assert json.loads(done.output)["roles"] == ["member"]
    assert len(events(app, "user.roles_changed")) == 2
    again = run("remove-role", "bob", "reviewer")  # nothing to ask about
    assert again.output == "bob is member now.\n"


def test_the_last_admin_stays_one_and_nobody_is_left_without_a_role(run: Run, dora: Person) -> None:
    done = run("remove-role", "dora", "admin", "--yes")
    assert done.exit_code == 1
    assert "only admin who can log in" in done.output
    assert ok(dora.get("/users/me"))["roles"] == ["admin", "member"]
    assert run("assign-role", "bob", "admin").exit_code == 0
    assert run("remove-role", "dora", "admin", "--yes").exit_code == 0
    assert "at least one role" in run("remove-role", "dora", "member", "--yes").output


@pytest.fixture
def reachable(app: Flask) -> None:
    """Bob and Charlie have addresses, as people who registered."""
    with app.app_context(), write():
        User.named("bob").email = "Bob@Example.org"
        User.named("bob").phone = "+49 170 1234567"
        User.named("charlie").email = "charlie@example.org"


@pytest.mark.usefixtures("reachable")
@pytest.mark.parametrize("text", ["bob", "bob@example.org", "+491701234567", "+49 (170) 123-4567"])
def test_a_person_is_named_by_whatever_is_theirs(run: Run, text: str) -> None:
    assert run("assign-role", text, "reviewer").output == "bob is member, reviewer now.\n"


@pytest.mark.usefixtures("reachable")
def test_nobody_is_taken_for_another(run: Run, app: Flask) -> None:
    assert "nobody called 'bo'" in run("assign-role", "bo", "admin").output
    with app.app_context(), write():
        User.named("charlie").email = "bob@example.org"
    assert "Several people have" in run("assign-role", "bob@example.org", "admin").output


@pytest.mark.usefixtures("reachable")
def test_people_are_found_by_a_part(run: Run) -> None:
    assert run("find", "example").output.split()[0::3] == ["bob", "+49", "charlie"]
    assert [person["username"] for person in json.loads(run("find", "170", "--json").output)] == [
        "bob"
    ]
    nobody = run("find", "zebra", "--json")
    assert (nobody.exit_code, json.loads(nobody.output)) == (1, [])


def test_a_new_password_ends_every_session(run: Run, bob: Person, nobody: Person) -> None:
    assert run("reset-password", "bob", "--password-stdin", stdin="x").exit_code == 2
    done = run("reset-password", "bob", "--password-stdin", "--yes", stdin="another password\n")
    assert done.output == "bob has a new password, and is logged out.\n"
    assert bob.get("/users/me").status_code == 401
    ok(nobody.post("/users/login", {"username": "bob", "password": "another password"}))


def test_a_link_lets_people_choose_their_own_password(run: Run, bob: Person, app: Flask) -> None:
    link = json.loads(run("reset-password", "bob", "--link", "--json").output)["link"]
    page = app.test_client().get("/new-password/" + link.rpartition("/")[2])
    assert page.status_code == 200
    ok(bob.get("/users/me"))  # nothing has changed yet


def test_sessions_are_listed_without_what_opens_them_and_ended(
    run: Run, bob: Person, charlie: Person
) -> None:
    assert bob.token
    listed = run("sessions", "bob", "--json").output
    assert len(json.loads(listed)) == 1
    assert bob.token not in listed
    assert run("sessions", "bob", "--end", stdin="n\n").exit_code == 1
    ok(bob.get("/users/me"))
    assert run("sessions", "bob", "--end", "--yes").output == "Ended 1 session of bob.\n"
    assert bob.get("/users/me").status_code == 401
    assert run("sessions", "bob").output == "bob is logged in nowhere.\n"
    ok(charlie.get("/users/me"))
