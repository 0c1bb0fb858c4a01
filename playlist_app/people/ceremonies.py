"""What was begun and waits for its second half: a log-in that wants a code, or a passkey's answer.

Who began it holds a ticket; the table has its hash. It is good for a few minutes and for one use,
so that an answer that somebody overheard is worth nothing, and ends with a new password.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ForeignKey, LargeBinary, String, delete
from sqlalchemy.orm import Mapped, mapped_column

from playlist_app.database import Base, Id, Moment, forget, now, session, write
from playlist_app.people.models import User
from playlist_app.refusals import Refusal

LASTS = timedelta(minutes=5)
TRIES = 5


class Purpose(StrEnum):
    SECOND_STEP = "second step"  # somebody showed a password or a code, and is to show more
    ADD_PASSKEY = "add passkey"
    LOG_IN = "log in"  # by a passkey alone: nobody knows yet whose


class Over(Refusal):
    """It took too long, was tried too often, or is done."""

    status = 401
    title = "Please begin again"


class Ceremony(Base):
    """One that was begun."""

    __tablename__ = "ceremony"

    ticket_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    purpose: Mapped[str] = mapped_column(String(20))
    user_id: Mapped[str | None] = mapped_column(
        Id, ForeignKey("user.id", ondelete="CASCADE"), index=True
    )
    how: Mapped[str] = mapped_column(String(20), default="")  # by what the first half was shown
    password_mark: Mapped[str] = mapped_column(String(64), default="")
    challenge: Mapped[bytes] = mapped_column(LargeBinary)  # what a passkey is to sign
    tries: Mapped[int] = mapped_column(default=0)
    ends_at: Mapped[datetime] = mapped_column(Moment, index=True)


def begin(purpose: Purpose, user: User | None = None, *, how: str = "") -> tuple[str, Ceremony]:
    """Answers the ticket, which is told this once, and what it is for."""
    ticket = secrets.token_urlsafe(32)
    with write() as tx:
        ceremony = Ceremony(
            ticket_hash=_hash(ticket),
            purpose=purpose,
            user_id=user.id if user else None,
            how=how,
            password_mark=_hash(user.password_hash) if user else "",
            challenge=secrets.token_bytes(32),
            ends_at=now() + LASTS,
        )
        tx.add(ceremony)
    return ticket, ceremony


def find(ticket: str, purpose: Purpose) -> Ceremony:
    """Raises Over for one that there is not, or that is not for this, any more."""
    found = session().get(Ceremony, _hash(ticket))
    is_good = (
        found is not None
        and found.purpose == purpose
        and found.ends_at > now()
        and found.tries < TRIES
    )
    if not found or not is_good:
        raise Over("That took too long, or was tried too often. Please begin again.")
    if found.user_id:
        person = session().get_one(User, found.user_id)
        if not person.is_active or _hash(person.password_hash) != found.password_mark:
            raise Over("Something changed about this account. Please begin again.")
    return found


def forget_ended() -> None:
    """Drop the rows of what nobody came back to."""
    forget(Ceremony.ends_at, now())


def end_all(user: User) -> None:
    """Nothing that this person began is good any more; within a write."""
    with write() as tx:
        tx.execute(delete(Ceremony).where(Ceremony.user_id == user.id))


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
