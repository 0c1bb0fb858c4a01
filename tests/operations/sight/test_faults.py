"""Faults: what a Sentry-compatible service is told of an error, and what never."""

from __future__ import annotations

import gzip
import json
import logging
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from playlist_app import create_app
from playlist_app.config import ROOT, BadSetting, Settings
from playlist_app.operations.sight import faults
from playlist_app.web import public
from tests.cast import Person
from tests.conftest import close

# Far from where it is raised: of that place the lines around are told.
WORDS = (
    "no room for 'Alice Smith' <alice@example.org> at 192.168.7.7 in /home/alice/music/song.mp3"
    " +49 170 1234567, code={code}"
)


class Service:
    """A service as Sentry's, as far as errors are told to it: it takes envelopes."""

    def __init__(self) -> None:
        self.envelopes: list[tuple[str, str, bytes]] = []  # path, who sent it, what
        service = self

        class Door(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if self.headers.get("Content-Encoding") == "gzip":
                    body = gzip.decompress(body)
                service.envelopes.append((self.path, self.headers["X-Sentry-Auth"], body))
                self.send_response(200)
                self.send_header("Content-Length", "2")
                self.end_headers()
                self.wfile.write(b"{}")

            def log_message(self, *_: Any) -> None: ...

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    @property
    def address(self) -> str:
        return f"http://publickey@127.0.0.1:{self.server.server_port}/42"

    @property
    def said(self) -> str:
        return "\n".join(body.decode() for _, _, body in self.envelopes)

    def events(self) -> list[dict[str, Any]]:
        """An envelope is lines: its head, then a head and a body for each item."""
        return [json.loads(body.splitlines()[2]) for _, _, body in self.envelopes]

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


@pytest.fixture
def service() -> Iterator[Service]:
    service = Service()
    yield service
    service.close()


@pytest.fixture
def telling(service: Service) -> Iterator[faults.Telling]:
    telling = faults.watch(Settings(sentry_dsn=service.address))
    assert telling
    yield telling
    logging.root.removeHandler(telling)
    telling._client.close(timeout=5)


@pytest.fixture
def serves(data_folder: Path) -> Iterator[Flask]:
    app = create_app(Settings(data=str(data_folder)))

    @app.post("/breaks/<code>")
    @public
    def breaks(code: str) -> str:
        raise ValueError(WORDS.format(code=code))

    yield app
    close(app)


def test_an_error_is_told_with_where_it_was_and_its_request(
    serves: Flask, service: Service, telling: faults.Telling, furnished: Any
) -> None:
    answer = Person(serves, "alice", furnished[1]["alice"]).page("/breaks/x", method="POST")
    assert answer.status_code == 500
    telling._client.flush(timeout=5)
    [event] = service.events()
    path, auth, _ = service.envelopes[0]
    assert path == "/api/42/envelope/"
    assert "sentry_key=publickey" in auth
    assert event["level"] == "error"
    assert event["logger"] == "playlist_app.web"
    assert event["tags"] == {"request_id": answer.headers["X-Request-ID"]}
    [error] = event["exception"]["values"]
    assert error["type"] == "ValueError"
    assert error["value"].startswith("no room for …")
    frames = error["stacktrace"]["frames"]
    assert frames[-1]["function"] == "breaks"
    assert any("raise ValueError(" in frame["context_line"] for frame in frames)


def test_nothing_of_the_person_is_told(
    serves: Flask, service: Service, telling: faults.Telling, furnished: Any
) -> None:
    token = furnished[1]["alice"]
    person = Person(serves, "alice", token)
    id_ = person.id
    person.page(
        "/breaks/q7YpZx90aBcD?token=topsecrettoken",
        method="POST",
        data={"comment": "what I wrote"},
        headers={"User-Agent": "Alices phone", "X-Forwarded-For": "203.0.113.9"},
    )
    telling._client.flush(timeout=5)
    assert len(service.events()) == 1
    import socket

    for private in (
        *(token, id_, "q7YpZx90aBcD", "topsecrettoken", "what I wrote", "Alices phone"),
        *("203.0.113.9", "127.0.0.1", "Alice Smith", "alice@example.org", "192.168.7.7"),
        *("/home/alice", "170 1234567", str(ROOT), socket.gethostname()),
    ):
        assert private not in service.said.partition("\n")[2], private
    assert not {"user", "request", "server_name", "breadcrumbs"} & set(service.events()[0])
    for frame in service.events()[0]["exception"]["values"][0]["stacktrace"]["frames"]:
        assert "vars" not in frame
        assert not frame["filename"].startswith("/")


def test_what_a_task_broke_of_is_told_too(service: Service, telling: faults.Telling) -> None:
    def lane() -> None:
        try:
            raise OSError(28, "No space left on device", "/data/media/incoming/x")
        except OSError:
            logging.getLogger("playlist_app.work.runs").exception("The task %s failed", "imports")

    thread = threading.Thread(target=lane, name="imports")
    thread.start()
    thread.join()
    telling._client.flush(timeout=5)
    [event] = service.events()
    assert event["transaction"] == "imports"
    assert event["logentry"] == {"message": "The task %s failed"}
    assert "No space left on device" in event["exception"]["values"][0]["value"]


def test_warnings_are_not(service: Service, telling: faults.Telling) -> None:
    logging.getLogger("playlist_app").warning("slow query")
    telling._client.flush(timeout=5)
    assert service.envelopes == []


def test_a_service_that_is_not_there_harms_nobody(serves: Flask, furnished: Any) -> None:
    telling = faults.watch(Settings(sentry_dsn="http://key@127.0.0.1:9/1"))
    assert telling
    try:
        alice = Person(serves, "alice", furnished[1]["alice"])
        assert alice.page("/breaks/x", method="POST").status_code == 500
        assert serves.test_client().get("/healthz").status_code == 200
    finally:
        logging.root.removeHandler(telling)
        telling._client.close(timeout=0.2)


@pytest.mark.parametrize(
    "bad", ["sentry.example.org", "https://sentry.example.org/1", "ftp://k@x/1", "https://k@x/"]
)
def test_a_bad_address_is_a_clear_word(bad: str) -> None:
    with pytest.raises(BadSetting, match="JAMBOREE_SENTRY_DSN"):
        faults.watch(Settings(sentry_dsn=bad))


def test_without_an_address_it_is_not_even_loaded() -> None:
    code = (
        "import sys; from playlist_app.config import Settings;"
        "from playlist_app.operations.sight import faults;"
        "assert faults.watch(Settings()) is None; print('sentry_sdk' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "False"
