"""Ways in: from what somebody shows first, a password or a code, to a session of theirs.

shown first → `further`, which may ask for more → `sessions.open_for`
"""

from __future__ import annotations

from collections.abc import Callable

from playlist_app.database import session, write
from playlist_app.people import (
    audit,
    known_devices,
    limits,
    password_links,
    passwords,
    sent_codes,
    sessions,
)
from playlist_app.people.counts import Count
from playlist_app.people.models import User, by_name, name_key
from playlist_app.people.sent_codes import Purpose
from playlist_app.people.sessions import How
from playlist_app.refusals import Refusal

LONGEST_NAME = 200  # that is looked up; nobody has one

_WRONG = "The name or the password is wrong."

# Asked of each person who showed the first thing, before a session is opened for them, and outside
# of any write: what asks for a second raises a refusal that its doors know. It opens the session
# itself, with `sessions.open_for`, once that was shown.
further: list[Callable[[User, How], None]] = []


class WrongLogIn(Refusal):
    """The same for a name that nobody has and for a wrong password."""

    status = 401
    title = "That didn't work"


def log_in(username: str, password: str) -> tuple[User, str]:
    """Check the password and open a session; answers the person and the token.

    Raises WrongLogIn, TooMany after many wrong ones, or what asks for more.
    """
    user = session().scalar(by_name(username[:LONGEST_NAME]))
    tries = _tries(user, username)
    limits.require(tries, what="There were many wrong passwords.")
    password_hash = user.password_hash if user else None
    if not passwords.is_right(password, password_hash) or not user or not user.is_active:
        # Written for a name that nobody has as well: the time it takes would tell. Never what was
        # typed, which may be a password that went into the wrong field.
        audit.note("session.refused", subject=user.username if user else "", how=How.PASSWORD)
        raise WrongLogIn(_WRONG)
    limits.give_back(tries)
    if password_hash and passwords.is_outdated(password_hash):
        return _log_in_anew(user, password, password_hash)
    ask_further(user, How.PASSWORD)
    with write():
        # While it was checked, they may have been blocked, or got another password, which ends
        # all sessions: none may be opened behind its back.
        if user.is_active and user.password_hash == password_hash:
            return user, sessions.open_for(user, How.PASSWORD)
    return log_in(username, password)


def _log_in_anew(user: User, password: str, before: str) -> tuple[User, str]:
    """Hash a password that is right at today's cost, and log in with that: else its own, other
    time would go on telling that there is somebody of that name."""
    anew = passwords.hashed(password)
    with write():
        if user.password_hash == before:
            user.password_hash = anew
    return log_in(user.username, password)


def _tries(user: User | None, username: str) -> list[Count]:
    """What a wrong password counts against: on a device where this person was before that device,
    so that nobody elsewhere can lock them out; else this name from this client, and the client."""
    device = user and known_devices.knows(user.id)
    if user and device:
        return [Count(f"wrong {user.id} on {device}", limits.WRONG_FOR_NAME)]
    name = limits.hashed(name_key(username.strip()[:LONGEST_NAME]))
    client = limits.client()
    return [
        Count(f"wrong {name} from {client}", limits.WRONG_FOR_NAME),
        Count(f"wrong from {client}", limits.WRONG_OF_CLIENT),
    ]


def ask_further(user: User, how: How) -> None:
    """Let everything that may ask for more do so. Raises what it asks by."""
    for ask in further:
        ask(user, how)


def log_in_by_code(code_id: str, code: str) -> tuple[User, str]:
    """Open a session for who has the one-time code; answers the person and the token.

    Raises WrongCode, TooMany, or what asks for more."""
    user = sent_codes.use(code_id, code, Purpose.LOG_IN).user
    assert user
    ask_further(user, How.CODE)
    return user, sessions.open_for(user, How.CODE)


def password_link_for(code_id: str, code: str) -> str:
    """The code of a link to choose a new password by (password_links.py), for who has the one-time
    code. Raises WrongCode, TooMany."""
    user = sent_codes.use(code_id, code, Purpose.PASSWORD).user
    assert user
    with write():
        audit.note("user.password_forgotten", subject=user.username, by=user)
        return password_links.offer(user)
