"""Reading playlist files that anybody may have written: m3u and m3u8, XSPF, JSPF."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import unquote
from xml.etree.ElementTree import Element, ParseError

import defusedxml.ElementTree
import orjson
from defusedxml import DefusedXmlException

from playlist_app.library.texts import LONGEST
from playlist_app.playlists.adding import FULL_AT
from playlist_app.playlists.exchange.entry import OF_BYTES, OF_SOUND, Entry, PlaylistFile
from playlist_app.playlists.exchange.writing import IDENTIFIERS
from playlist_app.refusals import Invalid

JSON = dict[str, Any]

SAID = ("title", "creator", "album", "duration")
LARGEST = 8_000_000  # bytes: ten thousand songs with all that can be said of them
_HASH = re.compile(rf"(?:{OF_BYTES}|{OF_SOUND})([0-9a-f]{{64}})", re.IGNORECASE)
_INFO = re.compile(r"#EXTINF:\s*(-?\d+(?:\.\d+)?)[^,]*,?(.*)", re.IGNORECASE)
_NUMBER = re.compile(r"^\d{1,4}[\s._-]+(?=\S)")  # the place in the list, before a file's name
_NOT_ONE = "This is no playlist that can be read here: m3u, m3u8, XSPF and JSPF can."


def read(data: bytes, name: str) -> PlaylistFile:
    """What a file of this name says. Raises Invalid where it is none, or has too much in it."""
    beginning = data[:1000].lstrip(b"\xef\xbb\xbf \t\r\n")
    if beginning.startswith(b"{"):
        found = _jspf(data)
    elif beginning.startswith(b"<"):
        found = _xspf(data)
    else:
        found = _m3u(_decoded(data))
    if not found.entries:
        raise Invalid.field("file", "There are no songs in this playlist.")
    if len(found.entries) > FULL_AT:
        raise Invalid.field("file", f"A playlist has at most {FULL_AT:,} tracks.")
    return PlaylistFile(found.title or _base(name), found.entries)


# --- JSPF and XSPF ------------------------------------------------------------------------------


def _jspf(data: bytes) -> PlaylistFile:
    try:
        playlist = orjson.loads(data)["playlist"]
        tracks = playlist.get("track", [])
        entries = tuple(
            _entry(
                _text(track.get("title")),
                _text(track.get("creator")),
                _text(track.get("album")),
                track.get("duration"),
                [*_texts(track.get("identifier")), *_texts(track.get("location"))],
            )
            for track in tracks
        )
    except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError):
        raise Invalid.field("file", _NOT_ONE) from None
    return PlaylistFile(_text(playlist.get("title")), entries)


def _xspf(data: bytes) -> PlaylistFile:
    try:
        playlist: Element = defusedxml.ElementTree.fromstring(data, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError):
        raise Invalid.field("file", _NOT_ONE) from None
    if _tag(playlist) != "playlist":
        raise Invalid.field("file", _NOT_ONE)
    tracks = [one for part in playlist if _tag(part) == "trackList" for one in part]
    entries = tuple(_of_xml(track) for track in tracks if _tag(track) == "track")
    return PlaylistFile(_said(playlist, "title"), entries)


def _of_xml(track: Element) -> Entry:
    about = [*_all(track, "identifier"), *_all(track, "location")]
    title, artist, album, length = (_said(track, name) for name in SAID)
    return _entry(title, artist, album, length, about)


def _entry(title: str, artist: str, album: str, milliseconds: Any, about: Iterable[str]) -> Entry:
    """`about`: identifiers and addresses; a song without a title is called as its file."""
    about = list(about)
    try:
        seconds = float(milliseconds) / 1000 if milliseconds else None
    except (TypeError, ValueError):
        seconds = None
    files = [_base(unquote(address)) for address in about if not address.startswith("urn:")]
    return Entry(
        title=title,
        artist=artist,
        album=album,
        duration_seconds=seconds if seconds and 0 < seconds < 10**6 else None,
        hashes=_hashes(about),
        named="" if title else _text(next(iter(files), "")),
    )


def _tag(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _all(element: Element, name: str) -> list[str]:
    return [_text(part.text) for part in element if _tag(part) == name and part.text]


def _said(element: Element, name: str) -> str:
    return next(iter(_all(element, name)), "")


def _texts(value: Any) -> list[str]:
    """JSPF has lists of these, and some programs write one text."""
    return [_text(one) for one in (value if isinstance(value, list) else [value]) if one]


def _text(value: Any) -> str:
    return " ".join(str(value).split())[: 2 * LONGEST] if isinstance(value, str | int) else ""


# --- m3u ----------------------------------------------------------------------------------------


def _m3u(text: str) -> PlaylistFile:
    titles = (line[10:].strip() for line in text.splitlines() if line.startswith("#PLAYLIST:"))
    return PlaylistFile(_text(next(titles, "")), tuple(_lines(text)))


def _lines(text: str) -> Iterator[Entry]:
    about: JSON = {}
    for line in (line.strip() for line in text.splitlines()):
        if info := _INFO.match(line):
            seconds = float(info[1])
            about["duration_seconds"] = seconds if 0 < seconds < 10**6 else None
            about["named"] = _text(info[2])
        elif line.startswith(IDENTIFIERS):
            about["hashes"] = _hashes(line[len(IDENTIFIERS) :].split())
        elif line.startswith("#EXTALB:"):
            about["album"] = _text(line[8:])
        elif line and not line.startswith("#"):
            said = {name: value for name, value in about.items() if value}
            yield Entry(**({"named": _text(_base(unquote(line)))} | said))
            about = {}


def _decoded(data: bytes) -> str:
    """UTF-8, or what Windows wrote before; never a binary file."""
    has_mark = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    if b"\0" in data and not has_mark:
        raise Invalid.field("file", _NOT_ONE)
    try:
        return data.decode("utf-16" if has_mark else "utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")


def _base(path: str) -> str:
    """The name of a file, without its folders, its number and what comes after the dot."""
    name = PurePosixPath(path.replace("\\", "/").partition("?")[0]).name
    stem, dot, ending = name.rpartition(".")
    name = stem if dot and 2 <= len(ending) <= 4 else name
    return _NUMBER.sub("", name).replace("_", " ").strip()


def _hashes(texts: Iterable[str]) -> tuple[str, ...]:
    found = [match[1].lower() for text in texts if (match := _HASH.fullmatch(text))]
    return tuple(dict.fromkeys(found))[:4]
