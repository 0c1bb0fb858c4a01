"""Exporting: the whole server into one file, while it goes on serving."""

from __future__ import annotations

import os
import shutil
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from playlist_app.config import Settings
from playlist_app.database import connect, iso, now
from playlist_app.library.stored import audio_path, cover_path
from playlist_app.operations.in_words import size
from playlist_app.operations.moving import parcel, scratch
from playlist_app.operations.troubles import FullDisk

SHARE = 1.02  # of what is in it, at most, is what the tar itself needs


@dataclass(frozen=True)
class Exported:
    """What was put in. `missing`: audio that was not on the disk any more, or not whole."""

    path: Path
    size_bytes: int
    audio_files: int
    missing: int


@dataclass(frozen=True)
class _Audio:
    id: str
    sha256: str
    size: int
    path: Path
    in_place: bool


def export(config: Settings, path: Path, progress: parcel.Progress = lambda _: None) -> Exported:
    """Write it to `path`: whole, or not at all. What lies in folders of others comes along, and is
    the new server's own there. Raises FullDisk or OSError."""
    with (
        scratch.folder(config.cache_folder, scratch.EXPORT) as folder,
        closing(_snapshot(config, folder)) as copy,
    ):
        audio = _audio(config, copy)
        covers = [cover for (cover,) in copy.execute("SELECT id FROM cover ORDER BY id")]
        files = [cover_path(config, cover, kind) for cover in covers for kind in ("large", "small")]
        expected = sum(one.size for one in audio) + (folder / "app.db").stat().st_size
        expected += sum(file.stat().st_size for file in files if file.exists())
        _require_room(path, int(expected * SHARE))
        draft = path.with_name(f".{path.name}.{os.getpid()}")
        try:
            handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "wb") as out:
                writer = parcel.Writer(out, _manifest(copy, expected), progress)
                there = {one.id for one in audio if _put(writer, one)}
                for file in files:
                    _put_file(writer, f"media/covers/{file.parent.name}/{file.name}", file)
                _adapt(copy, audio, there)
                with (folder / "app.db").open("rb") as database:
                    writer.add(parcel.DATABASE, database)
                writer.add_bytes(parcel.SECRET, (config.data_folder / "secret_key").read_bytes())
                _put_authority(writer, config)
                writer.close()
                out.flush()
                os.fsync(out.fileno())
            draft.replace(path)
        finally:
            draft.unlink(missing_ok=True)
    return Exported(path, path.stat().st_size, len(there), len(audio) - len(there))


def _snapshot(config: Settings, folder: Path) -> sqlite3.Connection:
    """A copy of the database of one moment, to be adapted. In one file, without a log beside it."""
    copy = sqlite3.connect(folder / "app.db", isolation_level=None)
    with closing(connect(config.database)) as source:
        source.backup(copy)
    copy.execute("PRAGMA journal_mode = DELETE")
    return copy


def _audio(config: Settings, copy: sqlite3.Connection) -> list[_Audio]:
    rows = copy.execute("SELECT id, sha256, size_bytes, path FROM audio_file ORDER BY sha256")
    return [
        _Audio(
            id=id_,
            sha256=sha256,
            size=count,
            path=Path(os.fsdecode(path)) if path else audio_path(config, sha256),
            in_place=path is not None,
        )
        for id_, sha256, count, path in rows
    ]


def _require_room(path: Path, expected: int) -> None:
    free = shutil.disk_usage(path.parent).free
    if free < expected:
        raise FullDisk(
            f"{path.parent} has no room for it: it takes {size(expected)}, and {size(free)} are "
            "free. Nothing was written. Name a file on another disk."
        )


def _manifest(copy: sqlite3.Connection, expected: int) -> parcel.Manifest:
    def one(sql: str) -> str:
        return str(copy.execute(sql).fetchone()[0])

    return parcel.Manifest(
        made_at=iso(now()),
        schema=one("SELECT version_num FROM alembic_version"),
        epoch=one("SELECT value FROM fact WHERE name = 'epoch'"),
        seq=int(one("SELECT coalesce(max(seq), 0) FROM event")),
        bytes=expected,
    )


def _put(writer: parcel.Writer, audio: _Audio) -> bool:
    """Whether it was there, as long as it should be."""
    name = f"media/audio/{audio.sha256[:2]}/{audio.sha256}"
    return _put_file(writer, name, audio.path, length=audio.size)


def _put_file(writer: parcel.Writer, name: str, path: Path, length: int | None = None) -> bool:
    try:
        file = path.open("rb")
    except OSError:
        return False
    with file:
        if length is not None and os.fstat(file.fileno()).st_size != length:
            return False
        writer.add(name, file)
    return True


def _put_authority(writer: parcel.Writer, config: Settings) -> None:
    files = [config.https_folder / Path(name).name for name in parcel.AUTHORITY]
    if all(file.exists() for file in files):
        for name, file in zip(parcel.AUTHORITY, files, strict=True):
            writer.add_bytes(name, file.read_bytes())


def _adapt(copy: sqlite3.Connection, audio: list[_Audio], there: set[str]) -> None:
    """Make the copy true of another machine: all audio is by hash in the media folder there, and
    what is not in the parcel is known as lost, so that devices give it back."""
    copy.execute("BEGIN")
    copy.execute("DELETE FROM scanned_file")
    copy.execute("UPDATE audio_file SET path = NULL, path_mtime_ns = NULL WHERE path NOT NULL")
    lost = [(one.id,) for one in audio if one.id not in there]
    copy.executemany(
        "UPDATE audio_file SET lost_at = coalesce(lost_at, datetime('now') || '.000000')"
        " WHERE id = ?",
        lost,
    )
    # What this machine's disk holds of the cache, and which of its workers did what.
    copy.execute("UPDATE rendition SET status = 'preparing' WHERE status = 'ready'")
    copy.execute("UPDATE audio_file SET playable_sha256 = NULL, playable_bytes = NULL")
    copy.execute("COMMIT")
