"""Playlist files: m3u8, XSPF (xspf.org, version 1) and JSPF, which is XSPF as JSON.

XSPF and JSPF name every song, also one whose audio isn't here, with the hashes by which another
server knows it; m3u8 names files, and its comments have the hashes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote
from xml.etree import ElementTree

import orjson

from playlist_app.playlists.exchange.entry import OF_BYTES, OF_SOUND

JSON = dict[str, Any]

NAMESPACE = "http://xspf.org/ns/0/"
IDENTIFIERS = "#JAMBOREE-ID:"  # a comment to other readers of m3u8


@dataclass(frozen=True)
class Line:
    """A song of the list. `file`: its name in the zip, where it is in there."""

    title: str
    artist: str
    album: str
    duration_seconds: float | None
    sha256: str | None
    sound_sha256: str | None
    file: str | None

    @property
    def identifiers(self) -> list[str]:
        bytes_ = [OF_BYTES + self.sha256] if self.sha256 else []
        return bytes_ + ([OF_SOUND + self.sound_sha256] if self.sound_sha256 else [])


def m3u8(title: str, lines: Iterable[Line]) -> str:
    """Those that have a file, beside which the list is to lie."""
    out = ["#EXTM3U", f"#PLAYLIST:{_one_line(title)}"]
    for line in lines:
        if line.file:
            words = " - ".join(part for part in (line.artist, line.title) if part)
            out.append(f"#EXTINF:{round(line.duration_seconds or 0)},{_one_line(words)}")
            if line.identifiers:
                out.append(IDENTIFIERS + " ".join(line.identifiers))
            out.append(line.file)
    return "\n".join(out) + "\n"


def jspf(title: str, creator: str, lines: Sequence[Line]) -> bytes:
    tracks = [_track(line) for line in lines]
    playlist = {"title": title, "creator": creator, "track": tracks}
    return orjson.dumps({"playlist": playlist}, option=orjson.OPT_INDENT_2)


def _track(line: Line) -> JSON:
    said: JSON = {
        "location": [quote(line.file)] if line.file else [],
        "identifier": line.identifiers,
        "title": line.title,
        "creator": line.artist,
        "album": line.album,
        "duration": _milliseconds(line),
    }
    return {name: value for name, value in said.items() if value}


def xspf(title: str, creator: str, lines: Sequence[Line]) -> bytes:
    playlist = ElementTree.Element("playlist", {"version": "1", "xmlns": NAMESPACE})
    for name, text in (("title", title), ("creator", creator)):
        ElementTree.SubElement(playlist, name).text = text
    tracks = ElementTree.SubElement(playlist, "trackList")
    for line in lines:
        track = ElementTree.SubElement(tracks, "track")
        # Its schema has them in this order, like the keys of _track.
        for name, value in _track(line).items():
            for text in value if isinstance(value, list) else [str(value)]:
                ElementTree.SubElement(track, name).text = text
    ElementTree.indent(playlist)
    written: bytes = ElementTree.tostring(playlist, encoding="utf-8", xml_declaration=True)
    return written


def _milliseconds(line: Line) -> int | None:
    return round(line.duration_seconds * 1000) if line.duration_seconds else None


def _one_line(text: str) -> str:
    return " ".join(text.split())
