"""The audit: what was done with people's accounts and with the server itself, by whom, from where.

A verb that does such a thing notes it in its own write, so that there is neither the act without
its note nor the note without its act:

    audit.note("user.blocked", subject=user.username)

A note outlives what it tells of. Passwords, codes and tokens never stand in it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click
from flask import has_request_context, request
from flask_login import current_user
from sqlalchemy import JSON, Index, String, select, update
from sqlalchemy.orm import Mapped, mapped_column

from playlist_app.database import Base, Id, Moment, forget, iso, now, session, write
from playlist_app.refusals import NotFound

if TYPE_CHECKING:
    from playlist_app.people.models import User

COMMAND_LINE = "command line"
SERVER = "server"
NOBODY = "nobody who is logged in"

# What start-up and the worker run is no person at a command line.
_BY_ITSELF = {"prepare", "work"}


class Note(Base):
    """One thing that was done."""

    __tablename__ = "audit"
    __table_args__ = (
        Index("audit_of_person", "actor_id", "id"),
        Index("audit_of_action", "action", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(Moment, index=True)
    # There is no foreign key: who is gone did it all the same.
    actor_id: Mapped[str | None] = mapped_column(Id)
    actor_name: Mapped[str] = mapped_column(String(60))
    action: Mapped[str] = mapped_column(String(40))  # "user.blocked": a noun, and what became of it
    subject: Mapped[str] = mapped_column(String(200))  # what it was done to, as people name it
    detail: Mapped[dict[str, Any]] = mapped_column(JSON)
    address: Mapped[str | None] = mapped_column(String(45))

    def as_json(self) -> dict[str, Any]:
        """The shape of a note."""
        return {
            "id": str(self.id),
            "at": iso(self.at),
            "actor": {"id": self.actor_id, "name": self.actor_name},
            "action": self.action,
            "subject": self.subject,
            "detail": self.detail,
            "address": self.address,
        }


def note(action: str, *, subject: str = "", by: User | None = None, **detail: Any) -> None:
    """Note what is done, in the write that is under way or in one of its own.

    Who did it is who is logged in, or whom `by` names; else the command line or the server itself.
    `detail` holds what JSON can, and never a secret.
    """
    actor_id, actor_name = _actor(by)
    with write() as tx:
        tx.add(
            Note(
                at=now(),
                actor_id=actor_id,
                actor_name=actor_name,
                action=action,
                subject=subject[:200],
                detail=detail,
                address=request.remote_addr if has_request_context() else None,
            )
        )


def notes(
    *,
    by: User,
    actor: str = "",
    action: str = "",
    subject: str = "",
    since: datetime | None = None,
    until: datetime | None = None,
    before: int | None = None,
    limit: int = 50,
) -> tuple[Sequence[Note], int | None]:
    """The newest notes that fit, and before which id the list goes on, if it does. `actor` is a
    part of a name. Raises NotFound for who is no admin."""
    if not by.is_admin:
        raise NotFound
    query = select(Note).order_by(Note.id.desc()).limit(limit + 1)
    if actor:
        query = query.where(Note.actor_name.icontains(actor, autoescape=True))
    if action:
        query = query.where(Note.action == action)
    if subject:
        query = query.where(Note.subject == subject)
    if since:
        query = query.where(Note.at >= since)
    if until:
        query = query.where(Note.at < until)
    if before is not None:
        query = query.where(Note.id < before)
    found = session().scalars(query).all()
    return (found, None) if len(found) <= limit else (found[:limit], found[limit - 1].id)


def actions(*, by: User) -> Sequence[str]:
    """The kinds of act of which there are notes. Raises NotFound for who is no admin."""
    if not by.is_admin:
        raise NotFound
    return session().scalars(select(Note.action).distinct().order_by(Note.action)).all()


def forget_old(before: datetime) -> None:
    """Drop the notes from before this moment."""
    forget(Note.at, before)


def forget_addresses(before: datetime) -> None:
    """Take out of the notes from before this moment from where it was done."""
    old = update(Note).where(Note.at < before, Note.address.is_not(None)).values(address=None)
    with write() as tx:
        tx.execute(old)


def _actor(by: User | None) -> tuple[str | None, str]:
    if not by and has_request_context() and current_user.is_authenticated:
        by = current_user
    if by:
        return by.id, by.name
    if has_request_context():
        return None, NOBODY
    command = click.get_current_context(silent=True)
    is_person = command is not None and command.info_name not in _BY_ITSELF
    return None, COMMAND_LINE if is_person else SERVER
