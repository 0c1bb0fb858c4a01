"""One-time codes: six digits that are sent to somebody, by which they come in, choose a new
password, or show that an address is theirs. Good for ten minutes, five tries and one use.

A code is made of its row's id with the server's key: the worker that sends it, or the page that
shows it to an admin, can make it again, while the table has nothing but a hash that takes the same
key. It is typed in where it was asked for: who does not know the row's id can't use up its tries.

For a name that nobody has there is a row too, and all takes as long: neither answer nor time tells.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from flask import current_app
from sqlalchemy import ForeignKey, Index, String, func, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from playlist_app.config import settings
from playlist_app.database import (
    Base,
    Id,
    Moment,
    WithId,
    as_id,
    forget,
    new_id,
    now,
    session,
    write,
)
from playlist_app.people import known_devices, limits
from playlist_app.people.counts import Count
from playlist_app.people.models import User, by_name, name_key
from playlist_app.refusals import Invalid, NotFound

LASTS = timedelta(minutes=10)
TRIES = 5
KEPT = timedelta(days=2)  # for admins, who look why something did not arrive
LONGEST_NAME = 254


class Purpose(StrEnum):
    """What a code is for."""

    LOG_IN = "log_in"
    PASSWORD = "password"  # noqa: S105
    EMAIL = "email"  # to show that a new address is theirs
    PHONE = "phone"


class Way(StrEnum):
    """How it reaches them."""

    MAIL = "mail"
    SMS = "sms"
    ADMIN = "admin"  # who tells them
    NONE = "none"  # there is nobody


class State(StrEnum):
    WAITING = "waiting"  # to be sent
    SENT = "sent"
    FAILED = "failed"
    SHOWN = "shown"  # to admins


class SentCode(WithId, Base):
    """One code."""

    __tablename__ = "sent_code"
    __table_args__ = (Index("sent_code_to_send", "state", "next_at"),)

    user_id: Mapped[str | None] = mapped_column(
        Id, ForeignKey("user.id", ondelete="CASCADE"), index=True
    )
    purpose: Mapped[str] = mapped_column(String(10))
    way: Mapped[str] = mapped_column(String(10))
    sent_to: Mapped[str] = mapped_column(String(254))
    code_hash: Mapped[str] = mapped_column(String(64))
    tries_left: Mapped[int] = mapped_column(default=TRIES)
    ends_at: Mapped[datetime] = mapped_column(Moment, index=True)
    used_at: Mapped[datetime | None] = mapped_column(Moment)
    state: Mapped[str] = mapped_column(String(10))
    attempts: Mapped[int] = mapped_column(default=0)
    next_at: Mapped[datetime] = mapped_column(Moment)  # when it is attempted, or again
    error: Mapped[str] = mapped_column(String(200), default="")

    user: Mapped[User | None] = relationship(lazy="joined")

    @property
    def code(self) -> str:
        """The six digits."""
        return _digits(self.id)

    @property
    def is_good(self) -> bool:
        return not self.used_at and self.tries_left > 0 and self.ends_at > now()


class WrongCode(Invalid):
    """The same for all that a code can be, but right."""

    title = "That code isn't right"

    def __init__(self) -> None:
        said = "The code is wrong, was used, or is older than ten minutes."
        super().__init__(said, errors={"code": [said]})


# Told that there is something to send; the slice that sends puts itself here.
waking: list[Callable[[], None]] = []


def ask(purpose: Purpose, username: str) -> str:
    """Have a code sent to who has this name, or this e-mail address alone; answers the id by which
    it is used, also for a name that nobody has. Raises TooMany."""
    username = username.strip()[:LONGEST_NAME]
    person = _called(username)
    limits.require(_asked(person, username), what="There were many codes for this.")
    way, to = _way_to(person)
    return _make(person, purpose, way, to)


def ask_to_show(person: User, purpose: Purpose, address: str) -> str:
    """Have a code sent to an address that a person says is theirs; answers its id. Where nothing
    sends there, an admin is shown it. Raises TooMany."""
    counts = [Count(f"shows {person.id}", limits.CODES_FOR_NAME)]
    limits.require(counts, what="There were many codes for this.")
    sends = settings().mail if purpose is Purpose.EMAIL else settings().sms_webhook
    by = Way.MAIL if purpose is Purpose.EMAIL else Way.SMS
    return _make(person, purpose, by if sends else Way.ADMIN, address)


def use(code_id: str, code: str, *purposes: Purpose) -> SentCode:
    """Use a code up; answers its row, whose `user` it is. Each try is counted, and survives a
    refusal. Raises WrongCode, or TooMany."""
    tries = [Count(f"codes from {limits.client()}", limits.TRIES_OF_CLIENT)]
    limits.require(tries, what="There were many codes.")
    given = "".join(code.split())
    with write() as tx:
        row = tx.get(SentCode, as_id(code_id) or "")
        is_right = False
        if row and row.is_good and row.purpose in purposes:
            row.tries_left -= 1
            same = hmac.compare_digest(_hash(row.id, given), row.code_hash)
            is_right = same and row.user is not None and row.user.is_active
            if is_right:
                row.used_at = now()
    if not row or not is_right:
        raise WrongCode
    return row


def shown(*, by: User) -> Sequence[SentCode]:
    """What nothing sends, for admins to tell. Raises NotFound for who is no admin."""
    if not by.is_admin:
        raise NotFound
    query = select(SentCode).where(
        SentCode.state == State.SHOWN, SentCode.ends_at > now(), SentCode.used_at.is_(None)
    )
    found = session().scalars(query.order_by(SentCode.created_at.desc())).all()
    return [one for one in found if one.tries_left > 0]


def forget_old() -> None:
    """Drop the rows of codes that are long over."""
    forget(SentCode.ends_at, now() - KEPT)


def _called(text: str) -> User | None:
    """Who has this name; or this e-mail address, if nobody else has."""
    named: User | None = session().scalar(by_name(text))
    mailed = (
        session().scalars(select(User).where(func.lower(User.email) == text.lower()).limit(2)).all()
    )
    found = named or (mailed[0] if len(mailed) == 1 else None)
    return found if found and found.is_active else None


def _way_to(person: User | None) -> tuple[Way, str]:
    if not person:
        return Way.NONE, ""
    if person.email and settings().mail:
        return Way.MAIL, person.email
    if person.phone and settings().sms_webhook:
        return Way.SMS, person.phone
    return Way.ADMIN, ""


def _asked(person: User | None, username: str) -> list[Count]:
    """What it counts against; on a device where they were before that device alone, so that nobody
    elsewhere can use their codes up."""
    device = person and known_devices.knows(person.id)
    if person and device:
        return [Count(f"code {person.id} on {device}", limits.CODES_FOR_NAME)]
    name, client = limits.hashed(name_key(username)), limits.client()
    return [
        Count(f"code {name} from {client}", limits.CODES_FOR_NAME),
        Count(f"code {name}", limits.CODES_FOR_NAME_OF_ALL),
        Count(f"code from {client}", limits.CODES_OF_CLIENT),
    ]


def _make(person: User | None, purpose: Purpose, way: Way, to: str) -> str:
    id_ = new_id()
    user_id = person and person.id  # now: in the write it would be read once more, which tells
    is_sent = way in (Way.MAIL, Way.SMS)
    with write() as tx:
        tx.add(
            SentCode(
                id=id_,
                user_id=user_id,
                purpose=purpose,
                way=way,
                sent_to=to,
                code_hash=_hash(id_, _digits(id_)),
                ends_at=now() + LASTS,
                state=State.WAITING if is_sent else State.SHOWN if person else State.FAILED,
                next_at=now(),
            )
        )
        for wake in waking:
            wake()
    return id_


def _digits(id_: str) -> str:
    digest = hmac.digest(_key(), f"one-time code {id_}".encode(), "sha256")
    return f"{int.from_bytes(digest[:8]) % 1_000_000:06}"


def _hash(id_: str, code: str) -> str:
    return hmac.digest(_key(), f"hash of {id_} {code}".encode(), "sha256").hex()


def _key() -> bytes:
    key: str = current_app.config["SECRET_KEY"]
    return key.encode()
