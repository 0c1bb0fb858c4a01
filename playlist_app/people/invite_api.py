"""The API of the invites to this server, for admins."""

from __future__ import annotations

from typing import Any

from flask import Response, url_for
from flask_login import current_user
from marshmallow import Schema, fields, validate

from playlist_app.described import answers
from playlist_app.paging import Page, page_of
from playlist_app.people import answers as said
from playlist_app.people import invites
from playlist_app.people.idempotency import ApiBlueprint
from playlist_app.people.invites import Invite
from playlist_app.people.models import Role, User
from playlist_app.web import listed

JSON = dict[str, Any]

api = ApiBlueprint("invites_api", __name__, url_prefix="/api/v1/invites")


class NewInvite(Schema):
    role = fields.String(load_default=Role.MEMBER)
    uses = fields.Integer(load_default=1, strict=True)
    days = fields.Integer(load_default=7, strict=True)
    note = fields.String(load_default="", validate=validate.Length(max=1000))


def _me() -> User:
    me: User = current_user._get_current_object()
    return me


def _shape(invite: Invite) -> JSON:
    shape = invite.as_json()
    code = shape.pop("code")
    url = url_for("joining.welcome", code=code, _external=True) if code else None
    return shape | {"url": url}


@api.route("", methods=["GET"])
@answers(said.Invites, scope="admin")
@api.arguments(Page, location="query")
def index(page: JSON) -> Response:
    """Every invite to this server, the newest first. `url` is the link, while it lets people in;
    `state` is open, used, ended or revoked."""
    found, following = page_of(invites.all_invites(by=_me()), **page, id_of=lambda one: one.id)
    return listed([_shape(one) for one in found], following)


@api.route("", methods=["POST"])
@answers(said.Invite, 201, scope="admin")
@api.arguments(NewInvite)
def make(values: JSON) -> tuple[JSON, int]:
    """Make an invite: a link for `uses` people and `days` days, by which each makes an account
    with this role."""
    return _shape(invites.make(by=_me(), **values)), 201


@api.route("/<invite_id>", methods=["DELETE"])
@answers(scope="admin")
def revoke(invite_id: str) -> Response:
    """Take an invite back. It stays in the list."""
    invites.revoke(invite_id, by=_me())
    return Response(status=204)
