"""Sources and their items as people see them; the number of queries does not grow with the rows."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, or_, select

from playlist_app.database import iso, session
from playlist_app.imports.models import Import
from playlist_app.imports.sources import Source, SourceItem
from playlist_app.library.models import Track, visible_to
from playlist_app.people.models import User
from playlist_app.playlists.finding import listed_for
from playlist_app.playlists.models import Playlist
from playlist_app.refusals import Invalid

JSON = dict[str, Any]

_TRACK = func.coalesce(Import.track_id, SourceItem.track_id)


def sources_for(person: User) -> list[JSON]:
    """All sources, by title. Three queries."""
    sources = list(session().scalars(select(Source).order_by(func.lower(Source.title), Source.id)))
    return _shapes(sources, person)


def source_for(source: Source, person: User) -> JSON:
    """The shape of one source."""
    return _shapes([source], person)[0]


def _shapes(sources: list[Source], person: User) -> list[JSON]:
    rows = session().execute(
        select(SourceItem.source_id, func.count(), func.count(SourceItem.vanished_at))
        .where(SourceItem.source_id.in_([source.id for source in sources]))
        .group_by(SourceItem.source_id)
    )
    counts = {id_: (count, vanished) for id_, count, vanished in rows}
    ids = [source.playlist_id for source in sources if source.playlist_id]
    seen = set(
        session().scalars(select(Playlist.id).where(Playlist.id.in_(ids), listed_for(person)))
    )
    return [_shape(source, person, counts.get(source.id, (0, 0)), seen) for source in sources]


def _shape(source: Source, person: User, counts: tuple[int, int], seen: set[str]) -> JSON:
    playlist = source.playlist if source.playlist_id in seen else None
    return {
        "id": source.id,
        # The address of a feed may hold the key to it: it is for those who set it up.
        "url": source.url if person.is_admin else None,
        "host": source.host,
        "title": source.title,
        "kind": source.kind,
        "playlist": {"id": playlist.id, "title": playlist.title} if playlist else None,
        "owner": source.owner.as_person(),
        "every_minutes": source.every_minutes,
        "depth": source.depth,
        "quality": source.quality,
        "enabled": source.enabled,
        "is_checking": source.look_id is not None,
        "last_checked_at": iso(source.last_checked_at) if source.last_checked_at else None,
        "next_check_at": iso(source.next_check_at) if source.enabled else None,
        "failures": source.failures,
        "error": source.error,
        "items": counts[0] - counts[1],
        "vanished": counts[1],
        "created_at": iso(source.created_at),
    }


def items_for(
    source: Source, person: User, *, limit: int = 50, cursor: str = ""
) -> tuple[list[JSON], str | None]:
    """A page of what a source lists, in its order, and the cursor of the next. What is no longer
    listed comes where it stood. One query."""
    try:
        start = int(cursor or 0)
    except ValueError:
        raise Invalid.field("cursor", "This is no cursor of this list.") from None
    rows = (
        session()
        .execute(
            select(SourceItem, Import.state, Import.error, Track.id)
            .outerjoin(Import, Import.id == SourceItem.import_id)
            .outerjoin(Track, (Track.id == _TRACK) & visible_to(person))
            .where(SourceItem.source_id == source.id)
            .order_by(SourceItem.place, SourceItem.first_seen_at.desc(), SourceItem.key)
            .offset(max(0, start))
            .limit(limit + 1)
        )
        .all()
    )
    items = [
        {
            "key": item.key,
            "title": item.title,
            "first_seen_at": iso(item.first_seen_at),
            "vanished_at": iso(item.vanished_at) if item.vanished_at else None,
            "status": state,
            "error": error if person.is_admin else None,
            "track_id": track_id,
        }
        for item, state, error, track_id in rows[:limit]
    ]
    return items, str(start + limit) if len(rows) > limit else None


def sources_of_track(track_id: str) -> list[JSON]:
    """The sources that a track came from, and since when they list it no longer."""
    rows = session().execute(
        select(Source.id, Source.title, SourceItem.vanished_at)
        .join(SourceItem, SourceItem.source_id == Source.id)
        .outerjoin(Import, Import.id == SourceItem.import_id)
        .where(or_(Import.track_id == track_id, SourceItem.track_id == track_id))
    )
    return [
        {"id": id_, "title": title, "vanished_at": iso(vanished) if vanished else None}
        for id_, title, vanished in rows
    ]
