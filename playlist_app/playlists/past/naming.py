"""Who is told who did what: where no names are shown, those who run the playlist alone."""

from __future__ import annotations

from playlist_app.people.models import User
from playlist_app.playlists.members import may, role_in
from playlist_app.playlists.models import Playlist
from playlist_app.playlists.roles import Right


def shows_names_to(playlist: Playlist, person: User) -> bool:
    if playlist.party.names:
        return True
    role = role_in(playlist, person)
    return role is not None and may(playlist, role, Right.MANAGE)
