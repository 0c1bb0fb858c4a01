"""Folders of imports: `imports/<id>/` in the media folder, while something is being fetched.

Each belongs to a row that is not finished; whatever else lies there was left by a crash.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from playlist_app.config import Settings


def all_of(config: Settings) -> Path:
    return config.media_folder / "imports"


def folder_of(config: Settings, import_id: str) -> Path:
    return all_of(config) / import_id


def make(config: Settings, import_id: str) -> Path:
    folder = folder_of(config, import_id)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def remove(config: Settings, import_id: str) -> None:
    shutil.rmtree(folder_of(config, import_id), ignore_errors=True)
