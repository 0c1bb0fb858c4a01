"""Taking a backup, while the server goes on writing.

Audio and covers first, as the longest part; then the database of one moment, and with it the few
files that came meanwhile. What an earlier backup has is linked to, not copied: a day without new
music costs the database and some names.
"""

from __future__ import annotations

import contextlib
import gzip
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from playlist_app.config import Settings
from playlist_app.database import connect, now
from playlist_app.operations.backups import contents, disk, kept, layout
from playlist_app.operations.backups.contents import File
from playlist_app.operations.backups.disk import Progress
from playlist_app.operations.backups.layout import Backup
from playlist_app.operations.backups.pool import Pool
from playlist_app.operations.backups.sealing import Key
from playlist_app.refusals import Refusal

IN_MEMORY = 48_000_000  # bytes of a database that is copied there, and so written once, packed
AT_ONCE = 2_000  # pages of a database between two looks at whether to go on
FAILED = "The backup was not made."


class NothingToBackUp(Refusal):
    title = "There is no database here yet, so there is nothing to back up"


def take(
    config: Settings,
    *,
    kind: str = "manual",
    to: Path | None = None,
    passphrase: str | None = None,
    media: bool = True,
    progress: Progress = disk.silent,
) -> Backup:
    """Take one, into the backup folder or `to`; `media=False`: of the database alone.

    Raises NothingToBackUp, kept.Busy, disk.DiskFull, OSError or sqlite3.Error; whatever it raises,
    nothing is left of the attempt.
    """
    if not config.database.exists() or not config.database.stat().st_size:
        raise NothingToBackUp
    place = (to or kept.folder(config)).resolve()
    with disk.full_is_said(FAILED, place), kept.alone(place):
        taking = _Taking(config, place, kind, passphrase, progress)
        try:
            # Here as well: it looks how full the disk is, before the draft has gone.
            with disk.full_is_said(FAILED, place):
                return taking.run(media=media)
        finally:
            shutil.rmtree(taking.draft, ignore_errors=True)  # renamed by now, if it went well


class _Taking:
    """One backup in the making."""

    def __init__(
        self,
        config: Settings,
        place: Path,
        kind: str,
        passphrase: str | None,
        progress: Progress,
    ) -> None:
        self.config = config
        self.progress = progress
        self.name = _free_name(place, kind)
        self.path = place / self.name
        self.draft = place / f"{layout.DRAFT}{self.name}"
        self.kind = kind
        self.pool, self.key = Pool(kept.in_folder(place)), None
        if passphrase is not None:
            self.key = self.pool.key_for(passphrase) or Key.make(passphrase)
        self.sums: dict[str, str] = {}
        self.size = self.new = self.missing = self.done = 0
        self.folders: set[Path] = set()

    def run(self, *, media: bool) -> Backup:
        self.draft.mkdir(mode=0o700)
        with closing(connect(self.config.database)) as database:
            database.execute("PRAGMA query_only = ON")
            if media:
                before = contents.files(database)
                self._require_room(before)
                self._add_all(before)
            # From here on this connection sees one moment, whatever is written meanwhile.
            database.execute("BEGIN")
            backup = self._about(database, media=media)
            if media:
                self._adjust(contents.files(database))
            self._database(database)
            database.execute("ROLLBACK")
        self._whole(layout.SECRET, self.config.data_folder / layout.SECRET)
        trusted = [self.config.https_folder / name for name in layout.AUTHORITY]
        if all(path.exists() for path in trusted):
            for path in trusted:
                self._whole(path.name, path)
        if self.key:
            self._file(layout.KEY, self.key.sealed)
        return self._finish(backup)

    def _about(self, database: sqlite3.Connection, *, media: bool) -> Backup:
        return Backup(
            name=self.name,
            path=self.draft,
            made_at=now(),
            kind=self.kind,
            seq=contents.seq(database),
            epoch=contents.epoch(database),
            schema=contents.schema(database),
            is_encrypted=bool(self.key),
            counts=contents.counts(database),
            has_media=media,
        )

    def _require_room(self, files: list[File]) -> None:
        """Told at once, rather than after an hour of copying."""
        size = sum(f.size or 0 for f in files if not self.pool.has(self._stored(f.name), self.key))
        disk.require_room(FAILED, self.draft, size)

    # --- audio and covers -----------------------------------------------------------------------

    def _stored(self, name: str) -> str:
        return self.key.name(name) if self.key else name

    def _add_all(self, files: list[File]) -> None:
        for number, file in enumerate(files):
            self.progress(number, len(files), "Copying audio and covers")
            self._add(file)
        self.done = len(files)

    def _adjust(self, files: list[File]) -> None:
        """To the moment of the database: what came since the files were read, and what went."""
        wanted = {self._stored(file.name) for file in files}
        for stored in set(self.sums) - wanted:
            path = self.draft / stored
            self.size -= path.stat().st_size
            path.unlink()
            del self.sums[stored]
        self.missing = 0
        for file in files:
            if self._stored(file.name) not in self.sums:
                self._add(file)

    def _add(self, file: File) -> None:
        stored = self._stored(file.name)
        target = self.draft / stored
        if target.parent not in self.folders:
            disk.make_folder(target.parent)
            self.folders.add(target.parent)
        sha256 = self.pool.link(stored, target, self.key, size=None if self.key else file.size)
        if sha256:
            self.size += target.stat().st_size
        else:
            sha256 = self._copy(file, target)
        if sha256:
            self.sums[stored] = sha256
        else:
            self.missing += 1

    def _copy(self, file: File, target: Path) -> str | None:
        """The hash of what was written; None where the server does not have it, or not whole."""
        source = self.config.media_folder / Path(file.name).relative_to("media")
        try:
            opened = source.open("rb")
        except FileNotFoundError:
            return None
        with opened, disk.new_file(target, is_synced=False) as out:
            read = disk.Reading(opened)
            if self.key:
                self.key.encrypt(read, out)
            else:
                shutil.copyfileobj(read, out, disk.PIECE)
        if file.sha256 and read.sha256 != file.sha256:
            target.unlink()
            return None
        self.size += out.size
        self.new += out.size
        return out.sha256

    # --- the rest -------------------------------------------------------------------------------

    def _database(self, source: sqlite3.Connection) -> None:
        packed = self.draft / layout.DATABASE
        plain = self.draft / "app.db"
        with (
            closing(_copied(source, plain, self.progress)) as copy,
            disk.new_file(packed) as out,
            gzip.GzipFile("", "wb", 6, out, mtime=0) as file,
        ):
            for piece in _pages(copy, plain):
                file.write(piece)
        for left in self.draft.glob("app.db*"):
            if left != packed:
                left.unlink()
        self._whole(layout.DATABASE, packed)
        if self.key:
            packed.unlink()

    def _whole(self, name: str, source: Path) -> None:
        """Take a file that every backup has anew."""
        stored = f"{name}{layout.SEALED}" if self.key else name
        target = self.draft / stored
        if source == target:
            self.sums[stored] = disk.sha256_of(target)
            self.size += target.stat().st_size
            self.new += target.stat().st_size
            return
        with source.open("rb") as file, disk.new_file(target) as out:
            if self.key:
                self.key.encrypt(file, out)
            else:
                shutil.copyfileobj(file, out, disk.PIECE)
        self._count(stored, out)

    def _file(self, name: str, content: bytes) -> None:
        with disk.new_file(self.draft / name) as out:
            out.write(content)
        self._count(name, out)

    def _count(self, name: str, out: disk.Hashing) -> None:
        self.sums[name] = out.sha256
        self.size += out.size
        self.new += out.size

    def _finish(self, backup: Backup) -> Backup:
        self.progress(self.done, self.done, "Writing it down")
        sums_sha256 = layout.write_sums(self.draft, self.sums)
        listed = (self.draft / layout.SUMS).stat().st_size
        backup = replace(
            backup,
            size_bytes=self.size + listed,
            new_bytes=self.new + listed,
            files=len(self.sums),
            missing=self.missing,
            sums_sha256=sums_sha256,
        )
        layout.write_about(backup)
        # All is safe before the folder has its name, and is a backup by that.
        disk.sync(self.draft)
        self.draft.rename(self.path)
        layout.sync_folders([self.path.parent])
        return layout.read(self.path)


def _copied(source: sqlite3.Connection, path: Path, progress: Progress) -> sqlite3.Connection:
    """A copy of the moment that `source` sees. A small one needs no room on the disk."""
    pages = source.execute("PRAGMA page_count").fetchone()[0]
    size = pages * source.execute("PRAGMA page_size").fetchone()[0]
    target = ":memory:"
    if size > IN_MEMORY:
        target = str(path)
        os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))
    copy = sqlite3.connect(target)
    try:
        source.backup(
            copy,
            pages=AT_ONCE,
            progress=lambda _, left, of: progress(of - left, of, "Copying the database"),
        )
    except BaseException:
        copy.close()
        raise
    return copy


def _pages(copy: sqlite3.Connection, path: Path) -> Iterator[bytes]:
    if not path.exists():
        yield copy.serialize()
        return
    copy.close()
    with path.open("rb") as file:
        while piece := file.read(disk.PIECE):
            yield piece


def _free_name(place: Path, kind: str) -> str:
    name = f"{now():%Y%m%dT%H%M%SZ}-{kind}"
    number = 1
    with contextlib.suppress(StopIteration):
        while (place / (name if number == 1 else f"{name}-{number}")).exists():
            number += 1
    return name if number == 1 else f"{name}-{number}"
