"""A person's own new password, chosen by who knows the old one."""

from __future__ import annotations

from playlist_app.database import session, write
from playlist_app.people import audit, limits, password_links, passwords, sessions
from playlist_app.people.counts import Count
from playlist_app.people.models import User
from playlist_app.refusals import Invalid


def change(person: User, current: str, password: str, *, keep_others: bool = False) -> int:
    """Choose a new password. All other sessions end, unless they are kept; the one by which this
    comes in stays. Answers how many ended.

    Raises Invalid for a current password that is wrong, or a new one that can't be, and TooMany
    after many wrong ones."""
    before = session().get_one(User, person.id).password_hash
    tries = [Count(f"own password {person.id}", limits.WRONG_PASSWORD_OF_ONES_OWN)]
    limits.require(tries, what="There were many wrong passwords.")
    if not passwords.is_right(current, before):
        raise _wrong()
    limits.give_back(tries)
    password_hash = passwords.hashed(password)  # takes 50 ms: before the writers' lock
    with write() as tx:
        row = tx.get_one(User, person.id)
        if row.password_hash != before:  # another device, or an admin, was quicker
            raise _wrong()
        row.password_hash = password_hash
        password_links.withdraw(row)  # it was for who has no password
        ended = 0 if keep_others else sessions.revoke_all(row.id, but=person.session_id)
        audit.note("user.password_changed", subject=row.username, by=row, sessions_ended=ended)
        return ended


def _wrong() -> Invalid:
    return Invalid.field("current_password", "The current password is wrong.")
