"""A playlist file as a playlist here: the verb."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from playlist_app.database import new_id, now, write
from playlist_app.library.texts import clean_text
from playlist_app.people.models import User
from playlist_app.playlists import order
from playlist_app.playlists.exchange.entry import PlaylistFile
from playlist_app.playlists.exchange.matching import Match, match
from playlist_app.playlists.models import LONGEST_TITLE, Playlist
from playlist_app.playlists.past.list_state import ListState
from playlist_app.playlists.past.steps import Place


@dataclass(frozen=True)
class TakenIn:
    """The new list, and what became of each entry of the file, in its order."""

    playlist: Playlist
    matches: Sequence[Match]

    @property
    def missing(self) -> list[Match]:
        return [found for found in self.matches if not found.track]


def take_in(file: PlaylistFile, *, by: User, title: str = "") -> TakenIn:
    """Make a playlist of what the library has of a file, in its order. A song that stands in it
    twice comes once. Raises NotAllowed."""
    with write():
        name = clean_text(title or file.title, "title", longest=10**6)[:LONGEST_TITLE]
        playlist = Playlist.create(by=by, title=name.strip() or "Playlist")
        matches = match(file.entries, by)
        tracks = {found.track.id: found.track for found in matches if found.track}
        ranks = order.even_ranks(len(tracks))
        at = now().isoformat()
        places = [
            Place(new_id(), track.id, track.title, track.artist, rank, by.id, at, None)
            for track, rank in zip(tracks.values(), ranks, strict=True)
        ]
        state = ListState(playlist)
        state.put_back(places, [place.id for place in places], anew=False)
        state.become("import", by)
    return TakenIn(playlist, matches)
