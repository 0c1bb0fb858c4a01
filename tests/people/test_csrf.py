"""No other site can act in a person's name: what a cookie carries needs a token beside it."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from tests.cast import Browser, Person, ok, problem


@pytest.fixture
def browser(app: Flask, alice: Person) -> Browser:
    """Alice's, logged in."""
    return Browser(app, alice)


def test_a_call_by_cookie_alone_is_refused(browser: Browser, alice: Person, happened: Any) -> None:
    response = browser.client.post("/api/v1/playlists", json={"title": "Not mine"})
    assert problem(response, 400)["csrf"] is True
    assert ok(alice.get("/playlists"))["items"] == []
    assert happened() == []


@pytest.mark.parametrize("method", ["POST", "PATCH", "DELETE", "PUT"])
def test_every_unsafe_method_needs_the_token(browser: Browser, method: str) -> None:
    response = browser.client.open("/api/v1/users/me", method=method, json={"name": "Mallory"})
    # What isn't routed at all (405) is refused before that.
    assert response.status_code in (400, 405)
    assert ok(browser.client.get("/api/v1/users/me"))["name"] == "Alice"


def test_with_the_token_of_users_me_a_call_by_cookie_passes(browser: Browser) -> None:
    token = ok(browser.client.get("/api/v1/users/me"))["csrf_token"]
    response = browser.client.post(
        "/api/v1/playlists", json={"title": "Mine"}, headers={"X-CSRF-Token": token}
    )
    assert ok(response, 201)["title"] == "Mine"


def test_the_token_of_another_browser_does_not_pass(
    app: Flask, browser: Browser, bob: Person
) -> None:
    other = Browser(app, bob)
    token = ok(other.client.get("/api/v1/users/me"))["csrf_token"]
    response = browser.client.post(
        "/api/v1/playlists", json={"title": "Not mine"}, headers={"X-CSRF-Token": token}
    )
    problem(response, 400)


def test_a_bearer_token_needs_no_other(alice: Person) -> None:
    ok(alice.post("/playlists", {"title": "Mine"}), 201)


def test_a_form_without_its_token_changes_nothing(browser: Browser) -> None:
    response = browser.client.post(
        "/you", data={"name": "Mallory"}, headers={"Accept": "text/html"}
    )
    assert response.status_code == 400
    assert "Please try again" in response.get_data(as_text=True)
    assert ok(browser.client.get("/api/v1/users/me"))["name"] == "Alice"


def test_a_form_that_was_open_for_too_long_comes_back_with_a_message(browser: Browser) -> None:
    response = browser.client.post(
        "/you",
        data={"name": "Mallory", "csrf_token": "old"},
        headers={"Accept": "text/html", "Referer": "http://localhost/you"},
        follow_redirects=True,
    )
    assert response.request.path == "/you"
    assert "open for too long" in response.get_data(as_text=True)
    assert "Mallory" not in response.get_data(as_text=True)


def test_a_refused_form_sends_nobody_to_the_site_it_came_from(browser: Browser) -> None:
    response = browser.client.post(
        "/you",
        data={"name": "Mallory"},
        headers={"Accept": "text/html", "Referer": "https://evil.example/trap"},
    )
    assert response.status_code == 400
    assert "Location" not in response.headers
