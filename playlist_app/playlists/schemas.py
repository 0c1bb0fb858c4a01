"""What the calls about playlists take."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from playlist_app.database import as_id
from playlist_app.described import one_of
from playlist_app.playlists.models import LONGEST_DESCRIPTION, LONGEST_TITLE
from playlist_app.playlists.order import OrderMode
from playlist_app.playlists.roles import GIVEN, Visibility


class AnId(fields.String):
    """An id as clients send it. One that is no UUID is some other thing's: it finds nothing."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text: str = super()._deserialize(value, attr, data, **kwargs)
        return as_id(text) or text


class NewId(fields.String):
    """An id that a client chose."""

    takes = MappingProxyType({"format": "uuid"})  # for the reference

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text: str = super()._deserialize(value, attr, data, **kwargs)
        canonical = as_id(text)
        if not canonical:
            raise ValidationError("Takes a UUID.")
        return canonical


class PlaylistFields(Schema):
    title = fields.String(validate=validate.Length(1, LONGEST_TITLE))
    description = fields.String(validate=validate.Length(max=LONGEST_DESCRIPTION))
    visibility = fields.String(validate=validate.OneOf(list(Visibility)))
    order_mode = fields.String(validate=validate.OneOf(list(OrderMode)))
    consume = fields.Boolean(truthy={True}, falsy={False})


class ExportAs(Schema):
    format = fields.String(
        load_default="zip", validate=validate.OneOf(["zip", "m3u8", "xspf", "jspf"])
    )


class ImportedTitle(Schema):
    """What to call it; else as the file says."""

    title = fields.String(load_default="", validate=validate.Length(max=LONGEST_TITLE))


class NewPlaylist(PlaylistFields):
    title = fields.String(required=True, validate=validate.Length(1, LONGEST_TITLE))


class AddItem(Schema):
    track_id = AnId(required=True)
    after = AnId(allow_none=True)


class ChangeItem(Schema):
    """Where to put an item, or that it shall play: exactly one of these."""

    takes = one_of("after", "before", "index", "is_playing")

    after = AnId(allow_none=True)
    before = AnId()
    index = fields.Integer(strict=True, validate=validate.Range(min=0))
    is_playing = fields.Boolean(truthy={True}, falsy=set(), validate=validate.Equal(True))

    @validates_schema
    def _one(self, data: dict[str, Any], **_: Any) -> None:
        if len(data) != 1:
            raise ValidationError("Send one of after, before, index, is_playing.")


class CastVote(Schema):
    direction = fields.String(required=True, validate=validate.OneOf(["up", "down", "none"]))


class Since(Schema):
    since = fields.Integer(load_default=0, validate=validate.Range(min=0))


class Seek(Schema):
    position_ms = fields.Integer(required=True, strict=True)


class Next(Schema):
    # `from` is a word of Python.
    ended = AnId(data_key="from", required=True, allow_none=True)


class Speaker(Schema):
    device = fields.String(required=True, allow_none=True, validate=validate.Length(1, 100))
    name = fields.String(load_default="", validate=validate.Length(max=60))


class NewMember(Schema):
    username = fields.String(required=True, validate=validate.Length(1, 200))
    role = fields.String(load_default="editor", validate=validate.OneOf(list(GIVEN)))


class ChangeMember(Schema):
    role = fields.String(required=True, validate=validate.OneOf(list(GIVEN)))
