"""The second step of a log-in: who asks for codes of an app is asked for one after the password, or
for a passkey, or a recovery code. And logging in by a passkey, which is both steps in one.
"""

from __future__ import annotations

from typing import Any

from playlist_app.database import session, write
from playlist_app.people import audit, ceremonies, entering, passkeys, sessions, totp
from playlist_app.people.ceremonies import Purpose
from playlist_app.people.models import User
from playlist_app.people.passkeys import Here
from playlist_app.people.sessions import How
from playlist_app.refusals import Refusal


class SecondStepNeeded(Refusal):
    """The first was right. With the ticket goes the second."""

    status = 401
    title = "One more step"

    def __init__(self, ticket: str, accepts: list[str]) -> None:
        super().__init__(
            "Now the code that your app shows.",
            extra={"second_step": {"ticket": ticket, "accepts": accepts}},
        )
        self.ticket = ticket


class WrongCode(Refusal):
    status = 401
    title = "That didn't work"


def ask(user: User, how: How) -> None:
    """What `entering.further` calls. Raises SecondStepNeeded for who wants to be asked."""
    if how == How.PASSKEY or not totp.of(user):
        return
    ticket, _ = ceremonies.begin(Purpose.SECOND_STEP, user, how=how)
    accepts = ["code", "recovery code", *(["passkey"] if passkeys.of(user) else [])]
    raise SecondStepNeeded(ticket, accepts)


def who(ticket: str) -> User:
    """Whose log-in waits for its second step. Raises Over."""
    begun = ceremonies.find(ticket, Purpose.SECOND_STEP)
    assert begun.user_id
    return session().get_one(User, begun.user_id)


def by_code(ticket: str, code: str) -> tuple[User, str]:
    """Finish with a code of the app, or a recovery code: the person, and their session's token.
    Raises Over, WrongCode or TooManyCodes."""
    with write() as tx:
        begun = ceremonies.find(ticket, Purpose.SECOND_STEP)
        assert begun.user_id
        user = tx.get_one(User, begun.user_id)
        if totp.is_right(user, code):
            tx.delete(begun)
            return user, sessions.open_for(user, How(begun.how))
        begun.tries += 1
        left = ceremonies.TRIES - begun.tries
        audit.note("session.second_step_refused", subject=user.username)
    # After the write: that it was tried is to be counted.
    if not left:
        raise ceremonies.Over("That was not the code, several times. Please begin again.")
    raise WrongCode("That is not the code of now, or it was used already.")


def passkey_options(ticket: str, here: Here) -> dict[str, Any]:
    """What to ask a device for that is to stand in for the code. Raises Over."""
    begun = ceremonies.find(ticket, Purpose.SECOND_STEP)
    return passkeys.ask(begun, here, of_user=who(ticket))


def by_passkey(ticket: str, credential: dict[str, Any], here: Here) -> tuple[User, str]:
    """Finish with one's passkey. Raises Over or NotThatKey."""
    begun = ceremonies.find(ticket, Purpose.SECOND_STEP)
    passkey, count = _checked(ticket, begun, credential, here, alone=False)
    with write() as tx:
        begun = ceremonies.find(ticket, Purpose.SECOND_STEP)
        user = passkeys.use(passkey.id, count)
        tx.delete(begun)
        return user, sessions.open_for(user, How(begun.how))


def begin_with_passkey(here: Here) -> tuple[str, dict[str, Any]]:
    """Begin to log in by a passkey alone: a ticket, and what to ask the device for."""
    ticket, begun = ceremonies.begin(Purpose.LOG_IN)
    return ticket, passkeys.ask(begun, here)


def log_in_with_passkey(ticket: str, credential: dict[str, Any], here: Here) -> tuple[User, str]:
    """The person whose key it is, and their session's token. Raises Over or NotThatKey."""
    begun = ceremonies.find(ticket, Purpose.LOG_IN)
    passkey, count = _checked(ticket, begun, credential, here, alone=True)
    with write() as tx:
        tx.delete(ceremonies.find(ticket, Purpose.LOG_IN))
        user = passkeys.use(passkey.id, count)
        if not user.is_active:
            raise passkeys.NotThatKey("This key is not known here. It may have been removed.")
        return user, sessions.open_for(user, How.PASSKEY)


def _checked(
    ticket: str, begun: ceremonies.Ceremony, credential: dict[str, Any], here: Here, *, alone: bool
) -> tuple[passkeys.Passkey, int]:
    try:
        return passkeys.check(begun, credential, here, alone=alone)
    except passkeys.NotThatKey:
        with write() as tx:
            again = tx.get(ceremonies.Ceremony, begun.ticket_hash)
            if again:
                again.tries += 1
            user = tx.get(User, begun.user_id) if begun.user_id else None
            audit.note("session.passkey_refused", subject=user.username if user else "")
        raise


def register() -> None:
    # More than one app may be made in a process (tests), and they share the slices.
    if ask not in entering.further:
        entering.further.append(ask)
