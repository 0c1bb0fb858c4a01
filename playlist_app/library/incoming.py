"""Incoming files: written to disk while they are hashed, so that a large one costs no memory.

They lie in `incoming/` in the media folder, where moving one to its place is a rename; what a
request did not use is removed when it ends. Who receives one holds a lock on it, so that what a
crash left is told from what is still coming in, and removed.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import hashlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from flask import Flask, Request, g, has_app_context

from playlist_app.config import Settings, settings
from playlist_app.database import new_id
from playlist_app.library.models import CHUNK
from playlist_app.refusals import Refusal

SPARE = 100_000_000  # bytes of disk that uploads leave free, so that the database can go on


class NoRoom(Refusal):
    status = 507
    title = "The server's disk is full"


def folder(config: Settings) -> Path:
    return config.media_folder / "incoming"


def require_disk(config: Settings, size: int) -> None:
    """Raises NoRoom where so many bytes more would leave the server too little."""
    if shutil.disk_usage(config.media_folder).free - size < SPARE:
        raise NoRoom("There is no room left for this file on the server.")


class IncomingFile:
    """A file being received. It can be written, then read from the start, like a temporary file."""

    def __init__(self, path: Path, handle: int | None = None) -> None:
        """A new file; or one that is there (see `whole`)."""
        self.path = path
        self.size = 0
        self._whole = hashlib.sha256()
        self._chunk = hashlib.sha256()
        self._in_chunk = 0
        self._chunks = b""
        self._file: IO[bytes] = os.fdopen(_held(path) if handle is None else handle, "w+b")

    @classmethod
    def whole(cls, path: Path, handle: int) -> IncomingFile:
        """A file that came in piece by piece, read through for its hashes. `handle` is open for
        reading and writing, and locked; it is closed with the file."""
        incoming = cls(path, handle)
        incoming.seek(0)
        while data := incoming.read(CHUNK):
            incoming._count(data)
        return incoming

    def write(self, data: bytes) -> int:
        """Raises NoRoom when the disk is full."""
        try:
            self._file.write(data)
        except OSError as error:
            if error.errno in (errno.ENOSPC, errno.EDQUOT):
                raise NoRoom("There is no room left for this file on the server.") from error
            raise
        self._count(data)
        return len(data)

    def _count(self, data: bytes) -> None:
        self.size += len(data)
        self._whole.update(data)
        at = 0
        while at < len(data):
            piece = data[at : at + CHUNK - self._in_chunk]
            self._chunk.update(piece)
            self._in_chunk += len(piece)
            at += len(piece)
            if self._in_chunk == CHUNK:
                self._end_chunk()

    def _end_chunk(self) -> None:
        self._chunks += self._chunk.digest()
        self._chunk = hashlib.sha256()
        self._in_chunk = 0

    @property
    def sha256(self) -> str:
        return self._whole.hexdigest()

    @property
    def chunk_hashes(self) -> bytes:
        """The SHA-256 of each MiB in turn, once everything is there."""
        return self._chunks + (self._chunk.digest() if self._in_chunk else b"")

    def finish(self) -> None:
        """See to it that the bytes are on the disk. Raises NoRoom."""
        try:
            self._file.flush()
            os.fsync(self._file.fileno())
        except OSError as error:
            if error.errno in (errno.ENOSPC, errno.EDQUOT):
                raise NoRoom("There is no room left for this file on the server.") from error
            raise

    def beside(self, size: str) -> Path:
        """Where the inspection wrote a picture: "large" or "small"."""
        return self.path.with_name(f"{self.path.name}.{size}.jpg")

    def remove(self) -> None:
        """Close it, and remove whatever of it was not moved to its place."""
        with contextlib.suppress(OSError):
            self._file.close()
        for path in (self.path, self.beside("large"), self.beside("small")):
            path.unlink(missing_ok=True)

    # What werkzeug's form parser and FileStorage expect of a stream.

    def seek(self, offset: int, whence: int = 0) -> int:
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()

    def read(self, size: int = -1) -> bytes:
        return self._file.read(size)

    def close(self) -> None:
        self.remove()


class UploadRequest(Request):
    """A request whose files go to `incoming/` instead of to memory or to /tmp."""

    def _get_file_stream(  # type: ignore[override]
        self,
        total_content_length: int | None,
        content_type: str | None,
        filename: str | None = None,
        content_length: int | None = None,
    ) -> IncomingFile:
        config = settings()
        require_disk(config, total_content_length or 0)
        incoming = IncomingFile(folder(config) / new_id())
        g.setdefault("incoming", []).append(incoming)
        return incoming


def _remove_unused(_: BaseException | None) -> None:
    if has_app_context():
        for incoming in g.pop("incoming", []):
            incoming.remove()


def left_over(config: Settings) -> Iterator[Path]:
    """What a crash left behind: nobody holds its file any more."""
    for path in folder(config).glob("*"):
        of = path.with_name(path.name.partition(".")[0])
        if not _is_held(of):
            yield path


def remove_left_over(config: Settings) -> None:
    for path in left_over(config):
        path.unlink(missing_ok=True)


def _held(path: Path) -> int:
    """A new file, open and locked."""
    while True:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        fcntl.flock(handle, fcntl.LOCK_EX)
        if os.fstat(handle).st_nlink:
            return handle
        os.close(handle)  # it was taken for a left-over before the lock was on it


def _is_held(path: Path) -> bool:
    with contextlib.suppress(FileNotFoundError), path.open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def init_app(app: Flask) -> None:
    app.request_class = UploadRequest
    app.teardown_request(_remove_unused)


def as_incoming(path: Path, config: Settings) -> IncomingFile:
    """A file of this machine, copied in as if it had been uploaded (the demo music, a scan). Raises
    NoRoom."""
    if shutil.disk_usage(config.media_folder).free - path.stat().st_size < SPARE:
        raise NoRoom("There is no room left for this file on the server.")
    incoming = IncomingFile(folder(config) / new_id())
    try:
        with path.open("rb") as source:
            shutil.copyfileobj(source, _Writer(incoming), CHUNK)
    except BaseException:
        incoming.remove()
        raise
    return incoming


class _Writer:
    def __init__(self, incoming: IncomingFile) -> None:
        self.write: Any = incoming.write
