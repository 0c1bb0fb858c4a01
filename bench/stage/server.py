"""The server: the real one, started as `make run` starts it, on a data folder of ours."""

from __future__ import annotations

import contextlib
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from bench.load.aside import allow_many_files
from bench.load.http import Address
from bench.stage.processes import Process, inode_of_other_end
from playlist_app.config import ROOT, Settings

HOST = "127.0.0.1"
PATIENCE = 60.0  # seconds to wait for what must come
OFTEN = 0.01  # seconds between two looks whether it came


class Failed(Exception):
    """The server did not do what the benchmark needs; the message has its last words."""


class Server:
    """gunicorn on one data folder. `workers`: web processes; 0: as the app decides. `works`: with a
    worker beside it. `limits`: with the rate limits on."""

    def __init__(
        self, folder: Path, workers: int = 0, *, works: bool = True, limits: bool = False
    ) -> None:
        self._works = works
        self._limits = limits
        self._folder = folder
        self._count = Settings(workers=workers).web_processes
        self._log = folder.with_name(folder.name + ".log")
        self._gunicorn: subprocess.Popen[bytes] | None = None
        self.address: Address = (HOST, 0)

    def start(self) -> float:
        """Start it; answers how many seconds it took until it served."""
        allow_many_files()
        self.address = (HOST, _free_port())
        begun = time.perf_counter()
        with self._log.open("wb") as log:
            self._gunicorn = subprocess.Popen(
                [Path(sys.executable).with_name("gunicorn")],
                cwd=ROOT,
                env=self._environment(),
                stdout=log,
                stderr=log,
            )
        self._wait_for(self._serves)
        return time.perf_counter() - begun

    def stop(self) -> float:
        """End it as a deploy does; answers how many seconds it took."""
        assert self._gunicorn
        begun = time.perf_counter()
        self._gunicorn.send_signal(signal.SIGTERM)
        self._gunicorn.wait(PATIENCE)
        took = time.perf_counter() - begun
        said = self._log.read_text()
        if "Traceback" in said or said.count("Booting worker") != self._count:
            raise Failed(f"Something went wrong in the server:\n{self._last_words()}")
        return took

    @property
    def is_running(self) -> bool:
        return self._gunicorn is not None and self._gunicorn.poll() is None

    def kill(self) -> None:
        """After a failure: leave nothing running."""
        if self._gunicorn and self.is_running:
            for process in [*self.workers, Process(self._gunicorn.pid)]:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(process.pid, signal.SIGKILL)
            self._gunicorn.wait(PATIENCE)

    @property
    def workers(self) -> list[Process]:
        """The web processes; what keeps the worker for the background work is not one of them."""
        assert self._gunicorn
        children = Process(self._gunicorn.pid).children
        return [child for child in children if child.name == "gunicorn"]

    @property
    def url(self) -> str:
        return f"{self.address[0]}:{self.address[1]}"

    def ask_each_worker(self, path: str, headers: dict[str, str] | None = None) -> None:
        """GET `path` of every web process, so that none of them measures its first request."""
        answered: set[int] = set()

        def all_answered() -> bool:
            connections = [http.client.HTTPConnection(*self.address, timeout=5) for _ in range(8)]
            for connection in connections:
                connection.connect()
            for connection in connections:
                connection.request("GET", path, headers=headers or {})
                with connection.getresponse() as answer:
                    if answer.status != 200:
                        raise Failed(f"{path} answered {answer.status}.\n{self._last_words()}")
                    answer.read()
            answered.update(self._holders(connections))
            for connection in connections:
                connection.close()
            return len(answered) == self._count

        self._wait_for(all_answered)

    def _holders(self, connections: list[http.client.HTTPConnection]) -> set[int]:
        """The pids of the web processes at the other ends."""
        ends = {
            inode_of_other_end(connection.sock.getsockname()[1])
            for connection in connections
            if connection.sock
        }
        return {worker.pid for worker in self.workers if worker.sockets & ends}

    def _serves(self) -> bool:
        connection = http.client.HTTPConnection(*self.address, timeout=PATIENCE)
        try:
            connection.request("GET", "/healthz")
            return connection.getresponse().status == 200
        except ConnectionError:
            return False
        finally:
            connection.close()

    def _wait_for(self, condition: Callable[[], bool]) -> None:
        deadline = time.monotonic() + PATIENCE
        while not condition():
            if not self.is_running:
                raise Failed(f"The server ended by itself.\n{self._last_words()}")
            if time.monotonic() > deadline:
                raise Failed(f"Waited in vain for the server.\n{self._last_words()}")
            time.sleep(OFTEN)

    def _environment(self) -> dict[str, str]:
        """Ours, without what somebody set for a server of their own."""
        kept = {k: v for k, v in os.environ.items() if not k.startswith("JAMBOREE_")}
        return kept | {
            "JAMBOREE_DATA": str(self._folder),
            "JAMBOREE_RATE_LIMITS": "on" if self._limits else "off",
            "JAMBOREE_WORKERS": str(self._count),
            "JAMBOREE_WORK": "beside" if self._works else "off",
            "HOST": self.address[0],
            "PORT": str(self.address[1]),
        }

    def _last_words(self) -> str:
        return "\n".join(self._log.read_text().splitlines()[-40:])


@contextlib.contextmanager
def serving(
    folder: Path, workers: int = 0, *, works: bool = True, limits: bool = False
) -> Iterator[Server]:
    """The server, ready in all its web processes, for as long as the block lasts; without `works`
    nothing is done in the background, with `limits` it refuses who asks too often."""
    server = Server(folder, workers, works=works, limits=limits)
    server.start()
    try:
        server.ask_each_worker("/healthz")
        yield server
        if server.is_running:
            server.stop()
    finally:
        server.kill()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port
