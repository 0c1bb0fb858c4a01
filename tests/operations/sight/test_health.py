"""Health: whether the server can be reached."""

from __future__ import annotations

from flask import Flask

from tests.cast import Person


def test_everybody_is_told_that_the_server_serves(nobody: Person) -> None:
    answer = nobody.page("/healthz")
    assert (answer.status_code, answer.data, answer.mimetype) == (200, b"ok\n", "text/plain")


def test_the_answer_is_never_an_old_one(nobody: Person) -> None:
    assert "no-store" in nobody.page("/healthz").headers["Cache-Control"]


def test_it_needs_no_database_and_no_cookie(app: Flask) -> None:
    answer = app.test_client().get("/healthz")
    assert answer.status_code == 200
    assert "Set-Cookie" not in answer.headers


def test_it_tells_nothing_about_the_server(nobody: Person) -> None:
    assert "Server" not in nobody.page("/healthz").headers
