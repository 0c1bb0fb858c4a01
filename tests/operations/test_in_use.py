"""Who serves from a data folder is known by a lock, and nobody replaces the data under them."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

from playlist_app.config import ROOT, Settings
from playlist_app.operations import in_use
from tests.operations.test_startup import dump
from tests.serving import PATIENCE, free_port

FLASK = [sys.executable, "-m", "flask", "--app", "app"]


def test_the_server_for_developers_is_one_as_well(data_folder: Path) -> None:
    port = str(free_port())
    environment = os.environ | {"JAMBOREE_DATA": str(data_folder)}
    before = dump(data_folder / "app.db")
    served = subprocess.Popen(
        [*FLASK, "run", "--port", port],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz").close()
                break
            except OSError:
                assert time.monotonic() < deadline, "it does not serve"
                time.sleep(0.05)  # between two knocks
        assert in_use.is_served(Settings(data=str(data_folder)))
        said = subprocess.run(
            [*FLASK, "data", "reinit", "--yes"],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert said.returncode == 1
        assert "Stop it first" in said.stderr
    finally:
        served.terminate()
        served.wait(PATIENCE)
    assert dump(data_folder / "app.db") == before
    assert not in_use.is_served(Settings(data=str(data_folder)))
