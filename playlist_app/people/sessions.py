"""Sessions: kept on the server, so that each can be listed, and revoked at once.

A session is known by a random token. A browser keeps it in Flask's signed cookie, an API client
sends it as `Authorization: Bearer …`; the table holds only its hash. Flask-Login asks here who is
behind a request.
"""

from __future__ import annotations

import hashlib
import logging
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum

import flask
from flask import Flask, Request, request
from flask_wtf.csrf import generate_csrf
from sqlalchemy import ForeignKey, String, bindparam, delete, select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Mapped, mapped_column

from playlist_app.database import (
    Base,
    Id,
    Moment,
    WithId,
    as_id,
    forget,
    is_disk_full,
    iso,
    now,
    session,
    write,
)
from playlist_app.extensions import login
from playlist_app.live import events
from playlist_app.people import agents, api_tokens, audit, known_devices
from playlist_app.people.models import User
from playlist_app.refusals import NotAllowed, NotFound

log = logging.getLogger(__name__)

LASTS = timedelta(days=30)
# A request moves `last_used_at` at most this often: reading should not write each time.
NOTED_EVERY = timedelta(minutes=10)
IN_COOKIE = "token"


class LogInSession(WithId, Base):
    """One log-in on one device, until it is revoked or ends."""

    __tablename__ = "log_in_session"

    user_id: Mapped[str] = mapped_column(Id, ForeignKey("user.id", ondelete="CASCADE"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    last_used_at: Mapped[datetime] = mapped_column(Moment)
    ends_at: Mapped[datetime] = mapped_column(Moment)
    user_agent: Mapped[str] = mapped_column(String(300))
    address: Mapped[str] = mapped_column(String(45))

    def shape(self) -> dict[str, str]:
        """As JSON tells it; who has the token is not told."""
        return {
            "id": self.id,
            "created_at": iso(self.created_at),
            "last_used_at": iso(self.last_used_at),
            "ends_at": iso(self.ends_at),
            "user_agent": self.user_agent,
            "address": self.address,
        }

    @property
    def device(self) -> str:
        """What to call the device: "Firefox on Android"."""
        return agents.in_words(self.user_agent)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


class How(StrEnum):
    """By what somebody came in."""

    PASSWORD = "password"  # noqa: S105
    CODE = "code"  # a one-time code that was sent to them
    LINK = "link"  # one to choose a new password by
    INVITE = "invite"
    REGISTERED = "registered"
    FIRST = "first admin"
    PASSKEY = "passkey"
    GUEST = "guest"  # by the code of a playlist


def open_for(user: User, how: How, *, ends_at: datetime | None = None) -> str:
    """A new session of this person, who has shown all that is asked for, until LASTS is over or
    `ends_at`; answers its token.

    This is the end of every way in: `entering.py` says what stands before it. Raises NotAllowed for
    who was blocked meanwhile."""
    with write() as tx:
        row = tx.get(User, user.id)
        if not row or not row.is_active:
            raise NotAllowed("This account is blocked.")
        token = open_session(row, ends_at=ends_at)
        known_devices.remember(row.id)
        audit.note("session.opened", by=row, how=how)
    return token


def open_session(user: User, *, ends_at: datetime | None = None) -> str:
    """The row of a new session, for the device that asks; answers its token."""
    token = secrets.token_urlsafe(32)
    agent = request.headers.get("User-Agent", "")[:300] if flask.has_request_context() else ""
    with write() as tx:
        opened = LogInSession(
            user_id=user.id,
            token_hash=_hash(token),
            last_used_at=now(),
            ends_at=ends_at or now() + LASTS,
            user_agent=agent,
            address=_address(),
        )
        tx.add(opened)
        tx.execute(update(User).where(User.id == user.id).values(last_seen_at=now()))
    return token


def _address() -> str:
    return (request.remote_addr or "") if flask.has_request_context() else ""


def keep_in_cookie(token: str) -> None:
    """Log this browser in: from now on its requests carry the token."""
    flask.session.clear()  # nothing from before survives a log-in (session fixation)
    flask.session[IN_COOKIE] = token
    flask.session.permanent = True
    flask.g.pop("csrf_token", None)  # what was there for the form that logged in
    generate_csrf()  # made here, it goes with the cookie, which no later answer needs to set


def revoke(session_id: str) -> None:
    """End a session; its open sockets close within a second."""
    with write() as tx:
        opened = tx.get(LogInSession, session_id)
        if not opened:
            return
        tx.delete(opened)
        events.record(events.SessionRevoked(session_id), person=opened.user_id)


def end_one(person: User, session_id: str) -> None:
    """End one of a person's own sessions. Raises NotFound, also for another's."""
    with write() as tx:
        opened = tx.get(LogInSession, as_id(session_id) or "")
        if not opened or opened.user_id != person.id:
            raise NotFound("There is no such session of yours. It may have ended already.")
        revoke(opened.id)
        audit.note("session.ended", subject=opened.device, by=person)


def end_all(person: User, *, but: str = "") -> int:
    """Log a person out everywhere, at their own wish, except from the session of this id; answers
    how many sessions ended."""
    with write():
        ended = revoke_all(person.id, but=but)
        if ended:
            audit.note("sessions.ended", by=person, sessions_ended=ended)
        return ended


def revoke_all(user_id: str, *, but: str = "") -> int:
    """End all sessions of a person, except the one of this id; answers how many there were."""
    with write() as tx:
        ended = tx.scalars(
            delete(LogInSession)
            .where(LogInSession.user_id == user_id, LogInSession.id != but)
            .returning(LogInSession.id)
        ).all()
        for session_id in ended:
            events.record(events.SessionRevoked(session_id), person=user_id)
        return len(ended)


def sessions_of(user: User) -> Sequence[LogInSession]:
    """Where a person is logged in, what was used last first."""
    theirs = LogInSession.user_id == user.id
    query = select(LogInSession).where(theirs, LogInSession.ends_at > now())
    return session().scalars(query.order_by(LogInSession.last_used_at.desc())).all()


def stands(person: User) -> bool:
    """Whether that by which this person came in is still good: for what is long under way. Who has
    the machine itself came in by nothing."""
    if not person.session_id:
        return True
    opened = select(LogInSession.id).where(
        LogInSession.id == person.session_id, LogInSession.ends_at > now()
    )
    return bool(session().scalar(opened)) or api_tokens.stands(person.session_id)


def forget_ended() -> None:
    """Drop the rows of sessions whose time is over."""
    forget(LogInSession.ends_at, now())


def token_of(asking: Request) -> str | None:
    """The token that a request carries: the header before the cookie."""
    header = asking.headers.get("Authorization", "")
    kind, _, value = header.partition(" ")
    if kind.lower() == "bearer":
        return value.strip()
    kept = flask.session.get(IN_COOKIE)
    return kept if isinstance(kept, str) else None


def is_bearer(asking: Request) -> bool:
    """Whether a request says itself who it is from, so that no other site can have made it."""
    return asking.headers.get("Authorization", "").lower().startswith("bearer ")


# Made once: it stands before every request.
_BY_TOKEN = (
    select(User, LogInSession.id, LogInSession.last_used_at, LogInSession.ends_at)
    .join(LogInSession, LogInSession.user_id == User.id)
    .where(LogInSession.token_hash == bindparam("token_hash"))
)


def person_behind(asking: Request) -> User | None:
    """The person whose token the request carries, in one query."""
    token = token_of(asking)
    if not token:
        return None
    if api_tokens.is_one(token):
        return api_tokens.person_behind(token, asking)
    row = session().execute(_BY_TOKEN, {"token_hash": _hash(token)}).first()
    if not row:
        return None
    user, session_id, last_used_at, ends_at = row
    if ends_at < now() or not user.is_active:
        return None
    if now() - last_used_at > NOTED_EVERY:
        try:
            _note_use(user, session_id)
        except OperationalError as error:
            if not is_disk_full(error):
                raise
            # Nothing can be noted, and all can still be heard.
            log.warning("the disk is full: the use of a session was not noted")
        session().refresh(user)
    user.session_id, user.good_until = session_id, ends_at
    # Known for the whole request, without being asked for again in the write that may follow.
    # Who wants to change a person loads them.
    session().expunge(user)
    return user


def _note_use(user: User, session_id: str) -> None:
    with write() as tx:
        tx.execute(
            update(LogInSession)
            .where(LogInSession.id == session_id)
            .values(last_used_at=now(), address=_address())
        )
        tx.execute(update(User).where(User.id == user.id).values(last_seen_at=now()))


def init_app(app: Flask) -> None:
    app.config["PERMANENT_SESSION_LIFETIME"] = LASTS
    # Only a log-in and a log-out set the cookie. Were it set again by other answers, a late one to
    # the person who was here before would log out who has just come.
    app.config["SESSION_REFRESH_EACH_REQUEST"] = False
    login.session_protection = None  # it writes into the session; ours are kept on the server
    login.init_app(app)
    login.request_loader(person_behind)
