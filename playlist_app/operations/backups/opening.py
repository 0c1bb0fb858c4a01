"""Opening a backup: its database as a file of its own, its media decrypted and compared."""

from __future__ import annotations

import contextlib
import gzip
import shutil
import sqlite3
import zlib
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from playlist_app.operations.backups import disk, layout, sealing
from playlist_app.operations.backups.contents import File
from playlist_app.operations.backups.layout import Backup
from playlist_app.operations.backups.sealing import Key


class Opened:
    """A backup that can be read. Files come out whole and compared with their hashes, or not."""

    def __init__(self, backup: Backup, passphrase: str | None = None) -> None:
        """Raises layout.Damaged, sealing.NeedsPassphrase or sealing.WrongPassphrase."""
        self.backup = backup
        self.sums = layout.read_sums(backup)
        if backup.is_encrypted:
            # First, as a damaged key looks like a wrong passphrase.
            self._require_whole(layout.KEY)
        self._key = Key.open(backup.path, passphrase) if backup.is_encrypted else None

    def has(self, file: File) -> bool:
        return self._stored(file.name) in self.sums

    def absent(self) -> list[str]:
        """Files that should be there and are not, or are empty; without reading them."""
        found = []
        for name in self.sums:
            path = self.backup.path / name
            if not path.is_file() or not path.stat().st_size:
                found.append(name)
        return found

    def database(self, target: Path) -> None:
        """Put the database there. Raises layout.Damaged."""
        stored = self._named(layout.DATABASE)
        packed = target.with_name(f"{target.name}.gz")
        self._take(stored, packed)
        try:
            with gzip.open(packed) as source, disk.new_file(target) as out:
                shutil.copyfileobj(source, out, disk.PIECE)
        except (gzip.BadGzipFile, zlib.error, EOFError):
            raise layout.Damaged(f"{stored} is damaged: it can't be unpacked.") from None
        finally:
            packed.unlink(missing_ok=True)

    def secret(self, target: Path) -> None:
        """Put the key there that cookies are signed with. Raises layout.Damaged."""
        self._take(self._named(layout.SECRET), target)

    def authority(self, folder: Path) -> bool:
        """Put there what devices trust; answers whether there is any. Raises layout.Damaged."""
        if not all(self._named(name) in self.sums for name in layout.AUTHORITY):
            return False
        for name in layout.AUTHORITY:
            self._take(self._named(name), folder / name)
        return True

    def media(self, file: File, target: Path) -> None:
        """Put an audio file or a cover there; it is for the caller to `disk.sync` all of them.
        Raises layout.Damaged."""
        found = self._take(self._stored(file.name), target, is_synced=False)
        if file.sha256 and found != file.sha256:
            target.unlink()
            raise layout.Damaged(f"{self._stored(file.name)} is damaged: it is another file.")

    def _named(self, name: str) -> str:
        return f"{name}{layout.SEALED}" if self._key else name

    def _stored(self, name: str) -> str:
        return self._key.name(name) if self._key else name

    def _require_whole(self, stored: str) -> None:
        try:
            found = disk.sha256_of(self.backup.path / stored)
        except FileNotFoundError:
            raise layout.Damaged(f"{stored} is missing.") from None
        if found != self.sums.get(stored):
            raise layout.Damaged(f"{stored} is damaged: its bytes are not what was written.")

    def _take(self, stored: str, target: Path, *, is_synced: bool = True) -> str:
        """Answers the hash of what came out."""
        try:
            source = (self.backup.path / stored).open("rb")
        except FileNotFoundError:
            raise layout.Damaged(f"{stored} is missing.") from None
        with source:
            read = disk.Reading(source)
            with (
                self._damage_is_said(stored, read),
                disk.new_file(target, is_synced=is_synced) as out,
            ):
                self._copy(read, out)
        return out.sha256

    def _copy(self, source: Any, target: Any) -> None:
        if self._key:
            self._key.decrypt(source, target)
        else:
            shutil.copyfileobj(source, target, disk.PIECE)

    @contextlib.contextmanager
    def _damage_is_said(self, stored: str, read: disk.Reading) -> Iterator[None]:
        try:
            yield
        except sealing.NotWhole:
            raise layout.Damaged(f"{stored} is damaged: it can't be decrypted.") from None
        if read.sha256 != self.sums.get(stored):
            raise layout.Damaged(f"{stored} is damaged: its bytes are not what was written.")


@contextlib.contextmanager
def connected(path: Path) -> Iterator[sqlite3.Connection]:
    """A database that was got out of a backup, as nobody else has it open."""
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        yield database


def read_only(path: Path) -> sqlite3.Connection:
    """Any database, with nothing made or changed beside what SQLite needs to read it."""
    return sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True, isolation_level=None, timeout=5)
