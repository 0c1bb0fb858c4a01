"""Passwords: hashed with Argon2id (argon2-cffi).

46 MiB twice over, on one thread: twice what OWASP's cheat sheet on password storage asks for, and
about 0.1 s of a core of a small server.
"""

from __future__ import annotations

import functools
import threading

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError

from playlist_app.refusals import Invalid

SHORTEST = 8
LONGEST = 1024  # hashing is linear in it; this is no place for a book

_hasher = PasswordHasher(time_cost=2, memory_cost=46 * 1024, parallelism=1)
# Each hashing takes 46 MiB and a core: at most so many at a time in a process, whoever knocks.
_at_a_time = threading.BoundedSemaphore(4)


@functools.cache
def _nobodys() -> str:
    """What a name that nobody has is checked against, so that the time taken doesn't tell. Made
    when it is first needed: hashing takes 46 MiB, which no command that logs nobody in wants."""
    return _hasher.hash("nobody's password")


def hashed(password: str) -> str:
    """Raises Invalid for a password that is too short or too long."""
    if not SHORTEST <= len(password) <= LONGEST:
        raise Invalid.field("password", f"A password has at least {SHORTEST} characters.")
    with _at_a_time:
        return _hasher.hash(password)


def is_right(password: str, password_hash: str | None) -> bool:
    """Whether it is this one; None for nobody's, which takes as long and is never right."""
    nobodys = _nobodys()  # for everybody: it is made once, and its making would tell as well
    try:
        with _at_a_time:
            _hasher.verify(password_hash or nobodys, password[:LONGEST])
    except VerificationError:
        return False
    return password_hash is not None


def is_outdated(password_hash: str) -> bool:
    """Whether it was made at another cost than today's."""
    return _hasher.check_needs_rehash(password_hash)
