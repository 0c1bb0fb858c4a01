"""Pages of other sites: those that are named may call, and a star never comes with a cookie."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from playlist_app.config import BadSetting, Settings
from playlist_app.operations import cors, hosts
from tests.cast import Browser, Person, ok
from tests.conftest import close, make_app

FRIEND = "https://board.example"
STRANGER = "https://evil.example"


@pytest.fixture
def open_to_a_friend(data_folder: Path) -> Iterator[Flask]:
    app = make_app(data_folder, cors_origins=f"{FRIEND}, http://localhost:3000")
    yield app
    close(app)


@pytest.fixture
def open_to_all(data_folder: Path) -> Iterator[Flask]:
    app = make_app(data_folder, cors_origins="*")
    yield app
    close(app)


def allows(answer: object) -> dict[str, str]:
    headers = answer.headers  # type: ignore[attr-defined]
    return {name: value for name, value in headers.items() if name.startswith("Access-Control")}


def preflight(app: Flask, path: str, origin: str, method: str = "POST") -> object:
    headers = {"Origin": origin, "Access-Control-Request-Method": method}
    return app.test_client().options(path, headers=headers)


def test_without_the_setting_no_other_site_is_let_in(alice: Person) -> None:
    for origin in (FRIEND, "null", "http://localhost"):
        assert allows(alice.get("/tracks", headers={"Origin": origin})) == {}


def test_a_site_that_is_named_may_call_and_is_named_in_the_answer(
    open_to_a_friend: Flask, alice: Person
) -> None:
    here = Person(open_to_a_friend, "alice", alice.token)
    answer = here.get("/tracks", headers={"Origin": FRIEND})
    assert allows(answer)["Access-Control-Allow-Origin"] == FRIEND
    assert allows(answer)["Access-Control-Allow-Credentials"] == "true"
    assert "Origin" in answer.headers["Vary"]
    asked = preflight(open_to_a_friend, "/api/v1/playlists", FRIEND)
    assert asked.status_code == 204  # type: ignore[attr-defined]
    assert "POST" in allows(asked)["Access-Control-Allow-Methods"]
    assert "Authorization" in allows(asked)["Access-Control-Allow-Headers"]


@pytest.mark.parametrize(
    "origin",
    [STRANGER, f"{FRIEND}.evil.example", "http://board.example", f"{FRIEND}:8443", "null", ""],
)
def test_all_others_are_not(open_to_a_friend: Flask, alice: Person, origin: str) -> None:
    here = Person(open_to_a_friend, "alice", alice.token)
    answer = here.get("/tracks", headers={"Origin": origin})
    assert allows(answer) == {}
    assert "Origin" in answer.headers["Vary"]
    assert allows(preflight(open_to_a_friend, "/api/v1/playlists", origin)) == {}


def test_refusals_can_be_read_too(open_to_a_friend: Flask, alice: Person) -> None:
    nobody = Person(open_to_a_friend, "nobody", None)
    for answer in (
        nobody.get("/tracks", headers={"Origin": FRIEND}),
        Person(open_to_a_friend, "alice", alice.token).get("/nothing", headers={"Origin": FRIEND}),
    ):
        assert answer.status_code in (401, 404)
        assert allows(answer)["Access-Control-Allow-Origin"] == FRIEND


def test_pages_are_for_no_other_site(open_to_a_friend: Flask, alice: Person) -> None:
    browser = Browser(open_to_a_friend, alice)
    for path in ("/", "/you", "/login", "/healthz", "/service-worker.js"):
        assert allows(browser.opens(path, headers={"Origin": FRIEND})) == {}
        assert allows(preflight(open_to_a_friend, path, FRIEND)) == {}


def test_a_site_that_is_named_changes_nothing_by_a_cookie_alone(
    open_to_a_friend: Flask, alice: Person
) -> None:
    browser = Browser(open_to_a_friend, alice)
    sent = browser.client.post(
        "/api/v1/playlists", json={"title": "Not mine"}, headers={"Origin": FRIEND}
    )
    assert sent.status_code == 400
    assert ok(alice.get("/playlists"))["items"] == []


def test_with_a_star_every_site_may_call_and_none_with_a_cookie(
    open_to_all: Flask, alice: Person
) -> None:
    here = Person(open_to_all, "alice", alice.token)
    for origin in (FRIEND, STRANGER, "null"):
        found = allows(here.get("/tracks", headers={"Origin": origin}))
        assert found["Access-Control-Allow-Origin"] == "*"
        assert "Access-Control-Allow-Credentials" not in found


@pytest.mark.parametrize(
    "wrong",
    ["home.example", "https://home.example/", "https://", "ftp://home.example", "https://*"],
)
def test_what_is_no_origin_is_told_at_the_start(wrong: str) -> None:
    with pytest.raises(BadSetting, match="JAMBOREE_CORS_ORIGINS"):
        cors.origins(Settings(cors_origins=wrong))


def test_only_the_hosts_that_are_named_and_the_public_one_are_answered(
    data_folder: Path, alice: Person
) -> None:
    app = make_app(
        data_folder,
        allowed_hosts="Home.lan, .party.example",
        public_url="https://music.example",
    )
    client = app.test_client()
    for host, status in {
        "home.lan": 200,
        "home.lan:8000": 200,
        "a.party.example": 200,
        "music.example": 200,
        "evil.example": 400,
        "home.lan.evil.example": 400,
        "localhost": 400,
        "home.lan@evil.example": 400,
    }.items():
        answer = client.get("/login", headers={"Host": host, "Accept": "text/html"})
        assert answer.status_code == status, host
        assert "evil" not in answer.get_data(as_text=True)
    close(app)


@pytest.mark.parametrize("wrong", ["*", "https://home.example", "home.example:8000", "a b"])
def test_what_is_no_host_is_told_at_the_start(wrong: str) -> None:
    with pytest.raises(BadSetting, match="JAMBOREE_ALLOWED_HOSTS"):
        hosts.allowed(Settings(allowed_hosts=wrong))
