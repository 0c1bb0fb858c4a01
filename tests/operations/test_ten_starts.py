"""Several servers are started on one empty folder at the same moment: one makes everything, all of
them serve, and there is one first admin and one demo."""

from __future__ import annotations

import http.cookiejar
import json
import re
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from playlist_app.library.demo import DEMO_PLAYLIST, SONGS
from playlist_app.operations import seeding
from tests import serving
from tests.cast import PASSWORD
from tests.operations.test_startup import query
from tests.serving import Client, Server
from tests.soak import IS_SOAK, count

SERVERS = count(3, 10)
MAKES_MUSIC_WITHIN = 300  # seconds, on a busy machine


@pytest.fixture
def together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Server]]:
    monkeypatch.setattr(serving, "PATIENCE", 20.0 * SERVERS)  # they all share two cores
    folder = tmp_path / "instance"
    servers = [Server(folder, WORKERS="1", THREADS="4") for _ in range(SERVERS)]
    for number, server in enumerate(servers):
        server.log = tmp_path / f"{number}.log"
    try:
        with ThreadPoolExecutor(SERVERS) as at_once:
            list(at_once.map(Server.start, servers))
        yield servers
    finally:
        with ThreadPoolExecutor(SERVERS) as at_once:
            list(at_once.map(Server.stop, servers))


def becomes_admin(server: Server, name: str, steady: threading.Barrier) -> int:
    """Open the link that the server printed and send the form; answers the status."""
    printed = re.search(r"/first-admin/(\S+)", server.log.read_text())
    assert printed
    url = f"{server.url}/first-admin/{printed[1]}"
    cookies = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
    browser = urllib.request.build_opener(cookies)
    with browser.open(url, timeout=60) as page:
        token = re.search(r'name="csrf_token" value="([^"]+)"', page.read().decode())
    assert token
    form = {"csrf_token": token[1], "username": name, "password": PASSWORD}
    if IS_SOAK:
        form["demo"] = "on"
    steady.wait()
    try:
        with browser.open(url, urllib.parse.urlencode(form).encode(), timeout=60) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        with error:
            return error.code


def log_in(server: Server, names: list[str]) -> Client:
    for name in names:
        status, answer = Client(server, None).call(
            "POST", "/users/login", {"username": name, "password": PASSWORD}
        )
        if status == 200:
            return Client(server, answer["token"])
    raise AssertionError("nobody became the admin")


def until_the_demo_is_there(database: Path) -> None:
    """Music takes a while to be made; what was seen stays so."""
    deadline = time.monotonic() + MAKES_MUSIC_WITHIN
    while query(database, "SELECT count(*) FROM track") < [(len(SONGS),)]:
        assert time.monotonic() < deadline, "the demo was not made"
        time.sleep(0.5)  # between two looks


def test_one_initialises_all_serve_and_the_demo_is_there_once(together: list[Server]) -> None:
    database = together[0].data / "app.db"
    assert query(database, "SELECT count(*) FROM fact") == [(1,)]
    assert query(database, "SELECT count(*) FROM alembic_version") == [(1,)]
    assert list((together[0].data / "backups").iterdir()) == []

    names = [f"admin{number}" for number in range(SERVERS)]
    steady = threading.Barrier(SERVERS)
    with ThreadPoolExecutor(SERVERS) as at_once:
        answers = list(at_once.map(becomes_admin, together, names, [steady] * SERVERS))
    assert sorted(answers) == [200] + [404] * (SERVERS - 1)
    assert query(database, "SELECT count(*) FROM user") == [(1,)]

    admin = log_in(together[0], names)
    if not IS_SOAK:  # making the music takes half a minute; its names are what counts
        for song in SONGS:
            admin.ok("POST", "/tracks", {"title": song.title, "artist": song.artist})
    with ThreadPoolExecutor(SERVERS) as at_once:
        list(at_once.map(lambda server: server.flask("data", "seed"), together[: count(2, 10)]))
    until_the_demo_is_there(database)

    for server in together:  # what one did, all of them show
        here = Client(server, admin.token)
        assert here.ok("GET", "/users/me")["roles"] == ["admin", "member"]
        lists = here.ok("GET", "/playlists")["items"]
        assert [playlist["title"] for playlist in lists] == [seeding.PLAYLIST]
    assert query(database, "SELECT count(*) FROM track") == [(len(SONGS),)]
    if IS_SOAK:
        assert query(database, "SELECT count(*) FROM item") == [(len(DEMO_PLAYLIST),)]
        assert query(database, "SELECT count(*) FROM audio_file") == [(len(SONGS),)]
    assert "Traceback" not in "".join(server.log.read_text() for server in together)
    assert json.loads(together[0].flask("data", "status", "--json"))["is_served"] is True
