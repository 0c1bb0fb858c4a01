"""Listing the library: found, filtered, ordered, and a page at a time."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Select, and_, func, or_, select

from playlist_app.config import settings
from playlist_app.database import session
from playlist_app.library import recorded, search
from playlist_app.library.genre_names import genre_key
from playlist_app.library.models import (
    SHAPE_COLUMNS,
    AudioFile,
    Genre,
    Track,
    TrackArtist,
    offered_to,
    visible_to,
)
from playlist_app.library.shapes import track_shape
from playlist_app.library.texts import sort_key
from playlist_app.people.models import User
from playlist_app.refusals import Invalid

JSON = dict[str, Any]

# What lists may be ordered by; none of these is ever null, so that a page can go on after a value.
ORDERINGS: dict[str, Any] = {
    "title": Track.title_key,
    "artist": Track.artist_key,
    "album": Track.album_key,  # and within one by disc and number
    "disc": Track.disc,
    "track_number": Track.track_number,
    "genre": func.lower(Track.genre_name),
    "year": func.coalesce(Track.year, 0),
    "duration_seconds": func.coalesce(Track.duration_seconds, 0.0),
    "created_at": Track.created_at,
}
# What their values are: a cursor holds one of each column.
KINDS: dict[str, type] = dict.fromkeys(ORDERINGS, str) | {
    "year": int,
    "disc": int,
    "track_number": int,
    "duration_seconds": float,
    "created_at": datetime,
}
LARGEST = 2**63  # SQLite's numbers are below


@dataclass(frozen=True)
class Wanted:
    """Which tracks, and in which order. `ordering` is as in the API: "title,-duration_seconds"."""

    search: str = ""
    genre: str = ""
    artist: str = ""
    album: str = ""
    status: str = ""
    near: str = ""
    box: str = ""
    ordering: str = ""
    limit: int = 50
    cursor: str = ""


def list_tracks(
    wanted: Wanted, person: User, *, to_add: bool = False
) -> tuple[list[JSON], str | None]:
    """A page of shapes, and the cursor of the next; one query for tracks, however many. `to_add`:
    of those that they may choose from.

    Raises Invalid for an ordering or a cursor that isn't one.
    """
    query = (
        select(*SHAPE_COLUMNS)
        .join(User, Track.owner_id == User.id)
        .outerjoin(AudioFile, Track.audio_id == AudioFile.id)
        .where(offered_to(person) if to_add else visible_to(person))
    )
    for condition in _conditions(wanted):
        query = query.where(condition)
    if wanted.near:
        numbers = recorded.near(wanted.near, person)
        if not wanted.ordering and not wanted.search:
            return _in_this_order(query, numbers, wanted)
        query = query.where(Track.number.in_(select(_each(numbers).c.value)))
    if wanted.search:
        found = search.matching(wanted.search)
        if found is None:
            return [], None
        if not wanted.ordering:
            return _by_relevance(query, found, wanted)
        query = query.where(Track.number.in_(found.numbers()))
    return _by_columns(query, wanted)


def _conditions(wanted: Wanted) -> Iterator[ColumnElement[bool]]:
    """What a track must be, by its own columns. Raises Invalid for a box that is none."""
    if wanted.genre:
        named = or_(Genre.id == wanted.genre, Genre.key == genre_key(wanted.genre))
        yield Track.genre_id.in_(select(Genre.id).where(named))
    if wanted.artist:
        key = sort_key(wanted.artist)
        among = select(TrackArtist.track_id).where(TrackArtist.key == key)
        yield or_(Track.artist_key == key, Track.id.in_(among))
    if wanted.album:
        yield Track.album_key == sort_key(wanted.album)
    if wanted.status:
        yield Track.status == wanted.status
    if wanted.box:
        yield recorded.in_box(wanted.box)


def _shapes(rows: Any) -> list[JSON]:
    prefix = settings().path_prefix
    return [track_shape(*row[: len(SHAPE_COLUMNS)], prefix=prefix) for row in rows]


def _each(numbers: list[int]) -> Any:
    """Numbers as a table of `key` (from 0) and `value`: any count is one parameter."""
    return func.json_each(orjson.dumps(numbers).decode()).table_valued("key", "value")


def _in_this_order(
    query: Select[Any], numbers: list[int], wanted: Wanted
) -> tuple[list[JSON], str | None]:
    """These tracks, in the order of their numbers here."""
    offset = _decoded(wanted.cursor, [int])[0] if wanted.cursor else 0
    page = _each(numbers[offset : offset + wanted.limit + 1])
    rows = (
        session().execute(query.join(page, page.c.value == Track.number).order_by(page.c.key)).all()
    )
    following = _encoded([offset + wanted.limit]) if len(rows) > wanted.limit else None
    return _shapes(rows[: wanted.limit]), following


def _by_relevance(
    query: Select[Any], found: search.Hits, wanted: Wanted
) -> tuple[list[JSON], str | None]:
    """Best first. The index sorts by itself, so a page further on is found by counting."""
    offset = _decoded(wanted.cursor, [int])[0] if wanted.cursor else 0
    # The index gives its hits in order, and only as many are looked up as shown.
    rows = session().execute(found.among(query).limit(wanted.limit + 1).offset(offset)).all()
    more = len(rows) > wanted.limit
    following = _encoded([offset + wanted.limit]) if more else None
    return _shapes(rows[: wanted.limit]), following


def _by_columns(query: Select[Any], wanted: Wanted) -> tuple[list[JSON], str | None]:
    """By the columns of the ordering, going on after the last row of the page before."""
    names, descending = _ordering(wanted.ordering or "title")
    columns = [*(ORDERINGS[name] for name in names), Track.number]
    descending.append(descending[-1])
    if wanted.cursor:
        last = _decoded(wanted.cursor, [*(KINDS[name] for name in names), int])
        query = query.where(_after(columns, descending, last))
    # First which, by these columns alone: what has to be sorted is small, and the rest is looked up
    # for as many as are shown.
    assert query.whereclause is not None
    sought = [column.label(f"by_{at}") for at, column in enumerate(columns)]
    which = select(*sought).where(query.whereclause).limit(wanted.limit + 1)
    page = which.order_by(*_directed(columns, descending)).subquery()
    by = list(page.c)
    joined = query.join(page, by[-1] == Track.number).add_columns(*by)
    rows = session().execute(joined.order_by(*_directed(by, descending))).all()
    more = len(rows) > wanted.limit
    rows = rows[: wanted.limit]
    following = None
    if more:
        following = _encoded([*rows[-1][len(SHAPE_COLUMNS) :]])
    return _shapes(rows), following


def _directed(columns: Sequence[ColumnElement[Any]], descending: list[bool]) -> list[Any]:
    return [
        column.desc() if down else column for column, down in zip(columns, descending, strict=True)
    ]


def _ordering(text: str) -> tuple[list[str], list[bool]]:
    names: list[str] = []
    descending: list[bool] = []
    for part in text.split(","):
        name = part.strip().removeprefix("-")
        if name not in ORDERINGS:
            known = ", ".join(ORDERINGS)
            raise Invalid.field(
                "ordering", f"Tracks can be ordered by {known}, each with a - before."
            )
        names.append(name)
        descending.append(part.strip().startswith("-"))
        if name == "album":  # also where it goes from Z to A, its tracks are in their order
            names += ["disc", "track_number"]
            descending += [False, False]
    return names, descending


def _after(
    columns: list[ColumnElement[Any]], descending: list[bool], last: list[Any]
) -> ColumnElement[bool]:
    """Rows after the one with these values: beyond it in the first column in which they differ."""
    cases = []
    for i, (column, down) in enumerate(zip(columns, descending, strict=True)):
        beyond = column < last[i] if down else column > last[i]
        cases.append(and_(*(columns[j] == last[j] for j in range(i)), beyond))
    return or_(*cases)


def _encoded(values: list[Any]) -> str:
    return base64.urlsafe_b64encode(orjson.dumps(values, default=str)).decode().rstrip("=")


def _decoded(cursor: str, kinds: list[type]) -> list[Any]:
    try:
        values = orjson.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        return [_restored(value, kind) for value, kind in zip(values, kinds, strict=True)]
    except (ValueError, TypeError, OverflowError, binascii.Error):
        raise Invalid.field("cursor", "This cursor isn't one that a list answered.") from None


def _restored(value: Any, kind: type) -> Any:
    """A value of a cursor. Raises TypeError, ValueError or OverflowError for what is none."""
    if kind is datetime:
        return datetime.fromisoformat(value).astimezone(UTC)
    if not isinstance(value, kind) or isinstance(value, bool):
        raise TypeError
    if isinstance(value, int) and not 0 <= value < LARGEST:
        raise ValueError
    return value


def genres(person: User, *, with_empty: bool = False) -> list[JSON]:
    """Every genre that this person sees a track of, with how many."""
    count = func.count(Track.number)
    query = (
        select(Genre.id, Genre.name, count)
        .outerjoin(Track, and_(Track.genre_id == Genre.id, visible_to(person)))
        .group_by(Genre.id)
        .order_by(Genre.key)
    )
    if not with_empty:
        query = query.having(count > 0)
    rows = session().execute(query)
    return [{"id": id_, "name": name, "track_count": count} for id_, name, count in rows]


def genre_shape(genre: Genre, person: User) -> JSON:
    """A genre, with how many tracks of it this person sees."""
    query = select(func.count(Track.number)).where(Track.genre_id == genre.id, visible_to(person))
    return {"id": genre.id, "name": genre.name, "track_count": session().scalar(query)}
