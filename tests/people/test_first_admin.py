"""The first admin: a link that start-up prints, good for one person, once."""

from __future__ import annotations

import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from playlist_app.database import session
from playlist_app.operations import startup
from playlist_app.people import first_admin
from playlist_app.people.models import Role, User
from tests.cast import PASSWORD, Browser
from tests.conftest import close, make_app


class Started:
    """Stands for the process that makes the demo music (operations/seeding.py): it takes a minute,
    and is tested there."""

    def __init__(self, command: list[str], **_: Any) -> None:
        self.all.append(command)

    all: list[list[str]] = []  # noqa: RUF012 - the fixture empties it

    def wait(self) -> int:
        return 0


@pytest.fixture(autouse=True)
def started(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    monkeypatch.setattr(subprocess, "Popen", Started)
    Started.all = []
    return Started.all


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "new"


@pytest.fixture
def new(folder: Path) -> Iterator[Flask]:
    """An app whose folder nobody ever used."""
    app = make_app(folder)
    startup.prepare(app)
    yield app
    close(app)


@pytest.fixture
def link(new: Flask, folder: Path) -> str:
    return f"/first-admin/{first_admin.code(folder)}"


def people(app: Flask) -> list[User]:
    with app.app_context():
        return list(session().scalars(select(User)))


def test_the_code_is_long_and_for_nobody_elses_eyes(new: Flask, folder: Path) -> None:
    path = folder / "first_admin_code"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert len(path.read_text()) >= 20


def test_the_code_stays_the_same_until_it_is_used(new: Flask, folder: Path) -> None:
    before = first_admin.code(folder)
    startup.prepare(new)
    assert first_admin.code(folder) == before


def test_the_link_makes_the_admin_and_logs_them_in(new: Flask, folder: Path, link: str) -> None:
    browser = Browser(new)
    assert browser.opens(link).status_code == 200
    response = browser.submits(link, username="Dora", password=PASSWORD)
    assert (response.status_code, response.headers["Location"]) == (303, "/")
    [dora] = people(new)
    assert dora.username == "Dora"
    assert dora.roles == frozenset({Role.ADMIN, Role.MEMBER})
    assert browser.opens("/admin/people").status_code == 200
    assert not (folder / "first_admin_code").exists()


def test_the_link_works_once(new: Flask, link: str) -> None:
    late = Browser(new)
    page = late.opens(link)
    assert page.status_code == 200
    Browser(new).submits(link, username="Dora", password=PASSWORD)
    assert late.opens(link).status_code == 404
    # Who had the form open before has it for nothing.
    token = page.get_data(as_text=True).split('name="csrf_token" value="')[1].split('"')[0]
    form = {"username": "mallory", "password": PASSWORD, "csrf_token": token}
    assert late.client.post(link, data=form, headers={"Accept": "text/html"}).status_code == 404
    assert [person.username for person in people(new)] == ["Dora"]


def test_a_code_file_that_was_left_makes_no_second_admin(
    new: Flask, folder: Path, link: str
) -> None:
    browser = Browser(new)
    browser.opens(link)
    with new.app_context():
        User.create("Dora", PASSWORD, roles={Role.ADMIN}, by=None)
    response = browser.submits(link, username="mallory", password=PASSWORD)
    assert response.status_code == 404
    assert [person.username for person in people(new)] == ["Dora"]
    startup.prepare(new)
    assert not (folder / "first_admin_code").exists()


def test_a_wrong_code_leads_nowhere(new: Flask) -> None:
    for code in ("x", "é", "a" * 500, "..%2Ffirst_admin_code", "%00"):
        assert Browser(new).opens(f"/first-admin/{code}").status_code == 404
    assert people(new) == []


def test_without_a_code_the_page_is_not_there(app: Flask) -> None:
    for code in ("", "None", " "):
        assert Browser(app).opens(f"/first-admin/{code}").status_code == 404


@pytest.mark.parametrize(
    ("name", "password", "says"),
    [("", PASSWORD, "1 to 60"), ("Dora", "short", "at least 8"), ("a\u202eb", PASSWORD, "nobody")],
)
def test_what_cannot_be_is_told_in_the_form_and_the_link_stays_good(
    new: Flask, link: str, name: str, password: str, says: str
) -> None:
    browser = Browser(new)
    response = browser.submits(link, username=name, password=password, demo="on")
    assert response.status_code == 422
    assert says in response.get_data(as_text=True)
    assert people(new) == []
    assert Started.all == []
    assert browser.submits(link, username="Dora", password=PASSWORD).status_code == 303


def test_the_form_needs_its_csrf_token(new: Flask, link: str) -> None:
    form = {"username": "mallory", "password": PASSWORD}
    response = Browser(new).client.post(link, data=form, headers={"Accept": "text/html"})
    assert response.status_code == 400
    assert people(new) == []


def test_where_the_box_stays_ticked_the_demo_music_is_made(
    new: Flask, link: str, started: list[list[str]]
) -> None:
    browser = Browser(new)
    assert 'name="demo" checked' in browser.opens(link).get_data(as_text=True)
    browser.submits(link, username="Dora", password=PASSWORD, demo="on")
    [command] = started
    assert command[-2:] == ["data", "seed"]
    assert "Making music" in browser.opens("/").get_data(as_text=True)


def test_where_the_box_is_not_ticked_no_music_is_made(
    new: Flask, link: str, started: list[list[str]]
) -> None:
    browser = Browser(new)
    browser.submits(link, username="Dora", password=PASSWORD)
    assert started == []
    assert "Making music" not in browser.opens("/").get_data(as_text=True)


def test_a_server_that_offers_no_demo_has_no_box_and_makes_none(
    folder: Path, started: list[list[str]]
) -> None:
    app = make_app(folder, demo="0")
    startup.prepare(app)
    link = f"/first-admin/{first_admin.code(folder)}"
    browser = Browser(app)
    assert 'name="demo"' not in browser.opens(link).get_data(as_text=True)
    assert browser.submits(link, username="Dora", password=PASSWORD, demo="on").status_code == 303
    assert started == []
    close(app)
