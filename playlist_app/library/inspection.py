"""Inspection: runs probe.py on a file that came in, and says what it found or why it is refused."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playlist_app.refusals import Refusal

SECONDS = 120  # no file takes this long
# Decoding is work for a core: more at a time would only make each slower, and the pages too.
_at_a_time = threading.BoundedSemaphore(2)


class NotAudio(Refusal):
    status = 422
    title = "That can't be played"


class Truncated(Refusal):
    status = 422
    title = "That file is not whole"


@dataclass(frozen=True)
class Inspection:
    """What is in a file. `tags` are fields of a track, as tags.py makes them.

    `cover_id` and `tint` describe the two pictures that lie beside the file.
    """

    format: str
    codec: str
    bitrate: int
    duration_seconds: float
    sound_sha256: str
    tags: dict[str, Any]
    cover_id: str
    tint: str


def inspect(path: Path, name: str) -> Inspection:
    """Look into a file. Raises NotAudio or Truncated."""
    command = [sys.executable, "-I", str(Path(__file__).with_name("probe.py")), str(path), name]
    with _at_a_time:
        try:
            done = subprocess.run(command, capture_output=True, timeout=SECONDS, check=False)
        except subprocess.TimeoutExpired:
            raise _refused(NotAudio, "This file takes too long to read.") from None
    if done.returncode:
        # The decoder gave up, or the limits on memory and time ended it.
        raise _refused(NotAudio, "This file can't be read as audio.")
    found = json.loads(done.stdout)
    if "error" in found:
        raise _refused(Truncated if found["error"] == "truncated" else NotAudio, found["detail"])
    cover = found.pop("cover")
    return Inspection(**found, cover_id=cover["id"], tint=cover["tint"])


def _refused(kind: type[Refusal], detail: str) -> Refusal:
    return kind(detail, errors={"file": [detail]})
