"""The key that cookies are signed with: made once, and changed without logging anybody out."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from playlist_app.config import Settings
from playlist_app.database import now
from playlist_app.operations import folders, keys
from playlist_app.people.sessions import LASTS
from tests.cast import Browser, Person, ok
from tests.conftest import close, make_app


def made(folder: Path) -> Settings:
    config = Settings(data=str(folder))
    folders.make(config)
    keys.make(config)
    return config


def test_it_is_long_made_once_for_nobody_elses_eyes_and_differs_between_servers(
    tmp_path: Path,
) -> None:
    found = []
    for name in ("one", "two"):
        config = made(tmp_path / name)
        key, older = keys.keys(config)
        assert older == []
        keys.make(config)
        assert keys.keys(config) == (key, [])
        [file] = (tmp_path / name).glob("secret*")
        assert file.name == "secret_key"
        assert file.stat().st_mode & 0o777 == 0o600
        found.append(key)
    assert found[0] != found[1]
    assert all(len(key) >= 64 for key in found)


@pytest.fixture
def rotated(data_folder: Path) -> Any:
    """Do something with Alice's browser before the key is changed, and after it."""

    def act(before: Any, after: Any, **how: Any) -> None:
        first = make_app(data_folder)
        browser = Browser(first)
        browser.logs_in("alice")
        kept = before(browser)
        done = first.test_cli_runner().invoke(
            args=["data", "rotate-key", "--yes", *(["--forget"] if how.get("forget") else [])]
        )
        assert done.exit_code == 0, done.output
        close(first)
        second = make_app(data_folder)
        cookie = browser.client.get_cookie("jamboree")
        assert cookie
        browser.client = second.test_client()
        browser.client.set_cookie("jamboree", cookie.value)
        try:
            after(browser, kept)
        finally:
            close(second)

    return act


def test_who_is_logged_in_stays_so_and_an_open_page_still_saves(rotated: Any) -> None:
    def open_page(browser: Browser) -> str:
        page = browser.opens("/you").get_data(as_text=True)
        token = re.search(r'name="csrf_token" value="([^"]+)"', page)
        assert token
        return token[1]

    def save(browser: Browser, token: str) -> None:
        sent = browser.client.post("/you", data={"name": "Alice B", "csrf_token": token})
        assert sent.status_code == 303
        assert ok(browser.client.get("/api/v1/users/me"))["name"] == "Alice B"
        sent = browser.client.post("/you", data={"name": "Mallory", "csrf_token": token + "x"})
        assert sent.status_code == 400

    rotated(open_page, save)


def test_with_forget_nothing_that_was_signed_before_is_believed(rotated: Any) -> None:
    def look(browser: Browser, _: object) -> None:
        assert browser.client.get("/api/v1/users/me").status_code == 401

    rotated(lambda browser: None, look, forget=True)


def test_links_of_invites_are_still_shown(data_folder: Path, dora: Person) -> None:
    invite = ok(dora.post("/invites", {"role": "member", "uses": 1, "days": 3}), 201)
    keys_of = Settings(data=str(data_folder))
    app = make_app(data_folder)
    with app.app_context():
        keys.rotate(keys_of)
    close(app)
    app = make_app(data_folder)
    [found] = ok(Person(app, "dora", dora.token).get("/invites"))["items"]
    close(app)
    assert found["url"] == invite["url"]


def test_older_keys_are_believed_as_long_as_a_log_in_lasts(data_folder: Path) -> None:
    app = make_app(data_folder)
    config = Settings(data=str(data_folder))
    first, _ = keys.keys(config)
    with app.app_context():
        assert keys.rotate(config) == 1
        second, older = keys.keys(config)
        assert (older, second != first) == ([first], True)
        assert keys.rotate(config) == 2
    close(app)
    third, older = keys.keys(config)
    assert older == [second, first]
    path = data_folder / keys.FILE
    assert path.stat().st_mode & 0o777 == 0o600
    over = (now() - timedelta(minutes=1)).isoformat(timespec="seconds")
    path.write_text(f"{third}\n{second} {(now() + LASTS).isoformat()}\n{first} {over}")
    assert keys.keys(config) == (third, [second])
