"""Packing a backup into one file, to be carried away: a tar archive, made while it is sent."""

from __future__ import annotations

import tarfile
from collections.abc import Iterator
from pathlib import Path

from playlist_app.operations.backups.disk import PIECE
from playlist_app.operations.backups.layout import Backup


def packed_size(backup: Backup) -> int:
    """How large the archive is, in bytes."""
    size = sum(tarfile.BLOCKSIZE + _padded(path.stat().st_size) for path in _files(backup))
    size += 2 * tarfile.BLOCKSIZE
    return size + -size % tarfile.RECORDSIZE


def packed(backup: Backup) -> Iterator[bytes]:
    """The archive, piece by piece. `tar -x` makes the backup's folder of it again."""
    size = 0
    for path in _files(backup):
        info = tarfile.TarInfo(f"{backup.name}/{path.relative_to(backup.path).as_posix()}")
        about = path.stat()
        info.size, info.mode, info.mtime = about.st_size, 0o600, int(about.st_mtime)
        head = info.tobuf(tarfile.USTAR_FORMAT)
        yield head
        size += len(head)
        with path.open("rb") as file:
            while piece := file.read(PIECE):
                yield piece
        yield bytes(_padded(info.size) - info.size)
        size += _padded(info.size)
    yield bytes(2 * tarfile.BLOCKSIZE)
    size += 2 * tarfile.BLOCKSIZE
    yield bytes(-size % tarfile.RECORDSIZE)


def _files(backup: Backup) -> list[Path]:
    return sorted(path for path in backup.path.rglob("*") if path.is_file())


def _padded(size: int) -> int:
    return size + -size % tarfile.BLOCKSIZE
