"""The formats that are taken: how their bytes begin, and what browsers call them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Format:
    """`demuxer` is FFmpeg's name; `mimetype` is what browsers play it as."""

    name: str
    demuxer: str
    mimetype: str


FORMATS = {
    known.name: known
    for known in (
        Format("mp3", "mp3", "audio/mpeg"),
        Format("m4a", "mov", "audio/mp4"),
        Format("ogg", "ogg", "audio/ogg"),
        Format("opus", "ogg", "audio/ogg"),
        Format("flac", "flac", "audio/flac"),
        Format("wav", "wav", "audio/wav"),
    )
}

# What a file that holds one of them may be called.
EXTENSIONS = {"mp3", "m4a", "mp4", "m4b", "ogg", "oga", "opus", "flac", "wav"}


def sniffed(beginning: bytes) -> Format | None:
    """The format by the first bytes of a file, or None. Ogg is told from Opus only by its codec.

    FFmpeg is never left to guess: it knows formats that make it open other files.
    """
    if beginning.startswith(b"fLaC"):
        return FORMATS["flac"]
    if beginning.startswith(b"OggS"):
        return FORMATS["ogg"]
    if beginning.startswith(b"RIFF") and beginning[8:12] == b"WAVE":
        return FORMATS["wav"]
    if beginning[4:8] == b"ftyp":
        return FORMATS["m4a"]
    if beginning.startswith(b"ID3") or _is_mpeg_frame(beginning):
        return FORMATS["mp3"]
    return None


def _is_mpeg_frame(beginning: bytes) -> bool:
    """Eleven set bits, then a layer III header that makes sense (ISO 11172-3, 2.4.1.3)."""
    if len(beginning) < 4:
        return False
    synchronised = beginning[0] == 0xFF and beginning[1] & 0xE0 == 0xE0
    version, layer = beginning[1] >> 3 & 3, beginning[1] >> 1 & 3
    bitrate, rate = beginning[2] >> 4, beginning[2] >> 2 & 3
    return synchronised and version != 1 and layer == 1 and bitrate not in (0, 15) and rate != 3
