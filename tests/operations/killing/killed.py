"""A server whose processes are all killed at once, and that starts quickly (house.py)."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

from playlist_app.config import ROOT
from tests.serving import PATIENCE, Server


class Killed(Server):
    """A server of house.py, on its data folder."""

    def __init__(self, data: Path, migrations: Path, **settings: str) -> None:
        super().__init__(data)
        self.settings |= settings
        self.taken = data.parent / "taken"
        self.taken.touch()
        self.group = 0
        environment = {k: v for k, v in os.environ.items() if not k.startswith("JAMBOREE_")}
        environment |= {"HOST": "127.0.0.1", "PORT": str(self.port), "JAMBOREE_DATA": str(data)}
        environment |= {f"JAMBOREE_{name}": value for name, value in self.settings.items()}
        command = [sys.executable, "-m", "tests.operations.killing.house"]
        self.log = data.parent / "server.log"
        with self.log.open("ab") as log:
            self.house = subprocess.Popen(
                [*command, str(self.port), str(migrations), str(self.taken)],
                cwd=ROOT,
                env=environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )

    def begin(self) -> None:
        """Start it, and wait for nothing."""
        assert self.house.stdin and self.house.stdout
        print(file=self.house.stdin, flush=True)
        self.group = int(self.house.stdout.readline())

    def start(self) -> Server:
        self.begin()
        self.wait_until_it_serves()
        return self

    def kill(self) -> None:
        self._end(signal.SIGKILL)

    def stop(self) -> float:
        began = time.monotonic()
        if self.group:
            self._end(signal.SIGTERM)
        return time.monotonic() - began

    def _end(self, sent: signal.Signals) -> None:
        with suppress(ProcessLookupError):
            os.killpg(self.group, sent)
        deadline = time.monotonic() + PATIENCE
        while self._lives():
            assert time.monotonic() < deadline, "it does not end"
            time.sleep(0.005)  # between two looks
        self.group = 0

    def _lives(self) -> bool:
        for path in Path("/proc").glob("[0-9]*/stat"):
            with suppress(FileNotFoundError, ProcessLookupError):
                state, _, group = path.read_text().rpartition(")")[2].split()[:3]
                if int(group) == self.group and state not in "ZX":
                    return True
        return False

    def close(self) -> None:
        if self.group:
            self.kill()
        assert self.house.stdin and self.house.stdout
        self.house.stdin.close()
        self.house.wait(PATIENCE)
        self.house.stdout.close()
