"""A network that misbehaves: a proxy in front of a real server, which spoils the chunks of a
download that a test names. It does nothing to anything else, and lets live channels through."""

from __future__ import annotations

import contextlib
import http.client
import socket
import threading
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.serving import PATIENCE, Server

AT_ONCE = ("busy", "truncated", "wrong")  # the faults that need nothing done by the test
OF_ONE_CONNECTION = {"connection", "transfer-encoding", "content-length", "keep-alive"}


class FaultyNetwork(ThreadingHTTPServer):
    """Serves at `url` what the server behind it does.

    `faults`: what happens to a chunk when it is asked for first, by its number: "busy" (503),
    "truncated" (half of it, and an end), "wrong" (all of it, and one bit is another). Any other
    word: half of it, and then nothing until the test, which finds the word in `stuck`, has done
    something and calls `go_on`. `whole` counts the chunks that were given in full and right.
    """

    daemon_threads = True
    block_on_close = False

    def __init__(self, server: Server) -> None:
        super().__init__(("127.0.0.1", 0), Passing)
        self.behind = server
        self.faults: dict[int, str] = {}
        self.whole: Counter[int] = Counter()
        self.asked: Counter[int] = Counter()
        self.stuck: str | None = None
        self._goes_on = threading.Event()
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def hold(self, number: int) -> None:
        """Until the test says go on. What is stuck counts as a fault until it is: a test that sees
        neither a fault nor something stuck is through."""
        self._goes_on.clear()
        self.stuck = self.faults[number]
        del self.faults[number]
        self._goes_on.wait(PATIENCE)

    def go_on(self) -> None:
        self.stuck = None
        self._goes_on.set()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A browser that hangs up is what these tests are about."""


class Passing(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: FaultyNetwork

    def _pass_on(self) -> None:
        self.close_connection = True
        if self.headers.get("Upgrade"):
            self._tunnel()
            return
        length = int(self.headers.get("Content-Length") or 0)
        behind = http.client.HTTPConnection("127.0.0.1", self.server.behind.port, timeout=PATIENCE)
        with contextlib.closing(behind):
            try:
                behind.request(
                    self.command, self.path, self.rfile.read(length), dict(self.headers.items())
                )
                answer = behind.getresponse()
                body = answer.read()
            except (OSError, http.client.HTTPException):
                return  # the server is down: nothing comes
            self._answer(answer, body)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("do_"):  # whatever is asked
            return self._pass_on
        raise AttributeError(name)

    def _answer(self, answer: http.client.HTTPResponse, body: bytes) -> None:
        is_chunk = self.headers.get("X-Jamboree") == "take-along" and answer.status == 206
        if not is_chunk:
            self._head(answer.status, answer.getheaders(), answer.headers["Content-Length"] or "0")
            self.wfile.write(body)
            return
        number = int(self.headers["Range"].removeprefix("bytes=").split("-")[0]) >> 20
        self.server.asked[number] += 1
        fault = self.server.faults.get(number)
        holds = fault not in (None, *AT_ONCE)
        if not holds:
            self.server.faults.pop(number, None)
        if fault == "busy":
            self._head(503, [("Retry-After", "1")], "0")
            return
        if fault == "wrong":
            body = body[:1000] + bytes([body[1000] ^ 1]) + body[1001:]
        is_half = holds or fault == "truncated"
        if not fault:
            self.server.whole[number] += 1
        self._head(answer.status, answer.getheaders(), str(len(body)))
        self.wfile.write(body[: len(body) // 2] if is_half else body)
        self.wfile.flush()
        if holds:
            self.server.hold(number)

    def _head(self, status: int, headers: list[tuple[str, str]], length: str) -> None:
        self.send_response_only(status)
        for name, value in headers:
            if name.lower() not in OF_ONE_CONNECTION:
                self.send_header(name, value)
        self.send_header("Content-Length", length)
        self.send_header("Connection", "close")
        self.end_headers()

    def _tunnel(self) -> None:
        """A live channel: bytes both ways, until one side hangs up."""
        try:
            behind = socket.create_connection(("127.0.0.1", self.server.behind.port))
        except OSError:
            return
        with behind:
            lines = [self.requestline, *(f"{k}: {v}" for k, v in self.headers.items()), "", ""]
            behind.sendall("\r\n".join(lines).encode())
            back = threading.Thread(target=_pump, args=(behind, self.connection), daemon=True)
            back.start()
            _pump(self.connection, behind)
            back.join(PATIENCE)

    def log_message(self, *_: Any) -> None:
        """Nobody reads it."""


def _pump(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
    for one in (source, target):
        with contextlib.suppress(OSError):
            one.shutdown(socket.SHUT_RDWR)
