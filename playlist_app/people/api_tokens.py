"""API tokens: by which a person's programs come in. Each has a name, a reach and perhaps an end,
can be revoked at once, and is shown once; the table holds its hash.

A token never reaches further than its person, and mostly less far: what a call needs is looked at
here, in one place, before the call. All that is about a person's own keys is for themselves.
"""

from __future__ import annotations

import hashlib
import logging
import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from flask import Flask, Request, current_app, request
from flask_login import current_user
from sqlalchemy import ForeignKey, String, bindparam, func, select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Mapped, attributes, mapped_column

from playlist_app.database import (
    Base,
    Id,
    Moment,
    WithId,
    as_id,
    is_disk_full,
    iso,
    now,
    session,
    write,
)
from playlist_app.described import described
from playlist_app.live import events
from playlist_app.people import audit
from playlist_app.people.models import Role, User, checked_name
from playlist_app.refusals import Conflict, Invalid, NotAllowed, NotFound

log = logging.getLogger(__name__)

PREFIX = "jam_"  # by which people, and programs that look for lost secrets, know one
MOST = 50  # of one person
MOST_DAYS = 3650
NOTED_EVERY = timedelta(minutes=10)
# Where tokens let in: pages are for people.
DOORS = ("/api/", "/audio/", "/covers/", "/ws/")
ONES_OWN_KEYS = "/api/v1/users/me/"
SAFE = {"GET", "HEAD", "OPTIONS"}


class Scope(StrEnum):
    """What a token is good for. Each holds what stands before it."""

    READ = "read"
    VOTE = "vote"
    EDIT = "edit"
    ADMIN = "admin"

    @property
    def holds(self) -> list[str]:
        """This one and those before it."""
        return _LADDER[: _LADDER.index(self) + 1]


_LADDER = [str(scope) for scope in Scope]


class ApiToken(WithId, Base):
    """One token of one person."""

    __tablename__ = "api_token"

    user_id: Mapped[str] = mapped_column(Id, ForeignKey("user.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(60))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    scope: Mapped[str] = mapped_column(String(10))
    ends_at: Mapped[datetime | None] = mapped_column(Moment)  # None: when it is revoked
    last_used_at: Mapped[datetime | None] = mapped_column(Moment)
    address: Mapped[str | None] = mapped_column(String(45))  # from where it was used last

    def shape(self) -> dict[str, Any]:
        """As JSON tells it; the token itself is not known."""
        return {
            "id": self.id,
            "name": self.name,
            "scopes": Scope(self.scope).holds,
            "created_at": iso(self.created_at),
            "ends_at": self.ends_at and iso(self.ends_at),
            "last_used_at": self.last_used_at and iso(self.last_used_at),
            "address": self.address,
        }


def make(
    person: User, *, name: str, scopes: Iterable[str], days: int | None = None
) -> tuple[ApiToken, str]:
    """A new token of this person, good for so many days, or until it is revoked; answers its row
    and the token, which nobody can read again.

    Raises Invalid for a value, or Conflict where there are too many."""
    name = checked_name(name, field="name")
    wanted = [scope for scope in scopes if scope in _LADDER]
    if not wanted:
        raise Invalid.field("scopes", f"A token has some of these: {', '.join(_LADDER)}.")
    if days is not None and not 1 <= days <= MOST_DAYS:
        raise Invalid.field("days", f"A token is good for 1 to {MOST_DAYS} days, or without end.")
    scope = max(wanted, key=_LADDER.index)
    token = PREFIX + secrets.token_urlsafe(32)
    with write() as tx:
        row = tx.get_one(User, person.id)
        if scope == Scope.ADMIN and not row.is_admin:
            raise Invalid.field("scopes", "You are no admin, so your tokens can't be either.")
        there = select(func.count()).where(ApiToken.user_id == person.id)
        if (tx.scalar(there) or 0) >= MOST:
            raise Conflict(f"You have {MOST} tokens. Revoke those that you don't need any more.")
        made = ApiToken(
            user_id=person.id,
            name=name,
            token_hash=_hash(token),
            scope=scope,
            ends_at=now() + timedelta(days=days) if days else None,
        )
        tx.add(made)
        audit.note("token.made", subject=name, by=row, scope=scope, days=days)
        tx.flush()
    return made, token


def tokens_of(person: User) -> Sequence[ApiToken]:
    """A person's tokens that are good, the newest first."""
    theirs = select(ApiToken).where(ApiToken.user_id == person.id, _is_good())
    return session().scalars(theirs.order_by(ApiToken.created_at.desc(), ApiToken.id)).all()


def revoke(person: User, token_id: str) -> None:
    """End one of a person's own tokens; what it has open is closed. Raises NotFound, also for
    another's."""
    with write() as tx:
        found = tx.get(ApiToken, as_id(token_id) or "")
        if not found or found.user_id != person.id:
            raise NotFound("There is no such token of yours. It may have been revoked already.")
        _end(found)
        audit.note("token.revoked", subject=found.name, by=person)


def revoke_all(user_id: str) -> None:
    """End all tokens of a person."""
    with write() as tx:
        for token in tx.scalars(select(ApiToken).where(ApiToken.user_id == user_id)).all():
            _end(token)


def forget_ended() -> None:
    """Drop the rows of tokens whose time is over."""
    over = select(ApiToken).where(ApiToken.ends_at < now())
    if session().scalar(over.limit(1)):
        with write() as tx:
            for token in tx.scalars(over).all():
                _end(token)


def _end(token: ApiToken) -> None:
    with write() as tx:
        tx.delete(token)
        events.record(events.SessionRevoked(token.id), person=token.user_id)


def is_one(token: str) -> bool:
    """Whether it looks like one of these, rather than like a session's."""
    return token.startswith(PREFIX)


# Made once: it stands before every request.
_BY_TOKEN = (
    select(User, ApiToken)
    .join(ApiToken, ApiToken.user_id == User.id)
    .where(ApiToken.token_hash == bindparam("token_hash"))
)


def person_behind(token: str, asking: Request) -> User | None:
    """Whose token this is, in one query, with no more than it is good for."""
    if not asking.path.startswith(DOORS):
        return None
    row = session().execute(_BY_TOKEN, {"token_hash": _hash(token)}).first()
    if not row:
        return None
    user, found = row
    if not user.is_active or (found.ends_at and found.ends_at < now()):
        return None
    if not found.last_used_at or now() - found.last_used_at > NOTED_EVERY:
        _note_use(found.id, asking)
        session().refresh(user)
        session().refresh(found)
    user.session_id, user.reach = found.id, found.scope
    user.good_until = found.ends_at
    session().expunge(user)  # as sessions.py does
    if found.scope != Scope.ADMIN and user.is_admin:
        less = (user.roles - {Role.ADMIN}) | {Role.MEMBER}
        attributes.set_committed_value(user, "roles", less)  # of this object, not of the row
    return user


def _note_use(token_id: str, asking: Request) -> None:
    used = update(ApiToken).where(ApiToken.id == token_id)
    try:
        with write() as tx:
            tx.execute(used.values(last_used_at=now(), address=asking.remote_addr))
    except OperationalError as error:
        if not is_disk_full(error):
            raise
        log.warning("the disk is full: the use of a token was not noted")


def stands(token_id: str) -> bool:
    """Whether a token is still good."""
    return bool(session().scalar(select(ApiToken.id).where(ApiToken.id == token_id, _is_good())))


def _is_good() -> Any:
    return ApiToken.ends_at.is_(None) | (ApiToken.ends_at > now())


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


# --- what a call needs ----------------------------------------------------------------------------


def _require_scope() -> None:
    """Before every view. Raises NotAllowed for a token that is not good for it."""
    if not current_user.is_authenticated or not current_user.reach:
        return
    if request.path.startswith(ONES_OWN_KEYS):
        raise NotAllowed("This is about your own keys: no token does it. Log in instead.")
    view = current_app.view_functions.get(request.endpoint or "")
    usual = Scope.READ if request.method in SAFE else Scope.EDIT
    said = described(view)
    # What is for admins answers 404 to a token below that by itself: its person has no such role.
    needed = said.scope if said and said.scope not in (None, "admin") else usual
    require_scope(Scope(needed))


def require_scope(needed: Scope) -> None:
    """For a call that needs more than it says where it is given more. Raises NotAllowed for a token
    that is not good for it."""
    reach = current_user.reach
    if reach and needed not in Scope(reach).holds:
        raise NotAllowed(
            f"This token is good for {current_user.reach}, and this call needs {needed}. "
            "Make another token for it."
        )


def init_app(app: Flask) -> None:
    app.before_request(_require_scope)
