"""Processes apart: whatever decodes runs in one, with limits; a file can end no more than that.

One side is the class `Apart`, for the server and the worker. The other is this file run as a
program: it sets the limits and answers with a program of `library/decoding/`, a JSON object a line
each way:

    python apart.py PROGRAM
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import resource
import select
import subprocess
import sys
import threading
import time
import types
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Self

MEMORY = 2 * 1024**3  # bytes of address space
LARGEST = 8 * 1024**3  # bytes of a file that it may write
STARTS_WITHIN = 60  # seconds; a busy machine takes one
LOOKS_EVERY = 0.25  # seconds, at whether it is to stop
PAUSED = 10  # niceness: requests go first


class Gone(Exception):
    """The process ended by itself, or was ended because it took too long; the message says how."""


class NotStarted(Exception):
    """The process doesn't come up at all: that is no fault of what it was to be asked about."""


class Stopped(Exception):
    """The process was ended because who asked is told to stop."""


class Apart:
    """A process of its own that answers one question after the other. It starts with the first one,
    and again after it ended."""

    def __init__(self, program: str, *, stop: threading.Event | None = None) -> None:
        self._program = program
        self._stop = stop or threading.Event()
        self._process: subprocess.Popen[bytes] | None = None
        self._read = b""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    def ask(
        self, question: dict[str, Any], seconds: float, files: Iterable[int] = ()
    ) -> dict[str, Any]:
        """Its answer; raises Gone, Stopped or NotStarted. `files` are handles that a process which
        starts with this question needs."""
        process = self._process or self._start(files)
        try:
            assert process.stdin
            process.stdin.write(json.dumps(question).encode() + b"\n")
            process.stdin.flush()
        except BrokenPipeError:
            raise self._gone("it ended") from None
        answer: dict[str, Any] = json.loads(self._line(process, time.monotonic() + seconds))
        return answer

    def _start(self, files: Iterable[int]) -> subprocess.Popen[bytes]:
        self._read = b""
        self._process = subprocess.Popen(
            [sys.executable, "-I", __file__, self._program],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            pass_fds=tuple(files),
        )
        try:
            self._line(self._process, time.monotonic() + STARTS_WITHIN)
        except Gone as gone:
            raise NotStarted(f"What decodes audio does not start: {gone}") from gone
        return self._process

    def _line(self, process: subprocess.Popen[bytes], deadline: float) -> bytes:
        assert process.stdout
        while b"\n" not in self._read:
            if self._stop.is_set():
                self.end()
                raise Stopped
            if time.monotonic() > deadline:
                raise self._gone("it took too long")
            if not select.select([process.stdout], [], [], LOOKS_EVERY)[0]:
                continue
            piece = os.read(process.stdout.fileno(), 65_536)
            if not piece:
                raise self._gone("it ended")
            self._read += piece
        line, _, self._read = self._read.partition(b"\n")
        return line

    def _gone(self, how: str) -> Gone:
        process = self._process
        self.end()
        code = process.returncode if process else None
        return Gone(f"{how} ({code})")

    def end(self) -> None:
        """End the process, whatever it is doing."""
        process, self._process = self._process, None
        if not process:
            return
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe:
                with contextlib.suppress(BrokenPipeError):
                    pipe.close()


# --- within the process ---------------------------------------------------------------------------


def allow(seconds: float) -> None:
    """From now on the process may use so many more seconds of a processor."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    most = int(used.ru_utime + used.ru_stime + seconds) + 1
    resource.setrlimit(resource.RLIMIT_CPU, (most, resource.RLIM_INFINITY))


def _answer_all(program: Any) -> None:
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    for line in sys.stdin:
        question = json.loads(line)
        allow(question.pop("seconds", 60))
        sys.stdout.write(json.dumps(program.answer(**question)) + "\n")
        sys.stdout.flush()


def _end_with_parent() -> None:
    """Where who asked is killed, nobody waits for the answer (prctl(2), PR_SET_PDEATHSIG)."""
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(1, 9)


if __name__ == "__main__":
    _end_with_parent()
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (LARGEST, LARGEST))
    os.nice(PAUSED)
    # The package without the app's own start: Flask and the ORM would cost a second each time.
    package = types.ModuleType("playlist_app")
    package.__path__ = [str(Path(__file__).resolve().parent.parent)]
    sys.modules["playlist_app"] = package
    _answer_all(importlib.import_module(f"playlist_app.library.decoding.{sys.argv[1]}"))
