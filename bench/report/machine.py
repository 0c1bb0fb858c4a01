"""The machine: what a reader must know of it to judge the figures, and who else used it."""

from __future__ import annotations

import os
import platform
import sqlite3
import tempfile
import time
from importlib.metadata import version
from pathlib import Path


def describe() -> str:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return (
        f"{len(os.sched_getaffinity(0))} cores ({_processor()}), {memory:.0f} GiB; "
        f"{platform.system()} {platform.release().split('-')[0]}, "
        f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, "
        f"gunicorn {version('gunicorn')}, Flask {version('flask')}, "
        f"SQLAlchemy {version('sqlalchemy')}; fsync of 4 KiB takes {_sync_ms():.2f} ms"
    )


class Neighbours:
    """How much of the cores went to others while we measured: over a tenth, and figures lie."""

    def __init__(self) -> None:
        self._since = time.monotonic()
        self._before = _busy() - _ours()

    @property
    def percent(self) -> float:
        """Of all cores, until now; all our processes must have ended."""
        seconds = (time.monotonic() - self._since) * (os.cpu_count() or 1)
        return max(0.0, 100 * (_busy() - _ours() - self._before) / seconds)


def _busy() -> float:
    """Seconds that all cores have worked or, in a virtual machine, were taken away."""
    fields = [int(each) for each in Path("/proc/stat").read_text().splitlines()[0].split()[1:9]]
    idle, waiting = fields[3], fields[4]
    return (sum(fields) - idle - waiting) / os.sysconf("SC_CLK_TCK")


def _ours() -> float:
    """Seconds that this process and those it has seen end have worked."""
    used = os.times()
    return used.user + used.system + used.children_user + used.children_system


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def _sync_ms(times: int = 50) -> float:
    """How long the disk takes to say that something is safe; each vote waits for it."""
    with tempfile.TemporaryFile() as file:
        begun = time.perf_counter()
        for _ in range(times):
            file.write(bytes(4096))
            file.flush()
            os.fsync(file.fileno())
        return (time.perf_counter() - begun) / times * 1000
