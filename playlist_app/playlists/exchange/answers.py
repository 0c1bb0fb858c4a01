"""What the calls of exchange answer."""

from __future__ import annotations

from typing import Literal, TypedDict

from playlist_app.shapes import Count, MyPlaylist, Seconds


class ImportedEntry(TypedDict):
    """An entry of the file, counted from 1: the track that it means and what that was found by, or
    null for both."""

    number: Count
    title: str
    artist: str
    album: str
    duration_seconds: Seconds | None
    found_by: Literal["hash", "tags"] | None
    track_id: str | None


class Imported(TypedDict):
    """The new playlist; all entries of the file, in its order; and how many were not found."""

    playlist: MyPlaylist
    entries: list[ImportedEntry]
    missing: Count
