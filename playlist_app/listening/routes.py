"""The pages of listening: going on where one was."""

from __future__ import annotations

from typing import Any

from flask import Blueprint
from flask_login import current_user

from playlist_app.library.models import duration_text
from playlist_app.listening.place import place_of
from playlist_app.people.models import User

pages = Blueprint("listening", __name__)

pages.app_template_filter("clock")(duration_text)


def _me() -> User:
    me: User = current_user._get_current_object()
    return me


@pages.app_template_global("continue_listening")
def _continue_listening() -> dict[str, Any] | None:
    """What one can go on with, for the home page; its queue is asked for when one does."""
    return place_of(_me(), with_queue=False)
