"""The page of the invites; the doors they open are in tests/people/test_joining.py."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from tests.cast import PASSWORD, Browser, Person, ok
from tests.people.test_joining import invited

PATH = "/admin/invites"


@pytest.fixture
def browser(app: Flask, dora: Person) -> Browser:
    return Browser(app, dora)


def links(page: str) -> list[str]:
    return re.findall(r'value="http://localhost(/welcome/[^"]+)"', page)


def test_an_invite_is_made_shown_used_and_taken_back(app: Flask, browser: Browser) -> None:
    form = {"note": "The flat upstairs", "role": "member", "uses": "2", "days": "3"}
    made = browser.submits(PATH, **form)
    assert made.status_code == 303
    page = browser.opens(PATH).text
    assert "The flat upstairs" in page
    [link] = links(page)
    assert Browser(app).submits(link, username="erin", password=PASSWORD).status_code == 303
    assert "1 of 2 came in" in browser.opens(PATH).text
    revoke = re.search(rf'action="({PATH}/[^"]+/revoke)"', page)
    assert revoke
    assert browser.submits(revoke[1], seen_at=PATH).status_code == 303
    page = browser.opens(PATH).text
    assert links(page) == []
    assert "taken back" in page
    assert Browser(app).opens(link).status_code == 404


@pytest.mark.parametrize(
    ("field", "typed"), [("uses", "0"), ("uses", "many"), ("days", "400"), ("role", "admin")]
)
def test_what_can_not_be_is_told_and_keeps_what_was_typed(
    browser: Browser, dora: Person, field: str, typed: str
) -> None:
    form = {"note": "Erin", "role": "member", "uses": "1", "days": "7"} | {field: typed}
    answer = browser.submits(PATH, **form)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert 'name="note" value="Erin"' in answer.text
    assert ok(dora.get("/invites"))["items"] == []


def test_others_find_no_such_page(alice: Person, dora: Person) -> None:
    _, invite = invited(dora)
    assert alice.page(PATH).status_code == 404
    assert alice.page(PATH, method="POST", data={"uses": "5"}).status_code == 404
    assert alice.page(f"{PATH}/{invite['id']}/revoke", method="POST").status_code == 404
    [found] = ok(dora.get("/invites"))["items"]
    assert found["state"] == "open"
