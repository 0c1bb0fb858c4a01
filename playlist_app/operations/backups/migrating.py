"""Bring the database of a folder to this version: python -m … FOLDER. A process of its own."""

from __future__ import annotations

import sys

from playlist_app.config import Settings
from playlist_app.operations import startup

if __name__ == "__main__":
    startup.migrate(Settings(data=sys.argv[1]), back_up=False)  # it is out of one
