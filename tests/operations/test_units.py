"""The units of systemd: what they start is started, by the way that systemd has it."""

from __future__ import annotations

import configparser
import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from playlist_app.config import ROOT
from tests.serving import PATIENCE, free_port

UNITS = sorted((ROOT / "docs" / "deployment").glob("*.service"))


def service(unit: Path) -> configparser.SectionProxy:
    read = configparser.ConfigParser(interpolation=None, strict=False)
    read.optionxform = str  # type: ignore[assignment,method-assign]
    read.read_string(unit.read_text())
    return read["Service"]


def started(unit: Path, data: Path, **more: str) -> subprocess.Popen[bytes]:
    """What ExecStart says, where this checkout is."""
    said = service(unit)
    text = said["ExecStart"].replace("/opt/jamboree/.venv/bin", str(Path(sys.executable).parent))
    given = dict(pair.split("=", 1) for pair in shlex.split(said["Environment"]))
    environment = {k: v for k, v in os.environ.items() if not k.startswith("JAMBOREE_")}
    environment |= given | {"JAMBOREE_DATA": str(data)} | more
    log = (data / f"{unit.stem}.log").open("wb")
    with log:
        return subprocess.Popen(
            shlex.split(text), cwd=ROOT, env=environment, stdout=log, stderr=log
        )


def until_logged(log: Path, words: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while words not in log.read_text():
        assert time.monotonic() < deadline, log.read_text()
        time.sleep(0.05)  # between two looks


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="needs systemd")
@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_systemd_has_nothing_against_it(unit: Path, tmp_path: Path) -> None:
    text = re.sub(r"/opt/jamboree/\.venv/bin/\w+", "/bin/true", unit.read_text())
    copy = tmp_path / unit.name
    copy.write_text(text)
    for other in UNITS:
        if other != unit:
            (tmp_path / other.name).write_text(other.read_text().replace("/opt", "/bin/true #"))
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(copy)],
        capture_output=True,
        text=True,
        check=False,
    )
    said = [line for line in done.stderr.splitlines() if line.startswith(unit.name)]
    assert said == []


def test_the_server_says_when_it_serves_reloads_and_ends(data_folder: Path, tmp_path: Path) -> None:
    """Type=notify: systemd hears of it on a socket."""
    [unit] = [unit for unit in UNITS if unit.stem == "jamboree"]
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as told:
        told.bind(str(tmp_path / "n"))
        told.settimeout(PATIENCE)
        process = started(
            unit, data_folder, NOTIFY_SOCKET=str(tmp_path / "n"), PORT=str(free_port())
        )
        try:
            assert b"READY=1" in told.recv(1000)
            assert service(unit)["ExecReload"] == "/bin/kill -HUP $MAINPID"
            process.send_signal(signal.SIGHUP)
            until_logged(data_folder / f"{unit.stem}.log", "Hang up")
        finally:
            process.terminate()
            assert process.wait(PATIENCE) == 0


def test_the_worker_works_on_its_own_and_ends_when_told(data_folder: Path) -> None:
    [unit] = [unit for unit in UNITS if unit.stem == "jamboree-work"]
    process = started(unit, data_folder)
    try:
        workers = data_folder / "workers"
        deadline = time.monotonic() + PATIENCE
        while not any(workers.iterdir()):
            assert process.poll() is None, (data_folder / f"{unit.stem}.log").read_text()
            assert time.monotonic() < deadline
            time.sleep(0.05)  # between two looks
    finally:
        process.terminate()
        assert process.wait(PATIENCE) == 0
