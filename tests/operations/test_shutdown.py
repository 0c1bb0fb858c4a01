"""Shutdown: requests that are under way are answered, sockets hear why, nothing is half done."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from playlist_app.config import Settings
from playlist_app.operations import in_use
from tests.operations.test_startup import query
from tests.serving import PATIENCE, Client, Server
from tests.work.test_workers import until


@pytest.fixture
def server(furnished: tuple[Path, dict[str, str]], tmp_path: Path) -> Iterator[Server]:
    shutil.copytree(furnished[0], tmp_path / "instance")
    running = Server(tmp_path / "instance", WORK="beside", is_cold=True).start()
    workers = running.data / "workers"
    until(lambda: any(not path.suffix for path in workers.glob("*")), "a worker")
    yield running
    running.stop()


def by_service(server: Server) -> None:
    """As systemd and Docker stop it: the master alone is told."""
    assert server.process
    server.process.terminate()


def by_keyboard(server: Server) -> None:
    """Ctrl-C: the terminal tells every process of the group."""
    assert server.process
    os.killpg(server.process.pid, signal.SIGINT)


@pytest.mark.parametrize("stop", [by_service, by_keyboard])
def test_a_stop_lets_requests_end_and_tells_sockets_why(
    server: Server, furnished: tuple[Path, dict[str, str]], stop: Callable[[Server], None]
) -> None:
    alice = Client(server, furnished[1]["alice"])
    listener = alice.listens("/ws/me")
    listener.until("connection.established")
    body = json.dumps({"title": "In the last moment"}).encode()
    head = (
        "POST /api/v1/playlists HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        f"Authorization: Bearer {alice.token}\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE) as request:
        request.sendall(head.encode())
        assert request.recv(100).startswith(b"HTTP/1.1 100")  # it is under way
        request.sendall(body[:10])

        stop(server)

        assert listener.until_closed() == 1012
        request.sendall(body[10:])
        assert request.recv(100).startswith(b"HTTP/1.1 201")
    assert server.process
    assert server.process.wait(PATIENCE) == 0
    database = server.data / "app.db"
    assert query(database, "SELECT title FROM playlist") == [("In the last moment",)]
    assert query(database, "PRAGMA integrity_check") == [("ok",)]
    # And everybody who worked on the folder is gone, the worker too.
    assert not in_use.is_served(Settings(data=str(server.data)))
    assert list((server.data / "workers").iterdir()) == []
    assert "Traceback" not in server.log.read_text()
