"""Placing: an import that is completed goes into its batch's playlist, in the order of the list it
came from, whichever is completed first."""

from __future__ import annotations

from sqlalchemy import select

from playlist_app.database import session
from playlist_app.imports.models import Import
from playlist_app.library.models import Track
from playlist_app.playlists.adding import AlreadyHere
from playlist_app.playlists.items import Item
from playlist_app.playlists.models import Playlist
from playlist_app.refusals import Refusal


def place(row: Import, track: Track) -> None:
    """Within a write: add the track, where its person may. If not, the import is completed all the
    same, and says so."""
    playlist_id = row.batch.playlist_id
    playlist = session().get(Playlist, playlist_id) if playlist_id else None
    if not playlist:
        return
    neighbours = (
        select(Item)
        .join(Import, Import.item_id == Item.id)
        .where(Import.batch_id == row.batch_id, Item.playlist_id == playlist.id)
    )
    before = neighbours.where(Import.position < row.position).order_by(Import.position.desc())
    behind = neighbours.where(Import.position > row.position).order_by(Import.position)
    after = session().scalar(before.limit(1))
    follows = None if after else session().scalar(behind.limit(1))
    try:
        item = playlist.add(track, by=row.person, after=after, before=follows)
    except AlreadyHere:
        return  # where it stands is somebody's choice
    except Refusal as refusal:
        row.error = f"It is in the library, but not in the playlist: {refusal.detail}"[:500]
        return
    row.item_id = item.id
