"""Owns `python -m playlist_app.library.demo FOLDER`: the demo music, made to be listened to."""

from __future__ import annotations

import sys
import time
from pathlib import Path

from . import make_all


def main(arguments: list[str]) -> int:
    if len(arguments) != 1:
        sys.stderr.write("Usage: python -m playlist_app.library.demo FOLDER\n")
        return 2
    started = time.monotonic()
    for song, path in make_all(Path(arguments[0])):
        sys.stdout.write(
            f"{time.monotonic() - started:5.1f} s  {path}  {song.artist}: {song.title}\n"
        )
        sys.stdout.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
