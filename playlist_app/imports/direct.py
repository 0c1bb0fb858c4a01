"""Files that lie at an address: asked for through the proxy, and downloaded so that a broken
connection or a pause costs nothing where the server answers ranges."""

from __future__ import annotations

import errno
import json
import os
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import unquote, urljoin, urlsplit

import urllib3
from urllib3.exceptions import HTTPError, IncompleteRead, ProtocolError, ProxyError, TimeoutError

from playlist_app.imports.addresses import Unusable, canonical
from playlist_app.imports.errand import Errand, Line
from playlist_app.imports.states import Failed, Trouble

REDIRECTS = 8
PIECE = 65_536
TOLD_EVERY = 0.5  # seconds
# The proxy's own statuses (proxy.py).
OF_THE_PROXY = {470: Trouble.REFUSED, 471: Trouble.BROKEN}
PART, NOTES = "part", "part.json"
_GONE = {404, 410, 451}
_BLOCKED = {403, 408, 425, 429}


class Web:
    """Requests through the proxy; one errand's."""

    def __init__(self, errand: Errand) -> None:
        parts = urlsplit(errand.proxy)
        self._pool = urllib3.ProxyManager(
            f"http://{parts.hostname}:{parts.port}",
            proxy_headers=urllib3.make_headers(
                proxy_basic_auth=f"{parts.username}:{parts.password}"
            ),
            retries=False,
            timeout=urllib3.Timeout(connect=25, read=errand.stall),
        )

    def get(self, url: str, **headers: str) -> urllib3.BaseHTTPResponse:
        """The answer at the end of all redirects, its body unread; `url` on it is where that is.
        Raises Failed for any but 200, 206 and 416."""
        for _ in range(REDIRECTS):
            answer = self._ask(url, headers)
            location = answer.headers.get("Location")
            if answer.status not in (301, 302, 303, 307, 308) or not location:
                _check(answer, url)
                answer.url = url
                return answer
            answer.close()
            try:
                url = canonical(urljoin(url, location))
            except Unusable as unusable:
                raise Failed(Trouble.REFUSED, f"It leads elsewhere: {unusable}") from None
        raise Failed(Trouble.REFUSED, "It leads from one address to the next, without an end.")

    def _ask(self, url: str, headers: dict[str, str]) -> urllib3.BaseHTTPResponse:
        sent = {"User-Agent": "Jamboree", "Accept": "*/*", "Accept-Encoding": "identity"} | headers
        with troubles(url):
            return self._pool.request(
                "GET", url, headers=sent, redirect=False, preload_content=False
            )


class troubles:  # noqa: N801 - reads as a statement: `with troubles(url):`
    """Turns what goes wrong with a connection into what it means."""

    def __init__(self, url: str) -> None:
        self._host = urlsplit(url).netloc

    def __enter__(self) -> None: ...

    def __exit__(self, _: Any, error: BaseException | None, __: Any) -> None:
        if isinstance(error, ProxyError):
            said = of_the_proxy(str(error.original_error))
            raise said or Failed(Trouble.BROKEN, f"{self._host} can't be reached.") from error
        if isinstance(error, TimeoutError):
            raise Failed(Trouble.BROKEN, f"{self._host} has stopped answering.") from error
        if isinstance(error, IncompleteRead | ProtocolError):
            raise Failed(Trouble.BROKEN, f"{self._host} broke the connection off.") from error
        if isinstance(error, HTTPError):
            raise Failed(Trouble.BROKEN, f"{self._host} can't be understood.") from error


def of_the_proxy(text: str) -> Failed | None:
    """What the proxy said about a tunnel, which is in the words of whoever wanted one."""
    for status, trouble in OF_THE_PROXY.items():
        _before, mark, reason = text.partition(f"failed: {status} ")
        if mark:
            return Failed(trouble, reason.partition(" (caused by")[0].rstrip("'\">"))
    return None


def _check(answer: urllib3.BaseHTTPResponse, url: str) -> None:
    status, host = answer.status, urlsplit(url).netloc
    if status in (200, 206, 416):
        return
    answer.close()
    if status in OF_THE_PROXY:
        raise Failed(OF_THE_PROXY[status], answer.reason or "This address is not allowed.")
    raise failed_with(status, host, retry_after(answer.headers.get("Retry-After")))


def failed_with(status: int, host: str, wait: float | None = None) -> Failed:
    """What an error status means."""
    if status in _GONE:
        return Failed(Trouble.GONE, f"It is not there any more ({host} says {status}).")
    if status in _BLOCKED or status >= 500:
        return Failed(Trouble.BLOCKED, f"{host} does not give it now (it says {status}).", wait)
    if status == 401:
        return Failed(Trouble.REFUSED, f"{host} gives it only to who logs in there.")
    return Failed(Trouble.REFUSED, f"{host} does not give it (it says {status}).")


def retry_after(value: str | None) -> float | None:
    """Seconds, of either form of the header (RFC 9110, 10.2.3)."""
    if not value:
        return None
    if value.strip().isdecimal():
        return float(value)
    try:
        return max(0.0, (parsedate_to_datetime(value) - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError):
        return None


def name_of(answer: urllib3.BaseHTTPResponse) -> str:
    """What a file is called by its address, without extension."""
    last = unquote(urlsplit(answer.url or "").path.rstrip("/").rpartition("/")[2])
    stem = last.rpartition(".")[0] or last
    return stem.replace("_", " ").replace("+", " ").strip()[:200]


def size_of(answer: urllib3.BaseHTTPResponse) -> int | None:
    """Bytes of the whole, where the answer tells."""
    if answer.status == 206:
        total = answer.headers.get("Content-Range", "").rpartition("/")[2]
    else:
        total = answer.headers.get("Content-Length", "")
    return int(total) if total.isdecimal() else None


def is_live(answer: urllib3.BaseHTTPResponse) -> bool:
    """Whether it is a radio station, which has no end."""
    return any(name.lower().startswith("icy-") for name in answer.headers)


class Download:
    """A file on its way into `part` in the errand's folder; `part.json` notes which version."""

    def __init__(self, web: Web, errand: Errand, line: Line) -> None:
        self._web, self._errand, self._line = web, errand, line
        self._part, self._notes = errand.path(PART), errand.path(NOTES)

    def ask(self, url: str) -> urllib3.BaseHTTPResponse:
        """Ask for the file, or for what is missing of it; `take` goes on with the answer."""
        there = self._part.stat().st_size if self._part.exists() else 0
        notes = json.loads(self._notes.read_bytes()) if self._notes.exists() else {}
        if there and notes.get("url") == url and notes.get("version"):
            headers = {"Range": f"bytes={there}-", "If-Range": notes["version"]}
            answer = self._web.get(url, **headers)
            if answer.status == 206 and _begins_at(answer, there):
                return answer
            if answer.status == 416 and notes.get("total") == there:
                return answer  # all of it is here
            if answer.status == 200:
                return answer
            answer.close()
        answer = self._web.get(url)
        if answer.status != 200:
            raise Failed(Trouble.BROKEN, "The server answers a question that was not asked.")
        return answer

    def take(self, url: str, answer: urllib3.BaseHTTPResponse, first: bytes = b"") -> int:
        """Read the answer of `ask` to its end, of which `first` was read already; answers the
        bytes of the whole."""
        if answer.status == 416:
            return self._part.stat().st_size
        total = size_of(answer)
        self._check_room(total)
        self._note(url, answer, total)
        done = self._part.stat().st_size if answer.status == 206 else 0
        flags = os.O_WRONLY | os.O_CREAT | (os.O_APPEND if done else os.O_TRUNC)
        handle = os.open(self._part, flags, 0o600)
        try:
            told = 0.0
            for piece in _pieces(answer, first):
                _write(handle, piece)
                done += len(piece)
                if done > self._errand.bytes_at_most:
                    raise too_large(self._errand)
                if time.monotonic() - told > TOLD_EVERY:
                    told = time.monotonic()
                    self._line.progress(done, total)
            os.fsync(handle)
        finally:
            os.close(handle)
        if total is not None and done != total:
            raise Failed(Trouble.BROKEN, f"{done} bytes came, where {total} were promised.")
        self._line.progress(done, done)
        return done

    def _check_room(self, total: int | None) -> None:
        if total is not None and total > self._errand.bytes_at_most:
            raise too_large(self._errand)

    def _note(self, url: str, answer: urllib3.BaseHTTPResponse, total: int | None) -> None:
        """Which version it is. Only a strong mark says that the rest belongs to what is here."""
        tag = answer.headers.get("ETag", "")
        version = tag if tag.startswith('"') else answer.headers.get("Last-Modified")
        if answer.headers.get("Content-Encoding") or answer.headers.get("Accept-Ranges") == "none":
            version = None
        self._notes.write_text(json.dumps({"url": url, "version": version, "total": total}))


def _begins_at(answer: urllib3.BaseHTTPResponse, there: int) -> bool:
    return answer.headers.get("Content-Range", "").startswith(f"bytes {there}-")


def _pieces(answer: urllib3.BaseHTTPResponse, first: bytes) -> Iterator[bytes]:
    """The rest of a body, as it comes in: a slow server's bytes are kept as well."""
    if first:
        yield first
    with troubles(answer.url or ""):
        while piece := answer.read1(PIECE, decode_content=True):
            yield piece


def _write(handle: int, piece: bytes) -> None:
    try:
        view = memoryview(piece)
        while view:
            view = view[os.write(handle, view) :]
    except OSError as error:
        raise disk_trouble(error) from error


def disk_trouble(error: OSError) -> BaseException:
    """What an error of writing means."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return Failed(Trouble.DISK, "There is no room left on the server.")
    if error.errno == errno.EFBIG:
        return Failed(Trouble.REFUSED, "It is too large to be imported.")
    return error


def too_large(errand: Errand) -> Failed:
    most = errand.bytes_at_most // 1_000_000
    return Failed(Trouble.REFUSED, f"It is too large: files have at most {most} MB here.")
