"""The door that all pages of the administration share: for admins; for all others nothing is there.

The verbs behind it ask again, within their write.
"""

from __future__ import annotations

from flask import Blueprint
from flask_login import current_user

from playlist_app.people.models import User
from playlist_app.refusals import NotFound


def pages_of(name: str, module: str, path: str = "") -> Blueprint:
    """A blueprint of pages under /admin and this path."""
    pages = Blueprint(name, module, url_prefix=f"/admin{path}")
    pages.before_request(_for_admins_alone)
    return pages


def me() -> User:
    """The admin who asks."""
    person: User = current_user._get_current_object()
    return person


def _for_admins_alone() -> None:
    # Who is not logged in was sent to the log-in before this (web.py).
    if not current_user.is_admin:
        raise NotFound
