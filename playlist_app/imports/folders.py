"""Folders of imports: `imports/<id>/` in the media folder, while something is being fetched.

Each belongs to a row that is not finished; whatever else lies there was left by a crash.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from playlist_app.config import Settings


def all_of(config: Settings) -> Path:
    return config.media_folder / "imports"


def folder_of(config: Settings, import_id: str) -> Path:
    return all_of(config) / import_id


@contextlib.contextmanager
def held(config: Settings, import_id: str) -> Iterator[tuple[Path, int]]:
    """The folder, made and locked, and the handle that holds the lock: the process that writes into
    it gets that too, so that no other begins before it has really ended."""
    folder = folder_of(config, import_id)
    while True:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with contextlib.suppress(FileNotFoundError):
            handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
            fcntl.flock(handle, fcntl.LOCK_EX)
            if _is(folder, handle):
                break
            os.close(handle)  # it was removed before the lock was on it
    try:
        yield folder, handle
    finally:
        os.close(handle)


def _is(folder: Path, handle: int) -> bool:
    with contextlib.suppress(FileNotFoundError):
        return os.path.samestat(folder.stat(), os.fstat(handle))
    return False


def remove(config: Settings, import_id: str) -> None:
    shutil.rmtree(folder_of(config, import_id), ignore_errors=True)
