"""The pytest side of tests/warm.py: starts processes there, and holds them as `Popen` would."""

from __future__ import annotations

import atexit
import functools
import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
from typing import IO, Any

from playlist_app.config import ROOT

LARGEST = 65_536  # bytes of an answer


class Warmth:
    """The process that others are forked from. It ends with this one."""

    def __init__(self) -> None:
        self._asks, theirs = socket.socketpair()
        self._one_at_a_time = threading.Lock()
        with theirs:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.warm", str(theirs.fileno())],
                cwd=ROOT,
                pass_fds=[theirs.fileno()],
            )
        atexit.register(self.end)

    def ask(self, question: dict[str, Any], handles: list[int]) -> dict[str, Any]:
        with self._one_at_a_time:
            socket.send_fds(self._asks, [json.dumps(question).encode()], handles)
            answer = self._asks.recv(LARGEST)
        assert answer, "what others are forked from has ended"
        said: dict[str, Any] = json.loads(answer)
        return said

    def end(self) -> None:
        self._asks.close()
        self._process.wait()


@functools.cache
def _warmth() -> Warmth:
    return Warmth()


class Forked:
    """A process that was forked there, in a session of its own."""

    def __init__(
        self,
        program: str,
        *arguments: str,
        environment: dict[str, str],
        streams: tuple[IO[Any], IO[Any], IO[Any]],
    ) -> None:
        question = {"program": program, "arguments": arguments, "environment": environment}
        handles = [stream.fileno() for stream in streams]
        self.pid: int = _warmth().ask(question, handles)["started"]
        self.returncode: int | None = None

    def poll(self) -> int | None:
        if self.returncode is None:
            self.returncode = _warmth().ask({"ended": self.pid}, [])["status"]
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        if self.returncode is None:
            ends = os.pidfd_open(self.pid)  # nobody else takes the number before it is asked about
            waits = select.poll()
            waits.register(ends, select.POLLIN)
            try:
                if not waits.poll(None if timeout is None else timeout * 1000):
                    raise subprocess.TimeoutExpired([str(self.pid)], timeout or 0)
            finally:
                os.close(ends)
        status = self.poll()
        assert status is not None
        return status

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)
