"""The folder through which the web processes of one server add up what they counted.

It lies in memory where there is such a place (/dev/shm): the files are mapped, and a mapped file on
a disk that is full kills who writes to it. A folder lives as long as a process of its server, which
shows in a lock; what a killed server left is removed by the next.

Loads nothing of the metrics: the master of the web processes has none.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import tempfile
import time
from pathlib import Path

FOLDER = "PROMETHEUS_MULTIPROC_DIR"  # the client library's variable, read when it is loaded
LOCK = "lock"
BORN_WITHIN = 60.0  # seconds until what has no lock yet is one that was left


def make() -> Path:
    """A folder for this server and the processes that it forks, which find it by FOLDER."""
    place = _place()
    _clear_away(place)
    draft = Path(tempfile.mkdtemp(prefix=f"{_name()}.new-", dir=place))
    # Held by all who come of us by fork, until the last of them has ended.
    handle = os.open(draft / LOCK, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    fcntl.flock(handle, fcntl.LOCK_EX)
    folder = draft.with_name(draft.name.replace(".new-", "-"))
    draft.rename(folder)
    os.environ[FOLDER] = str(folder)
    return folder


def remove(folder: Path) -> None:
    """At the end of the server."""
    shutil.rmtree(folder, ignore_errors=True)


def has_ended(folder: Path, pid: int) -> None:
    """A web process is gone: what it had open is not open any more. What it counted stays."""
    for path in folder.glob(f"gauge_live*_{pid}.db"):
        path.unlink(missing_ok=True)


def _place() -> Path:
    memory = Path("/dev/shm")  # noqa: S108 - mkdtemp makes what nobody else can read
    return memory if os.access(memory, os.W_OK | os.X_OK) else Path(tempfile.gettempdir())


def _name() -> str:
    return f"jamboree-metrics-{os.getuid()}"


def _clear_away(place: Path) -> None:
    """Remove the folders of servers that were killed."""
    for folder in place.glob(f"{_name()}*"):
        with contextlib.suppress(FileNotFoundError):
            if time.time() - folder.stat().st_mtime < BORN_WITHIN and ".new-" in folder.name:
                continue
            if not _is_held(folder / LOCK):
                shutil.rmtree(folder, ignore_errors=True)


def _is_held(lock: Path) -> bool:
    try:
        with lock.open() as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False
