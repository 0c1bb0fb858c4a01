"""What a smart playlist holds: found each time, of what the person may see, in one query."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, and_, func, select

from playlist_app.config import settings
from playlist_app.database import session
from playlist_app.library.models import SHAPE_COLUMNS, AudioFile, Track, visible_to
from playlist_app.library.shapes import track_shape
from playlist_app.listening.models import Plays
from playlist_app.listening.smart.fields import ORDERS
from playlist_app.listening.smart.rules import Rules, checked, condition
from playlist_app.people.models import User

JSON = dict[str, Any]


def tracks(rules: Rules, person: User, *, offset: int = 0, limit: int) -> list[JSON]:
    """Their shapes, from `offset` on, as many as `limit` and the rules' own limit allow.

    Raises Invalid for rules that can't be asked.
    """
    rules = checked(rules)
    limit = min(limit, rules.limit - offset)
    if limit <= 0:
        return []
    query = _asked(select(*SHAPE_COLUMNS), rules, person).limit(limit).offset(offset)
    prefix = settings().path_prefix
    rows = session().execute(query)
    return [track_shape(*row[: len(SHAPE_COLUMNS)], prefix=prefix) for row in rows]


def count(rules: Rules, person: User) -> tuple[int, float]:
    """How many tracks, and how many seconds they last. Raises Invalid."""
    rules = checked(rules)
    columns: list[Any] = [Track.number, Track.duration_seconds]
    held = _asked(select(*columns), rules, person)
    found = held.limit(rules.limit).subquery()
    row = (
        session()
        .execute(
            select(
                func.count(), func.coalesce(func.sum(found.c.duration_seconds), 0.0)
            ).select_from(found)
        )
        .one()
    )
    return row[0], round(row[1], 3)


def _asked(query: Select[Any], rules: Rules, person: User) -> Select[Any]:
    column = ORDERS[rules.order.removeprefix("-")]
    direction = column.desc() if rules.order.startswith("-") else column.asc()
    own = and_(Plays.track_id == Track.id, Plays.user_id == person.id)
    return (
        query.select_from(Track)
        .join(User, Track.owner_id == User.id)
        .outerjoin(AudioFile, Track.audio_id == AudioFile.id)
        .outerjoin(Plays, own)
        .where(visible_to(person), condition(rules, person))
        .order_by(direction, Track.title_key, Track.number)
    )
