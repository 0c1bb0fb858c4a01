"""The API of one's account as a whole: one's data, and leaving."""

from __future__ import annotations

from typing import Any

import flask
from flask import Response, stream_with_context
from flask_login import current_user
from marshmallow import Schema, fields, validate

from playlist_app.described import answers
from playlist_app.people import leaving, own_data
from playlist_app.people.idempotency import ApiBlueprint, steps_itself
from playlist_app.people.leaving import Fate
from playlist_app.people.models import User
from playlist_app.web import forgetting_files

api = ApiBlueprint("account_api", __name__, url_prefix="/api/v1/users/me")


class Leaving(Schema):
    password = fields.String(required=True, validate=validate.Length(max=1024), load_only=True)
    playlists = fields.String(load_default=Fate.DELETE, validate=validate.OneOf([*Fate]))
    heir = fields.String(load_default="", validate=validate.Length(max=200))


@api.route("/data", methods=["POST"])
@answers(dict[str, Any])
@steps_itself
def take_data() -> Response:
    """All that is kept about oneself, and nothing of others."""
    own_data.note_taken(_me())
    pieces = stream_with_context(own_data.written(_me()))
    return Response(pieces, mimetype="application/json", headers={"Cache-Control": "no-store"})


@api.route("/leave", methods=["POST"])
@answers()
@steps_itself
@api.arguments(Leaving)
def leave(values: dict[str, Any]) -> Response:
    """Delete one's account. `playlists` is `delete` or `hand_over`: those that others are in then
    go to `heir`, a member's user name."""
    will = leaving.will_of(_me(), values["playlists"], values["heir"])
    leaving.leave(_me(), values["password"], will)
    flask.session.clear()
    return forgetting_files(Response(status=204))


def _me() -> User:
    me: User = current_user._get_current_object()
    return me
