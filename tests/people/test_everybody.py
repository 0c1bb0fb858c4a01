"""The page with everybody on it, where admins add people; for all others it isn't there."""

from __future__ import annotations

import pytest
from flask import Flask

from playlist_app.database import session, write
from playlist_app.people.models import Role, User, by_name
from playlist_app.refusals import NotFound
from tests.cast import NAMES, PASSWORD, Browser, Person, ok

PATH = "/admin/people"


@pytest.fixture
def browser(app: Flask, dora: Person) -> Browser:
    """Dora's, who is the admin."""
    return Browser(app, dora)


def test_an_admin_sees_everybody(dora: Person) -> None:
    page = dora.page(PATH).get_data(as_text=True)
    for name in ("Alice", "Bob", "Charlie", "Dora"):
        assert f"<p>{name}</p>" in page
    assert "admin, member" in page


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_for_who_is_no_admin_the_page_is_not_there(
    alice: Person, nobody: Person, method: str
) -> None:
    form = {"username": "mallory", "password": PASSWORD} if method == "POST" else None
    page = alice.page(PATH, method=method, data=form)
    assert page.status_code == 404
    assert "Bob" not in page.get_data(as_text=True)
    assert nobody.post("/users/login", {"username": "mallory", "password": PASSWORD}).status == (
        "401 UNAUTHORIZED"
    )


def test_the_way_there_is_shown_to_admins_alone(alice: Person, dora: Person) -> None:
    assert 'href="/admin/people"' in dora.page("/you").get_data(as_text=True)
    assert 'href="/admin/people"' not in alice.page("/you").get_data(as_text=True)


def test_an_admin_adds_a_person_who_can_then_log_in(browser: Browser, nobody: Person) -> None:
    response = browser.submits(PATH, username="Erin", password="another password")
    assert (response.status_code, response.headers["Location"]) == (303, PATH)
    assert "Erin can log in now." in browser.opens(PATH).get_data(as_text=True)
    body = {"username": "erin", "password": "another password"}
    assert ok(nobody.post("/users/login", body))["user"]["roles"] == ["member"]


@pytest.mark.parametrize(
    ("username", "password", "status", "says"),
    [
        ("ALICE", PASSWORD, 409, "already somebody called"),
        ("Ａlice", PASSWORD, 409, "already somebody called"),  # full width
        ("", PASSWORD, 422, "A name has 1 to 60 characters."),
        ("erin", "short", 422, "at least 8 characters"),
    ],
)
def test_what_cannot_be_is_told_in_the_form_which_keeps_the_name(
    browser: Browser, username: str, password: str, status: int, says: str
) -> None:
    response = browser.submits(PATH, username=username, password=password)
    page = response.get_data(as_text=True)
    assert response.status_code == status
    assert says in page
    assert f'name="username" value="{username}"' in page
    assert password not in page
    assert page.count('<span class="avatars">') == 4


def test_whoever_asks_the_verb_itself_decides(app: Flask, alice: Person, dora: Person) -> None:
    """Also where a door forgets to: adding people, and seeing who there is."""
    with app.app_context():
        admin, member = User.named("dora"), User.named("alice")
        with pytest.raises(NotFound):
            User.create("mallory", PASSWORD, roles={Role.ADMIN}, by=member)
        with pytest.raises(NotFound):
            User.everybody(by=member)
        assert {user.username for user in User.everybody(by=admin)} == set(NAMES)


def test_who_was_an_admin_a_moment_ago_adds_nobody(app: Flask, dora: Person) -> None:
    with app.app_context():
        admin = User.named("dora")
        session().expunge(admin)  # as who asks is known when a request begins
        with write() as tx:
            tx.get_one(User, admin.id).roles = frozenset({Role.MEMBER})
        assert admin.is_admin
        with pytest.raises(NotFound):
            User.create("mallory", PASSWORD, roles={Role.ADMIN}, by=admin)
        assert not session().scalar(by_name("mallory"))
