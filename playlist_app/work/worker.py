"""The worker: a process that does the background work, and the sign that it is alive.

Rows say which worker has claimed them. A worker holds a lock on a file of its name as long as it
lives, so that whoever looks knows at once when one was killed, and takes over what it had. Beside
it lies a note of what it is doing, for people; without the lock it counts for nothing.

The signs are not in the cache, which may be deleted at any time: work would be done twice.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from flask import Flask

from playlist_app.config import Settings, settings
from playlist_app.database import iso, new_id, now
from playlist_app.work import tasks
from playlist_app.work.engine import engine_of
from playlist_app.work.runs import Looked, Running, Runs

STOPS_WITHIN = 8.0  # seconds; a step that doesn't give up by then is left, and its rows are found
NOTE = ".json"
BORN_WITHIN = 60.0  # seconds, from the draft of a sign to the sign

_names: list[str] = []  # of this process: one while it is a worker, else none
_since: dict[str, datetime] = {}  # when it became one, by that name


def work(app: Flask) -> None:
    """Do the background work of this app until the process is told to stop (SIGTERM, SIGINT)."""
    config: Settings = app.config["JAMBOREE"]
    engine = engine_of(app)
    with signs_of_life(config) as worker:
        clear_away(config)
        runs = Runs(app, lambda running, looked: tell_what_runs(config, worker, running, looked))

        def every_minute() -> None:
            died = clear_away(config)
            for name in {*runs.due(), *(_at_start(app) if died else ())}:
                runs.look(name)

        consumer = engine.consumer(runs, every_minute)
        threading.Thread(target=_pass_on, args=(consumer.stop_flag,), daemon=True).start()
        for name in _at_start(app):
            runs.look(name)
        consumer.run()
        tasks.stopping.set()
        for name in runs.stop(STOPS_WITHIN):
            engine.tell(name)
        if not runs.rest(0):
            # As if killed: the sign stands as long as the process, so that nobody takes over what
            # a lane still does.
            os._exit(os.EX_TEMPFAIL)


def _at_start(app: Flask) -> list[str]:
    return [task.name for task in tasks.tasks_of(app).values() if task.at_start]


def _pass_on(stop: threading.Event) -> None:
    stop.wait()
    tasks.stopping.set()


@contextlib.contextmanager
def signs_of_life(config: Settings) -> Iterator[str]:
    """Within this, the process is a worker: `me()` is its name, and `is_alive` of that is true.

    Subprocesses must be started by exec: one that is merely forked would keep the lock."""
    name = new_id()
    path = _folder(config) / name
    # Locked before it has its name: who looks in between would take it for one that was left.
    draft = path.with_suffix(".new")
    handle = os.open(draft, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    fcntl.flock(handle, fcntl.LOCK_EX)
    _since[name] = now()
    tell_what_runs(config, name, {}, {})
    draft.rename(path)
    _names.append(name)
    try:
        yield name
    finally:
        path.unlink(missing_ok=True)
        path.with_suffix(NOTE).unlink(missing_ok=True)
        os.close(handle)
        _names.remove(name)
        del _since[name]


def me() -> str:
    """The name of this worker, for what it claims."""
    assert _names, "this process is no worker"
    return _names[-1]


def is_alive(name: str | None) -> bool:
    """Whether the worker of this name still works."""
    return name is not None and (name in _names or _is_locked(_folder(settings()) / name))


@dataclass
class Alive:
    """A worker that is alive, and what it is doing."""

    name: str
    pid: int = 0
    started_at: str = ""
    running: dict[str, list[str]] = field(default_factory=dict)  # task → since when, each lane
    looked: dict[str, str] = field(default_factory=dict)  # task → when it last began a turn

    def looked_at(self, task: str) -> datetime | None:
        return datetime.fromisoformat(self.looked[task]) if task in self.looked else None

    @property
    def seen_at(self) -> datetime | None:
        """When it last began a turn, or began at all: while all is well, a minute ago."""
        last = max(self.looked.values(), default=self.started_at)  # ISO 8601: in order as text
        return datetime.fromisoformat(last) if last else None

    @property
    def since(self) -> datetime | None:
        return datetime.fromisoformat(self.started_at) if self.started_at else None


def alive() -> list[Alive]:
    """The workers there are."""
    found = []
    for path in _folder(settings()).iterdir():
        if not path.suffix and _is_locked(path):
            try:
                found.append(Alive(path.name, **json.loads(path.with_suffix(NOTE).read_text())))
            except FileNotFoundError:
                found.append(Alive(path.name))  # it was just ending
    return found


def clear_away(config: Settings) -> int:
    """Remove the signs of those that were killed; answers how many there were."""
    folder, gone = _folder(config), 0
    for name in {path.stem for path in folder.iterdir()}:
        files = list(folder.glob(f"{name}*"))
        if (folder / name).exists():
            if _is_locked(folder / name):
                continue
            gone += 1
        elif any(time.time() - path.stat().st_mtime < BORN_WITHIN for path in files):
            continue
        for path in files:
            path.unlink(missing_ok=True)
    return gone


def _is_locked(path: Path) -> bool:
    try:
        with path.open() as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return False
    except BlockingIOError:
        return True
    return False


def tell_what_runs(config: Settings, name: str, running: Running, looked: Looked) -> None:
    """Write down what this worker is doing; whoever reads gets all of it, before or after."""
    path = (_folder(config) / name).with_suffix(NOTE)
    note: dict[str, Any] = {
        "pid": os.getpid(),
        "started_at": iso(_since.get(name) or now()),
        "running": {task: [iso(since) for since in lanes] for task, lanes in running.items()},
        "looked": {task: iso(moment) for task, moment in looked.items()},
    }
    draft = path.with_suffix(".draft")
    draft.write_text(json.dumps(note))
    draft.replace(path)


def _folder(config: Settings) -> Path:
    return config.data_folder / "workers"
