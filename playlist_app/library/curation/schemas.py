"""What the calls of curation take."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from playlist_app.library.curation.changes import AT_ONCE
from playlist_app.library.description import LONGEST_GENRE
from playlist_app.library.schemas import TrackFields


class Several(Schema):
    """Tracks, by their ids."""

    ids = fields.List(
        fields.String(validate=validate.Length(max=100)),
        required=True,
        validate=validate.Length(1, AT_ONCE),
    )


class EditSeveral(Several):
    fields_ = fields.Nested(TrackFields, required=True, data_key="fields", attribute="fields")


class GenreName(Schema):
    name = fields.String(required=True, validate=validate.Length(max=LONGEST_GENRE))
