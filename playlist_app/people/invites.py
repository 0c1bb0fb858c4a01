"""Invites: links by which people make themselves an account, so many of them, for so many days.

The link's code is made of the invite's id with the server's key, so that an admin can look it up
again, while the table, which backups hold too, has nothing but its hash.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from flask import current_app
from sqlalchemy import ForeignKey, String, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from playlist_app.database import Base, Id, Moment, WithId, as_id, iso, new_id, now, session, write
from playlist_app.people import audit, passwords
from playlist_app.people.letting_in import Policy, policy
from playlist_app.people.models import Role, User
from playlist_app.refusals import Invalid, NotFound

# Who comes in by a link gets no more: an admin is made on the page of people, by name.
ROLES = (Role.MEMBER, Role.REVIEWER)
MOST_USES = 1000
MOST_DAYS = 365
LONGEST_NOTE = 100


class Invite(WithId, Base):
    """One link. It lets in until its uses or its time are over, or an admin takes it back."""

    __tablename__ = "invite"

    code_hash: Mapped[str] = mapped_column(String(64), unique=True)
    role: Mapped[str] = mapped_column(String(10))
    note: Mapped[str] = mapped_column(String(LONGEST_NOTE))  # for whom it is; admins alone read it
    uses: Mapped[int]  # how many may come in by it
    used: Mapped[int] = mapped_column(default=0)
    ends_at: Mapped[datetime] = mapped_column(Moment)
    revoked_at: Mapped[datetime | None] = mapped_column(Moment)
    made_by_id: Mapped[str | None] = mapped_column(Id, ForeignKey("user.id", ondelete="SET NULL"))

    made_by: Mapped[User | None] = relationship(lazy="joined")

    @property
    def code(self) -> str | None:
        """What the link ends in. None where the server's key was another when it was made."""
        keys = (current_app.config["SECRET_KEY"], *current_app.config["SECRET_KEY_FALLBACKS"])
        codes = (_code_of(self.id, key) for key in keys)
        return next((code for code in codes if _hash(code) == self.code_hash), None)

    @property
    def state(self) -> str:
        """open, used, ended or revoked."""
        if self.revoked_at:
            return "revoked"
        if self.used >= self.uses:
            return "used"
        return "open" if self.ends_at > now() else "ended"

    def as_json(self) -> dict[str, Any]:
        """The shape of an invite, for admins."""
        return {
            "id": self.id,
            "role": self.role,
            "note": self.note,
            "uses": self.uses,
            "used": self.used,
            "state": self.state,
            "code": self.code if self.state == "open" else None,
            "made_by": self.made_by and self.made_by.as_person(),
            "created_at": iso(self.created_at),
            "ends_at": iso(self.ends_at),
        }


def make(*, role: str, uses: int, days: int, note: str = "", by: User) -> Invite:
    """Make an invite. Raises NotFound for who is no admin, or Invalid for a value."""
    _require_admin(by)
    if role not in ROLES:
        raise Invalid.field("role", f"An invite makes a {' or a '.join(ROLES)}.")
    if not 1 <= uses <= MOST_USES:
        raise Invalid.field("uses", f"An invite is for 1 to {MOST_USES} people.")
    if not 1 <= days <= MOST_DAYS:
        raise Invalid.field("days", f"An invite is good for 1 to {MOST_DAYS} days.")
    note = " ".join(note.split())
    if len(note) > LONGEST_NOTE:
        raise Invalid.field("note", f"This takes at most {LONGEST_NOTE} characters.")
    id_ = new_id()
    with write() as tx:
        _require_admin(tx.get(User, by.id))
        made = Invite(
            id=id_,
            code_hash=_hash(_code_of(id_, current_app.config["SECRET_KEY"])),
            role=role,
            note=note,
            uses=uses,
            ends_at=now() + timedelta(days=days),
            made_by_id=by.id,
        )
        tx.add(made)
        audit.note("invite.made", subject=note or id_[:8], by=by, role=role, uses=uses, days=days)
        tx.flush()
        tx.refresh(made)
    return made


def revoke(invite_id: str, *, by: User) -> Invite:
    """Take an invite back: its link lets nobody in any more. Who came in by it stays. Raises
    NotFound, also for who is no admin."""
    _require_admin(by)
    with write() as tx:
        _require_admin(tx.get(User, by.id))
        found = tx.get(Invite, as_id(invite_id) or "")
        if not found:
            raise NotFound("There is no such invite.")
        if not found.revoked_at:
            found.revoked_at = now()
            audit.note("invite.revoked", subject=found.note or found.id[:8], by=by)
        return found


def all_invites(*, by: User) -> Sequence[Invite]:
    """Every invite, the newest first. Raises NotFound for who is no admin."""
    _require_admin(by)
    return session().scalars(select(Invite).order_by(Invite.created_at.desc(), Invite.id)).all()


def find(code: str) -> Invite:
    """The invite that this code opens. Raises NotFound, which says why to who has the link."""
    found = session().scalar(select(Invite).where(Invite.code_hash == _hash(code)))
    if not found:
        raise NotFound("This is no invite of this server. Look whether the link is whole.")
    if policy() is Policy.CLOSED:
        raise NotFound("This server takes nobody in now. Keep the link, and ask whoever sent it.")
    if found.state != "open":
        raise NotFound(f"{_OVER[found.state]} Ask whoever sent it for a new one.")
    return found


_OVER = {
    "used": "This invite was used up.",
    "ended": "The time of this invite is over.",
    "revoked": "This invite was taken back.",
}


def accept(code: str, username: str, password: str, *, name: str = "") -> User:
    """Make an account by an invite. Raises NotFound for one that lets nobody in, NameTaken, or
    Invalid for a name or a password that can't be, which use nothing of it up."""
    find(code)
    password_hash = passwords.hashed(password)  # takes 50 ms: before the writers' lock
    with write():
        invite = find(code)
        roles = frozenset({Role(invite.role), Role.MEMBER})
        user = User.insert(username, password_hash, roles=roles, name=name)
        invite.used += 1
        audit.note(
            "invite.accepted", subject=invite.note or invite.id[:8], by=user, role=invite.role
        )
    return user


def _require_admin(person: User | None) -> None:
    if not person or not person.is_admin:
        raise NotFound


def _code_of(invite_id: str, key: str) -> str:
    digest = hmac.digest(key.encode(), f"invite {invite_id}".encode(), "sha256")
    return base64.urlsafe_b64encode(digest[:18]).decode()


def _hash(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()
