"""What the calls of offline devices take."""

from __future__ import annotations

from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from playlist_app.database import as_id
from playlist_app.library.formats import ASKED
from playlist_app.offline.devices import KINDS as KINDS_OF_DEVICE
from playlist_app.offline.devices import LONGEST_NAME, STATES
from playlist_app.offline.entries import Quality
from playlist_app.playlists.adding import FULL_AT
from playlist_app.playlists.models import LONGEST_DESCRIPTION, LONGEST_TITLE
from playlist_app.playlists.schemas import AnId, NewId, PlaylistFields
from playlist_app.playlists.thread.messages import LONGEST_TEXT as LONGEST_MESSAGE

# What each kind of operation needs, and what it may have besides.
KINDS: dict[str, tuple[set[str], set[str]]] = {
    "vote": ({"item", "direction"}, set()),
    "add": ({"track"}, {"after", "item"}),
    "remove": ({"item"}, set()),
    "move": ({"item"}, {"after", "before"}),
    "create": ({"title"}, {"description"}),  # `playlist` is the new one's id
    "update": ({"settings"}, set()),
    "message": ({"text"}, set()),  # its id is that of the message
}
ALWAYS = {"id", "kind", "at", "base_seq", "playlist"}


AN_ID = {"type": "string", "maxLength": 36}


class OneOrMore(fields.Field[Any]):
    """An id, or for a move a list of ids, nearest first."""

    takes = MappingProxyType({"anyOf": [AN_ID, {"type": "array", "items": AN_ID, "maxItems": 50}]})

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        ids = value if isinstance(value, list) else [value]
        if len(ids) > 50 or not all(isinstance(id_, str) and len(id_) <= 36 for id_ in ids):
            raise ValidationError("Takes an id, or a list of at most 50.")
        return value


class SomeSettings(PlaylistFields):
    """What of a playlist can be changed without network: all but who sees it."""

    class Meta:
        exclude = ("visibility",)

    @validates_schema
    def _something(self, data: dict[str, Any], **_: Any) -> None:
        if not data:
            raise ValidationError("Name what shall change.")


class AnOperation(Schema):
    """One change that a device asks for."""

    id = NewId(required=True)
    kind = fields.String(required=True, validate=validate.OneOf(list(KINDS)))
    at = fields.AwareDateTime()
    base_seq = fields.Integer(strict=True, allow_none=True)
    playlist = AnId(required=True)
    item = AnId()
    track = AnId()
    direction = fields.String(validate=validate.OneOf(["up", "down", "none"]))
    after = OneOrMore()
    before = OneOrMore()
    title = fields.String(validate=validate.Length(1, LONGEST_TITLE))
    description = fields.String(validate=validate.Length(max=LONGEST_DESCRIPTION))
    text = fields.String(validate=validate.Length(1, LONGEST_MESSAGE))
    settings = fields.Nested(SomeSettings, data_key="fields")  # `fields` is the schema's own

    @validates_schema
    def _as_its_kind_has_it(self, data: dict[str, Any], **_: Any) -> None:
        needed, possible = KINDS.get(data.get("kind", ""), (set(), set()))
        given = set(data) - ALWAYS
        missing, unknown = needed - given, given - needed - possible
        if missing or unknown:
            raise ValidationError(
                {self._called(name): ["Missing."] for name in missing}
                | {self._called(name): ["Not of this kind of operation."] for name in unknown}
            )
        if data.get("kind") == "create" and not as_id(data["playlist"]):
            raise ValidationError({"playlist": ["Takes a UUID."]})
        is_move = data.get("kind") == "move"
        for name in {"after", "before"} & given:
            if isinstance(data[name], list) != is_move:
                raise ValidationError({name: ["A list for a move, one id for an add."]})

    def _called(self, name: str) -> str:
        return self.fields[name].data_key or name


class Formats(fields.String):
    """What a device plays of what not all browsers do, by the names of `formats.ASKED`, with
    commas; other names say nothing."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        named = super()._deserialize(value, attr, data, **kwargs).split(",")
        return frozenset(ASKED.keys() & set(named))


class CopyOf(Schema):
    """In which quality a copy is wanted, what the device plays, and what it has of it already."""

    quality = fields.String(load_default=Quality.ORIGINAL, validate=validate.OneOf(list(Quality)))
    plays = Formats()
    since = fields.Integer(validate=validate.Range(0, 2**53))
    epoch = fields.String(validate=validate.Length(max=100))


class Sync(Schema):
    device = fields.String(required=True, validate=validate.Length(1, 100))
    person = AnId()  # whose they are, where the device knows
    operations = fields.List(
        fields.Nested(AnOperation), required=True, validate=validate.Length(max=200)
    )


# Moments that a device can mean: a clock that is far off says nothing.
BELIEVED = (datetime(2020, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC))
SIZE = validate.Range(0, 2**53)  # what JavaScript counts exactly


class Figures(Schema):
    """How much room a device has, and how often it had what was played. What it can't say, it
    leaves out."""

    used_bytes = fields.Integer(strict=True, validate=SIZE)
    budget_bytes = fields.Integer(strict=True, validate=SIZE)
    quota_bytes = fields.Integer(strict=True, validate=SIZE)
    persisted = fields.Boolean(truthy={True}, falsy={False})
    hits = fields.Integer(strict=True, validate=SIZE)
    misses = fields.Integer(strict=True, validate=SIZE)
    saved_bytes = fields.Integer(strict=True, validate=SIZE)
    worker = fields.Boolean(truthy={True}, falsy={False})


class ADevice(Schema):
    """A device, as it tells of itself."""

    name = fields.String(required=True, validate=validate.Length(1, LONGEST_NAME))
    kind = fields.String(required=True, validate=validate.OneOf(KINDS_OF_DEVICE))
    figures = fields.Nested(Figures, load_default=dict)


class ADeviceCopy(Schema):
    """What a device holds of a playlist."""

    quality = fields.String(required=True, validate=validate.OneOf(list(Quality)))
    state = fields.String(required=True, validate=validate.OneOf(STATES))
    tracks = fields.Integer(required=True, strict=True, validate=validate.Range(0, FULL_AT))
    tracks_safe = fields.Integer(required=True, strict=True, validate=validate.Range(0, FULL_AT))
    size_bytes = fields.Integer(required=True, strict=True, validate=SIZE)
    bytes_safe = fields.Integer(required=True, strict=True, validate=SIZE)
    seq = fields.Integer(required=True, strict=True, validate=SIZE)
    checked_at = fields.AwareDateTime(allow_none=True, validate=validate.Range(*BELIEVED))
    problem = fields.String(allow_none=True, validate=validate.Regexp(r"[a-z_]{1,40}\Z"))

    @validates_schema
    def _not_more_than_all(self, data: dict[str, Any], **_: Any) -> None:
        if data["tracks_safe"] > data["tracks"]:
            raise ValidationError({"tracks_safe": ["Not more than there are tracks."]})


class SomeStatuses(fields.String):
    """Which copies are wanted: `active`, `completed`, or both with a comma between."""

    takes = MappingProxyType({"pattern": "^(active|completed)(,(active|completed))*$"})

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        wanted = set(super()._deserialize(value, attr, data, **kwargs).split(","))
        if not wanted <= {"active", "completed"}:
            raise ValidationError("Takes active, completed, or both with a comma.")
        return wanted


class APage(Schema):
    limit = fields.Integer(load_default=50, validate=validate.Range(1, 200))
    cursor = fields.String(load_default="", validate=validate.Length(max=2000))


class Downloads(APage):
    status = SomeStatuses()
