"""What the calls about listening take."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from playlist_app.listening.statistics import OFFSET_AT_MOST, RANGES
from playlist_app.playlists.schemas import AnId, NewId

_device = validate.Length(1, 100)
DAY = 86_400.0  # seconds; more was not heard in one go


class AListen(Schema):
    """A track that was heard; sent again with more seconds, it grows."""

    id = NewId(required=True)
    track = AnId(required=True)
    at = fields.AwareDateTime(required=True)
    seconds = fields.Float(required=True, validate=validate.Range(0, DAY))
    finished = fields.Boolean(load_default=False, truthy={True}, falsy={False})
    playlist = AnId(allow_none=True)


class Listens(Schema):
    device = fields.String(required=True, validate=_device)
    items = fields.List(fields.Nested(AListen), required=True, validate=validate.Length(max=200))


class ListListens(Schema):
    limit = fields.Integer(load_default=50, validate=validate.Range(1, 200))
    cursor = fields.String(load_default="", validate=validate.Length(max=200))


class APlace(Schema):
    """Where a player is. `age`: seconds since it was so."""

    device = fields.String(required=True, validate=_device)
    name = fields.String(load_default="", validate=validate.Length(max=60))
    track = AnId(required=True, allow_none=True)
    second = fields.Float(load_default=0.0, validate=validate.Range(0, 10**6))
    queue = fields.List(AnId(), load_default=list, validate=validate.Length(max=1000))
    playlist = AnId(load_default=None, allow_none=True)
    age = fields.Float(load_default=0.0, validate=validate.Range(0, 10**7))


class AskStatistics(Schema):
    """`offset`: how far the reader's clock is from UTC, in minutes; east is positive."""

    range = fields.String(load_default="month", validate=validate.OneOf(list(RANGES)))
    offset = fields.Integer(
        load_default=0, validate=validate.Range(-OFFSET_AT_MOST, OFFSET_AT_MOST)
    )
