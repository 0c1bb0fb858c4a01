"""In use: who may do what to a data folder at the same moment.

Two locks on files in it, which end with the processes that hold them, however these end:

- `start.lock`: one start, or one command that replaces what is there, at a time;
- `serving.lock`: shared by all servers and workers of the folder, as many as there are. Who must
  replace what is there under nobody's feet (reinit, import, restore) has it alone.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import time
from collections.abc import Iterator
from pathlib import Path

import click

from playlist_app.config import Settings
from playlist_app.operations.troubles import CannotServe

# Descriptors of this process, open as long as it lives; and the folders that it has alone.
_serving: dict[Path, int] = {}
_alone: set[Path] = set()


class StillServed(CannotServe):
    """A server or a worker uses the folder now."""


@contextlib.contextmanager
def alone(config: Settings) -> Iterator[None]:
    """Of several starts at the same moment, one at a time. Within this, it can be asked again."""
    folder = config.data_folder
    if folder in _alone:
        yield
        return
    with _open(folder / "start.lock") as handle:
        _wait(handle, fcntl.LOCK_EX, f"Another start is at work on {folder}; waiting for it.")
        _alone.add(folder)
        try:
            yield
        finally:
            _alone.remove(folder)


@contextlib.contextmanager
def by_nobody_else(config: Settings) -> Iterator[None]:
    """While nobody serves from the folder, and nobody starts to. Raises StillServed."""
    with alone(config), _open(config.data_folder / "serving.lock") as handle:
        if not _got(handle, fcntl.LOCK_EX):
            raise StillServed(
                f"A server or a worker uses {config.data_folder} now. Stop it first (Ctrl-C where "
                "it was started, or `systemctl stop jamboree`), then say this again."
            )
        yield


def serve(config: Settings) -> None:
    """Be known as one who serves from the folder, until this process ends. Children that are
    forked count as well; programs that they start don't."""
    if config.data_folder in _serving:
        return
    handle = _opened(config.data_folder / "serving.lock")
    _wait(handle, fcntl.LOCK_SH, f"Another command replaces what is in {config.data_folder}.")
    _serving[config.data_folder] = handle


def is_flask_run() -> bool:
    """Whether this process is Flask's own server, for developers."""
    context = click.get_current_context(silent=True)
    return context is not None and context.info_name == "run"


def is_served(config: Settings) -> bool:
    """Whether a server or a worker uses the folder now."""
    try:
        with (config.data_folder / "serving.lock").open() as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False


def _opened(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)


@contextlib.contextmanager
def _open(path: Path) -> Iterator[int]:
    handle = _opened(path)
    try:
        yield handle
    finally:
        os.close(handle)


def _wait(handle: int, how: int, says: str) -> None:
    if not _got(handle, how):
        click.echo(says, err=True)
        fcntl.flock(handle, how)


def _got(handle: int, how: int) -> bool:
    """Whether the lock is ours now. Who only looks whether somebody has it (`is_served`) has it
    for an instant."""
    for _ in range(10):
        try:
            fcntl.flock(handle, how | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(0.02)
        else:
            return True
    return False
