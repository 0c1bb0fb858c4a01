"""The web outside, as the tests see it: a server on loopback that behaves well or badly by the path
that is asked for, and remembers what it was asked."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

Serve = Callable[["Visit"], None]


@dataclass
class Asked:
    method: str
    path: str
    headers: dict[str, str]
    sent: int = 0  # bytes of body that went out


@dataclass
class Web:
    """`files` are served by path; `ways` say how, where it is not plainly."""

    port: int
    files: dict[str, tuple[bytes, str]] = field(default_factory=dict)
    ways: dict[str, Serve] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    host: str = "127.0.0.1"

    def url(self, path: str) -> str:
        return f"http://{self.host}:{self.port}{path}"

    def put(
        self, path: str, data: bytes, kind: str = "audio/mpeg", way: Serve | None = None
    ) -> str:
        self.files[path] = (data, kind)
        if way:
            self.ways[path] = way
        return self.url(path)

    def asked_for(self, path: str) -> list[Asked]:
        return [asked for asked in self.asked if asked.path.partition("?")[0] == path]


class Visit(BaseHTTPRequestHandler):
    """One request. `file` is what lies at its path."""

    protocol_version = "HTTP/1.1"
    web: Web

    def do_GET(self) -> None:
        path = urlsplit(self.path).path
        self.note = Asked(self.command, self.path, dict(self.headers))
        self.web.asked.append(self.note)
        self.file, self.kind = self.web.files.get(path, (b"", ""))
        with contextlib.suppress(ConnectionError):
            if path in self.web.ways:
                self.web.ways[path](self)
            elif path in self.web.files:
                with_ranges(self)
            else:
                self.says(404)

    do_HEAD = do_GET  # noqa: N815

    def log_message(self, *_: Any) -> None: ...

    def handle(self) -> None:
        with contextlib.suppress(ConnectionError, TimeoutError):
            super().handle()

    @property
    def query(self) -> dict[str, str]:
        return {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}

    def says(self, status: int, body: bytes = b"", **headers: str) -> None:
        self.begins(status, len(body), **headers)
        self.sends(body)

    def begins(self, status: int, length: int | None, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        if length is None:
            self.close_connection = True
            self.send_header("Connection", "close")
        else:
            self.send_header("Content-Length", str(length))
        self.end_headers()

    def sends(self, data: bytes) -> None:
        if self.command != "HEAD":
            self.wfile.write(data)
            self.note.sent += len(data)

    def resets(self) -> None:
        """End the connection with a reset, as a crash or a firewall does."""
        self.wfile.flush()
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()
        self.close_connection = True


def with_ranges(visit: Visit, *, until: int | None = None) -> None:
    """As good servers do: with ranges and a version; only `until` that byte, then it hangs up."""
    data, tag = visit.file, f'"{len(visit.file)}-{hash(visit.file)}"'
    start = 0
    asked = visit.headers.get("Range", "")
    if asked.startswith("bytes=") and visit.headers.get("If-Range", tag) == tag:
        start = int(asked.removeprefix("bytes=").partition("-")[0])
        if start >= len(data):
            visit.says(416, Content_Range=f"bytes */{len(data)}")
            return
    headers = {"Content_Type": visit.kind, "Accept_Ranges": "bytes", "ETag": tag}
    if start:
        headers["Content_Range"] = f"bytes {start}-{len(data) - 1}/{len(data)}"
    visit.begins(206 if start else 200, len(data) - start, **headers)
    if until is None or until <= start:
        visit.sends(data[start:])
    else:
        visit.sends(data[start:until])
        visit.close_connection = True


def without_ranges(visit: Visit) -> None:
    visit.says(200, visit.file, Content_Type=visit.kind)


def says(status: int, times: int = 10**6, **headers: str) -> Serve:
    """An error, so many times; then the file."""
    count = iter(range(times))

    def serve(visit: Visit) -> None:
        if next(count, None) is None:
            with_ranges(visit)
        else:
            visit.says(status, b"no", **headers)

    return serve


def breaks_off(at: int, times: int = 1, *, ranges: bool = True) -> Serve:
    """Hangs up in the middle, so many times."""
    count = iter(range(times))

    def serve(visit: Visit) -> None:
        if next(count, None) is None:
            (with_ranges if ranges else without_ranges)(visit)
        elif ranges:
            with_ranges(visit, until=at)
        else:
            visit.begins(200, len(visit.file), Content_Type=visit.kind)
            visit.sends(visit.file[:at])
            visit.close_connection = True

    return serve


def resets(at: int, times: int = 1) -> Serve:
    """Resets in the middle, so many times; what was on its way is lost."""
    count = iter(range(times))

    def serve(visit: Visit) -> None:
        if next(count, None) is None:
            with_ranges(visit)
            return
        visit.begins(200, len(visit.file), Content_Type=visit.kind)
        visit.sends(visit.file[:at])
        visit.resets()

    return serve


def stalls(at: int, times: int = 1, stall: threading.Event | None = None) -> Serve:
    """Sends a part, then nothing more, so many times."""
    count = iter(range(times))

    def serve(visit: Visit) -> None:
        if next(count, None) is None:
            with_ranges(visit)
            return
        visit.begins(200, len(visit.file), Content_Type=visit.kind, ETag='"1"')
        visit.sends(visit.file[:at])
        visit.wfile.flush()
        (stall or threading.Event()).wait(30)
        visit.resets()

    return serve


def promises(more: int, times: int = 10**6) -> Serve:
    """Another length than comes: more, or, where it is negative, less."""
    count = iter(range(times))

    def serve(visit: Visit) -> None:
        if next(count, None) is None:
            with_ranges(visit)
            return
        visit.close_connection = True
        visit.begins(200, len(visit.file) + more, Content_Type=visit.kind)
        visit.sends(visit.file)

    return serve


def without_end(visit: Visit) -> None:
    visit.begins(200, None, Content_Type="audio/mpeg")
    while True:
        visit.sends(visit.file or bytes(65_536))


def slowly(seconds: float, pieces: int = 20) -> Serve:
    """As good servers do, but in so many pieces over so long."""

    def serve(visit: Visit) -> None:
        data, tag = visit.file, f'"{len(visit.file)}"'
        start = int(visit.headers.get("Range", "bytes=0-")[6:].partition("-")[0])
        if visit.headers.get("If-Range", tag) != tag:
            start = 0
        more = {"Content_Range": f"bytes {start}-{len(data) - 1}/{len(data)}"} if start else {}
        visit.begins(
            206 if start else 200, len(data) - start, Content_Type=visit.kind, ETag=tag, **more
        )
        step = max(1, len(data) // pieces)
        for at in range(start, len(data), step):
            visit.sends(data[at : at + step])
            visit.wfile.flush()
            time.sleep(seconds / pieces)  # what a slow line does

    return serve


def leads_to(url: str, status: int = 302) -> Serve:
    return lambda visit: visit.says(status, Location=url)


@contextlib.contextmanager
def serving(host: str = "127.0.0.1") -> Iterator[Web]:
    class Bound(Visit):
        pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True
        request_queue_size = 64

        def handle_error(self, *_: Any) -> None: ...

    server = Server((host, 0), Bound)
    web = Web(server.server_address[1], host=host)
    Bound.web = web
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield web
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def feed(web: Web, paths: list[str], title: str = "Harbour Talks") -> bytes:
    """A podcast feed of these files."""
    items = "".join(
        f"<item><title>Episode {number}</title><guid>ep-{number}</guid>"
        f'<enclosure url="{web.url(path)}" type="audio/mpeg" length="{len(web.files[path][0])}"/>'
        f"<itunes:duration>0:0{number % 10}</itunes:duration></item>"
        for number, path in enumerate(paths, start=1)
    )
    return (
        '<?xml version="1.0"?><rss version="2.0"'
        ' xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd">'
        f"<channel><title>{title}</title>{items}</channel></rss>"
    ).encode()
