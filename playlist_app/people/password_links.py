"""Links by which somebody who can't log in any more chooses a new password: an admin makes one and
sends it. Good for one use, for a day, and until a newer one is made. The table holds its hash.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, String, delete, select
from sqlalchemy.orm import Mapped, mapped_column

from playlist_app.database import Base, Id, Moment, forget, now, session, write
from playlist_app.people import api_tokens, audit, passwords, sessions
from playlist_app.people.models import User
from playlist_app.refusals import NotFound

LASTS = timedelta(days=1)


class PasswordLink(Base):
    """One at most for each person."""

    __tablename__ = "password_link"

    user_id: Mapped[str] = mapped_column(
        Id, ForeignKey("user.id", ondelete="CASCADE"), primary_key=True
    )
    code_hash: Mapped[str] = mapped_column(String(64), unique=True)
    ends_at: Mapped[datetime] = mapped_column(Moment, index=True)


def offer(person: User) -> str:
    """A new link's code. Within the write of `accounts.offer_password`, which people call."""
    code = secrets.token_urlsafe(24)
    with write() as tx:
        tx.merge(PasswordLink(user_id=person.id, code_hash=_hash(code), ends_at=now() + LASTS))
    return code


def withdraw(person: User) -> None:
    """Make a link that is out there void."""
    with write() as tx:
        tx.execute(delete(PasswordLink).where(PasswordLink.user_id == person.id))


def person_of(code: str) -> User:
    """Whose link this is. Raises NotFound for one that is used, over or void."""
    person: User | None = session().scalar(
        select(User)
        .join(PasswordLink, PasswordLink.user_id == User.id)
        .where(PasswordLink.code_hash == _hash(code), PasswordLink.ends_at > now(), User.is_active)
    )
    if not person:
        raise NotFound(
            "This link was used already, is older than a day, or a newer one was made. "
            "Ask an admin for another."
        )
    return person


def use(code: str, password: str) -> User:
    """Choose the new password: the link is used up, and every session ends. Raises NotFound for a
    link that isn't good, or Invalid for a password that can't be, which leaves the link good."""
    person_of(code)
    password_hash = passwords.hashed(password)  # takes 50 ms: before the writers' lock
    with write():
        person = person_of(code)
        person.password_hash = password_hash
        withdraw(person)
        ended = sessions.revoke_all(person.id)
        api_tokens.revoke_all(person.id)  # else who was in by stealth stays in
        audit.note("user.password_chosen", subject=person.username, by=person, sessions_ended=ended)
        return person


def forget_ended() -> None:
    """Drop the rows of links whose day is over."""
    forget(PasswordLink.ends_at, now())


def _hash(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()
