"""An errand: what the fetching process is told to do, and how it answers, a line of JSON each."""

from __future__ import annotations

import json
import os
import sys
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

JSON = dict[str, Any]

LIST_AT_MOST = 2_000  # entries of a list that are taken over


@dataclass(frozen=True)
class Errand:
    """`action` is look or fetch. `looked`: it is known to be one thing, and no list."""

    action: str
    url: str
    proxy: str  # with its secret
    proxy_port: int
    folder: str = ""
    quality: str = "best"
    looked: bool = False
    bytes_at_most: int = 500_000_000
    seconds_at_most: int = 36_000
    stall: float = 60.0  # seconds without a byte

    def path(self, name: str) -> Path:
        return Path(self.folder) / name


class Line:
    """The line to the worker: ends the process when the worker is gone, and waits for its word."""

    def __init__(self) -> None:
        self._go = threading.Event()

    def errand(self) -> Errand:
        errand = Errand(**json.loads(sys.stdin.buffer.readline()))
        threading.Thread(target=self._listen, daemon=True).start()
        return errand

    def _listen(self) -> None:
        # Not through sys.stdin: a thread that waits in it keeps the interpreter from ending.
        while os.read(0, 1024):
            self._go.set()
        os._exit(3)  # who sent us is gone: nobody would want what we bring

    def say(self, **what: Any) -> None:
        sys.stdout.buffer.write(json.dumps(what).encode() + b"\n")
        sys.stdout.buffer.flush()

    def progress(self, done: int, total: int | None) -> None:
        self.say(progress={"done": done, "total": total})

    def about(self, **what: Any) -> None:
        """Tell what it is, and wait until the worker says that it is wanted: it may be known."""
        self.say(about=what)
        self._go.wait()
