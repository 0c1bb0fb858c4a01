"""The first admin: a one-time link that start-up prints, while there is no admin yet.

The code lies in the data folder, so that every process, and every start, prints the same link; it
goes with the first admin.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable
from pathlib import Path

from playlist_app.database import write
from playlist_app.people.models import Role, User, admin_exists
from playlist_app.refusals import NotFound

# Making music for the first admin who wants some; operations know how, and register it here.
making_music: list[Callable[[], None]] = []


def _file(folder: Path) -> Path:
    return folder / "first_admin_code"


def code(folder: Path) -> str | None:
    """The code of the link, or None when nobody needs it any more."""
    try:
        return _file(folder).read_text().strip() or None
    except FileNotFoundError:
        return None


def offer(folder: Path) -> None:
    """Make a code where there is none and no admin either."""
    if admin_exists():
        _file(folder).unlink(missing_ok=True)
        return
    try:
        handle = os.open(_file(folder), os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return
    with os.fdopen(handle, "w") as file:
        file.write(secrets.token_urlsafe(16))


def check(folder: Path, given: str) -> None:
    """Raises NotFound unless this is the code, and nobody used it."""
    expected = code(folder)
    if not expected or not secrets.compare_digest(expected.encode(), given.encode()):
        raise NotFound("This link was used already, or it is not the one that start-up printed.")


def create(folder: Path, given: str, username: str, password: str) -> User:
    """Make the first admin. Raises NotFound for a wrong or used code, Invalid for bad values."""
    check(folder, given)
    with write():
        if admin_exists():
            raise NotFound("There is an admin already. Log in instead.")
        user = User.create(username, password, roles={Role.ADMIN, Role.MEMBER}, by=None)
    _file(folder).unlink(missing_ok=True)
    return user
