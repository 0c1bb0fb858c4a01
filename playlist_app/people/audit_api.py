"""The API of the audit, for admins."""

from __future__ import annotations

from typing import Any

from flask_login import current_user
from marshmallow import Schema, fields, validate

from playlist_app.described import answers
from playlist_app.people import answers as said
from playlist_app.people import audit
from playlist_app.people.idempotency import ApiBlueprint
from playlist_app.people.models import User

api = ApiBlueprint("audit_api", __name__, url_prefix="/api/v1/audit")


class AuditQuery(Schema):
    actor = fields.String(load_default="", validate=validate.Length(max=60))
    action = fields.String(load_default="", validate=validate.Length(max=40))
    subject = fields.String(load_default="", validate=validate.Length(max=200))
    since = fields.AwareDateTime()
    until = fields.AwareDateTime()
    limit = fields.Integer(load_default=50, validate=validate.Range(1, 200))
    cursor = fields.Integer(validate=validate.Range(min=0, max=2**62))


def _me() -> User:
    me: User = current_user._get_current_object()
    return me


@api.route("", methods=["GET"])
@answers(said.Notes, scope="admin")
@api.arguments(AuditQuery, location="query")
def index(query: dict[str, Any]) -> dict[str, Any]:
    """What was done with accounts and the server, the newest first. `actor` is a part of a name;
    `since` and `until` (not with it) are moments with their zone."""
    found, following = audit.notes(by=_me(), before=query.pop("cursor", None), **query)
    return {
        "items": [note.as_json() for note in found],
        "next_cursor": None if following is None else str(following),
    }
