"""Accounts: what admins do with them. Roles, blocking, new passwords, ending sessions.

The pages, the API and `flask users` share these verbs. `by` is the admin who does it, or None for
who has the machine itself. Each decides on what is true within its write, notes what it did in the
audit, and does nothing, and notes nothing, where it is so already.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import String, select
from sqlalchemy.orm import Session

from playlist_app.database import write
from playlist_app.people import (
    api_tokens,
    audit,
    ceremonies,
    passkeys,
    password_links,
    passwords,
    sessions,
    totp,
)
from playlist_app.people.models import Role, User
from playlist_app.refusals import Conflict, Invalid, NotAllowed, NotFound


class LastAdmin(Conflict):
    """Nobody would be left who can look after the server."""

    title = "The last admin stays one"


def set_roles(person: User, roles: Iterable[Role], *, by: User | None) -> User:
    """Give a person these roles and no others. Who is no member any more has to log in again, so
    that nothing stays open that only members see.

    Raises NotFound for who is no admin, LastAdmin, or Invalid where no role is left."""
    wanted = frozenset(roles)
    if not wanted:
        raise Invalid.field(
            "roles", "A person has at least one role. To lock them out, block them."
        )
    with write() as tx:
        row = _found(tx, person, by)
        before = row.roles
        if before == wanted:
            return row
        if Role.ADMIN in before - wanted:
            require_another_admin(tx, row)
        was_member = row.is_member
        row.roles = wanted
        if was_member and not row.is_member:
            sessions.revoke_all(row.id)
            api_tokens.revoke_all(row.id)
        changes = {"given": sorted(wanted - before), "taken": sorted(before - wanted)}
        audit.note("user.roles_changed", subject=row.username, by=by, **changes)
        return row


def block(person: User, *, by: User | None) -> User:
    """Lock a person out: their sessions end, their sockets close, and they can't log in. What they
    made stays, but for their API tokens. Raises NotFound for who is no admin, NotAllowed for
    oneself, LastAdmin."""
    with write() as tx:
        row = _found(tx, person, by)
        if not row.is_active:
            return row
        if by and by.id == row.id:
            raise NotAllowed("You can't block yourself. Another admin can.")
        if row.is_admin:
            require_another_admin(tx, row)
        row.is_active = False
        ended = sessions.revoke_all(row.id)
        api_tokens.revoke_all(row.id)  # also closes what they have open
        password_links.withdraw(row)
        audit.note("user.blocked", subject=row.username, by=by, sessions_ended=ended)
        return row


def unblock(person: User, *, by: User | None) -> User:
    """Let a person in again: they log in with the password they had. Raises NotFound."""
    with write() as tx:
        row = _found(tx, person, by)
        if not row.is_active:
            row.is_active = True
            audit.note("user.unblocked", subject=row.username, by=by)
        return row


def set_password(person: User, password: str, *, by: User | None) -> User:
    """Give a person another password, and end all their sessions but the one by which an admin does
    it to themselves. Raises NotFound for who is no admin, or Invalid for a password that can't be.
    """
    password_hash = passwords.hashed(password)  # takes 50 ms: before the writers' lock
    with write() as tx:
        row = _found(tx, person, by)
        row.password_hash = password_hash
        mine = by.session_id if by and by.id == row.id else ""
        ended = sessions.revoke_all(row.id, but=mine)
        api_tokens.revoke_all(row.id)  # else who was in by stealth stays in
        password_links.withdraw(row)
        audit.note("user.password_reset", subject=row.username, by=by, sessions_ended=ended)
        return row


def offer_password(person: User, *, by: User | None) -> str:
    """The code of a link by which a person, once and within a day, chooses a new password. It is
    told this once; an earlier one is void. Until it is used all stays as it is.

    Raises NotFound for who is no admin, or Conflict for who is blocked."""
    with write() as tx:
        row = _found(tx, person, by)
        if not row.is_active:
            raise Conflict(f"{row.name} is blocked, and could not log in with it. Unblock first.")
        code = password_links.offer(row)
        audit.note("user.password_link_made", subject=row.username, by=by)
        return code


def end_sessions(person: User, *, by: User | None) -> int:
    """Log a person out everywhere; answers in how many places they were. An admin's own session, by
    which they do it to themselves, stays. Raises NotFound for who is no admin."""
    with write() as tx:
        row = _found(tx, person, by)
        mine = by.session_id if by and by.id == row.id else ""
        ended = sessions.revoke_all(row.id, but=mine)
        if ended:
            audit.note("user.sessions_ended", subject=row.username, by=by, sessions_ended=ended)
        return ended


def remove_factors(person: User, *, by: User | None) -> bool:
    """For who lost their phone: no code is asked of them any more, and their passkeys open nothing.
    Answers whether there was something. Raises NotFound for who is no admin, or NotAllowed for
    oneself: that asks for the password."""
    with write() as tx:
        row = _found(tx, person, by)
        if by and by.id == row.id:
            raise NotAllowed("Your own are on the page “Your keys”.")
        was_asked, had_passkeys = totp.remove(row, by=by), passkeys.remove_all(row, by=by)
        ceremonies.end_all(row)
        return was_asked or bool(had_passkeys)


def _found(tx: Session, person: User, by: User | None) -> User:
    """The person's row, for an admin as it is true now. Raises NotFound."""
    if by:
        asking = tx.get(User, by.id)
        # Both: as whom they came in (a token may leave the admin out), and what is true by now.
        if not by.is_admin or not asking or not asking.is_admin or not asking.is_active:
            raise NotFound
    row = tx.get(User, person.id)
    if not row or row.left_at:
        raise NotFound("That person isn't here.")
    return row


def require_another_admin(tx: Session, person: User) -> None:
    """Raises LastAdmin where nobody else would be left who can look after the server."""
    others = select(User.id).where(
        User.roles.cast(String).contains("admin"), User.is_active, User.id != person.id
    )
    if tx.scalar(others.limit(1)) is None:
        raise LastAdmin(
            f"{person.name} is the only admin who can log in. Make somebody else an admin first."
        )
