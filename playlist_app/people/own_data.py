"""One's own data, to take away: a JSON file, written as it is read. Each slice adds what it keeps
about a person; nothing that others said or did is in it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import orjson
from sqlalchemy import select

from playlist_app.database import iso, now, session
from playlist_app.people import audit, passkeys, sessions, totp
from playlist_app.people.audit import Note
from playlist_app.people.models import User

JSON = dict[str, Any]
Section = Callable[[User], Iterable[JSON]]

PIECE = 64 * 1024  # bytes that are sent at once, at least
AT_ONCE = 500  # rows

# In the order of the file. A section yields one JSON a row.
sections: dict[str, Section] = {}


def written(person: User) -> Iterator[bytes]:
    """The file, in pieces."""
    head = {"made_at": iso(now()), "about": person.as_user()}
    buffer = bytearray(orjson.dumps(head, option=orjson.OPT_INDENT_2)[:-2])
    for name, section in sections.items():
        buffer += b',\n  "%s": [' % name.encode()
        for number, row in enumerate(section(person)):
            buffer += (b",\n    " if number else b"\n    ") + orjson.dumps(row)
            if len(buffer) > PIECE:
                yield bytes(buffer)
                buffer.clear()
        buffer += b"\n  ]"
    yield bytes(buffer + b"\n}\n")


def _log_ins(person: User) -> Iterable[JSON]:
    return (one.shape() for one in sessions.sessions_of(person))


def _factors(person: User) -> Iterator[JSON]:
    app = totp.of(person)
    if app and app.confirmed_at:
        yield {"kind": "codes of an app", "since": iso(app.confirmed_at)}
    for key in passkeys.of(person):
        yield {"kind": "passkey", **key.shape()}


def _acts(person: User) -> Iterator[JSON]:
    """What the audit has of what they did; to whom is told where that was themselves."""
    mine = select(Note).where(Note.actor_id == person.id).order_by(Note.id)
    for note in session().scalars(mine.execution_options(yield_per=AT_ONCE)):
        is_own = note.subject == person.username
        yield {
            "at": iso(note.at),
            "action": note.action,
            "address": note.address,
            "subject": note.subject if is_own else None,
        }


def note_taken(person: User) -> None:
    audit.note("user.data_taken", subject=person.username, by=person)


def register() -> None:
    sections.update(log_ins=_log_ins, factors=_factors, acts=_acts)
