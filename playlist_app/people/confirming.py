"""That it is really they: who changes a key of theirs, or leaves, says their password once more, so
that a phone that lies open on a table is not enough."""

from __future__ import annotations

from playlist_app.database import session
from playlist_app.people import audit, passwords
from playlist_app.people.models import User
from playlist_app.refusals import Invalid


def confirm(person: User, password: str, *, to: str) -> str:
    """Raises Invalid for a wrong password, which is noted with what it was wanted for (`to`).
    Answers what the password is known by, to compare within the write that follows."""
    # Not within a write: it takes 50 ms.
    known_by = session().get_one(User, person.id).password_hash
    if not passwords.is_right(password, known_by):
        audit.note("user.not_confirmed", subject=person.username, by=person, wanted=to)
        raise Invalid.field("password", "That is not your password.")
    return known_by
