"""Lists of many items, made at once."""

from __future__ import annotations

from playlist_app.database import new_id, now, session
from playlist_app.library.models import Track
from playlist_app.people.models import User
from playlist_app.playlists import order
from playlist_app.playlists.items import Item
from playlist_app.playlists.models import Playlist


def many_items(playlist: Playlist, by: User, count: int) -> None:
    """So many tracks without audio, within a write, and each an item of the list."""
    tracks = [Track.draft(by, None, title=f"Track {number}") for number in range(count)]
    session().add_all(tracks)
    session().flush()
    session().add_all(
        Item(
            id=new_id(),
            playlist_id=playlist.id,
            track_id=track.id,
            rank=rank,
            added_by_id=by.id,
            added_at=now(),
        )
        for track, rank in zip(tracks, order.even_ranks(count), strict=True)
    )
    session().flush()
