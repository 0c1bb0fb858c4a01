"""What plays when a list runs dry: a song of another playlist, by chance, those first that were
played here least."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, select

from playlist_app.database import new_id, now, session
from playlist_app.library.models import Track
from playlist_app.live import events
from playlist_app.people.models import User
from playlist_app.playlists import order, rules
from playlist_app.playlists.history import Play
from playlist_app.playlists.items import Item
from playlist_app.playlists.party import is_seen_by

if TYPE_CHECKING:
    from playlist_app.playlists.models import Playlist


def filler(playlist: Playlist, by: User) -> Item | None:
    """A new item at the end of the list, within a write in which somebody was allowed to go on;
    None where the hosts chose no playlist for this, or nothing of it can be played."""
    fallback = playlist.party.fallback
    if not fallback or not is_seen_by(playlist, fallback, playlist.owner):
        return None
    tx = session()
    is_left = Item.played_at.is_(None) | (Item.id == playlist.room.item_id)
    there = select(Item.track_id).where(Item.playlist_id == playlist.id, is_left)
    plays = (
        select(func.count())
        .where(Play.playlist_id == playlist.id, Play.track_id == Track.id)
        .scalar_subquery()
    )
    track = tx.scalar(
        select(Track)
        .join(Item, Item.track_id == Track.id)
        .where(Item.playlist_id == fallback, Track.id.not_in(there))
        .where(Track.status == "published")
        .order_by(plays, func.random())
        .limit(1)
    )
    if not track:
        return None
    last = tx.scalar(select(func.max(Item.rank)).where(Item.playlist_id == playlist.id))
    item = Item(
        id=new_id(),
        playlist=playlist,
        track=track,
        rank=order.rank_between(last, None),
        added_by_id=playlist.owner_id,
        added_at=now(),
        up=0,
        down=0,
        is_filler=True,
    )
    tx.add(item)
    tx.flush()
    playlist.record(events.TrackAdded(item.shape()), by)
    for told in rules.adding:
        told(playlist, track)
    return item
