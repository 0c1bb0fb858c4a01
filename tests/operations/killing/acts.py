"""Acts: what replaces or adds much at once, done in a process of its own that can be killed.

Each process is forked from one that has loaded everything and opened nothing, and is the head of a
group, so that what it starts is killed with it.
"""

from __future__ import annotations

import importlib
import multiprocessing
import os
import signal
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path

from playlist_app.config import Settings
from playlist_app.operations.backups import kept, restoring
from playlist_app.operations.moving import importing
from tests.conftest import make_app

SWAP = "Putting it in its place"  # what a restore says before its last step

Act = Callable[[Path, Path, Connection], None]

_forks = multiprocessing.get_context("forkserver")


def restore(data: Path, backup: Path, tells: Connection) -> None:
    """Restore the backup at this path."""

    def progress(done: int, of: int, message: str) -> None:
        if message == SWAP:
            tells.send_bytes(b"swap")

    restoring.restore(Settings(data=str(data)), kept.read(backup), progress=progress)


def become(data: Path, parcel: Path, tells: Connection) -> None:
    """`flask data import`."""
    app = make_app(data)
    with app.app_context():
        importing.replace_with(app, parcel)


def merge(data: Path, parcel: Path, tells: Connection) -> None:
    """`flask data import --merge`."""
    app = make_app(data)
    with app.app_context():
        importing.merge(app, parcel)


class Acting:
    """One of them, under way since now."""

    def __init__(self, act: Act, data: Path, source: Path) -> None:
        _forks.set_forkserver_preload([__name__, "alembic.command", "playlist_app.library.probe"])
        self._hears, tells = _forks.Pipe(duplex=False)
        arguments = (act.__name__, data, source, tells)
        self._process = _forks.Process(target=_run, args=arguments, daemon=True)
        self._process.start()
        tells.close()
        self._hears.recv_bytes()  # it has a group of its own
        self._began = time.monotonic()

    def until_swap(self) -> None:
        """Until a restore is about to take its last step."""
        assert self._hears.recv_bytes() == b"swap"

    def seconds(self) -> float:
        """Wait until it is done; answers how long it took."""
        self._process.join(120)
        assert self._process.exitcode == 0
        self._hears.close()
        return time.monotonic() - self._began

    def kill(self) -> bool:
        """Kill it, and all that it started; answers whether it was still at work."""
        self._process.join(0)
        at_work = self._process.exitcode is None
        if at_work:
            os.killpg(self._process.pid or 0, signal.SIGKILL)
        self._process.join(30)
        self._hears.close()
        return at_work


def _run(name: str, data: Path, source: Path, tells: Connection) -> None:
    os.setsid()
    tells.send_bytes(b"begins")
    getattr(importlib.import_module(__name__), name)(data, source, tells)
