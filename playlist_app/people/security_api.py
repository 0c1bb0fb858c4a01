"""The API of a person's own keys: their password, and where they are logged in."""

from __future__ import annotations

from typing import Any

from flask import Response
from flask_login import current_user
from marshmallow import Schema, fields, validate

from playlist_app.described import answers
from playlist_app.people import answers as said
from playlist_app.people import own_password, sessions
from playlist_app.people.idempotency import ApiBlueprint, steps_itself
from playlist_app.people.models import User

JSON = dict[str, Any]

api = ApiBlueprint("security_api", __name__, url_prefix="/api/v1/users/me")


class NewPassword(Schema):
    current_password = fields.String(required=True, validate=validate.Length(max=1024))
    password = fields.String(required=True, validate=validate.Length(max=1024))
    keep_sessions = fields.Boolean(load_default=False)


def _me() -> User:
    me: User = current_user._get_current_object()
    return me


@api.route("/password", methods=["POST"])
@answers(said.ChangedPassword)
@steps_itself
@api.arguments(NewPassword)
def change_password(values: JSON) -> JSON:
    """Choose a new password. All other sessions end, unless `keep_sessions` says otherwise;
    `sessions_ended` is how many that were."""
    ended = own_password.change(
        _me(),
        values["current_password"],
        values["password"],
        keep_others=values["keep_sessions"],
    )
    return {"sessions_ended": ended}


@api.route("/sessions", methods=["GET"])
@answers(said.Sessions)
def index() -> JSON:
    """Where one is logged in, what was used last first; `is_current` is the session that asks."""
    mine = [
        one.shape() | {"device": one.device, "is_current": one.id == current_user.session_id}
        for one in sessions.sessions_of(_me())
    ]
    return {"items": mine, "next_cursor": None}


@api.route("/sessions", methods=["DELETE"])
@answers()
@steps_itself
def end_all() -> Response:
    """Log out everywhere, here as well."""
    sessions.end_all(_me())
    return Response(status=204)


@api.route("/sessions/<session_id>", methods=["DELETE"])
@answers()
@steps_itself
def end(session_id: str) -> Response:
    """End one session. Its open sockets close, and its next request is refused."""
    sessions.end_one(_me(), session_id)
    return Response(status=204)
