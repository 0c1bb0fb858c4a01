"""Troubles: why nobody can serve from a data folder, in words that say what to do about it."""

from __future__ import annotations

import contextlib
import errno
import os
import pwd
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from playlist_app.config import Settings


class CannotServe(Exception):
    """The data folder can't be used as it is; the message says why and what to do."""


class FullDisk(CannotServe):
    pass


class LockedDatabase(CannotServe):
    pass


class DamagedDatabase(CannotServe):
    pass


class NotPermitted(CannotServe):
    pass


@contextlib.contextmanager
def explained(config: Settings) -> Iterator[None]:
    """Turn what the system and SQLite say into a CannotServe, where it is one of the troubles that
    a person can do something about. All else passes as it is: it is a fault of ours."""
    try:
        yield
    except DBAPIError as error:
        found = _of_sqlite(error.orig, config) if isinstance(error.orig, sqlite3.Error) else None
        if not found:
            raise
        raise found from error
    except sqlite3.Error as error:
        found = _of_sqlite(error, config)
        if not found:
            raise
        raise found from error
    except OSError as error:
        found = of_system(error, config)
        if not found:
            raise
        raise found from error


def _of_sqlite(error: sqlite3.Error, config: Settings) -> CannotServe | None:
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # the rest of it says more than we need
    if code == sqlite3.SQLITE_FULL:
        return full(config.data_folder)
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return locked(config)
    if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return damaged(config, str(error))
    if code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM):
        if _is_full(config.data_folder):
            return full(config.data_folder)  # it could not make the files beside the database
        return not_permitted(config.database)
    if code == sqlite3.SQLITE_IOERR:
        return full(config.data_folder) if _is_full(config.data_folder) else broken(config)
    return None


def of_system(error: OSError, config: Settings) -> CannotServe | None:
    """What an error of the system means for the server, or None where it means a fault of ours."""
    path = Path(os.fsdecode(error.filename)) if error.filename else config.data_folder
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return full(path)
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return not_permitted(path)
    if error.errno == errno.EIO:
        return broken(config)
    return None


def full(path: Path) -> FullDisk:
    return FullDisk(
        f"The disk is full where {path} lies. What was there is as it was. Make room and start "
        "again: the folder `cache` in the data folder can be deleted at any time, and "
        "`flask data prune` removes old backups."
    )


def locked(config: Settings) -> LockedDatabase:
    holder = next(filter(None, map(_holder, _files_of(config.database))), "another program")
    return LockedDatabase(
        f"The database {config.database} is locked by {holder}. Wait until that is done with it, "
        "or end it, and start again. What was there is as it was."
    )


def damaged(config: Settings, reason: str) -> DamagedDatabase:
    return DamagedDatabase(
        f"The database {config.database} is damaged: {reason}. It was left as it is. Restore the "
        "newest backup: `flask data restore BACKUP --yes`, where BACKUP is one of those in "
        f"{config.data_folder / 'backups'}. The audio files are not affected."
    )


def broken(config: Settings) -> CannotServe:
    return CannotServe(
        f"The disk with {config.data_folder} reports errors. Look into the system's log (`dmesg`),"
        " copy the data folder to a sound disk, and check the copy with `flask data verify`."
    )


def not_permitted(path: Path) -> NotPermitted:
    """Say who this is, whose the file or folder is, and which of the usual reasons it is."""
    there = next(parent for parent in (path, *path.parents) if _exists(parent))
    me, owner = _name(os.geteuid()), _name(there.stat().st_uid)
    what = "folder" if there.is_dir() else "file"
    if _is_read_only(there):
        return NotPermitted(
            f"{path} can't be written to: its disk is mounted for reading only. Mount it for "
            "writing, or set JAMBOREE_DATA to another folder."
        )
    if me != owner:
        return NotPermitted(
            f"{path} can't be used: the {what} {there} belongs to the user {owner}, and this runs "
            f"as {me}. Start it as {owner}, or give everything in the data folder to {me} "
            f"(`chown -R {me} FOLDER`), or set JAMBOREE_DATA to another folder."
        )
    return NotPermitted(
        f"{path} can't be written to by this user ({me}), although the {what} {there} is theirs. "
        f"Permit it (`chmod u+rwX {there}`), or set JAMBOREE_DATA to another folder."
    )


def _exists(path: Path) -> bool:
    try:
        path.stat()
    except OSError:
        return False  # or it lies in a folder that we may not even look into
    return True


def _name(user: int) -> str:
    try:
        return pwd.getpwuid(user).pw_name
    except KeyError:
        return f"number {user}"


def _is_read_only(path: Path) -> bool:
    return bool(os.statvfs(path).f_flag & os.ST_RDONLY)


def _is_full(folder: Path) -> bool:
    about = os.statvfs(folder)
    return about.f_bavail * about.f_frsize < 64 * 1024 or (about.f_files > 0 and not about.f_favail)


def _files_of(database: Path) -> Iterator[Path]:
    for suffix in ("", "-shm", "-wal"):
        yield database.with_name(database.name + suffix)


def _holder(path: Path) -> str | None:
    """The program that has locked a file for itself, as Linux tells it to everybody."""
    try:
        inode, lines = str(path.stat().st_ino), Path("/proc/locks").read_text().splitlines()
    except OSError:
        return None
    for line in lines:
        # 3: POSIX ADVISORY WRITE 1234 08:01:131077 1073741826 1073742335
        words = line.replace("-> ", "").split()
        if "WRITE" not in words or words[5].rpartition(":")[2] != inode:
            continue
        pid = int(words[4])
        if pid in (0, -1, os.getpid()):
            continue  # in another container, or ourselves
        try:
            return f"`{Path(f'/proc/{pid}/comm').read_text().strip()}` (process {pid})"
        except OSError:
            return f"process {pid}"
    return None
