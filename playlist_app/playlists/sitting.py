"""What the live channel and the library ask the playlists (STYLE.md: a lower slice asks without
knowing whom); registered in create_app."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import orjson
from flask import Flask
from flask_login import current_user
from sqlalchemy import ColumnElement, func, or_, select, update

from playlist_app.database import session
from playlist_app.library import rules
from playlist_app.library.models import Track, shapes_of
from playlist_app.live.events import PlaylistRestored, TrackUpdated
from playlist_app.people.models import User
from playlist_app.playlists.finding import find_playlist, in_a_list_of, still_allowed
from playlist_app.playlists.history import Play
from playlist_app.playlists.items import Item
from playlist_app.playlists.models import Playlist

FEW = 20  # edited tracks of one list that are told one by one


def register(app: Flask) -> None:
    app.extensions["live"].seat_in_playlist = _seat
    app.extensions["live"].still_allowed = still_allowed
    # More than one app may be made in a process (tests), and they share the slices.
    if in_a_list_of not in rules.audible:
        rules.audible.append(in_a_list_of)
        rules.telling.append(_tell)
        rules.leaving.append(_leave)
        rules.keeping.append(_keep)
        rules.replacing.append(_replace)


def _seat(playlist_id: str) -> dict[str, Any]:
    """A person's own part of the live channel's greeting. Raises NotFound."""
    return {"role": find_playlist(playlist_id, current_user).seen_as}


def _tell(track_ids: Sequence[str], by: User | None) -> None:
    """Tracks were edited: each list that holds some of them is told. Of a few it hears what they
    are now; of more, to read itself afresh: one event, however many they are."""
    if not track_ids:
        return
    tx = session()
    among = func.json_each(orjson.dumps(list(track_ids)).decode()).table_valued("value")
    holding: defaultdict[str, set[str]] = defaultdict(set)
    for playlist_id, track_id in tx.execute(
        select(Item.playlist_id, Item.track_id).where(Item.track_id.in_(select(among.c.value)))
    ):
        holding[playlist_id].add(track_id)
    few = {track for tracks in holding.values() if len(tracks) <= FEW for track in tracks}
    shapes = shapes_of(few)
    playlists = tx.scalars(select(Playlist).where(Playlist.id.in_(holding))).all()
    for playlist in playlists:
        if len(holding[playlist.id]) > FEW:
            playlist.record(PlaylistRestored(), by)
            continue
        for track in sorted(holding[playlist.id]):
            playlist.record(TrackUpdated(shapes[track]), by)


def _leave(track_id: str, by: User) -> None:
    """A track is deleted: it leaves every list, which its people may not have been asked about."""
    for item in session().scalars(select(Item).where(Item.track_id == track_id)).all():
        room = item.playlist.room
        if room.item_id == item.id:
            room.go_on(by)
        item.drop(by)


def _keep(since: datetime) -> ColumnElement[bool]:
    """A track that stands on a list, or was played in a room since then: a condition on Track."""
    held = select(Item.id).where(Item.track_id == Track.id)
    played = select(Play.id).where(Play.track_id == Track.id, Play.played_at >= since)
    return or_(held.exists(), played.exists())


def _replace(gone: str, kept: str, by: User) -> None:
    """One track takes another's place: in every list, unless it waits there already, and in what
    was played."""
    tx = session()
    for item in tx.scalars(select(Item).where(Item.track_id == gone)).all():
        waits = select(Item.id).where(
            Item.playlist_id == item.playlist_id, Item.track_id == kept, Item.played_at.is_(None)
        )
        if item.played_at is None and tx.scalar(waits):
            room = item.playlist.room
            if room.item_id == item.id:
                room.go_on(by)
            item.drop(by)
            continue
        item.track_id = kept
        tx.flush()
        item.playlist.record(PlaylistRestored(), by)
    tx.execute(update(Play).where(Play.track_id == gone).values(track_id=kept))
    tx.flush()
