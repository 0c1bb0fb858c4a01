"""A file of a scanned folder, read in one pass: its hashes, its format, and what its tags say.

Nothing is decoded here, so that thousands of files take seconds; the analysis does that later, in
processes of its own. Whatever is wrong with a file is its own problem and ends nothing.
"""

from __future__ import annotations

import hashlib
import io
import os
import stat
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from tinytag import ParseError, TinyTag, UnsupportedFormatError

from playlist_app.library import description
from playlist_app.library.curation.lyrics import clean, lyrics_beside
from playlist_app.library.formats import FORMATS, Format, sniffed, sniffed_in
from playlist_app.library.models import CHUNK
from playlist_app.library.scanned import readable
from playlist_app.library.tags import track_fields
from playlist_app.library.texts import LONGEST, clean_text
from playlist_app.library.walk import Found

# What tinytag doesn't read: called by the name of the file, and as long as the analysis finds.
UNTAGGED = {"webm", "mka", "aac", "wavpack"}


class Unusable(Exception):
    """Why a file is not taken, for people. `passing`: it may be another time, just as it is."""

    def __init__(self, reason: str, *, passing: bool = False) -> None:
        super().__init__(reason)
        self.passing = passing


@dataclass(frozen=True, slots=True)
class OnDisk:
    """What was read. `fields` are a track's (description.py), as far as its tags tell."""

    sha256: str
    chunk_hashes: bytes
    format: str
    codec: str
    bitrate: int
    duration_seconds: float
    fields: dict[str, Any]
    lyrics: str = ""  # of its tags, or else of the .lrc file beside it


def read(found: Found) -> OnDisk:
    """Raises Unusable."""
    try:
        with open(_opened(found), "rb") as file:
            return _read(found, file)
    except OSError as error:
        reason = f"This file can't be read: {error.strerror}."
        if isinstance(error, PermissionError):
            reason = "This file may not be read by the server. Change its permissions."
        raise Unusable(reason, passing=True) from error


def _opened(found: Found) -> int:
    # Not through a link that was put there meanwhile, and without waiting for a pipe to be written.
    handle = os.open(found.path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise Unusable("This is not a file.", passing=True)
    return handle


def _read(found: Found, file: IO[bytes]) -> OnDisk:
    if not found.size:
        raise Unusable("This file is empty.")
    beginning = file.read(min(CHUNK, found.size))
    format_ = sniffed(beginning[:64])
    if beginning.startswith(b"ID3"):
        format_ = sniffed_in(Path(os.fsdecode(found.path)))  # it looks behind the tag
    if not format_:
        raise Unusable("This is not one of the formats that can be played here.")
    # Most files of a test or a sample library are smaller than a chunk, and are read once.
    is_whole = found.size <= CHUNK
    sha256, chunk_hashes = _hashes(beginning, file, is_whole=is_whole)
    after = os.fstat(file.fileno())
    if (after.st_size, after.st_mtime_ns) != (found.size, found.mtime_ns):
        raise Unusable("This file was changed while it was read.", passing=True)
    tag = TinyTag()
    if format_.name not in UNTAGGED:
        tag = _tag(io.BytesIO(beginning) if is_whole else file)
        if not tag.duration or tag.duration < 0:
            raise Unusable("There is no sound in this file.")
    duration = tag.duration or 0.0
    format_, codec = _codec(format_, tag)
    said = track_fields({k: v for k, v in tag.as_dict().items() if k != "filename"})
    return OnDisk(
        sha256=sha256,
        chunk_hashes=chunk_hashes,
        format=format_.name,
        codec=codec,
        bitrate=round(found.size * 8 / duration) if duration else 0,
        duration_seconds=round(duration, 3),
        fields=_fields(said, found.name),
        lyrics=clean(said.get("lyrics", "")) or lyrics_beside(Path(os.fsdecode(found.path))),
    )


def _hashes(beginning: bytes, file: IO[bytes], *, is_whole: bool) -> tuple[str, bytes]:
    """Of the whole, and of each chunk in turn."""
    whole = hashlib.sha256(beginning)
    if is_whole:
        return whole.hexdigest(), whole.digest()
    chunks = [whole.digest()]
    while piece := file.read(CHUNK):
        whole.update(piece)
        chunks.append(hashlib.sha256(piece).digest())
    return whole.hexdigest(), b"".join(chunks)


def _tag(file: IO[bytes]) -> TinyTag:
    file.seek(0)
    try:
        return TinyTag.get(file_obj=file)  # type: ignore[arg-type]
    except (ParseError, UnsupportedFormatError, struct.error, OSError) as error:
        raise Unusable("This file can't be read as audio.") from error


def _codec(format_: Format, tag: TinyTag) -> tuple[Format, str]:
    """As far as the tags tell; the analysis puts it right."""
    mimetype = getattr(tag, "mime_type", None) or ""
    if format_.name == "ogg":
        codec = mimetype.partition('codecs="')[2].rstrip('"') or "vorbis"
        return (FORMATS["opus"], codec) if codec == "opus" else (format_, codec)
    usual = {"m4a": "aac", "wav": "pcm_s16le", "aiff": "pcm_s16be", "wma": "wmav2", "webm": "opus"}
    return format_, usual.get(format_.name, format_.name)


def _fields(fields: dict[str, Any], name: bytes) -> dict[str, Any]:
    """The fields of a track; what a tag doesn't give is left out."""
    stem = readable(os.path.splitext(name)[0]).replace("_", " ")
    called = clean_text(stem[:LONGEST], "title") or "Untitled"
    return {"title": called} | {key: fields[key] for key in fields if key in description.NAMES}
