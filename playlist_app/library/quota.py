"""The storage limit: how much music one member may keep here (JAMBOREE_STORAGE_LIMIT).

A person's share is what their tracks' audio files measure, each counted once, whether or not
others have tracks on them too: so it tells nothing about what others have. Files that were taken
in place lie elsewhere and don't count. Admins have no limit.
"""

from __future__ import annotations

from sqlalchemy import CompoundSelect, func, select, union

from playlist_app.config import settings
from playlist_app.database import session
from playlist_app.library.models import AudioFile, AudioSender, Track
from playlist_app.people.models import User
from playlist_app.refusals import Refusal


class ShareUsed(Refusal):
    status = 413
    title = "Your share of the storage is used up"


def limit_of(person: User) -> int | None:
    """How many bytes this person may keep; None: there is no limit."""
    return None if person.is_admin else settings().storage_limit or None


def stored_by(person: User) -> int:
    """How many bytes this person keeps here."""
    theirs: CompoundSelect[str | None] = union(
        select(Track.audio_id).where(Track.owner_id == person.id),
        select(AudioSender.audio_id).where(AudioSender.user_id == person.id),
    )
    query = select(func.coalesce(func.sum(AudioFile.size_bytes), 0)).where(
        AudioFile.path.is_(None), AudioFile.id.in_(theirs)
    )
    return session().scalar(query) or 0


def stored_by_everybody() -> list[tuple[str, int, int]]:
    """Who keeps how many bytes here, in how many files: by username, the most first. What several
    have counts for each of them."""
    theirs = union(
        select(Track.owner_id.label("person"), Track.audio_id.label("audio")),
        select(AudioSender.user_id, AudioSender.audio_id),
    ).subquery()
    size = func.sum(AudioFile.size_bytes)
    query = (
        select(User.username, size, func.count())
        .join(theirs, theirs.c.person == User.id)
        .join(AudioFile, AudioFile.id == theirs.c.audio)
        .where(AudioFile.path.is_(None))
        .group_by(User.id)
        .order_by(size.desc(), User.username_key)
    )
    return [(name, count, files) for name, count, files in session().execute(query)]


def require_room(person: User, size: int, *, promised: int = 0) -> None:
    """Raises ShareUsed where so many bytes more don't fit; `promised` is what is coming in."""
    limit = limit_of(person)
    if limit is None:
        return
    used = stored_by(person) + promised
    if used + size > limit:
        raise ShareUsed(
            f"You may keep {_text(limit)} of music here, {_text(used)} are used, and this needs"
            f" {_text(size)}. Delete tracks of yours that nobody needs, or ask an admin for more."
        )


def require_within(person: User) -> None:
    """For a write that has just added to it. Raises ShareUsed."""
    require_room(person, 0)


def _text(size: int) -> str:
    return f"{size / 10**9:.1f} GB" if size >= 10**9 else f"{size / 10**6:.1f} MB"
