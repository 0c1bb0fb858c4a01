"""The formats that are taken: how their bytes begin, what browsers call them, who plays them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Format:
    """`demuxer` is FFmpeg's name; `mimetype` is what it is served as; `extensions` are what files
    in it are called, the usual one first."""

    name: str
    demuxer: str
    mimetype: str
    extensions: tuple[str, ...]


FORMATS = {
    known.name: known
    for known in (
        Format("mp3", "mp3", "audio/mpeg", ("mp3",)),
        Format("m4a", "mov", "audio/mp4", ("m4a", "mp4", "m4b", "3gp")),
        Format("ogg", "ogg", "audio/ogg", ("ogg", "oga")),
        Format("opus", "ogg", "audio/ogg", ("opus",)),
        Format("flac", "flac", "audio/flac", ("flac",)),
        Format("wav", "wav", "audio/wav", ("wav",)),
        Format("aiff", "aiff", "audio/aiff", ("aiff", "aif", "aifc")),
        Format("wma", "asf", "audio/x-ms-wma", ("wma", "asf")),
        Format("webm", "matroska", "audio/webm", ("webm", "weba")),
        # Matroska that is not WebM, and WebM that does not say how long it is.
        Format("mka", "matroska", "audio/x-matroska", ("mka",)),
        Format("aac", "aac", "audio/aac", ("aac",)),
        Format("mp2", "mp3", "audio/mpeg", ("mp2",)),
        Format("wavpack", "wv", "audio/x-wavpack", ("wv",)),
    )
}

# What a file that holds one of them may be called.
EXTENSIONS = {extension for known in FORMATS.values() for extension in known.extensions}

# What every browser of the last years plays and seeks in, by format and codec. Everything else gets
# a rendition that is one of these.
_EVERYWHERE = {
    ("mp3", "mp3"),
    ("m4a", "aac"),
    ("flac", "flac"),
    ("wav", "pcm_u8"),
    ("wav", "pcm_s16le"),
    ("wav", "pcm_s24le"),
}

# What many browsers play, though not all (Safari came late to Ogg and WebM, and it alone has ALAC):
# what to ask one of them before it is given the original.
_SOMEWHERE = {
    ("m4a", "alac"): 'audio/mp4; codecs="alac"',
    ("m4a", "flac"): 'audio/mp4; codecs="flac"',
    ("m4a", "opus"): 'audio/mp4; codecs="opus"',
    ("ogg", "vorbis"): 'audio/ogg; codecs="vorbis"',
    ("ogg", "flac"): 'audio/ogg; codecs="flac"',
    ("opus", "opus"): 'audio/ogg; codecs="opus"',
    ("webm", "opus"): 'audio/webm; codecs="opus"',
    ("webm", "vorbis"): 'audio/webm; codecs="vorbis"',
}

# The same by name, as devices tell of themselves (static/js/player/playable.js).
ASKED = {"-".join(pair): mimetype for pair, mimetype in _SOMEWHERE.items()}

# Of those the ones that only few play: their rendition is made before anybody asks.
_FEW = {("m4a", "alac"), ("m4a", "flac"), ("m4a", "opus"), ("ogg", "flac")}


def plays_everywhere(format_: str, codec: str) -> bool:
    """Whether every browser plays it as it is. A codec that is not known is believed to be the
    format's usual one: rows from before there was one say nothing."""
    if not codec:
        return format_ in ("mp3", "m4a", "flac", "wav")
    return (format_, codec) in _EVERYWHERE


def type_of(format_: str, codec: str) -> str | None:
    """The type with its codec, to ask a browser about (`canPlayType`); None where that is not worth
    asking: it plays it and can't wind in it, or no browser is known to play it."""
    if (format_, codec) == ("m4a", "aac"):
        return 'audio/mp4; codecs="mp4a.40.2"'
    if plays_everywhere(format_, codec):
        return FORMATS[format_].mimetype
    return _SOMEWHERE.get((format_, codec))


def played_by(asked: Collection[str]) -> frozenset[str]:
    """The names (`format-codec`) of all that a browser plays which says yes to these of
    `ASKED`."""
    unknown = {f"{format_}-" for format_, _ in _EVERYWHERE}
    return frozenset(map("-".join, _EVERYWHERE)) | unknown | (ASKED.keys() & set(asked))


def plays_hardly_anywhere(format_: str, codec: str) -> bool:
    """Whether most browsers need a rendition, so that it is best made ahead."""
    if plays_everywhere(format_, codec):
        return False
    return (format_, codec) not in _SOMEWHERE or (format_, codec) in _FEW


def sniffed(beginning: bytes) -> Format | None:
    """The format by the first bytes of a file, or None. Ogg is told from Opus only by its codec.

    FFmpeg is never left to guess: it knows formats that make it open other files.
    """
    if beginning.startswith(b"ID3"):
        return FORMATS["mp3"]  # `sniffed_in` looks behind the tag
    return _by_signature(beginning) or _by_frame(beginning)


def sniffed_in(path: Path) -> Format | None:
    """The format of a file, also where an ID3 tag stands in front of it."""
    with path.open("rb") as file:
        beginning = file.read(64)
        if not beginning.startswith(b"ID3"):
            return sniffed(beginning)
        size = 0
        for byte in beginning[6:10]:
            size = size << 7 | byte & 0x7F
        file.seek(10 + size)
        behind = file.read(64)
    # Old programs wrote wrong sizes: what is no known beginning is still looked at as mp3.
    return sniffed(behind) or FORMATS["mp3"]


def _by_signature(beginning: bytes) -> Format | None:
    if beginning.startswith(b"fLaC"):
        return FORMATS["flac"]
    if beginning.startswith(b"OggS"):
        return FORMATS["ogg"]
    if beginning.startswith(b"RIFF") and beginning[8:12] == b"WAVE":
        return FORMATS["wav"]
    if beginning.startswith(b"FORM") and beginning[8:12] in (b"AIFF", b"AIFC"):
        return FORMATS["aiff"]
    if beginning[4:8] == b"ftyp":
        return FORMATS["m4a"]
    if beginning.startswith(bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c")):
        return FORMATS["wma"]
    if beginning.startswith(b"\x1aE\xdf\xa3"):
        return FORMATS["webm" if b"webm" in beginning else "mka"]
    if beginning.startswith(b"wvpk"):
        return FORMATS["wavpack"]
    return None


def _by_frame(beginning: bytes) -> Format | None:
    """Eleven set bits, then a header that makes sense: layer II or III (ISO 11172-3, 2.4.1.3), or
    with layer 0 and a twelfth bit ADTS (ISO 13818-7, 6.2)."""
    if len(beginning) < 4 or beginning[0] != 0xFF or beginning[1] & 0xE0 != 0xE0:
        return None
    version, layer = beginning[1] >> 3 & 3, beginning[1] >> 1 & 3
    if layer == 0:
        is_adts = beginning[1] & 0xF0 == 0xF0 and beginning[2] >> 2 & 15 < 13
        return FORMATS["aac"] if is_adts else None
    bitrate, rate = beginning[2] >> 4, beginning[2] >> 2 & 3
    if version == 1 or bitrate in (0, 15) or rate == 3:
        return None
    return {1: FORMATS["mp3"], 2: FORMATS["mp2"]}.get(layer)
