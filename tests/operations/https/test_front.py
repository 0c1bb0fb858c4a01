"""HTTPS by the server itself: pages, audio and live sockets over TLS under gunicorn's threads, and
on the same port the way in for who does not trust it yet."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import resource
import shutil
import signal
import socket
import ssl
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from websockets.exceptions import InvalidStatus

from playlist_app.config import Settings
from playlist_app.operations.https import beside
from tests.e2e.conftest import upload
from tests.serving import PATIENCE, Client, Listener, Server
from tests.soak import count, within
from tests.sounds import Sounds
from tests.trusting import trusted

THREADS = 4
NAME = "jam.home.arpa"


class Home(Server):
    """A server with TLS=1; people reach it at localhost."""

    def __init__(self, data: Path) -> None:
        super().__init__(data, TLS="on", TLS_NAMES=NAME, WORKERS="1", THREADS=str(THREADS))

    @property
    def url(self) -> str:
        return f"https://localhost:{self.port}"

    @property
    def authority(self) -> Path:
        return self.data / "https" / "authority.crt"

    def wait_until_it_serves(self) -> None:
        deadline = time.monotonic() + PATIENCE
        while not self.authority.exists() and time.monotonic() < deadline:
            assert self.process
            assert self.process.poll() is None, self.log.read_text()
            time.sleep(0.05)  # between two looks
        super().wait_until_it_serves()


@pytest.fixture(scope="module")
def home(
    furnished: tuple[Path, dict[str, str]], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Home]:
    folder = tmp_path_factory.mktemp("home") / "instance"
    shutil.copytree(furnished[0], folder)
    server = Home(folder)
    with trusted(server.authority):
        server.start()
        yield server
        server.stop()


@pytest.fixture(scope="module")
def people(home: Home, furnished: tuple[Path, dict[str, str]]) -> dict[str, Client]:
    return {name: Client(home, token) for name, token in furnished[1].items()}


def shake_hands(home: Home) -> ssl.SSLSocket:
    context = ssl.create_default_context(cafile=str(home.authority))
    return context.wrap_socket(
        socket.create_connection(("127.0.0.1", home.port)), server_hostname="localhost"
    )


def plain(home: Home, path: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
    class Stays(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, *_: Any) -> None:
            return None

    opener = urllib.request.build_opener(Stays)
    asked = urllib.request.Request(f"http://127.0.0.1:{home.port}{path}", headers=headers)
    try:
        with opener.open(asked, timeout=PATIENCE) as answer:
            return answer.status, dict(answer.headers), answer.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, dict(error.headers), error.read()


def test_it_is_believed_under_each_of_its_names(home: Home) -> None:
    context = ssl.create_default_context(cafile=str(home.authority))
    for name in (NAME, "localhost", "127.0.0.1"):
        with (
            socket.create_connection(("127.0.0.1", home.port)) as connection,
            context.wrap_socket(connection, server_hostname=name) as secure,
        ):
            assert secure.version() in ("TLSv1.2", "TLSv1.3")
    stranger = ssl.create_default_context(cafile=str(home.authority))
    with (
        pytest.raises(ssl.SSLCertVerificationError),
        socket.create_connection(("127.0.0.1", home.port)) as connection,
    ):
        stranger.wrap_socket(connection, server_hostname="bank.example")


def test_sockets_are_live_over_tls(home: Home, people: dict[str, Client]) -> None:
    alice = people["alice"]
    playlist = alice.ok("POST", "/playlists", {"title": "Friday"})
    path = f"/ws/playlists/{playlist['id']}"
    listener = Listener(alice, path, headers={"Origin": home.url})
    listener.until("connection.established")
    alice.ok("PATCH", f"/playlists/{playlist['id']}", {"title": "Saturday"})
    assert listener.until("playlist.updated")["payload"]["playlist"]["title"] == "Saturday"
    listener.close()
    for who, origin, status in (("alice", "http://localhost", 403), ("charlie", home.url, 404)):
        with pytest.raises(InvalidStatus) as refused:
            Listener(people[who], path, headers={"Origin": origin})
        assert refused.value.response.status_code == status


def test_sockets_and_connections_that_say_nothing_hold_no_thread(
    home: Home, people: dict[str, Client]
) -> None:
    """Of each kind far more than the server has threads. (`make soak`: a thousand sockets.)"""
    alice = people["alice"]
    playlist = alice.ok("POST", "/playlists", {"title": "Crowd"})
    [front] = front_of(home)
    small = memory(front)
    crowd = [
        Listener(people[name], path)
        for name, path in (("alice", f"/ws/playlists/{playlist['id']}"), ("bob", "/ws/me"))
        for _ in range(count(10, 25))
    ]
    opened_ahead = [shake_hands(home) for _ in range(THREADS * 5)]
    half_a_handshake = [
        socket.create_connection(("127.0.0.1", home.port)) for _ in range(THREADS * 5)
    ]
    for connection in half_a_handshake:
        connection.sendall(b"\x16\x03\x01\x02")
    many = len(crowd) + len(opened_ahead) + len(half_a_handshake)
    assert memory(front) - small < 2**21 + many * 100 * 1024
    began = time.monotonic()
    alice.ok("PATCH", f"/playlists/{playlist['id']}", {"title": "Crowded"})
    assert time.monotonic() - began < within(5)
    for listener in crowd[: len(crowd) // 2]:
        listener.until("playlist.updated")
    for listener in crowd:
        listener.close()
    for connection in (*opened_ahead, *half_a_handshake):
        connection.close()


def test_audio_comes_whole_and_in_ranges(
    home: Home, people: dict[str, Client], sounds: Sounds
) -> None:
    path = sounds("wav", seconds=20.0, title="Long Wave")
    data = path.read_bytes()
    track = upload(people["alice"], path)
    address = home.url + track["audio"]["url"]
    for headers, expected in (
        ({}, data),
        ({"Range": "bytes=1000000-1999999"}, data[10**6 : 2 * 10**6]),
    ):
        request = urllib.request.Request(address, headers=headers | people["alice"].headers)
        with urllib.request.urlopen(request) as answer:
            assert answer.read() == expected


def test_in_plain_http_there_is_the_way_in_and_nothing_else(home: Home) -> None:
    status, headers, _ = plain(home, "/library", Accept="text/html")
    assert (status, headers["Location"]) == (302, "/install?then=/library")
    status, headers, page = plain(home, "/install?then=/library", Accept="text/html")
    assert status == 200
    assert f"https://127.0.0.1:{home.port}/library".encode() in page
    status, headers, body = plain(home, "/authority.crt")
    assert (status, body) == (200, home.authority.read_bytes())
    assert headers["Content-Type"] == "application/x-x509-ca-cert"
    for path in ("/api/v1/tracks", "/audio/" + "0" * 64, "/ws/me"):
        status, _, body = plain(home, path, Accept="*/*")
        assert status == 403, path
        assert f"https://127.0.0.1:{home.port}" in json.loads(body)["detail"]
    assert plain(home, "/healthz")[0] == 200


def test_nobody_is_sent_elsewhere_by_an_address(home: Home) -> None:
    _, _, page = plain(home, "/install?then=//evil.example/", Accept="text/html")
    assert b"evil.example" not in page


def test_a_header_does_not_make_plain_http_secure(home: Home) -> None:
    status, _, _ = plain(home, "/api/v1/tracks", **{"X-Forwarded-Proto": "https"})
    assert status == 403


def test_every_request_on_a_connection_is_known_to_be_secure(
    home: Home, people: dict[str, Client]
) -> None:
    context = ssl.create_default_context(cafile=str(home.authority))
    connection = http.client.HTTPSConnection("localhost", home.port, context=context)
    sockets = set()
    for _ in range(3):
        connection.request("GET", "/api/v1/tracks", headers=people["alice"].headers)
        answer = connection.getresponse()
        assert answer.status == 200, answer.read()
        answer.read()
        sockets.add(connection.sock)
    assert len(sockets) == 1
    connection.close()


def test_the_front_comes_back_when_it_dies_and_ends_with_the_server(
    data_folder: Path, furnished: tuple[Path, dict[str, str]]
) -> None:
    server = Home(data_folder)
    with trusted(server.authority), contextlib.ExitStack() as ended:
        server.start()
        ended.callback(server.stop)
        alice = Client(server, furnished[1]["alice"])
        [first] = front_of(server)
        os.kill(first, signal.SIGKILL)
        server.wait_until_it_serves()
        assert front_of(server) != [first]
        listener = Listener(alice, "/ws/me")
        listener.until("connection.established")
        server.stop()
        assert listener.until_closed() == 1012  # told why, through the front
        assert front_of(server) == []
        behind = beside.socket_behind(Settings(data=str(server.data)), server.port)
        assert not behind.exists()


def test_a_port_that_is_taken_is_said_in_words(data_folder: Path, home: Home) -> None:
    server = Home(data_folder)
    server.port = home.port
    with pytest.raises(AssertionError, match=f"Port {home.port} .* can't be had: Address already"):
        server.start()


def memory(process: int) -> int:
    """Bytes that a process holds."""
    pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
    return pages * resource.getpagesize()


def front_of(server: Home) -> list[int]:
    """The processes of the front of a server; a shell keeps it."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):  # it ended meanwhile
            words = (process / "cmdline").read_bytes().decode().split("\0")
            if "sh" not in words and str(server.data / "https") in words:
                found.append(int(process.name))
    return found
