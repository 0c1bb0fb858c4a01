"""Processes that start quickly: gunicorn, `flask` and modules of the tests, forked from one that
has loaded everything and opened nothing. Only `exec` is left out, and with it nearly all that a
start costs: each of the four processes of a server would spend a second on imports.

    python -m tests.warm HANDLE

HANDLE is a socket. Each message there is JSON, and its answer too: `start` with three handles for
the standard streams answers a number, and `ended` with a number answers the exit code, or null.
"""

from __future__ import annotations

import gc
import json
import os
import runpy
import signal
import socket
import subprocess
import sys
import traceback
from collections.abc import Callable
from typing import Any

import alembic.command  # so that no start has to load it
import alembic.config
import alembic.script  # noqa: F401
import gunicorn.arbiter  # type: ignore[import-untyped]
import gunicorn.workers.gthread  # type: ignore[import-untyped]  # noqa: F401
from flask.cli import main as flask_main
from gunicorn.app.wsgiapp import WSGIApplication  # type: ignore[import-untyped]

import playlist_app  # noqa: F401
from playlist_app.operations.sight import faults, logs, shared  # noqa: F401
from playlist_app.people import passwords

JSON = dict[str, Any]

LARGEST = 1_000_000  # bytes of a message
# What gunicorn's master does on these is nothing for who is forked from it.
OF_GUNICORN = [
    getattr(signal, f"SIG{name}")
    for name in "HUP QUIT INT TERM TTIN TTOU USR1 USR2 WINCH CHLD".split()  # noqa: SIM905
]


def forked(act: Callable[[], object]) -> int:
    """Do this in a process of its own, as long as that takes; answers its number."""
    child = os.fork()
    if child:
        return child
    status = 1
    try:
        for inherited in OF_GUNICORN:
            signal.signal(inherited, signal.SIG_DFL)
        act()
        status = 0
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else int(end.code is not None)
        if isinstance(end.code, str):
            sys.stderr.write(f"{end.code}\n")
    except BaseException:  # noqa: BLE001 - told, and the end of this process
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def main() -> None:
    asks = socket.socket(fileno=int(sys.argv[1]))
    passwords._nobodys()  # it is made by the first log-in of each process, and takes 0.1 s
    gc.freeze()
    while True:
        message, handles, _, _ = socket.recv_fds(asks, LARGEST, 3)
        if not message:
            return
        said: JSON = json.loads(message)
        if "ended" in said:
            number, status = os.waitpid(said["ended"], os.WNOHANG)
            answer = {"status": os.waitstatus_to_exitcode(status) if number else None}
        else:
            child = os.fork()
            if not child:
                asks.close()
                become(said, handles)
                return
            answer = {"started": child}
        for handle in handles:
            os.close(handle)
        asks.sendall(json.dumps(answer).encode())


def become(start: JSON, handles: list[int]) -> None:
    """This process is now the one that was to be started, and ends as that one does."""
    os.setsid()
    for stream, handle in enumerate(handles):
        os.dup2(handle, stream)
        os.close(handle)
    os.environ.clear()
    os.environ.update(start["environment"])
    sys.argv = [start["program"], *start["arguments"]]
    if start["program"] == "flask":
        flask_main()
    elif start["program"] == "gunicorn":
        Gunicorn("%(prog)s [OPTIONS] [APP_MODULE]", prog="gunicorn").run()
    else:
        runpy.run_module(start["program"], run_name="__main__")


class Gunicorn(WSGIApplication):  # type: ignore[misc]
    """It reads its configuration as always; only what that runs by `flask` is forked as well."""

    def get_config_from_filename(self, filename: str) -> JSON:
        conf: JSON = super().get_config_from_filename(filename)
        assert "_flask" in conf
        conf["_flask"] = _flask
        return conf


def _flask(*arguments: str) -> None:
    def command() -> None:
        sys.argv = ["flask", "--app", "app", *arguments]
        flask_main()

    _, status = os.waitpid(forked(command), 0)
    if status:
        raise subprocess.CalledProcessError(os.waitstatus_to_exitcode(status), arguments)


if __name__ == "__main__":
    main()
