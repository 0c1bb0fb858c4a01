"""Blocking: a person is kept out of one playlist, whatever its visibility and their role were.

A block is a membership that lets nothing be seen, so that every door that asks for a role knows it.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from playlist_app.database import iso, now, session, write
from playlist_app.live import events
from playlist_app.people.models import User
from playlist_app.playlists.members import Membership, forget_roles, require, told
from playlist_app.playlists.models import Playlist
from playlist_app.playlists.past.steps import note
from playlist_app.playlists.past.undoing import Undone, take_out
from playlist_app.playlists.roles import BLOCKED, Right, Role
from playlist_app.refusals import Conflict, NotFound

JSON = dict[str, Any]


def block(playlist: Playlist, person: User, *, by: User, undo: bool = False) -> Undone | None:
    """Keep a person out; their sockets in it close. `undo` takes what they have waiting and their
    votes with them, and answers what came of it. Raises NotAllowed, and Conflict for who runs it.
    """
    with write() as tx:
        require(playlist, by, Right.MANAGE)
        if person.id == by.id:
            raise Conflict("You can't block yourself.")
        if person.id == playlist.owner_id or person.is_admin:
            raise Conflict("Who owns this playlist or runs this server can't be kept out of it.")
        membership = tx.get(Membership, (playlist.id, person.id))
        if membership and membership.role == Role.HOST:
            require(playlist, by, Right.OWN)
        if not membership or membership.role != BLOCKED:
            if not membership:
                membership = Membership(playlist_id=playlist.id, user_id=person.id, role=BLOCKED)
                tx.add(membership)
            membership.role, membership.since = BLOCKED, now()
            tx.flush()
            forget_roles()
            playlist.record(events.MemberChanged(told(playlist, person), None), by)
            note(playlist, "block", {}, by, playlist.seq, about_id=person.id)
        return take_out(playlist, person, by=by) if undo else None


def unblock(playlist: Playlist, person: User, *, by: User) -> None:
    """They may be invited again, or see it where everybody may. Raises NotFound, NotAllowed."""
    with write() as tx:
        require(playlist, by, Right.MANAGE)
        membership = tx.get(Membership, (playlist.id, person.id))
        if not membership or membership.role != BLOCKED:
            raise NotFound("That person isn't blocked here.")
        tx.delete(membership)
        tx.flush()
        forget_roles()
        playlist.record(events.MemberChanged(told(playlist, person), None), by)
        note(playlist, "unblock", {}, by, playlist.seq, about_id=person.id)


def blocked_in(playlist: Playlist) -> list[JSON]:
    """Who is kept out, and since when; by name."""
    rows = session().execute(
        select(User, Membership.since)
        .join(Membership, Membership.user_id == User.id)
        .where(Membership.playlist_id == playlist.id, Membership.role == BLOCKED)
        .order_by(User.name)
    )
    return [{"user": person.as_person(), "since": iso(since)} for person, since in rows]
