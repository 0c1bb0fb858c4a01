"""Members: who shares a playlist, and in which role."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import ForeignKey, String, select
from sqlalchemy.orm import Mapped, mapped_column

from playlist_app.database import Base, Id, Moment, iso, now, session, write
from playlist_app.live import events
from playlist_app.people.models import User
from playlist_app.playlists.roles import BLOCKED, GIVEN, REFUSED, RIGHTS, Right, Role, role_of
from playlist_app.refusals import Conflict, Invalid, NotAllowed, NotFound

if TYPE_CHECKING:
    from playlist_app.playlists.models import Playlist


class Membership(Base):
    """A person's role in a playlist that is another's."""

    __tablename__ = "membership"

    playlist_id: Mapped[str] = mapped_column(
        Id, ForeignKey("playlist.id", ondelete="CASCADE"), primary_key=True
    )
    user_id: Mapped[str] = mapped_column(
        Id, ForeignKey("user.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    role: Mapped[str] = mapped_column(String(10))
    since: Mapped[datetime] = mapped_column(Moment, default=now)


def role_in(playlist: Playlist, person: User) -> Role | None:
    """As it is now; None when the person may not see the playlist."""
    known = _known_roles().get((playlist.id, person.id))
    if known:
        return known
    given = session().scalar(
        select(Membership.role).where(
            Membership.playlist_id == playlist.id, Membership.user_id == person.id
        )
    )
    return role_of(person, playlist.owner_id, playlist.visibility, given)


def _known_roles() -> dict[tuple[str, str], Role]:
    """Roles that were read in the write that is under way: nobody else can change them in it."""
    known: dict[tuple[str, str], Role] = session().info.setdefault("roles", {})
    return known if session().info.get("writing") else {}


def forget_roles() -> None:
    """Somebody's role is another within this write."""
    _known_roles().clear()


def remember_role(playlist: Playlist, person: User, role: Role) -> None:
    _known_roles()[playlist.id, person.id] = role


def require(playlist: Playlist, person: User, right: Right) -> None:
    """Raises NotFound for who may not see the playlist, NotAllowed for who only may not do this."""
    role = role_in(playlist, person)
    if role is None:
        raise NotFound
    if right not in RIGHTS[role]:
        raise NotAllowed(REFUSED[right])


class Shared:
    """The verbs of sharing a playlist."""

    def invite(self, person: User, role: str, *, by: User) -> None:
        """Give a person a role, or another one. Raises Conflict for the owner, or NotAllowed."""
        playlist = cast("Playlist", self)
        with write() as tx:
            require(playlist, by, Right.MANAGE)
            if role not in GIVEN:
                raise Invalid.field("role", f"A member is {', '.join(GIVEN)}.")
            if person.id == playlist.owner_id:
                raise Conflict("That person owns this playlist already.")
            membership = tx.get(Membership, (playlist.id, person.id))
            if membership and membership.role == BLOCKED:
                raise Conflict("That person is blocked here. Unblock them first.")
            if membership and membership.role == role:
                return
            if membership:
                membership.role = role
            else:
                tx.add(Membership(playlist_id=playlist.id, user_id=person.id, role=role))
            forget_roles()
            playlist.record(events.MemberChanged(person.as_person(), role), by)

    def dismiss(self, person: User, *, by: User) -> None:
        """Take a person's role away; they may do it themselves. Raises NotFound, NotAllowed."""
        playlist = cast("Playlist", self)
        with write() as tx:
            require(playlist, by, Right.SEE if person.id == by.id else Right.MANAGE)
            membership = tx.get(Membership, (playlist.id, person.id))
            if not membership or membership.role == BLOCKED:
                raise NotFound("That person is no member of this playlist.")
            tx.delete(membership)
            tx.flush()
            forget_roles()
            playlist.record(events.MemberChanged(person.as_person(), None), by)

    def members(self) -> list[dict[str, Any]]:
        """Everybody with a role: the owner, then the others by name."""
        playlist = cast("Playlist", self)
        rows = session().execute(
            select(User, Membership.role, Membership.since)
            .join(Membership, Membership.user_id == User.id)
            .where(Membership.playlist_id == playlist.id, Membership.role != BLOCKED)
            .order_by(User.name)
        )
        owner = session().get_one(User, playlist.owner_id)
        return [_shape(owner, Role.OWNER, playlist.created_at)] + [
            _shape(person, role, since) for person, role, since in rows
        ]


def _shape(person: User, role: str, since: datetime) -> dict[str, Any]:
    return {"user": person.as_person(), "role": role, "since": iso(since)}
