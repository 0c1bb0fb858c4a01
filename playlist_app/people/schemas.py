"""What the calls about people take."""

from __future__ import annotations

from marshmallow import Schema, fields, validate


class LogIn(Schema):
    username = fields.String(required=True, validate=validate.Length(max=200))
    password = fields.String(required=True, validate=validate.Length(max=1024), load_only=True)


class Me(Schema):
    name = fields.String(validate=validate.Length(min=1, max=60))
