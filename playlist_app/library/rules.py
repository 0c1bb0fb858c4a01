"""What higher slices know about tracks: they register it, the library asks without knowing whom.

(STYLE.md: imports point one way. The playlists slice registers in `create_app`.)
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from sqlalchemy import ColumnElement

from playlist_app.people.models import User

# Conditions on Track under which a guest may hear it: members have their own rule.
audible: list[Callable[[User], ColumnElement[bool]]] = []

# The ids of the playlists that hold a track, by the track's id.
holding: list[Callable[[str], Iterable[str]]] = []

# What has to happen before a track is deleted: given its id, and who deletes it.
leaving: list[Callable[[str, User], None]] = []


def holders(track_id: str) -> set[str]:
    return {playlist for rule in holding for playlist in rule(track_id)}
