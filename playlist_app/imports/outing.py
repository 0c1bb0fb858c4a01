"""Outings: what the fetching process does once it is out (fetch.py starts it).

It answers with a line of JSON for each thing that it has to say (errand.py):

    progress {done, total} · about {…} · list {…} · found {…} · file {…} · trouble {…}
"""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from urllib3 import BaseHTTPResponse

from playlist_app.imports import direct, feeds, ytdlp
from playlist_app.imports.confinement import confine
from playlist_app.imports.errand import Errand, Line
from playlist_app.imports.states import Failed, Trouble
from playlist_app.library.formats import EXTENSIONS, sniffed

JSON = dict[str, Any]

BEGINNING = 4096  # bytes by which it is told what something is


def go() -> None:
    """Do the errand that standard input names."""
    line = Line()
    errand = line.errand()
    confine(errand.proxy_port, errand.bytes_at_most + 1_000_000)
    try:
        line.say(**(_look(errand) if errand.action == "look" else _fetch(errand, line)))
    except Failed as failed:
        trouble = {"class": failed.trouble, "message": str(failed), "wait": failed.retry_after}
        line.say(trouble=trouble)
    except MemoryError:
        line.say(trouble={"class": Trouble.REFUSED, "message": "It is too large.", "wait": None})


def _look(errand: Errand) -> JSON:
    if not _is_named_as_file(errand.url) and ytdlp.has_its_own_way(errand.url):
        return {"found": ytdlp.look(errand.url, errand)}
    answer = direct.Web(errand).get(errand.url)
    with direct.troubles(errand.url):
        first = answer.read(BEGINNING, decode_content=True)
    kind = answer.headers.get("Content-Type", "")
    if feeds.is_feed(first, kind):
        return {"found": _feed(answer, first)}
    if _is_audio(first, kind):
        answer.close()
        if direct.is_live(answer):
            raise _live()
        size, name = direct.size_of(answer), direct.name_of(answer)
        same = dict.fromkeys(("id", "key", "url"), errand.url)
        entry = {**same, "title": name, "artist": "", "duration_seconds": None, "size_bytes": size}
        return {"found": {"kind": "single", "title": name, "count": 1, "entries": [entry]}}
    answer.close()
    return {"found": ytdlp.look(errand.url, errand)}


def _fetch(errand: Errand, line: Line) -> JSON:
    if not _is_named_as_file(errand.url) and ytdlp.has_its_own_way(errand.url):
        return _fetched_by_ytdlp(errand, line)
    download = direct.Download(direct.Web(errand), errand, line)
    answer = download.ask(errand.url)
    first = b""
    if answer.status == 200:
        with direct.troubles(errand.url):
            first = answer.read(BEGINNING, decode_content=True)
        kind = answer.headers.get("Content-Type", "")
        if feeds.is_feed(first, kind) and not errand.looked:
            return {"list": _feed(answer, first)}
        if not _is_audio(first, kind):
            answer.close()
            return _fetched_by_ytdlp(errand, line)
        if direct.is_live(answer):
            raise _live()
    name = direct.name_of(answer)
    download.take(errand.url, answer, first)
    return {"file": {"file": direct.PART, "name": name, "key": errand.url}}


def _fetched_by_ytdlp(errand: Errand, line: Line) -> JSON:
    found = ytdlp.fetch(errand, line)
    return {"file" if "file" in found else "list": found}


def _feed(answer: BaseHTTPResponse, first: bytes) -> JSON:
    data = bytearray(first)
    with direct.troubles(answer.url or ""):
        while piece := answer.read(direct.PIECE, decode_content=True):
            data += piece
            if len(data) > feeds.BYTES_AT_MOST:
                answer.close()
                most = feeds.BYTES_AT_MOST // 1_000_000
                raise Failed(Trouble.REFUSED, f"This feed is larger than {most} MB.")
    return feeds.parse(bytes(data), answer.url or "")


def _is_named_as_file(url: str) -> bool:
    suffix = urlsplit(url).path.rpartition(".")[2].lower()
    return suffix in EXTENSIONS or suffix in ("xml", "rss", "atom")


def _is_audio(first: bytes, kind: str) -> bool:
    kind = kind.partition(";")[0].strip().lower()
    if kind in ("text/html", "application/xhtml+xml"):
        return False
    lists = ("audio/mpegurl", "audio/x-mpegurl", "audio/x-scpls")
    return bool(sniffed(first)) or (kind.startswith("audio/") and kind not in lists)


def _live() -> Failed:
    return Failed(Trouble.REFUSED, "This is a live stream, which has no end.")
