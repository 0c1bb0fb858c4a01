"""`flask users …`."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

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
