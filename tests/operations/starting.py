"""Starts a server's data folder several times at the same moment, as that many processes would.

python -m tests.operations.starting FOLDER COUNT
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import alembic.command  # noqa: F401 - so that every start takes as long

from playlist_app.operations import startup
from tests.conftest import make_app


def main(folder: Path, count: int) -> int:
    ready, steady = os.pipe()
    for _ in range(count):
        if os.fork() == 0:
            os.close(steady)
            os.read(ready, 1)  # until everybody is there, and the pipe is closed
            startup.prepare(make_app(folder))
            os._exit(0)
    os.close(steady)
    return sum(os.wait()[1] != 0 for _ in range(count))


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), int(sys.argv[2])))
