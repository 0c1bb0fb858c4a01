"""The file of a resumable upload: one call at work on it, pieces written where they belong, and
lent in the end to what makes a track of it.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from werkzeug.exceptions import ClientDisconnected

from playlist_app.config import settings
from playlist_app.database import new_id
from playlist_app.library import incoming
from playlist_app.library.incoming import IncomingFile, NoRoom
from playlist_app.refusals import Refusal

BLOCK = 64 * 1024
ALGORITHMS = ("sha256", "sha1")  # of checksums; tus asks for SHA-1 at least


class Busy(Refusal):
    status = 423
    title = "Another call is at work on this upload"


class WrongChecksum(Refusal):
    status = 460  # tus
    title = "What arrived is not what was sent"


class BrokenOff(Refusal):
    status = 408
    title = "The connection broke off"


@dataclass(frozen=True)
class Checksum:
    """What the client says that a piece must be: one of ALGORITHMS, and the digest."""

    algorithm: str
    digest: bytes


@contextlib.contextmanager
def held(path: Path) -> Iterator[int]:
    """The file of an upload, open, and nobody else's over all processes. Raises Busy."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Busy("Wait for its answer, or a moment, and try again.") from None
        yield handle
    finally:
        os.close(handle)


@contextlib.contextmanager
def lent(path: Path, handle: int) -> Iterator[IncomingFile]:
    """The whole file as one that came in, by a second name, which may be moved to its place: until
    the commit the upload keeps its own, and a crash costs no byte. A file system that has no second
    names gives its only one."""
    second = incoming.folder(settings()) / new_id()
    try:
        os.link(path, second)
    except OSError:
        second = path
    whole = IncomingFile.whole(second, os.dup(handle))
    try:
        yield whole
    finally:
        whole.remove()


def copy(stream: IO[bytes], handle: int, at: int, length: int, checksum: Checksum | None) -> None:
    digest = hashlib.new(checksum.algorithm) if checksum else None
    end = at + length
    while at < end:
        try:
            data = stream.read(min(BLOCK, end - at))
        except (ClientDisconnected, OSError):
            data = b""
        if not data:
            raise BrokenOff("Ask how far it is, and go on from there.")
        _write(handle, data, at)
        at += len(data)
        if digest:
            digest.update(data)
    if checksum and digest and digest.digest() != checksum.digest:
        raise WrongChecksum("Send this piece again.")


def _write(handle: int, data: bytes, at: int) -> None:
    view = memoryview(data)
    try:
        while view:
            written = os.pwrite(handle, view, at)
            view, at = view[written:], at + written
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise NoRoom("There is no room left for this file on the server.") from error
        raise
