"""Restoring a backup: made ready beside what is there, checked, and then put in its place at once.

Everything before the last step can fail, be cancelled or be killed, and nothing has changed. That
step is one transaction on the database that is there: servers that have it open go on with the
restored one, and their clients notice by its epoch. Audio is only added: it is known by its hash.
The key and the authority follow the database; where that is cut off, the next start does it.
"""

from __future__ import annotations

import contextlib
import fcntl
import functools
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playlist_app.config import Settings
from playlist_app.database import WriterLock, connect, now
from playlist_app.operations import in_use
from playlist_app.operations.backups import checking, contents, disk, kept, layout, staging, taking
from playlist_app.operations.backups.disk import Progress
from playlist_app.operations.backups.layout import Backup
from playlist_app.operations.backups.opening import Opened, read_only
from playlist_app.refusals import Refusal

FOLDER = "restoring"
EPOCH = "epoch"  # in it, from when all is ready: of the database to which the rest of it belongs
FAILED = "The backup was not restored."


class DamagedBackup(Refusal):
    status = 409
    title = "This backup is damaged"


@dataclass(frozen=True)
class Restored:
    """What came of it. `safety` holds what was there before; `missing` names files that neither the
    backup nor this server had; with `has_other_key`, the server that runs must be restarted."""

    backup: Backup
    safety: Path | None
    files: int
    missing: list[str]
    has_other_key: bool

    def shape(self) -> dict[str, Any]:
        return {
            "safety": str(self.safety) if self.safety else None,
            "files": self.files,
            "missing": self.missing,
            "restart": self.has_other_key,
        }

    @property
    def sentences(self) -> list[str]:
        said = [f"Restored {self.backup.name}: {self.files} files of audio and covers came back."]
        if self.missing:
            said.append(
                f"{len(self.missing)} files were not in the backup either, as the server had lost "
                "them when it was made."
            )
        if self.safety:
            said.append(f"What was there before is in {self.safety}.")
        if self.has_other_key:
            said.append("Restart the server now: until then people have to log in again.")
        return said


def restore(
    config: Settings,
    backup: Backup,
    *,
    passphrase: str | None = None,
    progress: Progress = disk.silent,
    by: tuple[str | None, str] = (None, "command line"),
    work_id: str | None = None,
) -> Restored:
    """Restore one. `by`: who does, for the audit; `work_id`: the long work that does.

    Raises DamagedBackup, staging.NewerBackup, sealing.WrongPassphrase, disk.DiskFull, kept.Busy,
    what `progress` raises, and in_use.StillServed where a server has a database open that is
    damaged; after any of them everything is as it was.
    """
    said = functools.partial(disk.full_is_said, FAILED, config.data_folder)
    # Inside as well, as it looks how full the disk is: before what was made ready has gone.
    with said(), staged(config) as (folder, media), said():
        opened = whole(backup, passphrase, progress)
        live = _live(config)
        try:
            made = staging.database(opened, folder, progress)
            ready = staging.Media([], [])
            if backup.has_media:
                ready = staging.media(opened, made, config, media, progress)
            opened.secret(folder / layout.SECRET)
            trusted = folder / "https"
            disk.make_folder(trusted)
            if not opened.authority(trusted):
                trusted.rmdir()
        except layout.Damaged as error:
            raise refused(backup, str(error)) from None
        if not live:
            with in_use.by_nobody_else(config):
                pass  # said before anything is copied
        safety = _save(config, live, progress)
        note = {"actor_id": by[0], "actor_name": by[1], "subject": backup.name}
        staging.begin_a_new_history(made, live, note)
        if live and work_id:
            staging.keep_work(made, live, work_id)
        progress(0, 1, "Putting it in its place")
        disk.sync(media)
        for file in ready.files:
            put(media, config.media_folder, Path(file.name).relative_to("media"))
        with closing(read_only(made)) as database:
            layout.write_file(folder / EPOCH, contents.epoch(database).encode())
        layout.sync_folders([folder])
        _replace(config, made, live)
        has_other_key = _put_what_belongs_to_it(config, folder) and in_use.is_served(config)
        return Restored(backup, safety, len(ready.files), ready.missing, has_other_key)


def remove_left_over(config: Settings) -> None:
    """What a restore that was killed left: it is finished where only its end is missing. Safe at
    any time: not while one is under way."""
    with contextlib.suppress(kept.Busy), staged(config):
        pass


def whole(backup: Backup, passphrase: str | None, progress: Progress) -> Opened:
    """The backup, if every file of it is what was written."""
    problems = list(checking.stored_problems(backup, progress=progress))
    if problems:
        more = f" and {len(problems) - 1} more" if len(problems) > 1 else ""
        raise refused(backup, f"{problems[0]}{more}")
    opened = Opened(backup, passphrase)
    staging.require_known_schema(opened)
    return opened


def refused(backup: Backup, what: str) -> DamagedBackup:
    """The refusal of a damaged one, naming what is damaged."""
    return DamagedBackup(
        f"The backup {backup.name} is damaged, and was not restored. {what} Nothing was changed; "
        "choose another one."
    )


def _live(config: Settings) -> Path | None:
    """The database that is there, if it can be read."""
    path = config.database
    if not path.exists() or not path.stat().st_size:
        return None
    try:
        with closing(read_only(path)) as database:
            [found] = database.execute("PRAGMA quick_check(1)").fetchone()
            if found == "ok" and contents.schema(database):
                return path
    except sqlite3.DatabaseError:
        pass
    return None


def _save(config: Settings, live: Path | None, progress: Progress) -> Path | None:
    """A safety copy of what is there, whatever state it is in."""
    if live:
        return taking.take(config, kind="before-restore", progress=progress).path
    if not config.database.exists() or not config.database.stat().st_size:
        return None
    aside = kept.folder(config) / f"damaged-{now():%Y%m%dT%H%M%SZ}"
    disk.make_folder(aside)
    for path in _files_of(config.database):
        shutil.copy2(path, aside / path.name)
    layout.sync_folders([aside])
    return aside


def put(made_ready: Path, media: Path, name: Path) -> None:
    """Move a file that was made ready to its place."""
    target = media / name
    disk.make_folder(target.parent)
    (made_ready / name).replace(target)


def _replace(config: Settings, made: Path, live: Path | None) -> None:
    """Make the database the one that was made: all of it, or it stays what it was."""
    if not live:
        # Only a database that works can be replaced under the feet of those who have it open.
        with in_use.by_nobody_else(config):
            # Its log belongs to the one that goes: with another database it would be its end.
            for path in _files_of(config.database):
                if path != config.database:
                    path.unlink()
            made.replace(config.database)
            layout.sync_folders([config.data_folder])
        return
    lock = WriterLock(config.data_folder / "write.lock")
    try:
        with lock, closing(connect(live)) as target, closing(sqlite3.connect(made)) as source:
            source.backup(target)  # in one step, which is one transaction
            target.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        lock.close()


def _finish_cut_off(config: Settings, folder: Path) -> None:
    """If the database of a restore that was killed is in its place, have the rest follow it."""
    with contextlib.suppress(FileNotFoundError, sqlite3.DatabaseError):
        epoch = (folder / EPOCH).read_text()
        with closing(read_only(config.database)) as database:
            is_in_its_place = contents.epoch(database) == epoch
        if is_in_its_place:
            _put_what_belongs_to_it(config, folder)


def _put_what_belongs_to_it(config: Settings, folder: Path) -> bool:
    """The key, and what devices trust; answers whether the key is another. It can be repeated."""
    is_other = _replace_key(config.data_folder / layout.SECRET, folder / layout.SECRET)
    # Devices go on trusting a server that lost all it had. One that has an authority keeps it.
    place, trusted = config.https_folder, folder / "https"
    if trusted.exists() and not (place / layout.AUTHORITY[0]).exists():
        shutil.rmtree(place, ignore_errors=True)  # without it nothing in there is of use
        trusted.replace(place)
    layout.sync_folders([config.data_folder])
    return is_other


def _replace_key(key: Path, other: Path) -> bool:
    """Answers whether it is another."""
    if not other.exists() or (key.exists() and key.read_bytes() == other.read_bytes()):
        return False
    other.replace(key)
    return True


def _files_of(database: Path) -> list[Path]:
    names = [database.name, f"{database.name}-wal", f"{database.name}-shm"]
    return [path for path in map(database.with_name, names) if path.exists()]


@contextlib.contextmanager
def staged(config: Settings) -> Iterator[tuple[Path, Path]]:
    """Folders to make things ready in, on the disks where they are to be; one restore at a time.
    What one that was killed left goes first."""
    folders = config.data_folder / FOLDER, config.media_folder / FOLDER
    handle = os.open(config.data_folder / "restore.lock", os.O_RDWR | os.O_CREAT, 0o600)
    with os.fdopen(handle, "w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise kept.Busy("A backup is being restored at this moment.") from None
        try:
            _finish_cut_off(config, folders[0])
            for folder in folders:
                shutil.rmtree(folder, ignore_errors=True)
                folder.mkdir(mode=0o700, parents=True)
            yield folders
        finally:
            for folder in folders:
                shutil.rmtree(folder, ignore_errors=True)
