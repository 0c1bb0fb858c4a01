"""What the library asks of listening without knowing it (library/rules.py): was a track heard
lately; and what was heard of one becomes another's that takes its place."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, delete, or_, select, update

from playlist_app.database import session
from playlist_app.library import rules
from playlist_app.library.models import Track
from playlist_app.listening.models import Listen, Plays
from playlist_app.people.models import User


def register() -> None:
    # More than one app may be made in a process (tests), and they share the slices.
    if _heard not in rules.keeping:
        rules.keeping.append(_heard)
        rules.replacing.append(_replace)


def _heard(since: datetime) -> ColumnElement[bool]:
    """Somebody played the track since then, or is at it: a condition on Track."""
    played = select(Plays.track_id).where(Plays.track_id == Track.id, Plays.last_at >= since)
    begun = select(Listen.track_id).where(Listen.track_id == Track.id, Listen.at >= since)
    return or_(played.exists(), begun.exists())


def _replace(gone: str, kept: str, by: User) -> None:
    """What was heard of the one was heard of the other; its plays are added up."""
    tx = session()
    tx.execute(update(Listen).where(Listen.track_id == gone).values(track_id=kept))
    for plays in tx.scalars(select(Plays).where(Plays.track_id == gone)).all():
        known = tx.get(Plays, (plays.user_id, kept))
        if known:
            known.count += plays.count
            known.last_at = max(known.last_at, plays.last_at)
        else:
            values = {"user_id": plays.user_id, "count": plays.count, "last_at": plays.last_at}
            tx.add(Plays(track_id=kept, **values))
    tx.execute(delete(Plays).where(Plays.track_id == gone))
    tx.flush()
