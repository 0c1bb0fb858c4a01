"""Blank shapes: what templates of a row and of a page are rendered with, for scripts to fill."""

from __future__ import annotations

from typing import Any

from playlist_app.playlists.order import OrderMode
from playlist_app.playlists.party import NO_PARTY


def blank_track(title: str = "") -> dict[str, Any]:
    """A track without anything in it; `title` stands where labels name it."""
    return {
        "id": "",
        "title": title,
        "artist": "",
        "album": "",
        "genre": "",
        "duration_seconds": None,
        "duration_formatted": "",
        "cover_url": None,
        "audio": None,
    }


def blank_item() -> dict[str, Any]:
    """An item without anything in it."""
    nobody = {"id": "", "name": ""}
    return {
        "id": "",
        "track": blank_track(),
        "rank": "",
        "position": "",
        "votes": 0,
        "up": 0,
        "down": 0,
        "added_by": nobody,
        "added_at": "",
        "is_playing": False,
        "played_at": None,
        "my_vote": None,
    }


def blank_playlist() -> dict[str, Any]:
    """A playlist without anything in it."""
    return {
        "id": "",
        "title": "",
        "description": "",
        "order_mode": OrderMode.MANUAL,
        "consume": False,
        "party": NO_PARTY.shape(),
        "my_role": "",
        "seq": 0,
        "item_count": 0,
        "owner": {"id": "", "name": ""},
        "cover_urls": [],
        "is_live": False,
    }
