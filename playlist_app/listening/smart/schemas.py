"""What the calls about smart playlists take; what rules may ask, `rules.py` checks by the rule."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from playlist_app.listening.smart.rules import LIMIT_AT_MOST, RULES_AT_MOST
from playlist_app.playlists.models import LONGEST_TITLE


class ARule(Schema):
    """`value` is a text, a number, two of them for between, or true or false."""

    field = fields.String(required=True, validate=validate.Length(max=40))
    operator = fields.String(required=True, validate=validate.Length(max=40))
    value = fields.Raw(required=True)


class RulesFields(Schema):
    match = fields.String(validate=validate.OneOf(["all", "any"]))
    rules = fields.List(fields.Nested(ARule), validate=validate.Length(max=RULES_AT_MOST))
    order = fields.String(validate=validate.Length(max=40))
    limit = fields.Integer(strict=True, validate=validate.Range(1, LIMIT_AT_MOST))


class ChangeSmart(RulesFields):
    title = fields.String(validate=validate.Length(1, LONGEST_TITLE))


class NewSmart(ChangeSmart):
    title = fields.String(required=True, validate=validate.Length(1, LONGEST_TITLE))


class Page(Schema):
    limit = fields.Integer(load_default=50, validate=validate.Range(1, 200))
    cursor = fields.Integer(load_default=0, validate=validate.Range(0, LIMIT_AT_MOST))
