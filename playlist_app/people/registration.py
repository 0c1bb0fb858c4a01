"""Making oneself an account: where anybody may, or by an invite."""

from __future__ import annotations

from playlist_app.database import write
from playlist_app.people import audit, invites, limits, passwords
from playlist_app.people.counts import Count
from playlist_app.people.letting_in import Policy, policy
from playlist_app.people.models import Role, User
from playlist_app.refusals import NotAllowed


def register(username: str, password: str, *, name: str = "", invite: str = "") -> User:
    """Make a member, who is given no more than an invite says. `invite` is the code of one.

    Raises NotAllowed where this takes an invite or nobody is taken in, NotFound for an invite that
    lets nobody in, NameTaken, Invalid, or TooMany."""
    if invite:
        limits.require([Count(f"invited {limits.client()}", limits.BY_INVITE)])
        return invites.accept(invite, username, password, name=name)
    _require_open()
    limits.require([Count(f"registered {limits.client()}", limits.REGISTRATIONS)])
    password_hash = passwords.hashed(password)  # takes 50 ms: before the writers' lock
    with write():
        _require_open()
        user = User.insert(username, password_hash, roles={Role.MEMBER}, name=name)
        audit.note("user.registered", subject=user.username, by=user)
    return user


def _require_open() -> None:
    if policy() is Policy.INVITE:
        raise NotAllowed("An account here takes an invite: a link that an admin sends you.")
    if policy() is Policy.CLOSED:
        raise NotAllowed("This server makes no accounts by itself. Ask whoever runs it.")
