"""The pages of the people: finding them, adding them, and what is done with an account."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from playlist_app.database import session, write
from playlist_app.people.models import Role, User, by_name
from playlist_app.refusals import NotFound
from tests.cast import NAMES, PASSWORD, Browser, Person, ok, problem
from tests.counting import queries_of
from tests.people.test_audit import noted

PATH = "/admin/people"


@pytest.fixture
def browser(app: Flask, dora: Person) -> Browser:
    """Dora's, who is the admin."""
    return Browser(app, dora)


def test_an_admin_sees_everybody(dora: Person) -> None:
    page = dora.page(PATH).get_data(as_text=True)
    for name in ("Alice", "Bob", "Charlie", "Dora"):
        assert f">{name}</a>" in page
    assert page.count('data-role="member"') == 4
    assert page.count('data-role="admin"') == 1


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
    assert 'href="/admin"' in dora.page("/you").get_data(as_text=True)
    assert 'href="/admin"' not in alice.page("/you").get_data(as_text=True)


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


def test_people_are_found_by_name_role_and_state(app: Flask, dora: Person, bob: Person) -> None:
    def found(query: str) -> list[str]:
        page = dora.page(f"{PATH}?{query}").text
        return [name for name in NAMES if f">{name.title()}</a>" in page]

    assert found("text=LI") == ["alice", "charlie"]
    assert found("role=admin") == ["dora"]
    assert found("role=admin&text=bob") == []
    ok(dora.patch(f"/users/{bob.id}", {"is_active": False}))
    assert found("state=blocked") == ["bob"]
    assert found("state=active") == ["alice", "charlie", "dora"]
    assert found("role=emperor") == found("state=unknown") == []


def test_a_long_list_goes_on(app: Flask, dora: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    from playlist_app.operations.admin import people

    monkeypatch.setattr(people, "SHOWN", 3)
    first = dora.page(PATH).text
    assert "4 people" in first
    assert ">Dora</a>" not in first
    assert "after=charlie" in first
    assert ">Dora</a>" in dora.page(f"{PATH}?after=charlie").text


def test_more_people_take_no_more_queries(app: Flask, dora: Person) -> None:
    dora.page(PATH)
    before = queries_of(app, lambda: dora.page(PATH))
    with app.app_context():
        for number in range(5):
            User.create(f"guest{number}", PASSWORD, roles={Role.MEMBER}, by=None)
    assert queries_of(app, lambda: dora.page(PATH)) == before


def test_the_pages_of_a_person_are_there_for_admins_alone(alice: Person, dora: Person) -> None:
    path = f"{PATH}/{alice.id}"
    assert "Logs in as" in dora.page(path).text
    assert dora.page(f"{PATH}/nobody").status_code == 404
    for verb in (
        "",
        "/roles",
        "/block",
        "/unblock",
        "/sessions/end",
        "/password",
        "/password-link",
    ):
        answer = alice.page(path + verb, method="POST" if verb else "GET")
        assert answer.status_code == 404, verb
    assert ok(alice.get("/users/me"))["roles"] == ["member"]


def test_roles_are_ticked(app: Flask, browser: Browser, dora: Person, bob: Person) -> None:
    page = f"{PATH}/{bob.id}"
    done = browser.submits(f"{page}/roles", seen_at=page, roles=["member", "reviewer"])
    assert (done.status_code, done.headers["Location"]) == (303, page)
    assert "Bob has these roles now." in browser.opens(page).text
    assert ok(bob.get("/users/me"))["roles"] == ["member", "reviewer"]
    none = browser.submits(f"{page}/roles", seen_at=page)
    assert none.status_code == 422
    assert "at least one role" in none.text
    mine = f"{PATH}/{dora.id}"
    last = browser.submits(f"{mine}/roles", seen_at=mine, roles=["member"])
    assert last.status_code == 409
    assert "Dora is the only admin" in last.text
    ok(dora.get("/users"))


def test_who_gives_up_being_an_admin_is_led_out(app: Flask, browser: Browser, dora: Person) -> None:
    with app.app_context():
        User.create("second", PASSWORD, roles={Role.ADMIN}, by=None)
    mine = f"{PATH}/{dora.id}"
    done = browser.submits(f"{mine}/roles", seen_at=mine, roles=["member"])
    assert (done.status_code, done.headers["Location"]) == (303, "/you")
    problem(dora.get("/users"), 404)


def test_blocking_and_unblocking(browser: Browser, dora: Person, bob: Person) -> None:
    page = f"{PATH}/{bob.id}"
    browser.submits(f"{page}/block", seen_at=page)
    assert "Blocked: Bob can’t log in." in browser.opens(page).text
    problem(bob.get("/users/me"), 401)
    browser.submits(f"{page}/unblock", seen_at=page)
    assert "Block Bob" in browser.opens(page).text
    # One's own page has no such button.
    assert "Lock out" not in browser.opens(f"{PATH}/{dora.id}").text


def test_a_link_for_a_new_password_is_shown_once(app: Flask, browser: Browser, bob: Person) -> None:
    page = f"{PATH}/{bob.id}"
    answer = browser.submits(f"{page}/password-link", seen_at=page)
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-store")
    link = re.search(r'value="http://localhost(/new-password/[^"]+)"', answer.text)
    assert link
    assert link[1] not in browser.opens(page).text
    assert Browser(app).submits(link[1], password="another password").status_code == 303


def test_a_password_is_typed(app: Flask, browser: Browser, bob: Person) -> None:
    page = f"{PATH}/{bob.id}"
    refused = browser.submits(f"{page}/password", seen_at=page, password="short")
    assert refused.status_code == 422
    assert "at least 8 characters" in refused.text
    assert (
        browser.submits(f"{page}/password", seen_at=page, password="another one").status_code == 303
    )
    problem(bob.get("/users/me"), 401)
    assert Browser(app).logs_in("bob", "another one").status_code == 303


def test_sessions_are_shown_and_ended(app: Flask, browser: Browser, bob: Person) -> None:
    phone = {"User-Agent": "Mozilla/5.0 (Android 15; Mobile; rv:143.0) Gecko/143.0 Firefox/143.0"}
    bob.post("/users/login", {"username": "bob", "password": PASSWORD}, headers=phone)
    page = f"{PATH}/{bob.id}"
    assert "Firefox on Android" in browser.opens(page).text
    browser.submits(f"{page}/sessions/end", seen_at=page)
    assert "2 log-ins were ended." in browser.opens(page).text
    problem(bob.get("/users/me"), 401)
    [note] = noted(app, "user.sessions_ended")
    assert note.detail == {"sessions_ended": 2}
