"""What changed in a list since an event that a device knows of, where that can be told by items.

It is read from the events that are kept, so that a phone which comes back after an hour is not sent
a thousand rows (docs/decisions). What can't be told item by item is told whole.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import select

from playlist_app.database import session
from playlist_app.live import events
from playlist_app.live.events import Event
from playlist_app.playlists.models import Playlist

JSON = dict[str, Any]

# About the list itself, which every manifest has.
_OF_THE_LIST = {
    events.PlaylistUpdated.type,
    events.MemberChanged.type,
    events.MessagePosted.type,
    events.MessageEdited.type,
    events.MessageDeleted.type,
}


@dataclass
class Changes:
    """Ids of items and of tracks that are not what they were, and of items that left."""

    items: set[str] = field(default_factory=set)
    tracks: set[str] = field(default_factory=set)
    removed: set[str] = field(default_factory=set)
    played: bool = False  # something else plays: what played before is another, too


def changes_since(playlist: Playlist, since: int) -> Changes | None:
    """None where only the whole list tells what changed."""
    missed = events.missed(playlist.id, since, newest=playlist.seq)
    if missed is None:
        return None
    changes = Changes()
    for event in missed:
        if not _note(changes, event):
            return None
    if changes.played:
        before = _playing_at(playlist, since)
        if before is None:
            return None
        changes.items |= before
    return changes


def _note(changes: Changes, event: Event) -> bool:
    """Whether it could be told which items it is about."""
    payload: JSON = orjson.loads(event.payload)
    match event.type:
        case events.TrackAdded.type | events.TrackMoved.type:
            changes.items.add(payload["item"]["id"])
        case events.TrackVoted.type:
            changes.items.add(payload["id"])
        case events.TrackRemoved.type:
            changes.removed.add(payload["id"])
        case events.TrackUpdated.type:
            changes.tracks.add(payload["track"]["id"])
        case events.TrackPlaying.type:
            changes.items |= {payload["id"]} - {None}
            changes.played = True
        case type_:
            return type_ in _OF_THE_LIST
    return True


def _playing_at(playlist: Playlist, since: int) -> set[str] | None:
    """The item that was on then, if any; None where the event that would say it is forgotten."""
    event = session().scalar(
        select(Event)
        .where(
            Event.playlist_id == playlist.id,
            Event.type == events.TrackPlaying.type,
            Event.seq <= since,
        )
        .order_by(Event.seq.desc())
        .limit(1)
    )
    if event:
        return {orjson.loads(event.payload)["id"]} - {None}
    first = session().scalar(
        select(Event.type).where(Event.playlist_id == playlist.id).order_by(Event.seq).limit(1)
    )
    return set() if first == events.PlaylistUpdated.type else None


def moment_of(playlist: Playlist, since: int) -> datetime:
    """When the newest event was that somebody at `since` knows; or earlier."""
    if since >= playlist.seq:
        return playlist.updated_at
    at = session().scalar(
        select(Event.at)
        .where(Event.playlist_id == playlist.id, Event.seq <= since)
        .order_by(Event.seq.desc())
        .limit(1)
    )
    return at or playlist.created_at
