"""What the calls about a playlist's past take."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from playlist_app.playlists.past.snapshots import LONGEST_TEXT
from playlist_app.playlists.schemas import AnId


class TimelineOf(Schema):
    """A page of the time line, of one person's doing or everybody's."""

    limit = fields.Integer(load_default=50, validate=validate.Range(1, 200))
    cursor = fields.Integer(load_default=None, validate=validate.Range(1, 2**53))
    person = AnId(load_default=None)


class NewSnapshot(Schema):
    text = fields.String(load_default="", validate=validate.Length(max=LONGEST_TEXT))


class APage(Schema):
    limit = fields.Integer(load_default=50, validate=validate.Range(1, 200))
    cursor = fields.Integer(load_default=0, validate=validate.Range(0, 2**53))


class Block(Schema):
    """Whom to keep out; `undo`: what they have waiting and their votes go with them."""

    user = AnId(required=True)
    undo = fields.Boolean(load_default=False, truthy={True}, falsy={False})


class Undo(Schema):
    """A change by its id; or a person, to take all back that they did in the last minutes; or
    neither: one's own newest change."""

    change = AnId()
    person = AnId()
    minutes = fields.Integer(load_default=60, strict=True, validate=validate.Range(1, 60 * 24 * 30))

    @validates_schema
    def _one(self, data: dict[str, Any], **_: Any) -> None:
        if "change" in data and "person" in data:
            raise ValidationError("Name a change or a person.")
