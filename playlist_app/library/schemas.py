"""What the calls about the library take."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from playlist_app.library.texts import LONGEST

_text = validate.Length(max=LONGEST)


class ListTracks(Schema):
    search = fields.String(load_default="", validate=validate.Length(max=200))
    genre = fields.String(load_default="", validate=validate.Length(max=100))
    artist = fields.String(load_default="", validate=_text)
    ordering = fields.String(load_default="", validate=validate.Length(max=200))
    limit = fields.Integer(load_default=50, validate=validate.Range(1, 200))
    cursor = fields.String(load_default="", validate=validate.Length(max=2000))


class TrackFields(Schema):
    """What can be said about a track."""

    title = fields.String(validate=_text)
    artist = fields.String(validate=_text)
    album = fields.String(validate=_text)
    genre = fields.String(validate=validate.Length(max=60))
    year = fields.Integer(allow_none=True, validate=validate.Range(0, 9999))


class TrackWithoutAudio(TrackFields):
    title = fields.String(required=True, validate=[_text, validate.Length(min=1)])
    duration_seconds = fields.Float(allow_none=True, validate=validate.Range(0, 10**6))
