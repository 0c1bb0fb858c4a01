"""What the calls about imports take."""

from __future__ import annotations

from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from playlist_app.described import one_of
from playlist_app.imports.addresses import LONGEST
from playlist_app.imports.states import Quality, State

_id = validate.Length(max=36)
_url = validate.Length(min=1, max=LONGEST)


class NewLook(Schema):
    url = fields.String(required=True, validate=_url)


class NewImport(Schema):
    """An address, or the id of a look that is completed, with some of its entries."""

    takes = one_of("url", "look")

    url = fields.String(validate=_url)
    look = fields.String(validate=_id)
    entries = fields.List(fields.String(validate=validate.Length(max=500)), allow_none=True)
    playlist_id = fields.String(allow_none=True, load_default=None, validate=_id)
    quality = fields.String(load_default=Quality.BEST, validate=validate.OneOf([*Quality]))

    @validates_schema
    def _one_of(self, data: dict[str, Any], **_: Any) -> None:
        if ("url" in data) == ("look" in data):
            raise ValidationError("Give an address, or the look at one.", "url")
        if data.get("entries") is not None and "look" not in data:
            raise ValidationError("Entries are those of a look: name it too.", "entries")


class ListImports(Schema):
    status = fields.String(load_default="")
    batch = fields.String(load_default="", validate=_id)
    limit = fields.Integer(load_default=50, validate=validate.Range(1, 200))
    cursor = fields.String(load_default="", validate=_id)

    @validates_schema
    def _states(self, data: dict[str, Any], **_: Any) -> None:
        unknown = {name for name in data["status"].split(",") if name} - {*State}
        if unknown:
            raise ValidationError(f"A status is one of {', '.join(State)}.", "status")


class RetryFailed(Schema):
    batch = fields.String(load_default=None, allow_none=True, validate=_id)
