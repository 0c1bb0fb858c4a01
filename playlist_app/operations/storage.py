"""Storage: what takes the room on the server, by kind, by format and by person; and the limit from
which admins are warned.

Sizes come from the tables and from what the worker measured: nothing here walks over files.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from flask_babel import gettext, lazy_gettext, ngettext
from sqlalchemy import func, select, union

from playlist_app.choices.models import Choice, declare
from playlist_app.config import settings
from playlist_app.database import session
from playlist_app.library.models import AudioFile, AudioSender, Track
from playlist_app.operations import figures
from playlist_app.operations.figures import Figures
from playlist_app.operations.in_words import size
from playlist_app.operations.warnings import Warning, source
from playlist_app.people.models import User

GB = 10**9

STORAGE_ALERT = declare(
    Choice(
        "storage_alert_gb",
        default=0,
        about=lazy_gettext("Storage"),
        title=lazy_gettext("Warn when everything takes more than"),
        explains=lazy_gettext(
            "Music, covers, small copies, database and backups of this server together. Nothing is "
            "deleted or refused: admins see a warning, and so does a monitoring. 0: no warning."
        ),
        unit="GB",
        most=1_000_000,
    )
)


@dataclass(frozen=True)
class Part:
    """One bar of a chart: what it is, how many bytes, and a few words on it."""

    name: str
    size: int
    about: str = ""
    user_id: str = ""
    share: float = 0.0  # of the largest, from 0 to 1


def by_kind(found: Figures) -> list[Part]:
    """What lies on the server's own disks, the most first."""
    return _largest_first(
        [
            Part(gettext("Music"), found.audio_bytes, _files(found.audio_files)),
            Part(gettext("Covers"), found.cover_bytes),
            Part(gettext("Small copies"), found.cache_bytes, gettext("can be made anew")),
            Part(gettext("Backups"), found.backup_bytes),
            Part(gettext("Database"), found.database_bytes, gettext("lists, people, history")),
        ]
    )


def by_format() -> list[Part]:
    """The music by format, the most first; what lies in other folders, in place, is left out."""
    rows = session().execute(
        select(AudioFile.format, func.sum(AudioFile.size_bytes), func.count())
        .where(AudioFile.path.is_(None))
        .group_by(AudioFile.format)
    )
    return _largest_first([Part(name.upper(), total, _files(count)) for name, total, count in rows])


def by_person(limit: int = 20) -> list[Part]:
    """Whose music it is, the most first: as each person's limit counts it (library/quota.py), so
    that a file which two have counts for both. What a file in place takes counts for nobody."""
    theirs = union(
        select(Track.owner_id.label("user_id"), Track.audio_id.label("audio_id")).where(
            Track.audio_id.is_not(None)
        ),
        select(AudioSender.user_id, AudioSender.audio_id),
    ).subquery()
    total = func.sum(AudioFile.size_bytes)
    rows = session().execute(
        select(User.id, User.name, total, func.count())
        .join(theirs, theirs.c.user_id == User.id)
        .join(AudioFile, AudioFile.id == theirs.c.audio_id)
        .where(AudioFile.path.is_(None))
        .group_by(User.id)
        .order_by(total.desc(), User.username_key)
        .limit(limit)
    )
    return _largest_first(
        [Part(name, taken, _files(count), id_) for id_, name, taken, count in rows]
    )


@source
def over_the_limit() -> Iterator[Warning]:
    """The storage that admins want to be warned of is used up."""
    limit = STORAGE_ALERT.now() * GB
    if not limit:
        return
    found = figures.of(settings())
    if found.total_bytes <= limit:
        return
    most = by_kind(found)[0]
    yield Warning(
        "storage-over-limit",
        "More room is taken than you wanted",
        f"Everything takes {size(found.total_bytes)}; you wanted to be told from {size(limit)} on. "
        f"Most of it is {most.name.lower()}: {size(most.size)}.",
        "The page Storage tells what takes the room, and whose it is. Set another limit in the "
        "settings, or make room.",
    )


def _files(count: int) -> str:
    return str(ngettext("%(num)s file", "%(num)s files", count))


def _largest_first(parts: list[Part]) -> list[Part]:
    most = max((part.size for part in parts), default=0) or 1
    found = [Part(p.name, p.size, p.about, p.user_id, p.size / most) for p in parts]
    return sorted(found, key=lambda part: -part.size)
