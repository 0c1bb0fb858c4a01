"""Codes leave by mail and by short message, from the worker: over real sockets."""

from __future__ import annotations

import contextlib
import json
import socket
import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import update

from playlist_app.database import now, session, write
from playlist_app.operations import warnings
from playlist_app.operations.letters.sending import send_next
from playlist_app.people.models import User
from playlist_app.people.sent_codes import SentCode
from tests.cast import Person, ok
from tests.conftest import close, make_app


class MailServer:
    """A mail server of the smallest kind: it keeps what it is given."""

    def __init__(self) -> None:
        self.letters: list[tuple[str, str]] = []  # to whom, and all that was said
        self.refuses = False
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            with connection, connection.makefile("rwb") as talk:
                self._talk(talk)

    def _talk(self, talk: Any) -> None:
        def say(line: str) -> None:
            talk.write(f"{line}\r\n".encode())
            talk.flush()

        to = ""
        say("220 here")
        for raw in talk:
            line = raw.decode().strip()
            verb = line[:4].upper()
            if verb == "RCPT":
                to = line.partition("<")[2].partition(">")[0]
            if verb == "RCPT" and self.refuses:
                say("450 not now")
            elif verb == "DATA":
                say("354 go on")
                body = b""
                while not body.endswith(b"\r\n.\r\n"):
                    body += talk.readline()
                self.letters.append((to, body.decode()))
                say("250 kept")
            elif verb == "QUIT":
                say("221 bye")
                return
            else:
                say("250 fine")

    def close(self) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join()


@pytest.fixture
def mail_server() -> Iterator[MailServer]:
    server = MailServer()
    yield server
    server.close()


@pytest.fixture
def webhook() -> Iterator[Any]:
    """A webhook: `told` is what it was given; `status` what it answers."""

    class Hook(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            server.told.append((self.headers["Authorization"], body))  # type: ignore[attr-defined]
            self.send_response(server.status)  # type: ignore[attr-defined]
            self.send_header("Location", "http://127.0.0.1:9/elsewhere")
            self.end_headers()

        def log_message(self, *_: object) -> None: ...

    server = HTTPServer(("127.0.0.1", 0), Hook)
    server.told, server.status = [], 200  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@contextlib.contextmanager
def app_with(folder: Path, **values: Any) -> Iterator[tuple[Flask, Person]]:
    app = make_app(folder, **values)
    with app.app_context(), write() as tx:
        tx.execute(
            update(User)
            .where(User.username == "alice")
            .values(email="alice@home.example", phone="+4722334455")
        )
    yield app, Person(app, "nobody", None)
    close(app)


def asks(nobody: Person, purpose: str = "log_in") -> str:
    body = {"username": "alice", "purpose": purpose}
    return str(ok(nobody.post("/users/codes", body), 202)["id"])


def row_of(app: Flask, code_id: str) -> SentCode:
    with app.app_context():
        return session().get_one(SentCode, code_id)


def sends(app: Flask) -> bool:
    with app.app_context():
        return send_next()


def test_a_code_goes_by_mail_and_lets_in(data_folder: Path, mail_server: MailServer) -> None:
    mail = f"smtp://127.0.0.1:{mail_server.port}"
    with app_with(data_folder, mail=mail, mail_from="music@home.example") as (app, nobody):
        code_id = asks(nobody)
        assert mail_server.letters == []  # not by the request
        assert sends(app)
        [(to, letter)] = mail_server.letters
        assert to == "alice@home.example"
        assert "From: music@home.example\r\n" in letter
        assert "Subject: Your code to log in\r\n" in letter
        code = letter.partition("Your code for Jamboree is ")[2][:6]
        ok(nobody.post(f"/users/codes/{code_id}/login", {"code": code}))
        assert not sends(app)
        row = row_of(app, code_id)
        assert (row.state, row.way, row.attempts) == ("sent", "mail", 1)


def test_for_a_name_that_nobody_has_nothing_is_sent(
    data_folder: Path, mail_server: MailServer
) -> None:
    with app_with(data_folder, mail=f"smtp://127.0.0.1:{mail_server.port}") as (app, nobody):
        ok(nobody.post("/users/codes", {"username": "zoe"}), 202)
        assert not sends(app)
        assert mail_server.letters == []


def test_a_mail_server_that_refuses_is_asked_again(
    data_folder: Path, mail_server: MailServer
) -> None:
    with app_with(data_folder, mail=f"smtp://127.0.0.1:{mail_server.port}") as (app, nobody):
        code_id = asks(nobody, "password")
        mail_server.refuses = True
        assert sends(app)
        row = row_of(app, code_id)
        assert (row.state, row.attempts) == ("waiting", 1)
        assert "not now" in row.error
        assert not sends(app)  # not at once
        mail_server.refuses = False
        with app.app_context(), write() as tx:
            tx.execute(update(SentCode).values(next_at=now()))
        assert sends(app)
        assert row_of(app, code_id).state == "sent"
        assert len(mail_server.letters) == 1


def test_admins_are_warned_until_one_goes_out_again(
    data_folder: Path, mail_server: MailServer
) -> None:
    with app_with(data_folder, mail=f"smtp://127.0.0.1:{mail_server.port}") as (app, nobody):
        assert not_sent(app) == []
        mail_server.refuses = True
        asks(nobody)
        assert sends(app)
        [warning] = not_sent(app)
        assert warning.name == "mail-not-sent"
        assert "not now" in warning.detail
        assert "JAMBOREE_MAIL" in warning.remedy
        mail_server.refuses = False
        asks(nobody)
        assert sends(app)
        assert not_sent(app) == []


def not_sent(app: Flask) -> list[warnings.Warning]:
    with app.app_context():
        return [one for one in warnings.standing() if one.name.endswith("-not-sent")]


def test_what_could_not_be_sent_in_time_has_failed(data_folder: Path) -> None:
    with app_with(data_folder, mail="smtp://127.0.0.1:9") as (app, nobody):
        code_id = asks(nobody)
        assert sends(app)
        assert "refused" in row_of(app, code_id).error
        over = {"ends_at": now() - timedelta(seconds=1), "next_at": now()}
        with app.app_context(), write() as tx:
            tx.execute(update(SentCode).values(**over))
        assert sends(app)
        assert row_of(app, code_id).state == "failed"


def test_a_password_never_goes_in_clear(data_folder: Path, mail_server: MailServer) -> None:
    mail = f"smtp://me:secret@127.0.0.1:{mail_server.port}"
    with app_with(data_folder, mail=mail) as (app, nobody):
        code_id = asks(nobody)
        assert sends(app)
        assert "no TLS" in row_of(app, code_id).error
        assert mail_server.letters == []


def test_a_code_goes_by_short_message_where_there_is_no_mail(
    data_folder: Path, webhook: Any
) -> None:
    hook = f"http://127.0.0.1:{webhook.server_port}/sms"
    with app_with(data_folder, sms_webhook=hook, sms_webhook_token="abc") as (app, nobody):
        code_id = asks(nobody)
        assert sends(app)
        [(authorization, body)] = webhook.told
        assert authorization == "Bearer abc"
        assert body["to"] == "+4722334455"
        code = body["text"].partition("is ")[2][:6]
        ok(nobody.post(f"/users/codes/{code_id}/login", {"code": code}))


@pytest.mark.parametrize("status", [500, 302])
def test_a_webhook_that_does_not_take_it_is_asked_again(
    data_folder: Path, webhook: Any, status: int
) -> None:
    webhook.status = status
    hook = f"http://127.0.0.1:{webhook.server_port}/sms"
    with app_with(data_folder, sms_webhook=hook) as (app, nobody):
        code_id = asks(nobody)
        assert sends(app)
        row = row_of(app, code_id)
        assert (row.state, row.error) == ("waiting", f"The webhook answered {status}.")
