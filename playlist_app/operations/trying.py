"""People to try things with: an owner, a member of their list, and an outsider who must see nothing
of it. Each log-in in a window of its own shows how a list looks to them."""

from __future__ import annotations

import contextlib
import secrets
from dataclasses import dataclass

from sqlalchemy import select

from playlist_app.database import session, write
from playlist_app.library.models import Status, Track
from playlist_app.people.models import Role, User, by_name
from playlist_app.playlists.adding import AlreadyHere
from playlist_app.playlists.models import Playlist

OWNER, MEMBER, OUTSIDER = "owner", "member", "outsider"
PLAYLIST = "Try things here"
DESCRIPTION = "The owner shares this list with the member. The outsider does not see it."
SONGS = 5


@dataclass(frozen=True)
class Trying:
    """A person to log in as. The password is told when it is made, and None ever after."""

    username: str
    password: str | None


def make_people() -> list[Trying]:
    """The three of them; who is there already stays as they are, password included."""
    return [_person(name) for name in (OWNER, MEMBER, OUTSIDER)]


def owner() -> User:
    return User.named(OWNER)


def share_a_list() -> None:
    """A list of the owner's that the member edits, with some songs. Once: later it is theirs."""
    mine, member = owner(), User.named(MEMBER)
    query = select(Playlist).where(Playlist.owner_id == mine.id, Playlist.title == PLAYLIST)
    if session().scalar(query):
        return
    songs = select(Track).where(Track.status == Status.PUBLISHED).order_by(Track.number)
    with write() as tx:
        playlist = Playlist.create(by=mine, title=PLAYLIST, description=DESCRIPTION)
        playlist.invite(member, "editor", by=mine)
        for song in tx.scalars(songs.limit(SONGS)).all():
            with contextlib.suppress(AlreadyHere):
                playlist.add(song, by=mine)


def _person(username: str) -> Trying:
    if session().scalar(by_name(username)):
        return Trying(username, None)
    password = secrets.token_urlsafe(9)
    User.create(username, password, roles={Role.MEMBER}, by=None, name=username.title())
    return Trying(username, password)
