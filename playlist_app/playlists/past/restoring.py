"""Comparing a snapshot with the list as it is now, and restoring it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from playlist_app.database import write
from playlist_app.people.models import User
from playlist_app.playlists.members import require
from playlist_app.playlists.models import Playlist
from playlist_app.playlists.past.list_state import ListState, longest_rising
from playlist_app.playlists.past.snapshots import Kind, Snapshot, take_before
from playlist_app.playlists.past.steps import Place, Step
from playlist_app.playlists.roles import Right

JSON = dict[str, Any]


@dataclass(frozen=True)
class Restored:
    """The change, or None where the list was so already; what could not be restored and why; and
    the snapshot that was taken before."""

    step: Step | None
    left: Sequence[str]
    before: Snapshot | None


def restore(playlist: Playlist, snapshot: Snapshot, *, by: User) -> Restored:
    """Make the list what it was, as one change. What plays goes on; who voted since keeps their
    vote; a track that is gone is said, and the rest restored. Raises NotAllowed."""
    with write():
        require(playlist, by, Right.EDIT)
        places = snapshot.places
        state = ListState(playlist)
        before = take_before(state, Kind.RESTORE, by)
        same = _same(places, state.before)
        stays = {*same.values(), playlist.room.item_id}
        for id_ in [id_ for id_ in state.now if id_ not in stays]:
            state.take_off(id_)
        missing = [place for place in places if place.id not in same]
        state.put_back(missing, [place.id for place in places], anew=False)
        then = {same.get(place.id, place.id) for place in places}
        there = [same.get(place.id, place.id) for place in places]
        wanted = [id_ for id_ in dict.fromkeys(there) if id_ in state.now]
        plays_on = [id_ for id_ in state.now if id_ not in then]
        state.arrange([*plays_on, *wanted])
        step = state.become("restore", by, about=snapshot.name)
    return Restored(step, state.left, before)


def compared(snapshot: Snapshot, playlist: Playlist) -> dict[str, list[JSON]]:
    """What is in the list now and was not (`added`), what was and is not (`removed`), and what
    stands elsewhere (`moved`), each with its place then and now, counted from 1."""
    then = snapshot.places
    now = ListState(playlist).before
    same = _same(then, now)
    place_now = {id_: number for number, id_ in enumerate(now, start=1)}
    still = [(number, place) for number, place in enumerate(then, start=1) if place.id in same]
    ranks = [now[same[place.id]].rank for _number, place in still]
    kept = set(longest_rising(ranks))
    matched = set(same.values())
    return {
        "added": [_row(p, None, place_now[p.id]) for p in now.values() if p.id not in matched],
        "removed": [
            _row(place, number, None)
            for number, place in enumerate(then, start=1)
            if place.id not in same
        ],
        "moved": [
            _row(place, number, place_now[same[place.id]])
            for at, (number, place) in enumerate(still)
            if at not in kept
        ],
    }


def _row(place: Place, then: int | None, now: int | None) -> JSON:
    return {
        "item": place.id,
        "track": place.track,
        "title": place.title,
        "artist": place.artist,
        "then": then,
        "now": now,
    }


def _same(then: Sequence[Place], now: dict[str, Place]) -> dict[str, str]:
    """Which item of then is which of now: itself, or one of the same track that came after it."""
    same = {place.id: place.id for place in then if place.id in now}
    taken = set(same)
    by_track = {place.track: id_ for id_, place in now.items() if id_ not in taken}
    for place in then:
        if place.id not in same and place.track in by_track:
            same[place.id] = by_track.pop(place.track)
    return same
