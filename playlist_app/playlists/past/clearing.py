"""Clearing: everything off a list at once, but for what plays."""

from __future__ import annotations

from playlist_app.database import write
from playlist_app.people.models import User
from playlist_app.playlists.members import require
from playlist_app.playlists.models import Playlist
from playlist_app.playlists.past.list_state import ListState
from playlist_app.playlists.past.snapshots import Kind, take_before
from playlist_app.playlists.past.steps import Step
from playlist_app.playlists.roles import Right


def clear(playlist: Playlist, *, by: User) -> Step | None:
    """Take everything off the list; what plays goes on playing. None where there was nothing.
    Raises NotAllowed."""
    with write():
        require(playlist, by, Right.EDIT)
        state = ListState(playlist)
        take_before(state, Kind.CLEAR, by)
        for id_ in state.before.keys() - {playlist.room.item_id}:
            state.take_off(id_)
        return state.become("clear", by)
