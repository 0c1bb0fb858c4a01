"""Joining a playlist by its code: as who one is, or as a guest with a nickname."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select

from playlist_app.database import session, write
from playlist_app.people.models import User, checked_name, name_key
from playlist_app.playlists.invites import PlaylistInvite, find_invite, higher, require_open
from playlist_app.playlists.members import Membership
from playlist_app.playlists.models import Playlist
from playlist_app.playlists.roles import BLOCKED, Visibility
from playlist_app.refusals import Conflict, NotFound


class NicknameTaken(Conflict):
    title = "That name is taken"


def join(code: str, person: User) -> Playlist:
    """Somebody who is logged in joins, and loses nothing that they may do already. Who is in uses
    nothing up. Raises NotFound, TooMany."""
    id_ = find_invite(code).id
    with write() as tx:
        invite = tx.get_one(PlaylistInvite, id_, populate_existing=True)
        playlist = invite.playlist
        given = tx.get(Membership, (playlist.id, person.id))
        if given and given.role == BLOCKED:
            raise NotFound("This code lets you in no more: a host closed it to you.")
        given = given if given and given.holds else None
        if playlist.owner_id == person.id or (given and not _is_more(invite, given)):
            return playlist
        if given and invite.state != "open":
            return playlist
        require_open(invite)
        invite.used += 0 if given else 1
        role = higher(given.role if given else None, invite.role)
        ends_at = None if person.is_member else invite.ends_at
        playlist.admit(person, role, ends_at=ends_at, by=person)
    return playlist


def _is_more(invite: PlaylistInvite, given: Membership) -> bool:
    """Whether the invite gives more than somebody has, or for longer."""
    is_longer = given.ends_at is not None and given.ends_at < invite.ends_at
    return is_longer or higher(given.role, invite.role) != given.role


def join_as_guest(code: str, nickname: str) -> tuple[User, PlaylistInvite]:
    """Somebody without an account joins under a nickname. Raises NotFound, TooMany, NicknameTaken,
    or Invalid for a name that others couldn't read; none of which uses anything up."""
    id_ = find_invite(code).id
    with write() as tx:
        invite = tx.get_one(PlaylistInvite, id_, populate_existing=True)
        require_open(invite)
        name = checked_name(nickname, field="nickname")
        playlist = invite.playlist
        if name_key(name) in map(name_key, _names_in(playlist)):
            raise NicknameTaken(f"Somebody here is called “{name}” already. Pick another name.")
        guest = User.insert_guest(name)
        invite.used += 1
        playlist.admit(guest, invite.role, ends_at=invite.ends_at, by=guest)
    return guest, invite


def _names_in(playlist: Playlist) -> Iterable[str]:
    """What the people of a playlist are called: whom a guest could be taken for."""
    query = select(User.name).where(User.left_at.is_(None))
    if playlist.visibility == Visibility.MEMBERS:
        accounts = [user.name for user in session().scalars(select(User)) if user.is_member]
        yield from accounts
    mine = select(Membership.user_id).where(
        Membership.playlist_id == playlist.id, Membership.holding()
    )
    yield from session().scalars(query.where(User.id.in_(mine)))
    yield playlist.owner.name
