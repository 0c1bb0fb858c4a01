"""What no door may do, whichever it is: believe a cookie alone, lead to another site, or give files
away that lie elsewhere. Each is tried on all of them."""

from __future__ import annotations

import re

from flask import Flask
from werkzeug.routing import Rule

from tests.cast import Browser, Person
from tests.doors.house import methods_of
from tests.people.test_doors import address

UNSAFE = {"POST", "PUT", "PATCH", "DELETE"}
ELSEWHERE = (
    "https://evil.example/trap",
    "//evil.example/trap",
    "/\\evil.example/trap",
    "\t//evil.example",
)
# What forms and addresses may name as where to go on to.
GO_ON = ("next", "back", "to", "url", "return", "referrer")
OUT = ("../../secret_key", "..%2f..%2fsecret_key", "/etc/passwd")


def doors(app: Flask, methods: set[str]) -> list[tuple[str, Rule]]:
    return [
        (method, rule)
        for rule in app.url_map.iter_rules()
        for method in sorted(methods_of(rule) & methods)
        if not rule.websocket
    ]


def test_by_a_cookie_alone_nothing_is_changed_anywhere(app: Flask, alice: Person) -> None:
    """Another site can send forms, and has neither the token of ours nor a way to send JSON."""
    browser = Browser(app, alice)
    tried = 0
    for method, rule in doors(app, UNSAFE):
        answer = browser.client.open(
            address(app, rule, method),
            method=method,
            data={"title": "Not mine", "password": "x"},
            headers={"Origin": "https://evil.example", "Accept": "text/html"},
            buffered=True,
        )
        assert answer.status_code == 400, (method, rule.rule, answer.status_code)
        assert b"try again" in answer.data, (method, rule.rule)
        tried += 1
    assert tried > 130


def test_no_door_leads_to_another_site(app: Flask, alice: Person) -> None:
    browser = Browser(app, alice)
    token = browser.client.get("/api/v1/users/me").get_json()["csrf_token"]
    led = 0
    pages = [
        (method, address(app, rule, method))
        for method, rule in doors(app, {"POST"})
        if not rule.rule.startswith("/api/") and rule.endpoint != "people.log_out"
    ]
    pages += [("GET", "/login"), ("GET", "/login/second"), ("GET", "/register")]
    for target in ELSEWHERE:
        told = dict.fromkeys(GO_ON, target)
        for method, path in pages:
            if "sessions" in path or "leave" in path:
                continue  # it would log Alice out
            answer = browser.client.open(
                path,
                method=method,
                query_string=told,
                data=told | {"csrf_token": token} if method == "POST" else None,
                headers={"Accept": "text/html", "Referer": "https://evil.example/"},
                buffered=True,
            )
            if to := answer.headers.get("Location"):
                assert re.match(r"^/(?![/\\])", to), (method, path, target, to)
                led += 1
    assert led > 30


def test_no_address_reaches_files_that_lie_elsewhere(app: Flask, dora: Person) -> None:
    """Dora may see most: the more is tried."""
    browser = Browser(app, dora)
    secret = (app.config["JAMBOREE"].data_folder / "secret_key").read_bytes().split()[0]
    tried = 0
    for method, rule in doors(app, {"GET"}):
        for name in rule.arguments:
            for out in OUT:
                answer = browser.opens(with_part(app, rule, method, name, out), buffered=True)
                assert answer.status_code < 500, (rule.rule, out)
                assert secret not in answer.data, (rule.rule, out)
                assert b"root:" not in answer.data, (rule.rule, out)
                answer.close()
                tried += 1
    assert tried > 100


def with_part(app: Flask, rule: Rule, method: str, name: str, part: str) -> str:
    """The address of a door, with this in the place of one argument."""
    values = {each: f"the-{each}" for each in rule.arguments}
    values |= {"size": "small"} if "size" in values else {}
    values |= {"kind": "log-in"} if "kind" in values else {}
    bound = app.url_map.bind("localhost")
    path: str = bound.build(rule.endpoint, values, method=method)
    return path.replace(values[name], part)
