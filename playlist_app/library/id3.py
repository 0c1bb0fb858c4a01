"""ID3 (version 2.3, which every player reads): the tag that stands in front of an mp3.

Written here and not by FFmpeg: that has no frame for lyrics, and would write a whole mp3 anew which
needs but another beginning.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

_TEXTS = {
    "title": b"TIT2",
    "artist": b"TPE1",
    "album_artist": b"TPE2",
    "album": b"TALB",
    "genre": b"TCON",
    "date": b"TYER",
    "track": b"TRCK",
    "disc": b"TPOS",
    "compilation": b"TCMP",
}
_UTF_16 = b"\x01"  # with a mark in front of each text


def tag(tags: Mapping[str, str], cover: bytes | None) -> bytes:
    """A whole tag, of the fields that have a frame; `cover` is a JPEG."""
    frames = b"".join(
        _frame(name, _UTF_16 + _text(tags[field]))
        for field, name in _TEXTS.items()
        if tags.get(field)
    )
    if tags.get("lyrics"):
        frames += _frame(b"USLT", _UTF_16 + b"und" + _text("") + b"\0\0" + _text(tags["lyrics"]))
    if cover:
        frames += _frame(b"APIC", b"\0image/jpeg\0\x03\0" + cover)
    size = len(frames)
    return b"ID3\x03\0\0" + bytes(size >> shift & 0x7F for shift in (21, 14, 7, 0)) + frames


def _frame(name: bytes, content: bytes) -> bytes:
    return name + len(content).to_bytes(4) + b"\0\0" + content


def _text(text: str) -> bytes:
    return text.encode("utf-16")


def untagged(path: Path) -> tuple[int, int]:
    """Where the music of a file begins and ends: behind the tags in front, before the one at its
    end."""
    end = path.stat().st_size
    with path.open("rb") as file:
        start = 0
        while (header := _at(file, start, 10)).startswith(b"ID3") and len(header) == 10:
            size = 0
            for byte in header[6:10]:
                size = size << 7 | byte & 0x7F
            start += 10 + size + (10 if header[5] & 0x10 else 0)
        if end - start > 128 and _at(file, end - 128, 3) == b"TAG":
            end -= 128
    return min(start, end), end


def _at(file: object, place: int, size: int) -> bytes:
    file.seek(place)  # type: ignore[attr-defined]
    data: bytes = file.read(size)  # type: ignore[attr-defined]
    return data
