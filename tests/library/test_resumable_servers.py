"""Resumable uploads over real connections: two at once, one that hangs up, a server that dies."""

from __future__ import annotations

import base64
import hashlib
import http.client
import json
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from playlist_app.library import uploads_api
from tests.serving import PATIENCE, Client, Server
from tests.sounds import Sounds

TUS = {"Tus-Resumable": "1.0.0"}


@pytest.fixture
def song(sounds: Sounds) -> bytes:
    return sounds("wav", seconds=30.0).read_bytes()


class Sender:
    """A client of tus, as programs have them."""

    def __init__(self, client: Client) -> None:
        self.client = client

    def call(self, method: str, path: str, body: bytes = b"", **headers: str) -> Any:
        """(status, headers, JSON or None)."""
        connection = http.client.HTTPConnection("127.0.0.1", self.client.server.port, timeout=30)
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, path, body, self.client.headers | TUS | given)
        answer = connection.getresponse()
        text = answer.read()
        connection.close()
        return answer.status, answer.headers, json.loads(text) if text else None

    def begins(self, data: bytes) -> str:
        name = base64.b64encode(b"song.wav").decode()
        sha256 = base64.b64encode(hashlib.sha256(data).hexdigest().encode()).decode()
        status, headers, _ = self.call(
            "POST",
            "/api/v1/uploads",
            Upload_Length=str(len(data)),
            Upload_Metadata=f"filename {name},sha256 {sha256}",
        )
        assert status == 201
        return str(headers["Location"])

    def sends(self, where: str, data: bytes, at: int) -> Any:
        kind = "application/offset+octet-stream"
        return self.call("PATCH", where, data, Upload_Offset=str(at), Content_Type=kind)

    def offset(self, where: str) -> int:
        status, headers, _ = self.call("HEAD", where)
        assert status == 200
        return int(headers["Upload-Offset"])

    @contextmanager
    def half_of_a_piece(self, where: str, data: bytes) -> Iterator[socket.socket]:
        """A piece of `data` and as much again, of which the second half does not come."""
        with socket.create_connection(("127.0.0.1", self.client.server.port)) as line:
            headers = (
                self.client.headers
                | TUS
                | {
                    "Host": "here",
                    "Content-Type": "application/offset+octet-stream",
                    "Content-Length": str(2 * len(data)),
                    "Upload-Offset": "0",
                }
            )
            head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
            line.sendall(f"PATCH {where} HTTP/1.1\r\n{head}\r\n".encode() + data)
            yield line


def until(holds: Any) -> None:
    deadline = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < deadline, "it did not come to that"
        time.sleep(0.02)  # between two looks


@pytest.fixture
def alice(clients: dict[str, Client]) -> Sender:
    return Sender(clients["alice"])


def size_of(server: Server, where: str) -> int:
    path = Path(server.data) / "media" / "uploads" / where.rpartition("/")[2]
    return path.stat().st_size if path.exists() else 0


def test_while_a_piece_comes_in_another_is_refused_and_then_it_goes_on(
    server: Server, alice: Sender, song: bytes
) -> None:
    where = alice.begins(song)
    half = song[:1_000_000]
    with alice.half_of_a_piece(where, half):
        until(lambda: size_of(server, where) > 900_000)
        assert alice.sends(where, song[:100], 0)[0] == 423
        assert alice.call("POST", f"{where}/finish")[0] == 423
    # It hung up: what came is kept.
    until(lambda: alice.sends(where, b"", len(half))[0] == 204)
    assert alice.offset(where) == len(half)
    assert alice.sends(where, song[len(half) :], len(half))[0] == 204
    status, _, track = alice.call("POST", f"{where}/finish")
    assert (status, track["audio"]["sha256"]) == (201, hashlib.sha256(song).hexdigest())


def test_a_server_that_is_killed_in_the_middle_of_a_piece_goes_on_from_what_it_wrote(
    own_server: Server, clients: dict[str, Client], song: bytes
) -> None:
    alice = Sender(clients["alice"])
    where = alice.begins(song)
    with alice.half_of_a_piece(where, song[:2_000_000]):
        until(lambda: size_of(own_server, where) > 1_000_000)
        own_server.kill()
    own_server.start()
    here = alice.offset(where)
    assert 1_000_000 < here <= 2_000_000
    assert alice.sends(where, song[here:], here)[0] == 204
    status, _, track = alice.call("POST", f"{where}/finish")
    assert (status, track["audio"]["sha256"]) == (201, hashlib.sha256(song).hexdigest())
    # The answer got lost, and so did the server.
    own_server.kill()
    own_server.start()
    assert alice.call("POST", f"{where}/finish")[2]["id"] == track["id"]
    assert len(clients["alice"].ok("GET", "/tracks")["items"]) == 1


def test_a_connection_that_is_too_slow_is_read_no_more(app: Flask) -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs, app.test_request_context(environ_base={"gunicorn.socket": ours}):
        theirs.sendall(b"some")
        with uploads_api._at_most(timedelta(seconds=0.05)):
            assert ours.recv(100) == b"some"
            assert ours.recv(100) == b"", "it would wait for ever"
        ours.sendall(b"and the answer")
        assert theirs.recv(100) == b"and the answer"
