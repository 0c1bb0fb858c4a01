"""The API of what admins choose while the server runs."""

from __future__ import annotations

from typing import Any

from flask import request
from flask_login import current_user

from playlist_app.choices import models as choices
from playlist_app.described import answers, takes
from playlist_app.people.idempotency import ApiBlueprint
from playlist_app.people.models import User
from playlist_app.refusals import Invalid

JSON = dict[str, Any]

api = ApiBlueprint("choices_api", __name__, url_prefix="/api/v1/settings")


def _me() -> User:
    me: User = current_user._get_current_object()
    return me


@api.route("", methods=["GET"])
@answers(dict[str, Any], scope="admin")
def show() -> JSON:
    """What admins chose, by name; for admins."""
    return choices.values(by=_me())


@api.route("", methods=["PATCH"])
@answers(dict[str, Any], scope="admin")
@takes({"application/json": choices.taken})
def change() -> JSON:
    """Choose something else: `{name: value}`, all of it or nothing; for admins."""
    choices.all_choices(by=_me())
    wanted = request.get_json()
    if not isinstance(wanted, dict):
        raise Invalid("Send an object of settings by their names.")
    choices.change(wanted, by=_me())
    return choices.values(by=_me())
