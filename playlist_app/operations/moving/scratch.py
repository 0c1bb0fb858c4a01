"""Scratch: folders that an export or an import works in. Who works in one holds a lock on it, which
ends with the process, so that what a crash left is told from what is in use."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from playlist_app.config import Settings

EXPORT, IMPORT = "export-", "import-"  # how their names begin


@contextlib.contextmanager
def folder(place: Path, begins: str) -> Iterator[Path]:
    """One in this place, for nobody else's eyes; gone in the end."""
    made, handle = _made(place, begins)
    try:
        yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)
        os.close(handle)


def remove_left_over(config: Settings) -> None:
    """Remove those in which nobody works any more."""
    found = (
        *config.data_folder.glob(f"{IMPORT}*"),
        *config.media_folder.glob(f"{IMPORT}*"),
        *config.cache_folder.glob(f"{EXPORT}*"),
    )
    for left in found:
        with contextlib.suppress(FileNotFoundError, BlockingIOError):
            handle = os.open(left, os.O_RDONLY | os.O_DIRECTORY)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(left, ignore_errors=True)
            finally:
                os.close(handle)


def _made(place: Path, begins: str) -> tuple[Path, int]:
    while True:
        made = Path(tempfile.mkdtemp(prefix=begins, dir=place))
        with contextlib.suppress(FileNotFoundError):
            handle = os.open(made, os.O_RDONLY | os.O_DIRECTORY)
            fcntl.flock(handle, fcntl.LOCK_EX)
            # Somebody may have taken it for a left-over, before it was locked.
            if made.exists():
                return made, handle
            os.close(handle)
