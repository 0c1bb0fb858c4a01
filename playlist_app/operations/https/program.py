"""The front as a program of its own, without the rest of the app: Flask would cost it 60 MB.

python -I program.py --folder FOLDER --listen HANDLE --to SOCKET [--name NAME …]
"""

from __future__ import annotations

import importlib
import sys
import types
from pathlib import Path

if __name__ == "__main__":
    package = types.ModuleType("playlist_app")
    package.__path__ = [str(Path(__file__).resolve().parent.parent.parent)]
    sys.modules["playlist_app"] = package
    importlib.import_module("playlist_app.operations.https.front").main()
