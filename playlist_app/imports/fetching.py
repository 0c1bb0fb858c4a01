"""Fetching: runs the process that goes out (fetch.py), listens to it, and ends it when its time or
its claim is over."""

from __future__ import annotations

import json
import logging
import os
import selectors
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from flask import Flask, current_app

from playlist_app.config import settings
from playlist_app.imports.errand import Errand
from playlist_app.imports.guard import Guard
from playlist_app.imports.proxy import Proxy
from playlist_app.imports.states import Failed, Quality, Trouble

JSON = dict[str, Any]

LOOK_WITHIN = 30.0  # seconds
FETCH_WITHIN = 6 * 3600.0
ASKS_EVERY = 0.5  # seconds, whether it is still wanted
SAID_AT_MOST = 16_000_000  # bytes

log = logging.getLogger(__name__)
_starting = threading.Lock()


class Dropped(Exception):
    """It is not wanted any more: paused, cancelled, or the worker stops."""


def proxy() -> Proxy:
    """The guarded proxy of this process, started with its first use."""
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    with _starting:
        if "import_proxy" not in app.extensions:
            app.extensions["import_proxy"] = Proxy(Guard(settings().import_allow)).start()
    found: Proxy = app.extensions["import_proxy"]
    return found


def look(url: str, *, goes_on: Callable[[], bool]) -> JSON:
    """What is behind an address (looking.shape). Raises Failed or Dropped."""
    said = _run(_errand("look", url), LOOK_WITHIN, goes_on, lambda _: True)
    found: JSON = said["found"]
    return found


def fetch(
    url: str,
    *,
    folder: Path,
    lock: int,
    quality: str,
    looked: bool,
    goes_on: Callable[[], bool],
    heard: Callable[[JSON], bool],
) -> JSON:
    """Download an address into the folder; answers `{file}`, or `{list}` where it is one.

    `lock` is a handle that stays open as long as the process lives. `heard` gets what is said on
    the way, `{progress}` or `{about}`; after the latter it answers whether it is wanted. Raises
    Failed or Dropped.
    """
    errand = _errand("fetch", url, folder=str(folder), quality=Quality(quality), looked=looked)
    return _run(errand, FETCH_WITHIN, goes_on, heard, handles=[lock])


def _errand(action: str, url: str, **more: Any) -> Errand:
    config, way_out = settings(), proxy()
    return Errand(
        action=action,
        url=url,
        proxy=way_out.url,
        proxy_port=way_out.port,
        bytes_at_most=config.upload_limit,
        seconds_at_most=config.import_hours * 3600,
        stall=float(config.import_stall),
        **more,
    )


def _run(
    errand: Errand,
    within: float,
    goes_on: Callable[[], bool],
    heard: Callable[[JSON], bool],
    handles: Sequence[int] = (),
) -> JSON:
    home = errand.folder or tempfile.gettempdir()
    with (
        tempfile.TemporaryFile() as complaints,
        subprocess.Popen(
            [sys.executable, "-I", str(Path(__file__).with_name("fetch.py"))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=complaints,
            cwd=home,
            # Nothing of ours: no proxies, no keys, no configuration of whoever runs this.
            env={"LANG": "C.UTF-8", "HOME": home, "TMPDIR": home, "YTDLP_NO_PLUGINS": "1"},
            start_new_session=True,
            pass_fds=handles,
        ) as process,
    ):
        try:
            return _listen(process, errand, within, goes_on, heard)
        except EOFError:
            process.wait()
            complaints.seek(max(0, complaints.tell() - 2000))
            log.warning(
                "fetching %s ended with %s: %s",
                errand.url,
                process.returncode,
                complaints.read().decode(errors="replace"),
            )
            raise Failed(Trouble.CRASHED, "Fetching it failed on the server.") from None
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)


def _listen(
    process: subprocess.Popen[bytes],
    errand: Errand,
    within: float,
    goes_on: Callable[[], bool],
    heard: Callable[[JSON], bool],
) -> JSON:
    """Hear what it says, to its last word. Raises EOFError where that does not come."""
    assert process.stdin and process.stdout
    _tell(process, json.dumps(asdict(errand)))
    began = last = asked = time.monotonic()
    said, buffer = 0, b""
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        while True:
            ready = selector.select(ASKS_EVERY)
            moment = time.monotonic()
            if moment - asked >= ASKS_EVERY:
                asked = moment
                if not goes_on():
                    raise Dropped
            # It has limits of its own for each answer; this is for when they do not hold.
            if moment - began > within or moment - last > 2 * errand.stall + 60:
                raise Failed(Trouble.BROKEN, "It took too long.")
            if not ready:
                continue
            last = moment
            data = os.read(process.stdout.fileno(), 65_536)
            said += len(data)
            if not data or said > SAID_AT_MOST:
                raise EOFError
            *lines, buffer = (buffer + data).split(b"\n")
            for line in lines:
                answer = _hear(process, json.loads(line), heard)
                if answer:
                    return answer


def _hear(
    process: subprocess.Popen[bytes], message: JSON, heard: Callable[[JSON], bool]
) -> JSON | None:
    """Its last word, or None where there is more to come."""
    if "trouble" in message:
        trouble = message["trouble"]
        raise Failed(Trouble(trouble["class"]), trouble["message"][:500], trouble["wait"])
    if "progress" in message:
        heard(message)
        return None
    if "about" in message:
        if not heard(message):
            raise Dropped
        _tell(process, "go")
        return None
    return message


def _tell(process: subprocess.Popen[bytes], line: str) -> None:
    assert process.stdin
    try:
        process.stdin.write(line.encode() + b"\n")
        process.stdin.flush()
    except BrokenPipeError:
        raise EOFError from None
