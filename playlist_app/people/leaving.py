"""Leaving: a person deletes their account.

What is about them goes, in one write. What they gave to others (tracks in the library, items on
lists of others, votes) stays, and is "somebody who left's": the row of the person stays for it,
with nothing in it. By its foreign key a table says which of the two it is: CASCADE goes, SET NULL
forgets who it was, a plain key stays; `staying` has the exceptions.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

import orjson
from sqlalchemy import ColumnElement, Table, delete, func, update

from playlist_app.database import Base, now, session, write
from playlist_app.live.events import Event
from playlist_app.people import accounts, api_tokens, audit, passwords, sessions
from playlist_app.people.confirming import confirm
from playlist_app.people.models import User, by_name
from playlist_app.refusals import Invalid

LEFT = "Somebody who left"


class Fate(StrEnum):
    """What becomes of the playlists of who leaves."""

    DELETE = "delete"
    HAND_OVER = "hand_over"  # those that others are in; the others are deleted


@dataclass(frozen=True)
class Will:
    """What who leaves wants. `heir` gets the playlists that are handed over."""

    playlists: Fate
    heir: User | None = None


# Slices that have more to do than their foreign keys say: called in the write, before the rows go.
parting: list[Callable[[User, Will], None]] = []
# Tables of which the rows stay although they are keyed to go with the person.
staying: set[str] = set()


def will_of(person: User, playlists: str, heir: str) -> Will:
    """Raises Invalid for what can't be wanted."""
    if playlists not in list(Fate):
        raise Invalid.field("playlists", f"One of {', '.join(Fate)}.")
    if playlists == Fate.DELETE:
        return Will(Fate.DELETE)
    found = session().scalar(by_name(heir))
    if not found or found.id == person.id or not found.is_active or not found.is_member:
        raise Invalid.field("heir", "There is no such member to hand your playlists to.")
    return Will(Fate.HAND_OVER, found)


def leave(person: User, password: str, will: Will) -> None:
    """Delete one's own account. Raises Invalid for a wrong password, or LastAdmin."""
    known_by = confirm(person, password, to="delete the account")
    nobodys = passwords.hashed(secrets.token_urlsafe(32))
    with write() as tx:
        row = tx.get_one(User, person.id)
        if row.password_hash != known_by:
            raise Invalid.field("password", "That is not your password any more.")
        if row.is_admin:
            accounts.require_another_admin(tx, row)
        audit.note("user.left", subject=row.username, by=row, playlists=will.playlists)
        for part in parting:
            part(row, will)
        tx.flush()
        before = row.as_person()
        tx.execute(delete(Event).where(Event.person_id == row.id))
        sessions.revoke_all(row.id)  # which also tells open sockets to close
        api_tokens.revoke_all(row.id)
        tx.flush()
        _clear(row.id)
        _unname(before)
        row.username, row.username_key, row.name = "", f"left {row.id}", LEFT
        row.email = row.phone = None
        row.password_hash = nobodys
        row.roles = frozenset()
        row.is_active = False
        row.last_seen_at = None
        row.left_at = now()


def _clear(user_id: str) -> None:
    """The rows that are about this person, table by table."""
    tx = session()
    for table in Base.metadata.sorted_tables[::-1]:
        for column, on_delete in _keys_to_people(table):
            if on_delete == "CASCADE" and table.name not in staying:
                tx.execute(delete(table).where(column == user_id))
            elif on_delete == "SET NULL":
                tx.execute(update(table).where(column == user_id).values({column.name: None}))


def _keys_to_people(table: Table) -> list[tuple[ColumnElement[str], str | None]]:
    return [
        (key.parent, key.ondelete)
        for key in table.foreign_keys
        if key.column.table.name == User.__tablename__
    ]


def _unname(person: dict[str, str]) -> None:
    """Take the name out of what was told to others and is kept for those who were away."""
    named = orjson.dumps(person).decode()
    unnamed = orjson.dumps(person | {"name": LEFT}).decode()
    session().execute(
        update(Event)
        .where(Event.payload.contains(named, autoescape=True))
        .values(payload=func.replace(Event.payload, named, unnamed))
    )
