"""What the calls about the library take."""

from __future__ import annotations

from marshmallow import EXCLUDE, Schema, validate
from webargs import fields

from playlist_app.library.models import Status
from playlist_app.library.renditions import Profile
from playlist_app.library.texts import LONGEST

_text = validate.Length(max=LONGEST)
_hash = validate.Regexp(r"[0-9a-f]{64}\Z", error="A SHA-256 is 64 digits from 0 to f.")


class ListTracks(Schema):
    search = fields.String(load_default="", validate=validate.Length(max=200))
    genre = fields.String(load_default="", validate=validate.Length(max=100))
    artist = fields.String(load_default="", validate=_text)
    album = fields.String(load_default="", validate=_text)
    status = fields.String(load_default="", validate=validate.OneOf(["", *Status]))
    near = fields.String(load_default="", validate=validate.Length(max=100))
    box = fields.String(load_default="", validate=validate.Length(max=200))
    ordering = fields.String(load_default="", validate=validate.Length(max=200))
    limit = fields.Integer(load_default=50, validate=validate.Range(1, 200))
    cursor = fields.String(load_default="", validate=validate.Length(max=2000))


class Location(Schema):
    """Where something was recorded: degrees of WGS 84, and how far off that may be."""

    latitude = fields.Float(required=True, validate=validate.Range(-90, 90))
    longitude = fields.Float(required=True, validate=validate.Range(-180, 180))
    accuracy_m = fields.Float(allow_none=True, load_default=None, validate=validate.Range(0, 10**7))


class TrackFields(Schema):
    """What can be said about a track."""

    title = fields.String(validate=_text)
    artist = fields.String(validate=_text)
    album = fields.String(validate=_text)
    genre = fields.String(validate=validate.Length(max=60))
    year = fields.Integer(allow_none=True, validate=validate.Range(0, 9999))
    artists = fields.List(fields.String(validate=_text), validate=validate.Length(max=20))
    album_artist = fields.String(validate=_text)
    disc = fields.Integer(allow_none=True, validate=validate.Range(0, 9999))
    track_number = fields.Integer(allow_none=True, validate=validate.Range(0, 9999))
    compilation = fields.Boolean()
    location = fields.Nested(Location, allow_none=True)


class TrackWithoutAudio(TrackFields):
    title = fields.String(required=True, validate=[_text, validate.Length(min=1)])
    duration_seconds = fields.Float(allow_none=True, validate=validate.Range(0, 10**6))


class TrackOfKnownAudio(TrackFields):
    sha256 = fields.String(required=True, validate=_hash)


class KnownAudio(Schema):
    sha256 = fields.DelimitedList(
        fields.String(validate=_hash), required=True, validate=validate.Length(1, 40)
    )


class ByUrl(Schema):
    url = fields.String(load_default="", validate=validate.Length(max=2000))


class NewUpload(Schema):
    """The metadata of an upload; what else a client of tus says is left aside."""

    class Meta:
        unknown = EXCLUDE

    filename = fields.String(load_default="")
    sha256 = fields.String(load_default=None, validate=_hash)
    modified = fields.Integer(load_default=None, validate=validate.Range(0, 2**53))


class WantedRendition(Schema):
    profile = fields.String(required=True, validate=validate.OneOf([p.value for p in Profile]))
