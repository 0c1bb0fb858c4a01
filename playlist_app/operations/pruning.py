"""Pruning: what nobody needs any more, found first, and then removed.

The server does most of it by itself; here it is counted, said, and done at once. Whatever is found
is looked at again by who removes it: what came to be needed meanwhile stays.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from playlist_app.config import Settings, settings
from playlist_app.database import now, session
from playlist_app.library import incoming, references, rendering, renditions
from playlist_app.library.curation import changes
from playlist_app.library.models import AudioFile
from playlist_app.live import events
from playlist_app.offline import merge
from playlist_app.operations import cleaning
from playlist_app.operations.backups import kept
from playlist_app.operations.backups.layout import Backup
from playlist_app.people import audit, idempotency, sessions

OTHER_BACKUPS = timedelta(days=90)  # those that were not made by the daily schedule


@dataclass(frozen=True)
class Found:
    """How much of one kind there is to remove; `bytes` on the disk, where that is known."""

    kind: str
    what: str  # in a few words, for people
    count: int
    bytes: int = 0


@dataclass(frozen=True)
class Part:
    """What is pruned together: how it is looked for, and how it is removed."""

    look: Callable[[], Iterator[Found]]
    remove: Callable[[], object]


def look(*, backups_older_than: timedelta = OTHER_BACKUPS) -> list[Found]:
    """What would be removed now."""
    return [found for part in _parts(backups_older_than) for found in part.look()]


def prune(*, backups_older_than: timedelta = OTHER_BACKUPS) -> list[Found]:
    """Remove it; answers what was found. Safe beside a running server, and to be cut off."""
    parts = _parts(backups_older_than)
    found = [found for part in parts for found in part.look()]
    for part in parts:
        part.remove()
    if any(one.count for one in found):
        audit.note("data.pruned", removed={one.kind: one.count for one in found if one.count})
    return found


def _parts(backups_older_than: timedelta) -> list[Part]:
    config = settings()

    def over() -> list[Backup]:
        return old_backups(kept.backups(config), config, backups_older_than)

    return [
        Part(lambda: _backups(config, over()), lambda: _remove_backups(config, over)),
        Part(_rows, cleaning.clean_up),
        Part(lambda: _orphans(config), lambda: _remove_orphans(config)),
        Part(lambda: _cache(config), rendering.tidy),
    ]


# --- backups ------------------------------------------------------------------------------------


def old_backups(found: list[Backup], config: Settings, older_than: timedelta) -> list[Backup]:
    """Daily ones beyond those that the settings keep; others by their age. The newest that is whole
    stays, and the newest that was proven."""
    daily = []
    if config.backups_daily:
        daily = kept.over(found, daily=config.backups_daily, weekly=config.backups_weekly)
    before = now() - older_than
    others = [one for one in found if one.kind != "daily" and one.made_at < before]
    whole = [one for one in found if not one.problem]
    needed = [*whole[:1], *[one for one in whole if one.proven_at][:1]]
    return [one for one in (*daily, *others) if one not in needed]


def _backups(config: Settings, over: list[Backup]) -> Iterator[Found]:
    # What a backup shares with others stays with them: what it alone has is freed.
    size = sum(_alone(backup.path) for backup in over)
    yield Found("backups", "old backups", len(over), size)
    drafts = kept.cut_off(kept.folder(config))
    size = sum(map(_alone, drafts))
    yield Found("cut-off-backups", "backups that were cut off", len(drafts), size)


def _alone(folder: Path) -> int:
    files = (path.stat() for path in folder.rglob("*") if path.is_file())
    return sum(about.st_size for about in files if about.st_nlink == 1)


def _remove_backups(config: Settings, over: Callable[[], list[Backup]]) -> None:
    place = kept.folder(config)
    if over() or kept.cut_off(place):
        with kept.alone(place):  # which removes those that were cut off
            for backup in over():
                kept.remove(backup)


# --- rows ---------------------------------------------------------------------------------------


def _rows() -> Iterator[Found]:
    """What `cleaning.clean_up` removes."""
    keep = events.newest_seq() - max(settings().keep_events, 1) + 1
    yield Found("events", "events nobody can have missed", _count(events.Event.seq, keep))
    ended = _count(sessions.LogInSession.ends_at, now())
    yield Found("sessions", "sessions that are over", ended)
    answers = (
        (idempotency.KeptAnswer.at, idempotency.KEPT_FOR),
        (merge.Operation.at, merge.KEPT_FOR),
        (changes.Change.at, changes.KEPT_FOR),
    )
    count = sum(_count(column, now() - time) for column, time in answers)
    yield Found("answers", "answers and undo steps nobody asks for again", count)
    before = now() - timedelta(days=cleaning.AUDIT_DAYS.now())
    yield Found("audit", "old notes of the audit", _count(audit.Note.at, before))


def _count(column: Any, before: datetime | int) -> int:
    return session().scalar(select(func.count()).where(column < before)) or 0


# --- files --------------------------------------------------------------------------------------


def _orphans(config: Settings) -> Iterator[Found]:
    over = now() - timedelta(days=config.grace_days)
    count, size = (
        session()
        .execute(
            select(func.count(), func.coalesce(func.sum(AudioFile.size_bytes), 0)).where(
                AudioFile.unreferenced_since <= over, ~references.needed()
            )
        )
        .one()
    )
    yield Found("audio", "audio files no track needs", count, size)
    yield _of_files("orphans", "files nothing knows of", references.strays(config))
    left = incoming.left_over(config)
    yield _of_files("uploads", "left-overs of uploads", left)


def _remove_orphans(config: Settings) -> None:
    references.count_again()
    references.remove_strays(config)


def _cache(config: Settings) -> Iterator[Found]:
    known = set(session().scalars(select(renditions.Rendition.sha256).distinct()))
    there = renditions.folder(config).glob("??/*")
    stray = (path for path in there if path.name not in known)
    yield _of_files("cache", "files of the cache nothing knows of", stray)


def _of_files(kind: str, what: str, paths: Iterable[Path]) -> Found:
    sizes = []
    for path in paths:
        try:
            sizes.append(path.stat().st_size)
        except FileNotFoundError:
            continue  # it went while we looked
    return Found(kind, what, len(sizes), sum(sizes))
