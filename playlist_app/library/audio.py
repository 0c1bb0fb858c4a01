"""The bytes: /audio/<sha256>, and covers, for those who may have them.

Python only says which bytes; the kernel sends them (sendfile). Werkzeug's own range answers read
the file in small pieces through Python, and are ten times slower.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import IO
from urllib.parse import quote

from flask import Blueprint, Response, request
from flask_login import current_user
from sqlalchemy import select
from werkzeug.datastructures import ContentRange, Range
from werkzeug.wsgi import FileWrapper

from playlist_app.config import settings
from playlist_app.database import session
from playlist_app.library import renditions
from playlist_app.library.formats import FORMATS
from playlist_app.library.models import AudioFile, Cover, Track, hearable_by, visible_to
from playlist_app.library.stored import audio_path, cover_path, is_unchanged
from playlist_app.refusals import NotFound, Refusal

# A player that holds a connection and doesn't read for so long is cut off, so that it doesn't keep
# a thread of the server; it comes back with a range when it wants more. In seconds.
STALLED_AFTER = 20

FOREVER = 365 * 24 * 3600

files = Blueprint("audio", __name__)


class BeingMade(Refusal):
    status = 503
    title = "One moment"


class Slice:
    """`length` bytes of a file from `start`, as both sendfile and a reading server want them."""

    def __init__(self, path: Path, start: int, length: int) -> None:
        self._file: IO[bytes] = path.open("rb", buffering=0)
        self._file.seek(start)
        self._left = length

    def fileno(self) -> int:
        return self._file.fileno()

    def read(self, size: int = -1) -> bytes:
        size = self._left if size < 0 else min(size, self._left)
        data = self._file.read(size)
        self._left -= len(data)
        return data

    def close(self) -> None:
        self._file.close()


@files.get("/audio/<sha256>")
def audio(sha256: str) -> Response:
    """The whole file, or the range that is asked for; HEAD is Flask's."""
    path, format_, size = _original(sha256) or _rendition(sha256)
    response = Response(mimetype=FORMATS[format_].mimetype)
    response.set_etag(sha256)
    response.accept_ranges = "bytes"
    _keep(response)
    if request.if_none_match.contains_weak(sha256):
        response.status_code = 304
        return response
    return _answer(response, path, size, sha256)


def _original(sha256: str) -> tuple[Path, str, int] | None:
    found = (
        session()
        .execute(
            select(
                AudioFile.format, AudioFile.size_bytes, AudioFile.path, AudioFile.path_mtime_ns
            ).where(
                AudioFile.sha256 == sha256,
                # Bytes that were found to be wrong are nobody's, until they are put right.
                AudioFile.lost_at.is_(None),
                hearable_by(current_user),
            )
        )
        .first()
    )
    path = _place(sha256, *found[1:]) if found else None
    return (path, found.format, found.size_bytes) if found and path else None


def _rendition(sha256: str) -> tuple[Path, str, int]:
    """What is in the cache is for those who may hear what it was made of. Raises NotFound, or
    BeingMade where the cache has lost it."""
    found = renditions.find_bytes(sha256, current_user)
    if not found or not found.size_bytes:
        raise NotFound("This audio isn't here, or isn't shared with you.")
    if not renditions.use(sha256):
        renditions.make_again([found])
        raise BeingMade("This is being made again. Try again in a moment.")
    return renditions.rendition_path(settings(), sha256), renditions.FORMAT, found.size_bytes


def _place(sha256: str, size: int, in_place: bytes | None, mtime_ns: int | None) -> Path | None:
    """Where the bytes are, if they are there."""
    if in_place:
        return Path(os.fsdecode(in_place)) if is_unchanged(in_place, size, mtime_ns) else None
    path = audio_path(settings(), sha256)
    return path if path.exists() else None


def _answer(response: Response, path: Path, size: int, etag: str) -> Response:
    """Fill in the bytes: all, or the one range that is asked for (RFC 9110, section 14)."""
    internal = _by_nginx(path)
    if internal:
        response.headers["X-Accel-Redirect"] = internal  # it looks at ranges itself
        return response
    start, stop = 0, size
    asked = request.range
    fresh = not request.headers.get("If-Range") or request.if_range.etag == etag
    # More than one range, or another unit, may be answered with everything.
    if asked and fresh and asked.units == "bytes" and len(asked.ranges) == 1:
        wanted = _wanted(asked, size)
        if wanted is None:
            response.status_code = 416
            response.content_range = ContentRange("bytes", None, None, size)
            return response
        start, stop = wanted
        response.status_code = 206
        response.content_range = ContentRange("bytes", start, stop, size)
    response.content_length = stop - start
    if request.method != "HEAD":
        wrap = request.environ.get("wsgi.file_wrapper", FileWrapper)
        response.response = wrap(Slice(path, start, stop - start), 256 * 1024)
        response.direct_passthrough = True
        connection = request.environ.get("gunicorn.socket")
        if connection:
            connection.settimeout(STALLED_AFTER)
    return response


def _by_nginx(path: Path) -> str | None:
    """Where nginx finds the file (JAMBOREE_ACCEL), if it is to send it: what was stored here. Files
    that were taken in place may lie anywhere, and are sent from here."""
    accel = settings().accel.rstrip("/")
    folders = {"media": settings().media_folder, "renditions": renditions.folder(settings())}
    for name, folder in folders.items() if accel else ():
        if path.is_relative_to(folder):
            return quote(f"{accel}/{name}/{path.relative_to(folder)}")
    return None


def _wanted(asked: Range, size: int) -> tuple[int, int] | None:
    """The first byte, and the one behind the last; None when there are no such bytes."""
    first, _ = asked.ranges[0]
    if first < -size:
        return 0, size  # the last bytes, and more of them than there are: all (section 14.1.2)
    return asked.range_for_length(size)


def _keep(response: Response) -> None:
    """Bytes known by their hash never change; but they are for this person, not for a proxy."""
    response.cache_control.private = True
    response.cache_control.max_age = FOREVER
    response.cache_control.immutable = True
    # Whatever it holds, it is not a page.
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"


@files.get("/covers/<cover_id>/<any(large, small):size>.jpg")
def cover(cover_id: str, size: str) -> Response:
    """A cover, for those who see a track that has it."""
    allowed = session().scalar(
        select(Cover.id).where(
            Cover.id == cover_id,
            select(Track.id).where(Track.cover_id == Cover.id, visible_to(current_user)).exists(),
        )
    )
    path = cover_path(settings(), cover_id, size) if allowed else None
    if not path or not path.exists():
        raise NotFound("This picture isn't here, or isn't shared with you.")
    response = Response(mimetype="image/jpeg")
    etag = f"{cover_id}-{size}"
    response.set_etag(etag)
    _keep(response)
    if request.if_none_match.contains_weak(etag):
        response.status_code = 304
        return response
    return _answer(response, path, path.stat().st_size, etag)
