"""Recording what was heard: reports of devices, each applied once, and clearing the history."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select

from playlist_app.database import now, session, write
from playlist_app.library.models import Track, visible_to
from playlist_app.listening.models import Listen, Place, Plays, counts
from playlist_app.live import events
from playlist_app.people.models import User
from playlist_app.playlists.finding import listed_for
from playlist_app.playlists.items import Item
from playlist_app.playlists.models import Playlist

JSON = dict[str, Any]

# A device's clock may be wrong; a listen can't have begun later than now, nor long before it could
# have been held back.
OLDEST = timedelta(days=366)


def report(items: Sequence[JSON], *, device: str, by: User) -> list[JSON]:
    """Record what a device heard: `[{id, track, at, seconds, finished, playlist?}]`, each in a
    write of its own. Answers `[{id, status, plays?}]`, in order: "applied"; "satisfied", where it
    was known, or was cleared from the history; "rejected", where there is no such track for them.
    """
    return [_report_one(item, device, by) for item in items]


def _report_one(item: JSON, device: str, by: User) -> JSON:
    begun = min(max(item["at"], now() - OLDEST), now())
    with write() as tx:
        known = tx.get(Listen, (by.id, item["id"]))
        if known:
            grown = _grow(known, item)
            return {"id": item["id"], "status": "applied" if grown else "satisfied"}
        place = tx.get(Place, by.id)
        if place and place.cleared_at and begun <= place.cleared_at:
            return {"id": item["id"], "status": "satisfied"}
        track = tx.scalar(select(Track).where(Track.id == item["track"], visible_to(by)))
        if not track:
            return {"id": item["id"], "status": "rejected"}
        playlist_id, adder = _found_in(item.get("playlist"), track, by)
        listen = Listen(
            user_id=by.id,
            id=item["id"],
            track_id=track.id,
            title=track.title,
            artist=track.artist,
            genre=track.genre_name,
            added_by_id=adder,
            playlist_id=playlist_id,
            at=begun,
            seconds=item["seconds"],
            is_finished=item["finished"],
            is_play=False,
            device=device,
        )
        tx.add(listen)
        _count(listen, track)
        return {"id": item["id"], "status": "applied"}


def _grow(listen: Listen, item: JSON) -> bool:
    """More of the same listen was heard; never less, in whatever order reports come."""
    if item["seconds"] <= listen.seconds and item["finished"] <= listen.is_finished:
        return False
    listen.seconds = max(listen.seconds, item["seconds"])
    listen.is_finished = listen.is_finished or item["finished"]
    if not listen.is_play and listen.track_id:
        track = session().scalar(select(Track).where(Track.id == listen.track_id))
        if track:
            _count(listen, track)
    return True


def _count(listen: Listen, track: Track) -> None:
    """Count a listen once it is a play, and tell the person's open pages."""
    if not counts(listen.seconds, track.duration_seconds):
        return
    listen.is_play = True
    tx = session()
    plays = tx.get(Plays, (listen.user_id, track.id))
    if not plays:
        plays = Plays(user_id=listen.user_id, track_id=track.id, count=0, last_at=listen.at)
        tx.add(plays)
    plays.count += 1
    plays.last_at = max(plays.last_at, listen.at)
    happening = events.TrackPlayed(track=track.id, plays=plays.count)
    events.record(happening, person=listen.user_id, by=listen.user_id)


def _found_in(playlist_id: str | None, track: Track, by: User) -> tuple[str | None, str]:
    """The playlist in which it was heard, if they see it, and who had added it there."""
    row = None
    if playlist_id:
        row = (
            session()
            .execute(
                select(Playlist.id, Item.added_by_id)
                .outerjoin(Item, (Item.playlist_id == Playlist.id) & (Item.track_id == track.id))
                .where(Playlist.id == playlist_id, listed_for(by))
                .limit(1)
            )
            .first()
        )
    if not row:
        return None, track.owner_id
    return row[0], row[1] or track.owner_id


def clear_history(*, by: User) -> None:
    """Forget everything that this person heard, with the counts that came of it."""
    with write() as tx:
        place = tx.get(Place, by.id) or _nowhere(by)
        place.cleared_at = now()
        place.track_id = None
        place.queue = "[]"
        tx.add(place)
        tx.execute(delete(Listen).where(Listen.user_id == by.id))
        tx.execute(delete(Plays).where(Plays.user_id == by.id))
        events.record(events.HistoryCleared(), person=by.id, by=by.id)


def _nowhere(by: User) -> Place:
    return Place(user_id=by.id, second=0.0, queue="[]", device="", device_name="", at=now())


def history(
    person: User, *, limit: int, before: tuple[datetime, str] | None
) -> list[tuple[Listen, Track | None, str | None]]:
    """Own listens, newest first, each with its track, if they still see it, and who added it."""
    query = (
        select(Listen, User.name)
        .outerjoin(User, User.id == Listen.added_by_id)
        .where(Listen.user_id == person.id)
        .order_by(Listen.at.desc(), Listen.id.desc())
        .limit(limit)
    )
    if before:
        at, id_ = before
        query = query.where((Listen.at < at) | ((Listen.at == at) & (Listen.id < id_)))
    rows = session().execute(query).all()
    ids = {listen.track_id for listen, _ in rows}
    tracks = session().scalars(select(Track).where(Track.id.in_(ids), visible_to(person)))
    by_id = {track.id: track for track in tracks}
    return [(listen, by_id.get(listen.track_id or ""), name) for listen, name in rows]
