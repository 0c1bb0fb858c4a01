"""Ways in: from what somebody shows first, a password or a code, to a session of theirs.

shown first → `further`, which may ask for more → `sessions.open_for`
"""

from __future__ import annotations

from collections.abc import Callable

from playlist_app.database import session, write
from playlist_app.people import passwords, sessions
from playlist_app.people.models import User, by_name
from playlist_app.people.sessions import How
from playlist_app.refusals import Refusal

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

    Raises WrongLogIn, or what asks for more.
    """
    user = session().scalar(by_name(username))
    password_hash = user.password_hash if user else None
    if not passwords.is_right(password, password_hash) or not user or not user.is_active:
        raise WrongLogIn(_WRONG)
    ask_further(user, How.PASSWORD)
    with write():
        # While it was checked, they may have been blocked, or got another password, which ends
        # all sessions: none may be opened behind its back.
        if not user.is_active or user.password_hash != password_hash:
            raise WrongLogIn(_WRONG)
        return user, sessions.open_for(user, How.PASSWORD)


def ask_further(user: User, how: How) -> None:
    """Let everything that may ask for more do so. Raises what it asks by."""
    for ask in further:
        ask(user, how)
