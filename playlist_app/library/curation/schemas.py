"""What the calls of curation take."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from playlist_app.library.curation.changes import AT_ONCE
from playlist_app.library.curation.lrc import MOST
from playlist_app.library.curation.review import LONGEST_REASON, Decision
from playlist_app.library.description import LONGEST_GENRE
from playlist_app.library.schemas import TrackFields
from playlist_app.library.tags import LONGEST_LYRICS


class Several(Schema):
    """Tracks, by their ids."""

    ids = fields.List(
        fields.String(validate=validate.Length(max=100)),
        required=True,
        validate=validate.Length(1, AT_ONCE),
    )


class EditSeveral(Several):
    fields_ = fields.Nested(TrackFields, required=True, data_key="fields", attribute="fields")


class LyricsLine(Schema):
    at = fields.Float(allow_none=True, load_default=None, validate=validate.Range(0, 10**6))
    text = fields.String(required=True, validate=validate.Length(max=1000))


class LyricsText(Schema):
    """A text, plain or LRC; or lines, each with the second at which it begins."""

    text = fields.String(validate=validate.Length(max=LONGEST_LYRICS))
    lines = fields.List(fields.Nested(LyricsLine), validate=validate.Length(max=MOST))
    # What GET answers can be sent back as it is.
    synced = fields.Boolean()

    @validates_schema
    def says_something(self, data: dict[str, Any], **_: Any) -> None:
        if "text" not in data and "lines" not in data:
            raise ValidationError("Send the text, or lines.", "text")


class Review(Schema):
    decision = fields.Enum(Decision, by_value=True, required=True)
    reason = fields.String(load_default="", validate=validate.Length(max=LONGEST_REASON))


class GenreName(Schema):
    name = fields.String(required=True, validate=validate.Length(max=LONGEST_GENRE))
