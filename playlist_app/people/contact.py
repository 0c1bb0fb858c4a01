"""Where a person can be reached: an e-mail address and a phone number, each taken once a code that
was sent there came back. So a slip of the finger gives nobody else a key."""

from __future__ import annotations

import re

from playlist_app.database import session, write
from playlist_app.people import audit, limits, passwords, sent_codes
from playlist_app.people.counts import Count
from playlist_app.people.models import User
from playlist_app.people.sent_codes import Purpose
from playlist_app.refusals import Invalid

_MAIL = re.compile(r"[^\s@<>()\[\],;:\\\"\x00-\x1f\x7f]{1,64}@(?:[a-z0-9-]+\.)*[a-z0-9-]+", re.I)
_PHONE = re.compile(r"\+?[0-9]{5,20}")
_BETWEEN = re.compile(r"[\s\-/().]+")


def offer(person: User, current: str, *, email: str = "", phone: str = "") -> str:
    """Send a code to a new address or number; answers the id by which `confirm` takes it. It takes
    the password: who holds an unlocked phone for a minute must not make themselves a way in.

    Raises Invalid for the password or for what is no address, or TooMany."""
    tries = [Count(f"own password {person.id}", limits.WRONG_PASSWORD_OF_ONES_OWN)]
    limits.require(tries, what="There were many wrong passwords.")
    if not passwords.is_right(current, session().get_one(User, person.id).password_hash):
        raise Invalid.field("current_password", "The current password is wrong.")
    limits.give_back(tries)
    if email:
        return sent_codes.ask_to_show(person, Purpose.EMAIL, checked_email(email))
    return sent_codes.ask_to_show(person, Purpose.PHONE, checked_phone(phone))


def confirm(person: User, code_id: str, code: str) -> User:
    """Take the address that the code was sent to. Raises WrongCode, also for another's."""
    row = session().get(sent_codes.SentCode, code_id)
    is_theirs = row is not None and row.user_id == person.id
    used = sent_codes.use(code_id if is_theirs else "", code, Purpose.EMAIL, Purpose.PHONE)
    with write() as tx:
        user = tx.get_one(User, person.id)
        if used.purpose == Purpose.EMAIL:
            user.email = used.sent_to
        else:
            user.phone = used.sent_to
        audit.note("user.reached_at", subject=user.username, by=user, by_way_of=used.purpose)
        return user


def forget(person: User, purpose: Purpose) -> None:
    """Take an address or a number away."""
    with write() as tx:
        user = tx.get_one(User, person.id)
        if purpose is Purpose.EMAIL:
            user.email = None
        else:
            user.phone = None
        audit.note("user.unreached_at", subject=user.username, by=user, by_way_of=purpose)


def checked_email(text: str) -> str:
    """Raises Invalid for what is no address."""
    text = text.strip()
    if len(text) > 254 or not _MAIL.fullmatch(text):
        raise Invalid.field("email", "That is no e-mail address.")
    return text


def checked_phone(text: str) -> str:
    """Without what only makes it readable. Raises Invalid for what is no number."""
    text = _BETWEEN.sub("", text)
    if not _PHONE.fullmatch(text):
        raise Invalid.field("phone", "That is no phone number. It has digits, and maybe a +.")
    return text
