"""What the live channel and the library ask the playlists (STYLE.md: a lower slice asks without
knowing whom); registered in create_app."""

from __future__ import annotations

from typing import Any

from flask import Flask
from flask_login import current_user
from sqlalchemy import select

from playlist_app.database import session
from playlist_app.library import rules
from playlist_app.live.events import Happening
from playlist_app.people.models import User
from playlist_app.playlists.finding import find_playlist, in_a_list_of, still_allowed
from playlist_app.playlists.items import Item


def register(app: Flask) -> None:
    app.extensions["live"].seat_in_playlist = _seat
    app.extensions["live"].still_allowed = still_allowed
    # More than one app may be made in a process (tests), and they share the slices.
    if in_a_list_of not in rules.audible:
        rules.audible.append(in_a_list_of)
        rules.telling.append(_tell)
        rules.leaving.append(_leave)


def _seat(playlist_id: str) -> dict[str, Any]:
    """A person's own part of the live channel's greeting. Raises NotFound."""
    return {"role": find_playlist(playlist_id, current_user).seen_as}


def _tell(track_id: str, happening: Happening, by: User) -> None:
    """Something happened to a track: an event in every list that holds it."""
    for item in session().scalars(select(Item).where(Item.track_id == track_id)).all():
        item.playlist.record(happening, by)


def _leave(track_id: str, by: User) -> None:
    """A track is deleted: it leaves every list, which its people may not have been asked about."""
    for item in session().scalars(select(Item).where(Item.track_id == track_id)).all():
        room = item.playlist.room
        if room.item_id == item.id:
            room.go_on(by)
        item.drop(by)
