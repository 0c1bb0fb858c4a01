"""Logging in and out: by the API and by the page, and what tells nothing to a stranger."""

from __future__ import annotations

import statistics
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher, extract_parameters
from flask import Flask
from werkzeug.test import TestResponse

from playlist_app.database import now
from playlist_app.people import passwords
from playlist_app.people.models import User
from tests.cast import PASSWORD, Browser, Person, ok, problem
from tests.conftest import close, make_app
from tests.counting import queries_of
from tests.soak import IS_SOAK

API_LOG_IN = "/api/v1/users/login"


@pytest.fixture
def browser(app: Flask) -> Browser:
    return Browser(app)


def log_in(nobody: Person, username: str = "alice", password: str = PASSWORD) -> Any:
    return nobody.post("/users/login", {"username": username, "password": password})


# --- the API ------------------------------------------------------------------------------------


def test_the_token_of_a_log_in_is_its_persons(app: Flask, nobody: Person) -> None:
    answer = ok(log_in(nobody))
    assert set(answer) == {"token", "user"}
    assert answer["user"]["username"] == "alice"
    assert ok(Person(app, "alice", answer["token"]).get("/users/me"))["name"] == "Alice"


def test_a_name_is_taken_in_any_case_and_with_spaces_around_it(nobody: Person) -> None:
    assert ok(log_in(nobody, " ALICE "))["user"]["username"] == "alice"


def test_logging_in_over_the_api_sets_a_cookie_that_scripts_cannot_read(browser: Browser) -> None:
    ok(browser.client.post(API_LOG_IN, json={"username": "alice", "password": PASSWORD}))
    cookie = browser.client.get_cookie("jamboree")
    assert cookie
    assert (cookie.http_only, cookie.same_site, cookie.path) == (True, "Lax", "/")
    assert cookie.expires
    assert timedelta(days=29, hours=23) < cookie.expires - now() <= timedelta(days=30)
    assert ok(browser.client.get("/api/v1/users/me"))["username"] == "alice"


def test_what_is_answered_later_leaves_the_cookie_alone(browser: Browser) -> None:
    """Else a late one to who was here before would put their cookie over the next person's."""
    ok(browser.client.post(API_LOG_IN, json={"username": "alice", "password": PASSWORD}))
    for path in ("/", "/api/v1/users/me"):
        answer = browser.client.get(path)
        assert answer.status_code == 200
        assert "Set-Cookie" not in answer.headers


def test_over_https_the_cookie_goes_nowhere_else(data_folder: Path) -> None:
    app = make_app(data_folder, public_url="https://home.example")
    client = app.test_client()
    ok(client.post(API_LOG_IN, json={"username": "alice", "password": PASSWORD}))
    cookie = client.get_cookie("jamboree")
    assert cookie
    assert cookie.secure
    close(app)


def test_logging_in_over_the_api_needs_no_csrf_token_since_it_is_json(browser: Browser) -> None:
    browser.opens("/login")
    ok(browser.client.post(API_LOG_IN, json={"username": "alice", "password": PASSWORD}))


def test_a_log_in_sent_by_a_form_of_another_site_is_refused(browser: Browser) -> None:
    form = {"username": "alice", "password": PASSWORD}
    assert problem(browser.client.post(API_LOG_IN, data=form), 400)["csrf"] is True
    disguised = browser.client.post(
        API_LOG_IN, data='{"username": "alice", "password": "x"}', content_type="text/plain"
    )
    problem(disguised, 400)
    assert browser.client.get_cookie("jamboree") is None


def test_a_wrong_password_and_a_name_that_nobody_has_answer_alike(nobody: Person) -> None:
    wrong, unknown = log_in(nobody, password="not this one"), log_in(nobody, username="zoe")
    assert problem(wrong, 401) == problem(unknown, 401)
    assert list(wrong.headers.keys()) == list(unknown.headers.keys())


def test_a_name_that_nobody_has_is_as_much_work_as_a_wrong_password(
    app: Flask, nobody: Person, bob: Person, dora: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that the time taken doesn't tell: each is one hash of the same cost, and as many queries.
    `make soak` has a clock on it as well."""
    ok(dora.patch(f"/users/{bob.id}", {"is_active": False}))
    log_in(nobody, "zoe", "x")  # makes once what names that nobody has are checked against
    checked: list[str] = []

    class Watched:
        def verify(self, password_hash: str, password: str) -> bool:
            checked.append(password_hash)
            return real.verify(password_hash, password)

    real = passwords._hasher
    monkeypatch.setattr(passwords, "_hasher", Watched())
    work = {}
    for name, password in (
        ("alice", "not this one"),
        ("zoe", "not this one"),
        ("zoe", "nobody's password"),
        ("bob", PASSWORD),  # is blocked
        ("alice", "x" * 1024),
        ("zoe" * 60, "x" * 1024),
    ):
        checked.clear()
        queries = queries_of(app, lambda: problem(log_in(nobody, name, password), 401))  # noqa: B023
        costs = [repr(extract_parameters(each)) for each in checked]
        work[name, password[:20]] = (queries, costs)
    assert len({repr(each) for each in work.values()}) == 1, work
    assert len(checked) == 1


@pytest.mark.skipif(not IS_SOAK, reason="a clock says little on a busy machine")
def test_the_clock_does_not_tell_whether_there_is_a_name(app: Flask, nobody: Person) -> None:
    """Taken in turns, so that whatever else runs is the same for both."""
    log_in(nobody, "zoe", "x")
    took: dict[str, list[float]] = {"alice": [], "zoe": []}
    for _ in range(400):
        for name, times in took.items():
            began = time.process_time()
            log_in(nobody, name, "not this one")
            times.append(time.process_time() - began)
    there, missing = (statistics.median(times) for times in took.values())
    assert abs(there - missing) < 0.1 * missing, (there, missing)


def test_a_password_hashed_at_another_cost_is_hashed_anew_when_it_is_used(
    app: Flask, nobody: Person, alice: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    def kept() -> str | None:
        with app.app_context():
            return User.named("alice").password_hash

    before = kept()
    monkeypatch.setattr(passwords, "_hasher", PasswordHasher(1, 128, 1))
    problem(log_in(nobody, password="not this one"), 401)
    assert kept() == before
    ok(log_in(nobody))
    anew = kept()
    assert anew
    assert anew != before
    assert extract_parameters(anew).memory_cost == 128
    ok(log_in(nobody))
    assert kept() == anew
    assert alice.get("/users/me").status_code == 200  # whoever was logged in stays so


def test_a_wrong_log_in_opens_no_session(nobody: Person, happened: Any) -> None:
    response = log_in(nobody, password="not this one")
    assert "Set-Cookie" not in response.headers
    assert happened() == []


MISSHAPEN: list[Any] = [
    {},
    {"username": "alice"},
    {"username": "alice", "password": 5},
    {"username": ["alice"], "password": PASSWORD},
    {"username": "alice", "password": PASSWORD, "admin": True},
    {"username": "a" * 201, "password": PASSWORD},
    {"username": "alice", "password": "x" * 1025},
    ["alice", PASSWORD],
]


def test_a_log_in_of_the_wrong_shape_is_refused_field_by_field(nobody: Person) -> None:
    for body in MISSHAPEN:
        assert problem(nobody.post("/users/login", body), 422)["errors"], body


NO_JSON: list[bytes] = [
    b'{"username": "alice"',
    b"\xff\xfe",
    b'{"username": "\\ud800", "password": "half a character"}',
    b'{"username": "alice", "password": "\\udfff and a half"}',
    b"[" * 100_000,
    b'{"username": NaN}',
]


def test_what_is_no_json_is_told_so(nobody: Person) -> None:
    for body in NO_JSON:
        response = nobody.call("POST", "/users/login", data=body, content_type="application/json")
        assert "JSON" in problem(response, 400)["detail"], body[:50]


# --- the page -----------------------------------------------------------------------------------


def test_the_page_has_the_fields_and_the_button_that_people_know(browser: Browser) -> None:
    page = browser.opens("/login").get_data(as_text=True)
    assert '<label for="username">Name</label>' in page
    assert '<label for="password">Password</label>' in page
    assert ">Log in</button>" in page


def test_logging_in_by_the_page_leads_home(browser: Browser) -> None:
    response = browser.logs_in("alice")
    assert (response.status_code, response.headers["Location"]) == (303, "/")
    assert browser.opens("/you").status_code == 200


def test_the_form_needs_its_csrf_token(browser: Browser) -> None:
    response = browser.client.post("/login", data={"username": "alice", "password": PASSWORD})
    assert response.status_code == 400
    assert browser.client.get_cookie("jamboree") is None


@pytest.mark.parametrize("name", ["alice", "zoe", "", "<b>alice</b>"])
def test_a_wrong_password_on_the_page_says_no_more_than_that(browser: Browser, name: str) -> None:
    response = browser.logs_in(name, "not this one")
    page = response.get_data(as_text=True)
    assert response.status_code == 401
    assert 'role="alert"' in page
    assert "The name or the password is wrong." in page
    assert "not this one" not in page
    assert "<b>alice</b>" not in page


def test_who_was_sent_to_log_in_comes_back_to_where_they_were(browser: Browser) -> None:
    sent = browser.opens("/library?search=night&genre=")
    assert sent.status_code == 302
    form = browser.opens(sent.headers["Location"]).get_data(as_text=True)
    assert 'name="next" value="/library?search=night&amp;genre="' in form
    response = browser.logs_in("alice", next="/library?search=night&genre=")
    assert response.headers["Location"] == "/library?search=night&genre="


def test_who_was_sent_to_log_in_comes_back_under_a_path_prefix_too(data_folder: Path) -> None:
    app = make_app(data_folder, public_url="http://localhost/jamboree")
    try:
        sent = Browser(app).opens("/jamboree/library?search=night")
        assert "next=/jamboree/library" in sent.headers["Location"]
    finally:
        close(app)


ELSEWHERE = [
    "https://evil.example/",
    "http:evil.example",
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "/\t/evil.example",
    "/\t\\evil.example",
    "/\r\n/evil.example",
    " //evil.example",
    "javascript:alert(1)",
    "evil.example",
]


def test_logging_in_leads_to_no_other_site(app: Flask) -> None:
    for target in ELSEWHERE:
        assert leads_here(Browser(app).logs_in("alice", next=target)), target


def test_who_is_logged_in_already_is_led_to_no_other_site(app: Flask, alice: Person) -> None:
    browser = Browser(app, alice)
    for target in ELSEWHERE:
        assert leads_here(browser.opens("/login", query_string={"next": target})), target


def leads_here(response: TestResponse) -> bool:
    """As a browser reads the address: it drops tabs and newlines, and takes a \\ for a /."""
    location = response.headers["Location"]
    read = location.translate({ord("\t"): None, ord("\r"): None, ord("\n"): None, ord("\\"): "/"})
    return read.startswith("/") and not read.startswith("//")


def test_a_log_in_forgets_what_the_browser_had_before(browser: Browser) -> None:
    browser.opens("/login")
    with browser.client.session_transaction() as kept:
        kept["planted"] = "by somebody else"
    browser.logs_in("alice")
    with browser.client.session_transaction() as kept:
        assert "planted" not in kept


# --- out again ----------------------------------------------------------------------------------


def test_logging_out_over_the_api_ends_the_token_at_once(alice: Person, happened: Any) -> None:
    assert alice.post("/users/logout").status_code == 204
    problem(alice.get("/users/me"), 401)
    [(type_, payload)] = happened()
    assert type_ == "session.revoked"
    assert set(payload) == {"session"}


def test_logging_out_of_one_session_leaves_the_others(app: Flask, alice: Person) -> None:
    other = ok(log_in(Person(app, "alice", None)))["token"]
    alice.post("/users/logout")
    ok(Person(app, "alice", other).get("/users/me"))


def test_logging_out_by_the_page_ends_the_cookie_and_its_session(
    browser: Browser, happened: Any
) -> None:
    browser.logs_in("alice")
    cookie = browser.client.get_cookie("jamboree")
    assert cookie
    response = browser.submits("/logout", seen_at="/you")
    assert (response.status_code, response.headers["Location"]) == (303, "/login")
    assert browser.client.get_cookie("jamboree") is None
    assert [type_ for type_, _ in happened()] == ["session.revoked"]
    # Who kept a copy of the cookie has nothing either.
    browser.client.set_cookie("jamboree", cookie.value)
    problem(browser.client.get("/api/v1/users/me"), 401)


def test_logging_out_by_a_link_is_not_possible(app: Flask, alice: Person) -> None:
    browser = Browser(app, alice)
    assert browser.opens("/logout").status_code == 405
    assert browser.opens("/you").status_code == 200


def test_the_event_of_a_log_out_concerns_that_person_alone(
    alice: Person, bob: Person, happened: Any
) -> None:
    playlist = bob.makes_playlist()
    alice.post("/users/logout")
    assert "session.revoked" not in [type_ for type_, _ in happened(playlist["id"])]


def test_who_can_not_get_in_reads_whom_to_ask(dora: Person, nobody: Person) -> None:
    assert "Ask whoever runs this server." in nobody.page("/login").text
    dora.patch("/settings", {"contact": " Dora <3, second floor "})
    assert "Ask: Dora &lt;3, second floor" in nobody.page("/login").text
