"""Undoing: any change, by who made it."""

from __future__ import annotations

from playlist_app.database import write
from playlist_app.library.curation import changes, genres
from playlist_app.library.curation.changes import Change
from playlist_app.people.models import User


def undo(change: Change, by: User) -> int:
    """Take one's own change back; answers how many tracks are as they were. A second time does
    nothing. Raises NotAllowed for who may no longer change these tracks."""
    with write():
        if change.undone_at:
            return 0
        if change.kind == "edit":
            return changes.undo_edit(change, by)
        return genres.undo_change(change, by)
