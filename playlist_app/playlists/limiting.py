"""The limits of a party: each says which it is, and until when it holds."""

from __future__ import annotations

import math
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import func, or_, select

from playlist_app.database import iso, now, session
from playlist_app.library.models import Track
from playlist_app.people.models import User
from playlist_app.playlists.history import Play
from playlist_app.playlists.items import Item, items_of
from playlist_app.playlists.party import is_bound, stand_in
from playlist_app.refusals import Conflict

if TYPE_CHECKING:
    from playlist_app.playlists.models import Playlist


class Limited(Conflict):
    """`limit` names it, `until` is a moment (ISO 8601), or None where it does not end by itself, or
    nobody knows when."""

    title = "Not now"

    def __init__(self, limit: str, detail: str, until: datetime | None) -> None:
        told = {"limit": limit, "until": iso(until) if until else None}
        super().__init__(detail, extra=told)


def require_within_limits(playlist: Playlist, track: Track, person: User) -> None:
    """Within the write of an add. Raises Limited."""
    party = playlist.party
    if not is_bound(playlist, person):
        return
    longest, length = party.longest_minutes, track.duration_seconds
    if longest and length and length > longest * 60:
        raise Limited("longest_minutes", f"Songs here have at most {longest} minutes.", None)
    if party.track_minutes:
        same = Play.track_id == track.id
        if track.audio_id:
            twins = select(Track.id).where(Track.audio_id == track.audio_id)
            same = or_(same, Play.track_id.in_(twins))
        _require_rest(playlist, same, party.track_minutes, "track", f"“{track.title}”")
    if party.artist_minutes and track.artist:
        same = func.lower(Play.artist) == func.lower(track.artist)
        _require_rest(playlist, same, party.artist_minutes, "artist", track.artist)
    if party.max_waiting:
        _require_place(playlist, party.max_waiting, person)


def _require_rest(playlist: Playlist, same: object, minutes: int, what: str, name: str) -> None:
    last = session().scalar(
        select(func.max(Play.played_at)).where(Play.playlist_id == playlist.id, same)  # type: ignore[arg-type]
    )
    until = last + timedelta(minutes=minutes) if last else None
    if until and until > now():
        left = f"in {_minutes(until - now())}"
        detail = f"{name} was played here lately, and may come again after {minutes} min: {left}."
        raise Limited(f"{what}_minutes", detail, until)


def _require_place(playlist: Playlist, most: int, person: User) -> None:
    of_mine = select(func.count()).select_from(Item)
    of_mine = of_mine.where(Item.playlist_id == playlist.id, Item.added_by_id == person.id)
    if (session().scalar(of_mine.where(Item.played_at.is_(None))) or 0) < most:
        return
    until = _first_turn(playlist, person)
    when = f", in about {_minutes(until - now())}" if until else ""
    songs = "1 song" if most == 1 else f"{most} songs"
    detail = f"Everybody has at most {songs} waiting here. Add another once yours plays{when}."
    raise Limited("max_waiting", detail, until)


def _first_turn(playlist: Playlist, person: User) -> datetime | None:
    """When the first of a person's songs begins, as the list stands now; None while it is still."""
    room = playlist.room
    if not room.playing or not room.item:
        return None
    mine = stand_in(playlist.party, person.id)
    at = now() - timedelta(milliseconds=room.position_now())
    at += timedelta(seconds=room.item.track.duration_seconds or 0)
    for item in items_of(playlist, person):
        if item["is_playing"] or item["played_at"]:
            continue
        if item["added_by"]["id"] == mine:
            return at
        at += timedelta(seconds=item["track"]["duration_seconds"] or 0)
    return None


def _minutes(left: timedelta) -> str:
    seconds = max(1, math.ceil(left.total_seconds()))
    return f"{seconds} s" if seconds < 100 else f"{math.ceil(seconds / 60)} min"
