"""The key that cookies are signed with: made once, and changed without logging anybody out."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from playlist_app.config import Settings
from playlist_app.database import now, session, write
from playlist_app.operations import folders, keys, startup
from playlist_app.people import sealed
from playlist_app.people.sessions import LASTS
from playlist_app.people.totp import Totp
from tests.cast import Browser, Person, ok, problem
from tests.conftest import close, make_app
from tests.people.test_second_step import code_at, second, switched_on, ticket_for


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


@pytest.mark.parametrize("forget", [False, True])
def test_codes_of_apps_go_on_and_their_secrets_lie_sealed(
    data_folder: Path, alice: Person, nobody: Person, app: Flask, forget: bool
) -> None:
    secret, _ = switched_on(alice)
    config = Settings(data=str(data_folder))

    def in_the_table() -> str:
        with app.app_context():
            return session().scalars(select(Totp.sealed)).one()

    before = in_the_table()
    assert secret not in before
    assert secret.encode() not in (data_folder / "app.db").read_bytes()
    old_key, _older = keys.keys(config)
    with app.app_context():
        keys.rotate(config, forget=forget)
    assert in_the_table() != before
    with app.app_context(), pytest.raises(sealed.NotOurs):
        sealed.opened(in_the_table(), of=alice.id, keys=[old_key])
    # Also by a process that was there before the key was changed.
    ok(second(nobody, ticket_for(nobody), code_at(secret)))
    # Nobody's secret opens as another's.
    with app.app_context(), pytest.raises(sealed.NotOurs):
        sealed.opened(in_the_table(), of="somebody else")


def test_what_lay_open_before_is_sealed_by_a_start(app: Flask, alice: Person) -> None:
    secret, _ = switched_on(alice)
    with app.app_context(), write() as tx:
        tx.execute(update(Totp).values(sealed=secret))  # as a migration leaves it
    startup.prepare(app)
    with app.app_context():
        [found] = session().scalars(select(Totp))
        assert found.sealed.startswith(sealed.MARK)
        assert found.secret == secret


def test_without_any_key_that_opens_it_a_recovery_code_lets_in(
    data_folder: Path, app: Flask, alice: Person, nobody: Person
) -> None:
    secret, recovery_codes = switched_on(alice)
    (data_folder / keys.FILE).write_text("another key")
    problem(second(nobody, ticket_for(nobody), code_at(secret)), 401)
    ok(second(nobody, ticket_for(nobody), recovery_codes[0]))


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
