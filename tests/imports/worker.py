"""A real worker: `flask work`, as a process that can be killed (forked: tests/warm.py)."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.imports.conftest import SETTINGS
from tests.serving import PATIENCE
from tests.warmth import Forked


class Worker:
    """Works on a data folder that was prepared. `settings` are JAMBOREE_ variables without their
    prefix."""

    def __init__(self, data: Path, **settings: object) -> None:
        self.data = data
        self.settings = SETTINGS | settings
        self.process: Forked | None = None

    def start(self) -> Worker:
        environment = {k: v for k, v in os.environ.items() if not k.startswith("JAMBOREE_")}
        environment["JAMBOREE_DATA"] = str(self.data)
        for name, value in self.settings.items():
            environment[f"JAMBOREE_{name.upper()}"] = str(value)
        theirs, ours = os.pipe()
        self._held = os.fdopen(ours, "wb")  # when it is closed, the worker ends
        with (self.data / "worker.log").open("ab") as log, os.fdopen(theirs, "rb") as told:
            self.process = Forked(
                *("flask", "--app", "app", "work", "--beside"),
                environment=environment,
                streams=(told, log, log),
            )
        return self

    def kill(self) -> None:
        """kill -9 of this process alone, in the middle of whatever it does."""
        assert self.process
        self.process.kill()
        self._wait()

    def stop(self) -> None:
        assert self.process
        self.process.terminate()
        self._wait()

    def _wait(self) -> None:
        assert self.process
        self.process.wait(timeout=PATIENCE)
        self._held.close()

    @property
    def log(self) -> str:
        return (self.data / "worker.log").read_text()[-4000:]


@contextmanager
def working(data: Path, count: int = 1, **settings: object) -> Iterator[list[Worker]]:
    """So many workers, for as long as this lasts."""
    workers = [Worker(data, **settings).start() for _ in range(count)]
    try:
        yield workers
    finally:
        for worker in workers:
            if worker.process and worker.process.poll() is None:
                worker.kill()
