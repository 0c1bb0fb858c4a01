"""Writing to a disk that may be full: what is half done goes, and people are told what to do."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

from playlist_app.refusals import Refusal

PIECE = 1024 * 1024  # bytes

Progress = Callable[[int, int, str], object]  # done, of, doing what; it may raise, to end it


def silent(done: int, of: int, message: str) -> None:
    """Tell nobody."""


class DiskFull(Refusal):
    status = 507
    title = "The disk is full"


class Hashing:
    """Writes to a file and hashes what it writes."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._hash = hashlib.sha256()
        self.size = 0

    def write(self, data: bytes) -> int:
        self._hash.update(data)
        self.size += len(data)
        return self._file.write(data)

    def flush(self) -> None:
        self._file.flush()

    @property
    def sha256(self) -> str:
        return self._hash.hexdigest()


class Reading:
    """Reads from a file and hashes what it reads."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._hash = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        data = self._file.read(size)
        self._hash.update(data)
        return data

    @property
    def sha256(self) -> str:
        return self._hash.hexdigest()


def make_folder(path: Path) -> None:
    """Make it, and those above it that are missing, for nobody else's eyes."""
    if not path.is_dir():
        make_folder(path.parent)
        path.mkdir(mode=0o700, exist_ok=True)


@contextlib.contextmanager
def new_file(path: Path, *, is_synced: bool = True) -> Iterator[Hashing]:
    """A file that is written once: gone again where that fails, else safe on the disk; of many,
    `is_synced=False`, and then `sync` for all of them: one by one takes the disk 10 ms each."""
    make_folder(path.parent)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            yield Hashing(file)
            file.flush()
            if is_synced:
                os.fsync(file.fileno())
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def sync(folder: Path) -> None:
    """Have everything that was written to the disk of this folder safe there, names included.
    Raises OSError where it could not be written (syncfs(2), Linux 5.8)."""
    import ctypes

    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        library = ctypes.CDLL(None, use_errno=True)
        if not hasattr(library, "syncfs"):
            os.sync()
        elif library.syncfs(handle):
            error = ctypes.get_errno()
            raise OSError(error, os.strerror(error), str(folder))
    finally:
        os.close(handle)


def sha256_of(path: Path) -> str:
    """Raises OSError."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextlib.contextmanager
def full_is_said(what: str, place: Path) -> Iterator[None]:
    """Turn a full disk into DiskFull: "`what`. The disk with `place` is full…"."""
    try:
        yield
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        raise _full(what, place) from error
    except sqlite3.OperationalError as error:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        # Without room for the files beside the database it is an error of reading or opening.
        is_full = shutil.disk_usage(place).free < PIECE and code in (
            sqlite3.SQLITE_IOERR,
            sqlite3.SQLITE_CANTOPEN,
        )
        if code != sqlite3.SQLITE_FULL and not is_full:
            raise
        raise _full(what, place) from error


def _full(what: str, place: Path) -> DiskFull:
    return DiskFull(
        f"{what} The disk that holds {place} is full: make room there, or choose another folder, "
        "and try again. Nothing was changed."
    )


def require_room(what: str, place: Path, size: int) -> None:
    """Raises DiskFull where so many bytes more don't fit."""
    free = shutil.disk_usage(place).free
    if free < size:
        raise DiskFull(
            f"{what} It takes {size / 1e6:,.1f} MB more, and the disk that holds {place} has "
            f"{free / 1e6:,.1f} MB left: make room there, or choose another folder. "
            "Nothing was changed."
        )
