"""Reading many playlists at once; the number of queries does not grow with them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import and_, func, select

from playlist_app.config import settings
from playlist_app.database import session
from playlist_app.library.models import Cover, Track
from playlist_app.library.shapes import cover_url
from playlist_app.paging import page_of
from playlist_app.people.models import User
from playlist_app.playlists.finding import listed_for
from playlist_app.playlists.items import Item
from playlist_app.playlists.members import Membership
from playlist_app.playlists.models import Playlist
from playlist_app.playlists.roles import role_of
from playlist_app.playlists.room import Room

JSON = dict[str, Any]


def playlists_of(person: User) -> list[JSON]:
    """A person's playlists, the one that changed last first: their shapes, with `my_role`, whether
    the room plays, and up to four covers for the mosaic. Three queries."""
    return _shapes(_seen_by(person))


def page_of_playlists(person: User, *, limit: int, cursor: str) -> tuple[list[JSON], str | None]:
    """A page of these, and the cursor of the next."""
    rows, following = page_of(_seen_by(person), limit=limit, cursor=cursor, id_of=_id)
    return _shapes(rows), following


Row = tuple[Playlist, str, bool]  # with the person's role, and whether the room plays


def _id(row: Row) -> str:
    return row[0].id


def _seen_by(person: User) -> list[Row]:
    rows = (
        session()
        .execute(
            select(Playlist, Membership.role, Room.playing)
            .select_from(Playlist)
            .outerjoin(
                Membership,
                and_(
                    Membership.playlist_id == Playlist.id,
                    Membership.user_id == person.id,
                    Membership.holding(),
                ),
            )
            .join(Room, Room.playlist_id == Playlist.id)
            .where(listed_for(person))
            .order_by(Playlist.updated_at.desc(), Playlist.id)
        )
        .all()
    )
    found: list[Row] = []
    for playlist, given, playing in rows:
        role = role_of(person, playlist.owner_id, playlist.visibility, given)
        if role:
            found.append((playlist, role, playing))
    return found


def _shapes(rows: Sequence[Row]) -> list[JSON]:
    ids = [_id(row) for row in rows]
    counts = _counts(ids)
    covers = _covers(ids)
    return [
        playlist.shape(counts.get(playlist.id, (0, 0.0)))
        | {"my_role": role, "is_live": playing, "cover_urls": covers.get(playlist.id, [])}
        for playlist, role, playing in rows
    ]


def _counts(ids: list[str]) -> dict[str, tuple[int, float]]:
    rows = session().execute(
        select(
            Item.playlist_id,
            func.count(),
            func.coalesce(func.sum(Track.duration_seconds), 0.0),
        )
        .join(Track, Track.id == Item.track_id)
        .where(Item.playlist_id.in_(ids))
        .group_by(Item.playlist_id)
    )
    return {id_: (count, round(seconds or 0.0, 3)) for id_, count, seconds in rows}


def _covers(ids: list[str]) -> dict[str, list[str]]:
    """The small covers of the first four items of each, by rank: what the mosaic shows."""
    place = func.row_number().over(partition_by=Item.playlist_id, order_by=Item.rank)
    first = (
        select(Item.playlist_id, Track.cover_id, place.label("place"))
        .join(Track, Track.id == Item.track_id)
        .where(Item.playlist_id.in_(ids), Track.cover_id.is_not(None))
        .subquery()
    )
    covers: dict[str, list[str]] = {}
    prefix = settings().path_prefix
    rows = session().execute(select(first).where(first.c.place <= 4).order_by(first.c.place))
    for playlist_id, cover_id, _ in rows:
        covers.setdefault(playlist_id, []).append(cover_url(cover_id, prefix, "small"))
    return covers


def head_of(playlist: Playlist) -> JSON:
    """What a playlist's page shows of its artwork: covers, and the colour of the first."""
    row = (
        session()
        .execute(
            select(Cover.tint)
            .join(Track, Track.cover_id == Cover.id)
            .join(Item, Item.track_id == Track.id)
            .where(Item.playlist_id == playlist.id)
            .order_by(Item.rank)
            .limit(1)
        )
        .first()
    )
    return {
        "cover_urls": _covers([playlist.id]).get(playlist.id, []),
        "tint": row[0] if row else None,
    }
