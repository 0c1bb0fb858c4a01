"""Turns: how often something of each person's was played, which the order `fair` goes by.

They are counted from what was played, so that they can't drift, also of items that are gone. They
begin anew with a new evening: who came to the tenth of a kitchen's parties would else have the
first two hours for themselves.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, and_, column, func, select, table

from playlist_app.database import Id, Moment, iso, iso_column, session
from playlist_app.playlists.history import Play
from playlist_app.playlists.order import Standing, Turns, in_turns

if TYPE_CHECKING:
    from playlist_app.playlists.room import Room

ANEW_AFTER = timedelta(hours=6)  # without anything that began to play


def turns_of(playlist_id: str, since: datetime | None) -> dict[str, Turns]:
    """By the id of the person. One query."""
    rows = session().execute(
        select(Play.added_by_id, func.count(), func.max(Play.played_at))
        .where(_counted(playlist_id, since))
        .group_by(Play.added_by_id)
    )
    return {person: Turns(count, iso(last)) for person, count, last in rows}


def turns_of_one(playlist_id: str, person_id: str, since: datetime | None) -> Turns:
    count, last = (
        session()
        .execute(
            select(func.count(), func.max(Play.played_at)).where(
                _counted(playlist_id, since), Play.added_by_id == person_id
            )
        )
        .one()
    )
    return Turns(count, iso(last) if last else "")


# Not the class: items.py asks here for the order.
_item = table(
    "item",
    column("id", Id),
    column("playlist_id", Id),
    column("added_by_id", Id),
    column("up"),
    column("down"),
    column("added_at", Moment),
    column("played_at", Moment),
)


def order_now(room: Room) -> list[str]:
    """The ids of all items of a list in the order `fair`. Two queries."""
    return in_turns(
        _standings(room.playlist_id),
        playing=room.item_id,
        since=iso(room.round_from) if room.round_from else None,
        turns=turns_of(room.playlist_id, room.turns_from),
    )


def next_in_turn(room: Room) -> str | None:
    """The id of what comes after what is on, whatever of this round was played already."""
    since = iso(room.round_from) if room.round_from else None
    waits = {
        one.id
        for one in _standings(room.playlist_id)
        if one.id != room.item_id and not (since and one.played_at and one.played_at >= since)
    }
    return next((id_ for id_ in order_now(room) if id_ in waits), None)


def _standings(playlist_id: str) -> list[Standing]:
    c = _item.c
    rows = session().execute(
        select(
            c.id, c.added_by_id, c.up - c.down, iso_column(c.added_at), iso_column(c.played_at)
        ).where(c.playlist_id == playlist_id)
    )
    return [Standing(*row) for row in rows]


def as_facts(turns: dict[str, Turns]) -> dict[str, dict[str, Any]]:
    return {person: {"turns": had.count, "last": had.last} for person, had in turns.items()}


def is_new_evening(playlist_id: str, moment: datetime) -> bool:
    """Whether what begins to play at this moment is the first for a long time."""
    last = session().scalar(select(func.max(Play.played_at)).where(Play.playlist_id == playlist_id))
    return last is not None and moment - last > ANEW_AFTER


def _counted(playlist_id: str, since: datetime | None) -> ColumnElement[bool]:
    here = and_(Play.playlist_id == playlist_id, Play.is_filler.is_(False))
    return and_(here, Play.played_at >= since) if since else here
