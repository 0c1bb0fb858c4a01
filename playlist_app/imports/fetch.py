"""Fetch: the process that goes out for an import, or to look what is behind an address.

It is a process of its own (fetching.py starts it): what comes from outside goes through a dozen
parsers, and whatever one of them does must not reach the server.
"""

from __future__ import annotations

import sys
import types
from pathlib import Path


def main() -> None:
    # The package without the app's own start: Flask and the ORM would cost a second each time.
    package = types.ModuleType("playlist_app")
    package.__path__ = [str(Path(__file__).resolve().parent.parent)]
    sys.modules["playlist_app"] = package

    from playlist_app.imports.outing import go

    go()


if __name__ == "__main__":
    main()
