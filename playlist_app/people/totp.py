"""The second factor: six digits from an app on one's phone (TOTP, RFC 6238), asked for after the
password. A code is good once, and for half a minute before and after its own.

The secret lies in the database sealed with the server's key (sealed.py), which is a file beside it.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

import pyotp
from pyotp.exceptions import OTPVerificationError
from sqlalchemy import ForeignKey, String, select
from sqlalchemy.orm import Mapped, mapped_column

from playlist_app.database import Base, Id, Moment, now, session, write
from playlist_app.people import audit, recovery, sealed
from playlist_app.people.confirming import confirm
from playlist_app.people.models import User
from playlist_app.refusals import Conflict, Invalid, Refusal

log = logging.getLogger(__name__)

ISSUER = "Jamboree"
AROUND = 1  # steps of half a minute: clocks of phones are not exact
WRONG_AT_MOST = 10  # in a row, within:
WRONG_WITHIN = timedelta(minutes=30)


class TooManyCodes(Refusal):
    """Only who knows the password gets so far: nobody can lock others out by it."""

    status = 429
    title = "Too many wrong codes"


class Totp(Base):
    """A person's secret; asked for once they have shown that their app makes the right codes."""

    __tablename__ = "totp"

    user_id: Mapped[str] = mapped_column(
        Id, ForeignKey("user.id", ondelete="CASCADE"), primary_key=True
    )
    # SQLite takes what is longer than the column was once made for.
    sealed: Mapped[str] = mapped_column("secret", String(32))
    confirmed_at: Mapped[datetime | None] = mapped_column(Moment)
    last_step: Mapped[int] = mapped_column(default=0)  # of the newest code that was used
    wrong: Mapped[int] = mapped_column(default=0)
    wrong_since: Mapped[datetime | None] = mapped_column(Moment)

    @property
    def secret(self) -> str:
        """Raises NotOurs."""
        return sealed.opened(self.sealed, of=self.user_id)

    def uri(self, user: User) -> str:
        """What the square picture holds, for the app on a phone."""
        return pyotp.TOTP(self.secret).provisioning_uri(name=user.username, issuer_name=ISSUER)


def of(user: User) -> Totp | None:
    """What a person has; None where it isn't confirmed."""
    found = session().get(Totp, user.id)
    return found if found and found.confirmed_at else None


def begin(person: User, password: str) -> Totp:
    """A new secret, of which no code is asked for before `confirm_app`. Raises Invalid for a wrong
    password, or Conflict where codes are asked for already."""
    confirm(person, password, to="switch codes on")
    with write() as tx:
        found = tx.get(Totp, person.id)
        if found and found.confirmed_at:
            raise Conflict("Codes from an app are asked for already. Switch that off first.")
        if found:
            tx.delete(found)
            tx.flush()
        secret = sealed.seal(pyotp.random_base32(), of=person.id)
        begun = Totp(user_id=person.id, sealed=secret)
        tx.add(begun)
        return begun


def begun(person: User) -> Totp | None:
    """What waits to be confirmed."""
    found = session().get(Totp, person.id)
    return found if found and not found.confirmed_at else None


def confirm_app(person: User, code: str) -> list[str]:
    """From now on a code is asked for; answers the recovery codes. Raises Invalid for a wrong code,
    or Conflict where nothing was begun."""
    with write() as tx:
        waiting = tx.get(Totp, person.id)
        if not waiting or waiting.confirmed_at:
            raise Conflict("There is nothing to confirm. Begin again.")
        step = _step_of(waiting, code)
        if step is None:
            raise Invalid.field(
                "code",
                "That is not the code of now. Wait for the next, and check the phone's time.",
            )
        waiting.confirmed_at, waiting.last_step = now(), step
        audit.note("factor.added", subject=person.username, by=person, factor="codes of an app")
        return recovery.renew(person)


def switch_off(person: User, password: str) -> None:
    """Ask for no code any more; the recovery codes go with it. Raises Invalid for a wrong
    password."""
    confirm(person, password, to="switch codes off")
    remove(person, by=person)


def remove(person: User, *, by: User | None) -> bool:
    """As `switch_off`, for a verb that knows that it may be. Answers whether there was one."""
    with write() as tx:
        found = tx.get(Totp, person.id)
        if not found:
            return False
        was_asked_for = found.confirmed_at is not None
        tx.delete(found)
        recovery.withdraw(person)
        if was_asked_for:
            audit.note("factor.removed", subject=person.username, by=by, factor="codes of an app")
        return was_asked_for


def new_recovery_codes(person: User, password: str) -> list[str]:
    """In the place of those that there were. Raises Invalid for a wrong password, or Conflict where
    no code is asked for."""
    confirm(person, password, to="get new recovery codes")
    with write():
        if not of(person):
            raise Conflict("Recovery codes come with the codes of an app.")
        audit.note("factor.recovery_renewed", subject=person.username, by=person)
        return recovery.renew(person)


def seal_again(*, all_: bool = False) -> None:
    """Seal what lies open, as it did in older versions; or all, with a key that is new."""
    wanted = select(Totp)
    if not all_:
        wanted = wanted.where(Totp.sealed.not_like(f"{sealed.MARK}%"))
    if not session().scalar(wanted.limit(1)):
        return
    with write() as tx:
        for found in tx.scalars(wanted).all():
            try:
                found.sealed = sealed.again(found.sealed, of=found.user_id)
            except sealed.NotOurs:
                log.error("the codes of %s stay as they are: no key opens them", found.user_id)


def is_right(user: User, code: str) -> bool:
    """Whether this is a code of now that was not used, or a recovery code: either is used up by it.
    Within a write that is kept also where it is wrong, as it counts. Raises TooManyCodes."""
    with write():
        found = of(user)
        if not found:
            return False
        _require_not_too_many(found)
        step = _step_of(found, code)
        if step is not None:
            found.last_step = step
        elif not recovery.use(user, code):
            found.wrong += 1
            return False
        found.wrong, found.wrong_since = 0, None
        return True


def _require_not_too_many(found: Totp) -> None:
    if not found.wrong_since or found.wrong_since + WRONG_WITHIN < now():
        found.wrong, found.wrong_since = 0, now()
    if found.wrong >= WRONG_AT_MOST:
        raise TooManyCodes("Wait for half an hour, then try again.")


def _step_of(found: Totp, code: str) -> int | None:
    """The step that the code is of, if it is a good one, and later than the last that was used."""
    digits = "".join(code.split())
    try:
        secret = found.secret
    except sealed.NotOurs:
        # A recovery code still lets them in, and an admin can take the app away.
        log.error("the codes of %s can't be checked: no key here opens them", found.user_id)
        return None
    try:
        step = pyotp.TOTP(secret).verify_and_get_timecode(
            digits, for_time=now(), valid_window=AROUND
        )
    except OTPVerificationError:
        return None
    return step if step > found.last_step else None
