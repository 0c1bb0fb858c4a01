"""The data folder: what is in it, for nobody else's eyes."""

from __future__ import annotations

import os
from pathlib import Path

from playlist_app.config import Settings
from playlist_app.operations.troubles import CannotServe, not_permitted, of_system


class UnusableFolder(CannotServe):
    """The data folder can't be used; the message says why and what to do."""


def make(config: Settings) -> None:
    """Make the folders that are missing, and see that what is there can be used.

    Raises UnusableFolder, NotPermitted or FullDisk.
    """
    for folder in _folders(config):
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise of_system(error, config) or UnusableFolder(
                f"The folder {folder} can't be made: {error.strerror}. "
                "Remove what is in its way, or set JAMBOREE_DATA to another folder."
            ) from error
    for path in _used(config):
        if not os.access(path, os.R_OK | os.W_OK | (os.X_OK if path.is_dir() else 0)):
            raise not_permitted(path)
    _refuse_another_owner(config.database)


def _folders(config: Settings) -> tuple[Path, ...]:
    data, media = config.data_folder, config.media_folder
    return (
        data,
        media,
        media / "audio",
        media / "covers",
        media / "incoming",
        media / "uploads",
        config.backup_folder,
        config.cache_folder,
        data / "workers",
    )


def _used(config: Settings) -> list[Path]:
    names = ("app.db", "app.db-wal", "app.db-shm", "secret_key", "write.lock", "start.lock")
    files = [config.data_folder / name for name in (*names, "serving.lock")]
    return [*_folders(config), *(path for path in files if path.exists())]


def _refuse_another_owner(database: Path) -> None:
    """Root may do everything; but what root makes here, the server that is not root can't use."""
    if os.geteuid() == 0 and database.exists() and database.stat().st_uid != 0:
        raise not_permitted(database)
