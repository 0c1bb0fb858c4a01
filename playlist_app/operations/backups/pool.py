"""The pool: what earlier backups in the same folder have already, to be linked to."""

from __future__ import annotations

import contextlib
import errno
import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from playlist_app.operations.backups import layout, sealing
from playlist_app.operations.backups.layout import Backup
from playlist_app.operations.backups.sealing import Key

# A file system without hard links, or with too many of one file.
NO_LINKS = {errno.EPERM, errno.EMLINK, errno.ENOTSUP, errno.EXDEV, errno.ENOSYS, errno.EACCES}


class Pool:
    """The files of earlier backups, read when they are asked for; the newest backup first."""

    def __init__(self, backups: Sequence[Backup]) -> None:
        self._backups = [backup for backup in backups if backup.sums_sha256]
        self._read: dict[bytes, dict[str, tuple[Path, str]]] = {}
        self._sealed: dict[Path, bytes] = {}
        # By what they are on the disk: one damaged file has a name in many backups.
        self._damaged = set(self._found_damaged())

    def key_for(self, passphrase: str) -> Key | None:
        """That of the newest backup which this passphrase opens: what is encrypted with it can be
        linked to."""
        tried = set()
        for backup in self._backups:
            if backup.is_encrypted and (sealed := self._sealed_key(backup)) not in tried:
                tried.add(sealed)
                with contextlib.suppress(sealing.WrongPassphrase, sealing.TooSlow, layout.Damaged):
                    return Key.open(backup.path, passphrase)
        return None

    def has(self, stored: str, key: Key | None) -> bool:
        return stored in self._files(key)

    def link(self, stored: str, target: Path, key: Key | None, *, size: int | None) -> str | None:
        """Give a file that is there a second name; answers its hash, or None where it is not, or
        not as large as it has to be, or no links can be made."""
        path, sha256 = self._files(key).get(stored, (None, None))
        if not path:
            return None
        try:
            about = path.stat()
            if (about.st_dev, about.st_ino) in self._damaged:
                return None  # it is copied anew
            if size is not None and about.st_size != size:
                return None
            os.link(path, target)
        except FileNotFoundError:
            return None
        except OSError as error:
            if error.errno not in NO_LINKS:
                raise
            return None
        return sha256

    def _files(self, key: Key | None) -> dict[str, tuple[Path, str]]:
        sealed = key.sealed if key else b""
        if sealed not in self._read:
            found: dict[str, tuple[Path, str]] = {}
            for name, path, sha256 in self._all(sealed):
                found.setdefault(name, (path, sha256))
            self._read[sealed] = found
        return self._read[sealed]

    def _all(self, sealed: bytes) -> Iterator[tuple[str, Path, str]]:
        for backup in self._backups:
            if self._sealed_key(backup) != sealed:
                continue
            with contextlib.suppress(layout.Damaged):  # then it has nothing to be linked to
                for name, sha256 in layout.read_sums(backup).items():
                    if name.startswith("media/"):
                        yield name, backup.path / name, sha256

    def _found_damaged(self) -> Iterator[tuple[int, int]]:
        for backup in self._backups:
            for name in backup.damaged:
                with contextlib.suppress(FileNotFoundError):
                    about = (backup.path / name).stat()
                    yield about.st_dev, about.st_ino

    def _sealed_key(self, backup: Backup) -> bytes:
        if not backup.is_encrypted:
            return b""
        if backup.path not in self._sealed:
            path = backup.path / layout.KEY
            self._sealed[backup.path] = path.read_bytes() if path.exists() else b"lost"
        return self._sealed[backup.path]
