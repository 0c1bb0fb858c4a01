"""Processes: what Linux tells of them in /proc (proc(5)): memory, time, children, sockets."""

from __future__ import annotations

import contextlib
import os
from dataclasses import dataclass
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")  # a second, in /proc/<pid>/stat


@dataclass(frozen=True)
class Process:
    pid: int

    @property
    def _folder(self) -> Path:
        return Path("/proc", str(self.pid))

    @property
    def children(self) -> list[Process]:
        text = (self._folder / "task" / str(self.pid) / "children").read_text()
        return [Process(int(pid)) for pid in text.split()]

    @property
    def name(self) -> str:
        """What it runs, in at most 15 characters."""
        return (self._folder / "comm").read_text().strip()

    @property
    def resident(self) -> int:
        """Bytes of memory that it has now (RSS)."""
        return self._status("VmRSS")

    @property
    def peak(self) -> int:
        """The most bytes of memory that it had, since `forget_peak`."""
        return self._status("VmHWM")

    def forget_peak(self) -> None:
        (self._folder / "clear_refs").write_text("5")

    @property
    def cpu_seconds(self) -> float:
        """Time on a core, in user and kernel."""
        fields = (self._folder / "stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    @property
    def sockets(self) -> set[str]:
        """The inodes of its sockets."""
        found = set()
        for entry in (self._folder / "fd").iterdir():
            with contextlib.suppress(FileNotFoundError):  # closed meanwhile
                target = str(entry.readlink())
                if target.startswith("socket:["):
                    found.add(target[8:-1])
        return found

    def _status(self, name: str) -> int:
        for line in (self._folder / "status").read_text().splitlines():
            if line.startswith(name + ":"):
                return int(line.split()[1]) * 1024
        raise KeyError(name)


def inode_of_other_end(port: int) -> str | None:
    """The inode of the socket that this machine's connection from `port` leads to (IPv4)."""
    for line in Path("/proc/net/tcp").read_text().splitlines()[1:]:
        fields = line.split()
        if int(fields[2].rpartition(":")[2], 16) == port:
            return fields[9]
    return None
