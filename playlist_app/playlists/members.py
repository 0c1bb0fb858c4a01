"""Members: who shares a playlist, and in which role."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import ColumnElement, ForeignKey, String, literal_column, or_, select
from sqlalchemy.orm import Mapped, mapped_column

from playlist_app.database import Base, Id, Moment, iso, now, session, write
from playlist_app.live import events
from playlist_app.people import audit
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
    # Of a guest: until when the invite by which they came lets them stay.
    ends_at: Mapped[datetime | None] = mapped_column(Moment)

    @property
    def holds(self) -> bool:
        return self.ends_at is None or self.ends_at > now()

    @classmethod
    def holding(cls) -> ColumnElement[bool]:
        """`holds`, as a condition. By the clock of the database: statements are made once."""
        return or_(cls.ends_at.is_(None), cls.ends_at > _NOW)


# As SQLAlchemy writes a moment, to the millisecond.
_NOW: Any = literal_column("strftime('%Y-%m-%d %H:%M:%f', 'now')")


def role_in(playlist: Playlist, person: User) -> Role | None:
    """As it is now; None when the person may not see the playlist."""
    known = _known_roles().get((playlist.id, person.id))
    if known:
        return known
    given = session().scalar(
        select(Membership.role).where(
            Membership.playlist_id == playlist.id,
            Membership.user_id == person.id,
            Membership.holding(),
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


def require(playlist: Playlist, person: User, right: Right, refusal: str = "") -> None:
    """Raises NotFound for who may not see the playlist, NotAllowed for who only may not do this;
    `refusal` is what they are told, where it is not the usual."""
    role = role_in(playlist, person)
    if role is None:
        raise NotFound
    if not may(playlist, role, right):
        raise NotAllowed(refusal or REFUSED[right])


def may(playlist: Playlist, role: Role, right: Right) -> bool:
    """Whether a role may do this: by the party settings, where they say something of it."""
    given = playlist.party.gives(role, right)
    return right in RIGHTS[role] if given is None else given


def rights_of(playlist: Playlist, role: Role) -> list[Right]:
    """All that a role may do in this playlist."""
    return [right for right in Right if may(playlist, role, right)]


def told(playlist: Playlist, person: User) -> dict[str, Any]:
    """A person in an event: without their name, where none are shown."""
    return person.as_person() | ({} if playlist.party.names else {"name": ""})


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
            if Role.HOST in (role, membership and membership.role):
                require(playlist, by, Right.OWN)
            if role == Role.HOST and not person.is_member:
                raise Invalid.field("role", "A guest can be no host: they leave when it is over.")
            if membership and membership.holds and membership.role == role:
                return
            ends_at = membership.ends_at if membership and membership.holds else None
            self.admit(person, role, ends_at=ends_at, by=by)

    def admit(self, person: User, role: str, *, ends_at: datetime | None, by: User) -> None:
        """The row of a membership, within a write in which somebody was allowed to."""
        playlist = cast("Playlist", self)
        membership = Membership(playlist_id=playlist.id, user_id=person.id, role=role)
        membership.ends_at = ends_at
        known = session().get(Membership, (playlist.id, person.id))
        membership.since = known.since if known and known.holds else now()
        session().merge(membership)
        session().flush()
        forget_roles()
        playlist.record(events.MemberChanged(told(playlist, person), role), by)

    def hand_over(self, heir: User, *, by: User) -> None:
        """Make somebody else the owner; who was it stays as a host. Raises NotAllowed, also for
        who was the owner until a moment ago, and Conflict for a guest or who is no member."""
        playlist = cast("Playlist", self)
        with write() as tx:
            require(playlist, by, Right.OWN)
            if heir.id == playlist.owner_id:
                raise Conflict("That person owns this playlist already.")
            membership = tx.get(Membership, (playlist.id, heir.id))
            if not membership or not membership.holds or not heir.is_member:
                raise Conflict("Only a member with an account can become the owner. Invite them.")
            before = playlist.owner
            self.pass_to(heir, by=by)
            self.admit(before, Role.HOST, ends_at=None, by=by)
            audit.note("playlist.handed_over", subject=playlist.title, by=by, to=heir.username)

    def pass_to(self, heir: User, *, by: User) -> None:
        """The playlist is somebody else's, within a write in which somebody was allowed to."""
        playlist = cast("Playlist", self)
        tx = session()
        membership = tx.get(Membership, (playlist.id, heir.id))
        if membership:
            tx.delete(membership)
        playlist.owner_id = heir.id
        tx.flush()
        tx.refresh(playlist)
        forget_roles()
        playlist.record(events.MemberChanged(told(playlist, heir), Role.OWNER), by)
        playlist.record(events.PlaylistUpdated(playlist.shape()), by)

    def dismiss(self, person: User, *, by: User) -> None:
        """Take a person's role away; they may do it themselves. Raises NotFound, NotAllowed."""
        playlist = cast("Playlist", self)
        with write() as tx:
            require(playlist, by, Right.SEE if person.id == by.id else Right.MANAGE)
            membership = tx.get(Membership, (playlist.id, person.id))
            if not membership or membership.role == BLOCKED:
                raise NotFound("That person is no member of this playlist.")
            if membership.role == Role.HOST and person.id != by.id:
                require(playlist, by, Right.OWN)
            tx.delete(membership)
            tx.flush()
            forget_roles()
            playlist.record(events.MemberChanged(told(playlist, person), None), by)

    def member(self, person: User) -> dict[str, Any]:
        """The shape of one of them."""
        playlist = cast("Playlist", self)
        given = session().get_one(Membership, (playlist.id, person.id))
        return _shape(person, given.role, given.since, given.ends_at)

    def members(self) -> list[dict[str, Any]]:
        """Everybody with a role: the owner, then the others by name."""
        playlist = cast("Playlist", self)
        rows = session().execute(
            select(User, Membership.role, Membership.since, Membership.ends_at)
            .select_from(User)
            .join(Membership, Membership.user_id == User.id)
            .where(
                Membership.playlist_id == playlist.id,
                Membership.role != BLOCKED,
                Membership.holding(),
            )
            .order_by(User.name)
        )
        owner = session().get_one(User, playlist.owner_id)
        return [_shape(owner, Role.OWNER, playlist.created_at)] + [_shape(*row) for row in rows]


def _shape(
    person: User, role: str, since: datetime, ends_at: datetime | None = None
) -> dict[str, Any]:
    return {
        "user": person.as_person(),
        "role": role,
        "is_guest": not person.is_member,
        "since": iso(since),
        "ends_at": iso(ends_at) if ends_at else None,
    }
