"""Reading many rows at once: a playlist's items, a person's playlists. The number of queries does
not grow with the rows."""

from __future__ import annotations

from typing import Any

from sqlalchemy import and_, func, select
from sqlalchemy.orm import aliased

from playlist_app.config import settings
from playlist_app.database import session
from playlist_app.library.models import SHAPE_COLUMNS, AudioFile, Cover, Track, cover_url
from playlist_app.people.models import User
from playlist_app.playlists.finding import listed_for, with_role
from playlist_app.playlists.items import ITEM_COLUMNS, Item, shape_of_row
from playlist_app.playlists.models import Playlist
from playlist_app.playlists.order import ordering
from playlist_app.playlists.roles import role_of
from playlist_app.playlists.room import Room
from playlist_app.playlists.votes import DIRECTIONS, Vote

JSON = dict[str, Any]


def items_of(playlist: Playlist, person: User) -> list[JSON]:
    """Every item in the order shown now, with the person's own vote. Two queries."""
    playing = playing_in(playlist)
    adder = aliased(User)
    rows = session().execute(
        select(*ITEM_COLUMNS, adder.id, adder.name, *SHAPE_COLUMNS, Vote.value)
        .select_from(Item)
        .join(Track, Track.id == Item.track_id)
        .join(adder, adder.id == Item.added_by_id)
        .join(User, User.id == Track.owner_id)
        .outerjoin(AudioFile, AudioFile.id == Track.audio_id)
        .outerjoin(Vote, and_(Vote.item_id == Item.id, Vote.user_id == person.id))
        .where(Item.playlist_id == playlist.id)
        .order_by(*ordering(playlist.order_mode, Item, playing))
    )
    items = []
    for position, row in enumerate(rows, start=1):
        item = shape_of_row(row, position, playing)
        item["my_vote"] = DIRECTIONS[row[-1]]
        items.append(item)
    return items


def item_for(item: Item, person: User) -> JSON:
    """One item in an answer to a person: with their own vote."""
    value = session().scalar(
        select(Vote.value).where(Vote.item_id == item.id, Vote.user_id == person.id)
    )
    return item.shape() | {"my_vote": DIRECTIONS[value]}


def playing_in(playlist: Playlist) -> str | None:
    """The id of the item that the room is at."""
    return session().scalar(select(Room.item_id).where(Room.playlist_id == playlist.id))


def playlists_of(person: User) -> list[JSON]:
    """A person's playlists, the one that changed last first: their shapes, with `my_role`, whether
    the room plays, and up to four covers for the mosaic. Three queries."""
    rows = (
        session()
        .execute(
            with_role(person)
            .add_columns(Room.playing)
            .join(Room, Room.playlist_id == Playlist.id)
            .where(listed_for(person))
            .order_by(Playlist.updated_at.desc(), Playlist.id)
        )
        .all()
    )
    ids = [row[0].id for row in rows]
    counts = _counts(ids)
    covers = _covers(ids)
    found = []
    for playlist, given, playing in rows:
        role = role_of(person, playlist.owner_id, playlist.visibility, given)
        if role:
            shape = playlist.shape(counts.get(playlist.id, (0, 0.0))) | {"my_role": role}
            found.append(shape | {"is_live": playing, "cover_urls": covers.get(playlist.id, [])})
    return found


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
    return {id_: (count, round(seconds, 3)) for id_, count, seconds in rows}


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
    """What the head of a playlist's page shows of its artwork: covers, and the colour of the first."""
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
