"""A real server for tests that need sockets, processes or a browser: gunicorn, as `make run` starts
it, on a data folder of its own."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

from playlist_app.config import ROOT
from tests.warmth import Forked

PATIENCE = 30.0  # seconds until something that must happen is given up on
# A start reads all of the code in several processes: a machine that is busy takes its time for it.
STARTS_WITHIN = 120.0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Server:
    """gunicorn on a data folder, of the code in `root`, in the environment of `python`; `settings`
    are JAMBOREE_ variables without their prefix.

    It is forked from a process that has loaded everything (tests/warm.py), unless it is to be cold
    or of other code: then it starts as `make run` starts it."""

    def __init__(
        self,
        data: Path,
        *,
        config: str = "gunicorn.conf.py",
        root: Path = ROOT,
        python: str = sys.executable,
        is_cold: bool = False,
        **settings: str,
    ) -> None:
        self.data = data
        self.root = root
        self.python = python
        self.is_cold = is_cold
        self.port = free_port()
        self.config = config
        # What people do in an evening is done in seconds here: the limits have their own tests.
        self.settings = {"WORKERS": "2", "WORK": "off", "RATE_LIMITS": "off"} | settings
        self.process: subprocess.Popen[bytes] | Forked | None = None
        self.log = data / "server.log"

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def is_warm(self) -> bool:
        return not self.is_cold and (self.root, self.python) == (ROOT, sys.executable)

    def start(self) -> Server:
        environment = {k: v for k, v in os.environ.items() if not k.startswith("JAMBOREE_")}
        environment |= {
            "PORT": str(self.port),
            "HOST": "127.0.0.1",
            "JAMBOREE_DATA": str(self.data),
        }
        environment |= {f"JAMBOREE_{name}": value for name, value in self.settings.items()}
        with self.log.open("ab") as log, Path(os.devnull).open() as nothing:
            if self.is_warm:
                self.process = Forked(
                    *("gunicorn", "-c", self.config),
                    environment=environment,
                    streams=(nothing, log, log),
                )
            else:
                self.process = subprocess.Popen(
                    [self.python, "-m", "gunicorn", "-c", self.config],
                    cwd=self.root,
                    env=environment,
                    stdin=nothing,
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                )
        self.wait_until_it_serves()
        return self

    def wait_until_it_serves(self) -> None:
        deadline = time.monotonic() + STARTS_WITHIN
        while time.monotonic() < deadline:
            if self.process and self.process.poll() is not None:
                break
            try:
                with urllib.request.urlopen(f"{self.url}/healthz", timeout=1):
                    return
            except OSError:
                time.sleep(0.05)  # between two knocks at the door
        if self.process and self.process.poll() is None:
            self.kill()  # nobody else would end it
        raise AssertionError(f"the server did not start:\n{self.log.read_text()}")

    def stop(self) -> float:
        """SIGTERM; answers the seconds until it was gone."""
        began = time.monotonic()
        if self.process and self.process.poll() is None:
            self.speak()
            self.process.terminate()
            self.process.wait(timeout=PATIENCE)
        return time.monotonic() - began

    def kill(self) -> None:
        """kill -9 of the master and every worker, in the middle of whatever they do."""
        if self.process:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(timeout=PATIENCE)

    def fall_silent(self) -> None:
        """Connections are taken, and nothing is ever answered, until `speak`."""
        if self.process:
            os.killpg(self.process.pid, signal.SIGSTOP)

    def speak(self) -> None:
        if self.process:
            os.killpg(self.process.pid, signal.SIGCONT)

    def hang_up(self) -> None:
        """SIGHUP: new workers, as on a deploy."""
        if self.process:
            self.process.send_signal(signal.SIGHUP)

    def flask(self, *arguments: str, text: str = "") -> str:
        """A `flask …` command on this server's data folder; answers what it printed."""
        environment = os.environ | {"JAMBOREE_DATA": str(self.data)}
        words = ("--app", "app", *arguments)
        with TemporaryFile("w+") as said, TemporaryFile("w+") as out, TemporaryFile("w+") as errors:
            said.write(text)
            said.seek(0)
            streams = (said, out, errors)
            if self.is_warm:
                status = Forked("flask", *words, environment=environment, streams=streams).wait()
            else:
                status = subprocess.run(
                    [self.python, "-m", "flask", *words],
                    cwd=self.root,
                    env=environment,
                    stdin=said,
                    stdout=out,
                    stderr=errors,
                    check=False,
                ).returncode
            for printed in (out, errors):
                printed.seek(0)
            assert status == 0, errors.read()
            return out.read()


class Client:
    """A person's API client over the network, with their token."""

    def __init__(self, server: Server, token: str | None) -> None:
        self.server = server
        self.token = token

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"} if self.token else {}

    def call(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        """The status and the JSON of an answer. Raises OSError when there is none."""
        request = urllib.request.Request(
            f"{self.server.url}/api/v1{path}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json", **self.headers},
        )
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
                text = answer.read()
                return answer.status, json.loads(text) if text else None
        except urllib.error.HTTPError as error:
            with error:
                return error.code, json.loads(error.read())
        except http.client.HTTPException as error:
            # Killed between the head of its answer and the body.
            raise ConnectionError("half an answer") from error

    def ok(self, method: str, path: str, body: Any = None) -> Any:
        status, answer = self.call(method, path, body)
        assert status < 400, answer
        return answer

    def listens(self, path: str, **options: Any) -> Listener:
        return Listener(self, path, **options)


class Listener:
    """A client of the live channel. `committed` are the events it got, in order; a batch counts as
    the events that are in it."""

    def __init__(
        self,
        client: Client,
        path: str,
        *,
        headers: dict[str, str] | None = None,
        compression: str | None = "deflate",
    ) -> None:
        self.closed: int | None = None
        self.frames: list[dict[str, Any]] = []
        self.committed: list[dict[str, Any]] = []
        self.passing: list[dict[str, Any]] = []
        self._open = contextlib.ExitStack()
        self.socket = self._open.enter_context(
            connect(
                client.server.url.replace("http", "ws") + path,
                ping_interval=None,
                additional_headers=client.headers | (headers or {}),
                compression=compression,
                proxy=None,
                max_size=None,
                close_timeout=2,
            )
        )

    def send(self, frame: Any) -> None:
        with contextlib.suppress(ConnectionClosed):  # `until_closed` says why
            self.socket.send(frame if isinstance(frame, str | bytes) else json.dumps(frame))

    def receive(self, timeout: float = PATIENCE) -> dict[str, Any] | None:
        """One frame; None when none came in time, or the socket was closed (`closed` says why)."""
        try:
            text = self.socket.recv(timeout=timeout)
        except ConnectionClosed as closed:
            self.closed = closed.rcvd.code if closed.rcvd else 1006
            return None
        except TimeoutError:
            return None
        frame: dict[str, Any] = json.loads(text)
        self.frames.append(frame)
        if frame["type"] == "batch":
            self.committed += frame["events"]
        elif "seq" in frame:
            self.committed.append(frame)
        else:
            self.passing.append(frame)
        return frame

    def until(self, type_: str) -> dict[str, Any]:
        """The next frame or event of a type; what comes before it is kept as well."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            seen = len(self.committed), len(self.passing)
            if self.receive(deadline - time.monotonic()) is None:
                break
            fresh = self.committed[seen[0] :] + self.passing[seen[1] :]
            for frame in fresh:
                if frame["type"] == type_:
                    return frame
        came = [frame["type"] for frame in self.frames]
        raise AssertionError(f"no {type_} came, but {came}; closed: {self.closed}")

    def until_closed(self) -> int:
        """Read until the server hangs up; answers the code."""
        deadline = time.monotonic() + PATIENCE
        while self.closed is None and time.monotonic() < deadline:
            self.receive(deadline - time.monotonic())
        assert self.closed is not None, "it was not closed"
        return self.closed

    def until_seq(self, seq: int) -> None:
        """Read until the event of this number is there."""
        deadline = time.monotonic() + PATIENCE
        while not self.committed or self.committed[-1]["seq"] < seq:
            assert time.monotonic() < deadline, f"{seq} did not come: {self.committed[-3:]}"
            assert self.receive(deadline - time.monotonic()) is not None, f"closed: {self.closed}"

    def close(self) -> None:
        self._open.close()
