"""Every door of the app is closed to who is not logged in, unless it says otherwise."""

from __future__ import annotations

import uuid
from typing import Any
from urllib.parse import urlsplit

from flask import Flask
from werkzeug.routing import Rule

from playlist_app.operations.reference.openapi import undescribed
from tests.cast import Person, problem

# A door that is opened to everybody is meant to be: it is named here too.
PUBLIC = {
    "account.gone",
    "assets.listing",
    "assets.stylesheet",
    "assets.versioned",
    "factors.ask_second",
    "factors.log_in_by_passkey",
    "factors.show_second",
    "factors_api.log_in_by_passkey",
    "factors_api.log_in_second",
    "factors_api.passkey_options",
    "factors_api.second_options",
    "codes.ask",
    "codes.enter",
    "codes.new",
    "codes.use",
    "codes_api.ask_for",
    "codes_api.choose_password",
    "codes_api.log_in",
    "health.healthz",
    "health.metrics",  # for who has the token; for others there is nothing (tests/operations/sight)
    "health.readyz",
    "joining.choose_password",
    "joining.join",
    "joining.make_account",
    "joining.new_account",
    "joining.new_password",
    "joining.welcome",
    "https.certificate",
    "https.trusted",
    "offline.install",
    "offline.manifest",
    "offline.shell",
    "offline.worker",
    "people.create_first_admin",
    "people.log_in",
    "people.new_first_admin",
    "people.open_session",
    "people_api.log_in",
    "people_api.register",
    "reference.asyncapi",
    "reference.calls",
    "reference.live",
    "reference.openapi",
    "sharing.ask",
    "sharing.door",
    "sharing.enter",
    "sharing_api.enter",
    "sharing_api.look",
}


def is_public(app: Flask, endpoint: str) -> bool:
    return getattr(app.view_functions[endpoint], "is_public", False)


def closed(app: Flask, *, safe: bool) -> list[tuple[str, str]]:
    """Method and address of every closed door, with made-up ids in it."""
    return [
        (method, address(app, rule, method))
        for rule in app.url_map.iter_rules()
        for method in sorted((rule.methods or set()) - {"OPTIONS"})
        if (method in ("GET", "HEAD")) == safe and not is_public(app, rule.endpoint)
    ]


def address(app: Flask, rule: Rule, method: str) -> str:
    values: dict[str, Any] = {name: str(uuid.uuid4()) for name in rule.arguments}
    if "size" in values:
        values["size"] = "large"
    if "kind" in values:
        values["kind"] = "log-in"
    return urlsplit(app.url_map.bind("localhost").build(rule.endpoint, values, method=method)).path


def is_for_programs(path: str) -> bool:
    return path.startswith(("/api/", "/audio/", "/covers/", "/ws/"))


def test_the_public_doors_are_these(app: Flask) -> None:
    assert {name for name in app.view_functions if is_public(app, name)} == PUBLIC


def test_every_call_of_the_api_says_what_it_answers(app: Flask) -> None:
    """Put @answers(…) of playlist_app/described.py under its @api.route, with a type of the slice's
    answers.py: the reference at /api/docs/ is made of it."""
    assert undescribed(app) == []


def test_nobody_reads_anything_that_is_not_public(app: Flask, nobody: Person) -> None:
    doors = closed(app, safe=True)
    assert len(doors) > 40
    for method, path in doors:
        upgrade = {"Connection": "Upgrade", "Upgrade": "websocket"}
        headers = upgrade if path.startswith("/ws/") else {}
        response = nobody.page(path, method=method, headers=headers)
        if is_for_programs(path):
            assert response.status_code == 401, path
            assert response.headers["WWW-Authenticate"] == "Bearer"
        else:
            assert response.status_code == 302, path
            assert response.headers["Location"].startswith("/login?next="), path


def test_nobody_changes_anything(app: Flask, nobody: Person, happened: Any) -> None:
    doors = closed(app, safe=False)
    assert len(doors) > 20
    for method, path in doors:
        response = nobody.page(path, method=method, json={})
        if is_for_programs(path):
            problem(response, 401)
        else:
            assert response.status_code == 302, path
            assert response.headers["Location"].startswith("/login?next="), path
    assert happened() == []


def test_a_page_that_htmx_asks_for_leads_the_whole_page_to_the_log_in(nobody: Person) -> None:
    response = nobody.page("/library", headers={"HX-Request": "true"})
    assert response.status_code == 401
    assert response.headers["HX-Redirect"] == "/login?next=/library"


def test_what_is_not_there_is_not_found_also_for_nobody(nobody: Person) -> None:
    assert nobody.page("/nothing/here").status_code == 404
    problem(nobody.get("/nothing/here"), 404)


def test_a_page_for_nobody_tells_nothing_of_what_is_there(nobody: Person, alice: Person) -> None:
    playlist = alice.makes_playlist()
    there = nobody.page(f"/playlists/{playlist['id']}")
    missing = nobody.page(f"/playlists/{uuid.uuid4()}")
    assert there.status_code == missing.status_code == 302
    assert len(there.data) == len(missing.data)


def test_the_shell_that_devices_keep_has_nobodys_data(alice: Person) -> None:
    alice.makes_playlist("A very private list")
    page = alice.page("/offline-shell").get_data(as_text=True)
    assert "very private" not in page
    assert alice.id not in page
