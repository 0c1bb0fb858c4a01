"""Where a person is: the track, the second and what comes next, to be gone on with elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import orjson
from sqlalchemy import select

from playlist_app.database import iso, now, session, write
from playlist_app.library.models import Track, find_track, visible_to
from playlist_app.listening.models import Place
from playlist_app.people.models import User
from playlist_app.playlists.finding import listed_for
from playlist_app.playlists.models import Playlist

JSON = dict[str, Any]

QUEUE_AT_MOST = 200  # tracks that are handed over
OFFERED_FOR = timedelta(days=14)


@dataclass(frozen=True)
class Report:
    """What a device says of its player. `age` is how long ago that was so, in seconds: clocks of
    devices are wrong, but a device knows how long it waited."""

    device: str
    name: str
    track: str | None
    second: float
    queue: Sequence[str]
    playlist: str | None
    age: float


def keep(report: Report, *, by: User) -> bool:
    """Note where a person is, unless something later is known: False then.

    Raises NotFound for a track that they may not hear.
    """
    at = now() - timedelta(seconds=report.age)
    with write() as tx:
        place = tx.get(Place, by.id)
        if place and place.at > at:
            return False
        track = find_track(report.track, by) if report.track else None
        playlist = None
        if report.playlist:
            seen = select(Playlist.id).where(Playlist.id == report.playlist, listed_for(by))
            playlist = tx.scalar(seen)
        if not place:
            place = Place(user_id=by.id)
            tx.add(place)
        place.track_id = track.id if track else None
        place.playlist_id = playlist
        place.second = report.second if track else 0.0
        place.queue = orjson.dumps(list(report.queue[:QUEUE_AT_MOST])).decode()
        place.device = report.device
        place.device_name = report.name
        place.at = at
    return True


def place_of(person: User, *, with_queue: bool = True) -> JSON | None:
    """Where they are, or None: with the shapes of the track and of those that come next, of which
    only what they may hear."""
    place = session().get(Place, person.id)
    if not place or not place.track_id or place.at < now() - OFFERED_FOR:
        return None
    queue: list[str] = orjson.loads(place.queue) if with_queue else []
    rows = session().scalars(
        select(Track).where(Track.id.in_({place.track_id, *queue}), visible_to(person))
    )
    shapes = {track.id: track.shape() for track in rows}
    if place.track_id not in shapes:
        return None
    playlist = None
    if place.playlist_id:
        found = (
            session()
            .execute(
                select(Playlist.id, Playlist.title).where(
                    Playlist.id == place.playlist_id, listed_for(person)
                )
            )
            .first()
        )
        playlist = {"id": found[0], "title": found[1]} if found else None
    return {
        "track": shapes[place.track_id],
        "second": place.second,
        "queue": [shapes[id_] for id_ in queue if id_ in shapes],
        "playlist": playlist,
        "device": place.device,
        "device_name": place.device_name,
        "at": iso(place.at),
    }
