"""Whether a file is whole: what its header promises, and what is there of it.

For processes of their own: it reads files from outside with FFmpeg.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from playlist_app.library.sound import SoundHash

SHORTFALL = 0.5  # seconds that may be missing from what the header promises


def promised_seconds(container: Any, stream: Any, format_: str) -> float | None:
    """Seconds that the header says there are; None where FFmpeg only estimates them by the size."""
    if format_ == "mp3" and not stream.frames and not _has_frame_count(container.name):
        return None
    if format_ in ("ogg", "opus"):
        return None  # taken from the last page that is there
    if format_ in ("aac", "mp2"):
        return None  # frame after frame, and no header
    return container.duration / 1_000_000 if container.duration else None


def _has_frame_count(path: str) -> bool:
    """Whether an mp3 starts with a Xing, Info or VBRI header."""
    with Path(path).open("rb") as file:
        beginning = file.read(10)
        if beginning.startswith(b"ID3"):
            size = 0
            for byte in beginning[6:10]:
                size = size << 7 | byte & 0x7F
            file.seek(10 + size)
        else:
            file.seek(0)
        frame = file.read(2048)
    return any(mark in frame for mark in (b"Xing", b"Info", b"VBRI"))


def packets(container: Any, stream: Any, sound: SoundHash) -> tuple[float, bool]:
    """Seconds of sound that are really there, and whether the last packet is a whole one.

    The packets are hashed on the way."""
    first = end = None
    corrupt = False
    for packet in container.demux(stream):
        sound.add(packet)
        if not packet.size or packet.pts is None:
            continue
        corrupt = packet.is_corrupt
        first = packet.pts if first is None else first
        end = packet.pts + (packet.duration or 0)
    if first is None or end is None:
        return 0.0, True
    return float((end - max(first, 0)) * stream.time_base), not corrupt


def is_whole(path: Path, format_: str, demuxer: str) -> bool:
    """Whether the file ends where its own structure says that it does."""
    if format_ == "m4a":
        return _boxes_add_up(path)
    return demuxer != "ogg" or _last_page_is_there(path)


def _boxes_add_up(path: Path) -> bool:
    """An MP4 is a row of boxes, each with its size in front: they must add up to the file."""
    size = path.stat().st_size
    kinds = set()
    with path.open("rb") as file:
        at = 0
        while at + 8 <= size:
            file.seek(at)
            header = file.read(16)
            length = int.from_bytes(header[:4])
            kinds.add(header[4:8])
            if length == 1:
                length = int.from_bytes(header[8:16])
            elif length == 0:
                length = size - at
            if length < 8 or at + length > size:
                return False
            at += length
    return {b"moov", b"mdat"} <= kinds


def _last_page_is_there(path: Path) -> bool:
    """Whether the last page of an Ogg file is marked as the last one (RFC 3533, section 6)."""
    size = path.stat().st_size
    with path.open("rb") as file:
        file.seek(max(0, size - 70_000))  # a page has at most 65,307 bytes
        tail = file.read()
    at = tail.rfind(b"OggS")
    return at >= 0 and len(tail) > at + 27 and bool(tail[at + 5] & 4) and _is_whole_page(tail[at:])


def _is_whole_page(page: bytes) -> bool:
    segments = page[26]
    return len(page) >= 27 + segments + sum(page[27 : 27 + segments])
