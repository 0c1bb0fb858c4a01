"""The people of the matrix, and the rules that say what each of them is answered.

A rule takes the answer of those who may; what the others get follows from it. What a person may not
see answers 404 (so that ids can't be probed), what they see and may not do answers 403 (SPEC §2).
"""

from __future__ import annotations

from typing import Any, NamedTuple

NOBODY = "nobody"
# Everything in the house is the owner's: viewer, voter and editor are in their playlist; the others
# are not, but the admin may do there what its owner may.
LOGGED_IN = (
    "outsider",  # a member whom nobody invited
    "guest",  # joined another playlist of the owner's, and has no account
    "viewer",
    "voter",
    "editor",
    "owner",
    "reviewer",  # invited by nobody
    "admin",
)
PEOPLE = (NOBODY, *LOGGED_IN)
IN_THE_LIST = ("viewer", "voter", "editor", "owner")

Answers = dict[str, int]

# A door that opens: what the handshake of a socket answers.
OPENS = 101


class Row(NamedTuple):
    """A door ("POST /playlists/<playlist_id>/delete", as the URL map has it), what it answers to
    whom, and what it is asked with: `body` (JSON for the API, else a form; {words} in braces stand
    for what there is in the house), `query`, `headers`, and other things for the address in `at`.
    """

    door: str
    gets: Answers
    body: Any = None
    query: str = ""
    headers: dict[str, str] | None = None
    at: dict[str, str] | None = None


def _each(others: int, **some: int) -> Answers:
    return dict.fromkeys(LOGGED_IN, others) | some


def public(status: int, nobody: int | None = None) -> Answers:
    """Open to all; `nobody` where that differs for who is not logged in."""
    return {NOBODY: status if nobody is None else nobody} | _each(status)


def everybody(status: int) -> Answers:
    """Whoever is logged in, guests as well: it is about themselves, or about all."""
    return _each(status)


def members(status: int, guest: int = 403) -> Answers:
    """Who has an account. Guests see of the library what their list holds, and bring nothing in."""
    return _each(status, guest=guest)


def admins(status: int, others: int = 404) -> Answers:
    """For all others it is not there; 403 where they see what they may not change."""
    return _each(others, admin=status)


def reviewers(status: int, others: int = 404) -> Answers:
    return _each(others, reviewer=status, admin=status)


def own(status: int) -> Answers:
    """The owner's own things, which are nobody else's business, nor the admin's."""
    return _each(404, owner=status)


def own_or_admin(status: int) -> Answers:
    return _each(404, owner=status, admin=status)


def in_list(role: str, status: int) -> Answers:
    """Who is in the playlist, and at least that there; the others who see it are told that they may
    not."""
    enough = IN_THE_LIST[IN_THE_LIST.index(role) :]
    inside = {name: status if name in enough else 403 for name in IN_THE_LIST}
    return _each(404, admin=status, **inside)


def in_library(status: int) -> Answers:
    """What is published: members see it; guests what their own playlist holds, and this is not."""
    return _each(status, guest=404)


def curators(status: int) -> Answers:
    """A published track: its owner, reviewers and admins change it; others only see it."""
    return _each(403, guest=404, owner=status, reviewer=status, admin=status)
