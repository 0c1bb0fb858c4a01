"""Small renditions ahead: what is added to a list that some device holds small is made at once, so
that it is there when the device comes for it. Registered in create_app."""

from __future__ import annotations

from sqlalchemy import select

from playlist_app.database import session
from playlist_app.library.models import Track
from playlist_app.offline.devices import DeviceCopy
from playlist_app.offline.entries import Quality, ask_for_one
from playlist_app.playlists import rules
from playlist_app.playlists.models import Playlist


def register() -> None:
    # More than one app may be made in a process (tests), and they share the slices.
    if make_for_small_copies not in rules.adding:
        rules.adding.append(make_for_small_copies)


def make_for_small_copies(playlist: Playlist, track: Track) -> None:
    """A track was added: within the write of that."""
    held = select(DeviceCopy.device_id).where(
        DeviceCopy.playlist_id == playlist.id, DeviceCopy.quality == Quality.SMALL
    )
    if track.audio_id and session().scalar(held.limit(1)):
        ask_for_one(track.audio_id)
