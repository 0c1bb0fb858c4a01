"""The worker: a process that does the background work, and the sign that it is alive.

Rows say which worker has claimed them. A worker holds a lock on a file of its name as long as it
lives, so that whoever looks knows at once when one was killed, and takes over what it had.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import threading
from collections.abc import Iterator
from pathlib import Path

from flask import Flask

from playlist_app.config import Settings, settings
from playlist_app.database import new_id
from playlist_app.work import tasks
from playlist_app.work.engine import engine_of

_names: list[str] = []  # of this process: one while it is a worker, else none


def work(app: Flask) -> None:
    """Do the background work of this app until the process is told to stop (SIGTERM, SIGINT)."""
    engine = engine_of(app)
    consumer = engine.consumer()
    with signs_of_life(app.config["JAMBOREE"]):
        threading.Thread(target=_pass_on, args=(consumer.stop_flag,), daemon=True).start()
        for name in tasks.tasks_of(app):
            engine.wake(name)
        consumer.run()


def _pass_on(stop: threading.Event) -> None:
    stop.wait()
    tasks.stopping.set()


@contextlib.contextmanager
def signs_of_life(config: Settings) -> Iterator[str]:
    """Within this, the process is a worker: `me()` is its name, and `is_alive` of that is true."""
    folder = _folder(config)
    name = new_id()
    path = folder / name
    # Locked before it has its name: who looks in between would take it for one that was left.
    draft = folder.with_name(f"worker-{name}")
    handle = os.open(draft, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    fcntl.flock(handle, fcntl.LOCK_EX)
    os.write(handle, str(os.getpid()).encode())
    draft.rename(path)
    _names.append(name)
    try:
        yield name
    finally:
        path.unlink(missing_ok=True)
        os.close(handle)
        _names.remove(name)


def me() -> str:
    """The name of this worker, for what it claims."""
    assert _names, "this process is no worker"
    return _names[-1]


def alive() -> dict[str, int]:
    """The workers there are: name and process id. What a killed one left is cleared away."""
    found = {}
    for path in _folder(settings()).glob("*"):
        with contextlib.suppress(FileNotFoundError), path.open() as file:
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                found[path.name] = int(file.read() or 0)
            else:
                path.unlink(missing_ok=True)
    return found


def is_alive(name: str | None) -> bool:
    """Whether the worker of this name still works."""
    return name is not None and name in alive()


def _folder(config: Settings) -> Path:
    return config.cache_folder / "workers"
