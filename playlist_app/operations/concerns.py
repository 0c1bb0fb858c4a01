"""Concerns: what start-up and the keeping of the data folder warn of."""

from __future__ import annotations

import shutil
import stat
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import func, select

from playlist_app.config import settings
from playlist_app.database import session
from playlist_app.library.models import AudioFile
from playlist_app.operations import in_use
from playlist_app.operations.in_words import size, things
from playlist_app.operations.warnings import Warning, source
from playlist_app.people.models import admin_exists
from playlist_app.work import worker
from playlist_app.work.models import TaskRecord

LITTLE, VERY_LITTLE = 1_000_000_000, 200_000_000  # bytes that are free
FAILURES = 3  # of a task, in a row


def register() -> None:
    """Declare them; called by create_app."""
    for concern in (
        room_on_the_disks,
        audio_that_is_gone,
        nobody_who_looks_after_it,
        background_work,
        what_others_can_read,
    ):
        source(concern)


def room_on_the_disks() -> Iterator[Warning]:
    """Of each disk once, however many of our folders lie on it."""
    seen = set()
    config = settings()
    for folder in (config.data_folder, config.media_folder, config.backup_folder):
        try:
            device = folder.stat().st_dev
        except OSError as error:
            yield Warning(
                "folder-missing",
                "A folder of this server is not there",
                f"{folder} can't be looked into: {error.strerror}.",
                "If it lies on a disk of its own, mount that; a start makes what is missing.",
                "alert",
            )
            continue
        if device in seen:
            continue
        seen.add(device)
        disk = shutil.disk_usage(folder)
        if disk.free >= LITTLE and disk.free >= disk.total / 50:
            continue
        yield Warning(
            "disk-nearly-full",
            "The disk is nearly full",
            f"{size(disk.free)} of {size(disk.total)} are free where {folder} lies.",
            "Make room: `flask data prune` removes old backups and what nothing needs, "
            "`flask data size` tells what takes the most.",
            "alert" if disk.free < VERY_LITTLE else "warning",
        )


def audio_that_is_gone() -> Iterator[Warning]:
    folder = settings().media_folder / "audio"
    ours = AudioFile.path.is_(None)
    stored = session().scalar(select(AudioFile.id).where(ours).limit(1))
    if stored and not any(folder.glob("*")):
        yield Warning(
            "media-missing",
            "The audio files are not where they should be",
            f"{folder} is empty, and there are tracks that have their audio there.",
            "If it lies on a disk of its own, mount that. Else restore a backup.",
            "alert",
        )
        return
    lost = session().scalar(select(func.count()).where(AudioFile.lost_at.is_not(None))) or 0
    if lost:
        yield Warning(
            "audio-lost",
            "Audio is missing or damaged",
            f"Of {things(lost, 'audio file')} the bytes are not what was stored.",
            "Devices that have them give them back by themselves. `flask library verify` names "
            "them; a backup has the rest.",
        )


def nobody_who_looks_after_it() -> Iterator[Warning]:
    if not admin_exists():
        yield Warning(
            "no-admin",
            "There is no admin yet",
            "Nobody can add people or change settings.",
            "Open the link that start-up printed, or `flask users create NAME --role admin`.",
        )


def background_work() -> Iterator[Warning]:
    if in_use.is_served(settings()) and not worker.alive():
        yield Warning(
            "no-worker",
            "No background worker runs",
            "Imports, small copies, backups and clean-up wait.",
            "Start one with `flask work`, or leave JAMBOREE_WORK as it is; if one ends again and "
            "again, the server's log says why.",
        )
    failing = select(TaskRecord).where(TaskRecord.failures >= FAILURES).order_by(TaskRecord.name)
    for task in session().scalars(failing):
        yield Warning(
            f"task-failing-{task.name}",
            f"The task {task.name} fails",
            f"{things(task.failures, 'time')} in a row, the last time with: {task.error}",
            "The page of tasks and the worker's log say more; it is tried again by itself.",
        )


def what_others_can_read() -> Iterator[Warning]:
    config = settings()
    for path in (config.database, config.data_folder / "secret_key", config.backup_folder):
        if _is_open(path):
            yield Warning(
                "readable-by-others",
                "Other users of this machine can read what is private",
                f"{path} may be read by others than {_owner(path)}.",
                f"`chmod -R go= {config.data_folder}`",
            )
            return


def _is_open(path: Path) -> bool:
    """A file or folder that others may read, in folders that they may enter."""
    try:
        if not stat.S_IMODE(path.stat().st_mode) & stat.S_IROTH:
            return False
        return all(parent.stat().st_mode & stat.S_IXOTH for parent in path.parents)
    except FileNotFoundError:
        return False


def _owner(path: Path) -> str:
    try:
        return path.owner()
    except KeyError:
        return f"user {path.stat().st_uid}"
