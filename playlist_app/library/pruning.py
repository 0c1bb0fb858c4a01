"""Pruning: tracks that nobody has played for long and no list holds are taken out of the library.

Their audio goes when the grace period is over, and until then a new upload of it finds it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import ColumnElement, and_, not_, or_, select

from playlist_app.database import session, write
from playlist_app.library import rules
from playlist_app.library.models import Track
from playlist_app.people.models import User

AT_ONCE = 50  # tracks of a write


def _is_unplayed_since(moment: datetime) -> ColumnElement[bool]:
    return and_(Track.created_at < moment, not_(or_(*(rule(moment) for rule in rules.keeping))))


def unplayed_since(moment: datetime) -> list[Track]:
    """What was there before this moment, is on no list, and was not played since."""
    found = select(Track).where(_is_unplayed_since(moment)).order_by(Track.number)
    return list(session().scalars(found))


def prune(ids: Iterable[str], moment: datetime, by: User) -> int:
    """Delete those of these tracks of which that is still true; answers how many went."""
    waiting, gone = list(ids), 0
    for at in range(0, len(waiting), AT_ONCE):
        with write() as tx:
            some = Track.id.in_(waiting[at : at + AT_ONCE])
            for track in tx.scalars(select(Track).where(some, _is_unplayed_since(moment))).all():
                track.delete(by)
                gone += 1
    return gone
