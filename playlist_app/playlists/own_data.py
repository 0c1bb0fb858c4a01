"""What the playlists keep about a person: their lists, where they are members, and their votes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import select

from playlist_app.database import iso, session
from playlist_app.library.models import Track
from playlist_app.people import own_data
from playlist_app.people.models import User
from playlist_app.people.own_data import AT_ONCE
from playlist_app.playlists.items import Item
from playlist_app.playlists.members import Membership
from playlist_app.playlists.models import Playlist
from playlist_app.playlists.thread.messages import Message
from playlist_app.playlists.votes import DIRECTIONS, Vote

JSON = dict[str, Any]


def _playlists(person: User) -> Iterator[JSON]:
    """One's own; of the items what they are, and whether one added them oneself."""
    mine = select(Playlist).where(Playlist.owner_id == person.id).order_by(Playlist.created_at)
    for playlist in session().scalars(mine).all():
        yield {
            "id": playlist.id,
            "title": playlist.title,
            "description": playlist.description,
            "visibility": playlist.visibility,
            "order_mode": playlist.order_mode,
            "created_at": iso(playlist.created_at),
            "items": [
                {
                    "title": title,
                    "artist": artist,
                    "album": album,
                    "added_at": iso(at),
                    "added_by_me": by == person.id,
                }
                for title, artist, album, at, by in session().execute(
                    select(Track.title, Track.artist, Track.album, Item.added_at, Item.added_by_id)
                    .join(Track, Track.id == Item.track_id)
                    .where(Item.playlist_id == playlist.id)
                    .order_by(Item.rank)
                )
            ],
        }


def _memberships(person: User) -> Iterator[JSON]:
    mine = (
        select(Playlist.id, Playlist.title, Membership.role, Membership.since)
        .join(Membership, Membership.playlist_id == Playlist.id)
        .where(Membership.user_id == person.id)
    )
    for id_, title, role, since in session().execute(mine):
        yield {"playlist": {"id": id_, "title": title}, "role": role, "since": iso(since)}


def _votes(person: User) -> Iterator[JSON]:
    mine = (
        select(Track.title, Track.artist, Item.playlist_id, Vote.value, Vote.at)
        .join(Item, Item.id == Vote.item_id)
        .join(Track, Track.id == Item.track_id)
        .where(Vote.user_id == person.id)
        .order_by(Vote.at)
    )
    for title, artist, playlist, value, at in session().execute(
        mine.execution_options(yield_per=AT_ONCE)
    ):
        yield {
            "title": title,
            "artist": artist,
            "playlist_id": playlist,
            "direction": DIRECTIONS[value],
            "at": iso(at),
        }


def _messages(person: User) -> Iterator[JSON]:
    mine = select(Message).where(Message.author_id == person.id).order_by(Message.number)
    for message in session().scalars(mine.execution_options(yield_per=AT_ONCE)):
        yield {
            "playlist_id": message.playlist_id,
            "text": message.text,
            "has_sound": message.audio_id is not None,
            "at": iso(message.created_at),
            "edited_at": iso(message.edited_at) if message.edited_at else None,
        }


def register() -> None:
    own_data.sections.update(
        playlists=_playlists, memberships=_memberships, votes=_votes, messages=_messages
    )
