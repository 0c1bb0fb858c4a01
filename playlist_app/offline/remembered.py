"""What a copy holds of a playlist's past: the thread's newest messages, and its snapshots; of the
newest with all songs, of older ones that they are there."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from playlist_app.people.models import User
from playlist_app.playlists.models import Playlist
from playlist_app.playlists.past.naming import shows_names_to
from playlist_app.playlists.past.snapshots import places_of, snapshots_of
from playlist_app.playlists.thread.messages import messages_of

JSON = dict[str, Any]

MESSAGES = 200
WHOLE_SNAPSHOTS = 50  # SPEC §4
NAMED = 600  # that is all there can be


def messages_for(playlist: Playlist, person: User) -> list[JSON]:
    """Newest first."""
    found, _more = messages_of(playlist, limit=MESSAGES)
    return [message.shape_for(person) for message in found]


def snapshots_for(
    playlist: Playlist, person: User, since: datetime | None
) -> tuple[list[JSON], JSON, bool]:
    """The snapshots, newest first; what the songs in them are called, by the id of the track; and
    whether one is new.

    `tracks` of a snapshot are the ids of its tracks in their order; null for one that is older than
    the newest, or that a device knows which saw the list after `since`.
    """
    found = snapshots_of(playlist, limit=NAMED)
    new = [one.id for one in found if since is None or one.created_at > since]
    whole = {one.id for one in found[:WHOLE_SNAPSHOTS]}
    places = places_of([id_ for id_ in new if id_ in whole])
    songs = {
        place.track: {"title": place.title, "artist": place.artist}
        for some in places.values()
        for place in some
    }
    tracks = {id_: [place.track for place in some] for id_, some in places.items()}
    names = shows_names_to(playlist, person)
    told = [one.shape(names=names) | {"tracks": tracks.get(one.id)} for one in found]
    return told, songs, bool(new)
