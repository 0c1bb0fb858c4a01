"""Which backups are kept: those in the backup folder, read from the small files in each."""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from playlist_app.config import Settings
from playlist_app.operations.backups import layout
from playlist_app.operations.backups.layout import Backup
from playlist_app.refusals import Conflict, NotFound

LOCK = ".lock"


class Busy(Conflict):
    """Somebody else works on the backups at this moment."""


def folder(config: Settings) -> Path:
    """Where this server's backups are."""
    return config.backup_folder


def backups(config: Settings) -> list[Backup]:
    """All of them, the newest first; one that can't be read has a `problem`."""
    return in_folder(folder(config))


def in_folder(place: Path) -> list[Backup]:
    if not place.is_dir():
        return []
    found = [read(path) for path in place.iterdir() if layout.NAME.fullmatch(path.name)]
    return sorted(found, key=lambda backup: backup.name, reverse=True)


def read(path: Path) -> Backup:
    """A backup, also where its small files are damaged: then that is its problem."""
    try:
        return layout.read(path)
    except layout.Damaged as error:
        problem = str(error)
    except FileNotFoundError:
        problem = f"{layout.ABOUT} is missing: this is no whole backup."
    except OSError as error:
        problem = f"It can't be read: {error.strerror}."
    moment, _, kind = path.name.partition("-")
    with contextlib.suppress(ValueError):
        made = datetime.strptime(moment, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        return Backup(path.name, path, made, kind, problem=problem)
    return Backup(path.name, path, datetime.fromtimestamp(0, UTC), "unknown", problem=problem)


def named(config: Settings, name: str) -> Backup:
    """One of this server's by its name, or any by its path. Raises NotFound."""
    for path in (folder(config) / name if layout.NAME.fullmatch(name) else None, Path(name)):
        if path and path.is_dir():
            return read(path.resolve())
    raise NotFound(f"There is no backup {name}. `flask data status` and /admin/backups list them.")


def remove(backup: Backup) -> None:
    """Delete a backup: out of the list first, then its files; one cut off is a draft that goes with
    the next."""
    gone = backup.path.with_name(f"{layout.DRAFT}{backup.name}")
    backup.path.rename(gone)
    shutil.rmtree(gone)


def over(found: Sequence[Backup], *, daily: int, weekly: int) -> list[Backup]:
    """Of the daily ones, those that need not be kept: all but the last of each of the newest
    `daily` days and `weekly` weeks. The newest proven one stays in any case."""
    scheduled = [backup for backup in found if backup.kind == "daily"]
    keep = set()
    for count, span in ((daily, "%Y-%m-%d"), (weekly, "%G-%V")):
        spans: dict[str, str] = {}
        for backup in scheduled:
            if not backup.problem:
                spans.setdefault(backup.made_at.strftime(span), backup.name)
        keep |= set(list(spans.values())[:count])
    keep |= {backup.name for backup in [b for b in scheduled if b.proven_at][:1]}
    whole = [backup for backup in scheduled if not backup.problem]
    # A damaged one goes once there are as many whole ones after it as days are kept.
    return [
        backup
        for backup in scheduled
        if backup.name not in keep
        and (not backup.problem or sum(w.name > backup.name for w in whole) >= daily)
    ]


def mark(backup: Backup, **found: object) -> Backup:
    """Note what a check found."""
    layout.write_proof(replace(backup, **found))  # type: ignore[arg-type]
    return layout.read(backup.path)


def cut_off(place: Path) -> list[Path]:
    """Drafts that a crash left. None while somebody works on the backups: one may be theirs."""
    drafts = list(place.glob(f"{layout.DRAFT}*"))
    with contextlib.suppress(FileNotFoundError), (place / LOCK).open() as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return []
    return drafts


@contextlib.contextmanager
def alone(place: Path) -> Iterator[None]:
    """One at a time works on the backups of a folder. Raises Busy. Drafts that a crash left go."""
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = os.open(place / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    with os.fdopen(handle, "w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Busy(
                "Another backup is being taken or restored at this moment. Try again later."
            ) from None
        for left in place.glob(f"{layout.DRAFT}*"):
            shutil.rmtree(left, ignore_errors=True)
        yield
