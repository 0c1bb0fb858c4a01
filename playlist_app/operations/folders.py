"""The data folder: what is in it, for nobody else's eyes."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from playlist_app.config import Settings


class UnusableFolder(Exception):
    """The data folder can't be used; the message says why and what to do."""


def make(config: Settings) -> None:
    """Make the folders that are missing. Raises UnusableFolder."""
    media = config.media_folder
    for folder in (
        config.data_folder,
        media,
        media / "audio",
        media / "covers",
        media / "incoming",
        media / "uploads",
        config.backup_folder,
        config.cache_folder,
        config.data_folder / "workers",
    ):
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise UnusableFolder(f"The folder {folder} can't be made: {error.strerror}.") from error
    if not os.access(config.data_folder, os.W_OK | os.X_OK):
        raise UnusableFolder(
            f"The folder {config.data_folder} can't be written to by this user. "
            "Change its owner, or set JAMBOREE_DATA to another folder."
        )


def secret_key(config: Settings) -> str:
    """What cookies are signed with: made at the first start, the same ever after."""
    path = config.data_folder / "secret_key"
    _write_once(path, secrets.token_hex(32))
    return path.read_text().strip()


def _write_once(path: Path, text: str) -> None:
    """Whole or not at all, and by one process, whichever comes first."""
    if path.exists():
        return
    draft = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
