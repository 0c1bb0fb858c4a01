"""Confinement: what the fetching process gives up before it touches anything from outside.

It holds as long as the process lives: limits can't be raised again, and Python has no way to take
an audit hook away. So whatever a library does (reads a proxy from a file, looks a name up, starts
an external downloader), nothing goes out but through the guarded proxy.
"""

from __future__ import annotations

import os
import resource
import sys

CPU_SECONDS = 1800
MEMORY = 1536 * 1024**2  # bytes of address space
HOME = "127.0.0.1"

_NO_PROCESSES = ("subprocess.", "os.exec", "os.fork", "os.posix_spawn", "os.spawn", "os.system")
_NO_TALK = ("socket.sendto", "socket.sendmsg", "socket.bind")
_NAMES = ("socket.getaddrinfo", "socket.gethostby", "socket.getnameinfo")


def confine(port: int, file_size: int) -> None:
    """From now on: no process, no connection but to this port on loopback, no larger file."""
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (file_size, file_size))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.nice(5)

    def hook(event: str, arguments: tuple[object, ...]) -> None:
        if event == "socket.connect":
            if arguments[1] != (HOME, port):
                raise PermissionError(f"no connection to {arguments[1]!r} from here")
        elif event.startswith(_NAMES):
            if arguments[0] not in (HOME, (HOME, port)):
                raise PermissionError(f"{arguments[0]!r} is not looked up here")
        elif event in _NO_TALK or event.startswith(_NO_PROCESSES):
            raise PermissionError(f"{event} is not for this process")

    sys.addaudithook(hook)
