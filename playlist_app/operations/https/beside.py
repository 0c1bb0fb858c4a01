"""Where the front stands: its port, gunicorn's socket behind it, and how it is started."""

from __future__ import annotations

import contextlib
import ipaddress
import os
import socket
import sys
import tempfile
from pathlib import Path

from playlist_app.config import Settings
from playlist_app.operations.https.names import of_this_machine
from playlist_app.operations.troubles import CannotServe

PROGRAM = Path(__file__).with_name("program.py")
LONGEST = 100  # bytes in the path of a socket; the system takes 107


class NoPort(CannotServe):
    """The port can't be had; the message says why and what to do."""


def socket_behind(config: Settings, port: int) -> Path:
    """gunicorn's socket: in a folder that is closed to others, the same after a reload."""
    path = config.cache_folder / f"https-{port}.sock"
    if len(os.fsencode(path)) <= LONGEST:
        return path
    folder = Path(tempfile.gettempdir()) / f"jamboree-{os.getuid()}-{port}"
    folder.mkdir(mode=0o700, exist_ok=True)
    about = folder.stat(follow_symlinks=False)
    if about.st_uid != os.getuid() or about.st_mode & 0o077:
        raise NoPort(f"{folder} belongs to somebody else. Remove it, or set TMPDIR.")
    return folder / "https.sock"


def leave(config: Settings, port: int) -> None:
    """At the end: gunicorn has removed its socket, and a folder that was made for it goes too."""
    folder = socket_behind(config, port).parent
    if folder != config.cache_folder:
        with contextlib.suppress(OSError):  # another start is using it already
            folder.rmdir()


def listen(host: str, port: int) -> socket.socket:
    """The port that people use. Raises NoPort."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    both = family == socket.AF_INET6 and host == "::"
    try:
        return socket.create_server((host, port), family=family, backlog=2048, dualstack_ipv6=both)
    except OSError as error:
        raise NoPort(
            f"Port {port} on {host} can't be had: {error.strerror}. "
            "End what listens there, or choose another with PORT."
        ) from error


def command(config: Settings, listening: socket.socket, port: int) -> list[str]:
    """The words that start the front; it inherits the socket."""
    named = [word for name in config.https_names for word in ("--name", name)]
    return [
        *(sys.executable, "-I", str(PROGRAM)),
        *("--folder", str(config.https_folder)),
        *("--listen", str(listening.fileno())),
        *("--to", str(socket_behind(config, port))),
        *named,
    ]


def address(config: Settings, host: str, port: int) -> str:
    """What people open, as far as the server knows: where it listens, or at home from elsewhere."""
    scheme = "https" if config.serves_tls else "http"
    if host in ("0.0.0.0", "::"):  # noqa: S104 - compared, not bound
        named = config.https_names or [
            text for text in of_this_machine()[1] if not ipaddress.ip_address(text).is_loopback
        ]
        host = named[0] if named else "localhost"
    return f"{scheme}://[{host}]:{port}" if ":" in host else f"{scheme}://{host}:{port}"
