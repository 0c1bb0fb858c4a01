"""What the calls about people take."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from playlist_app.people.finding import STATES
from playlist_app.people.models import Role


class LogIn(Schema):
    username = fields.String(required=True, validate=validate.Length(max=200))
    password = fields.String(required=True, validate=validate.Length(max=1024), load_only=True)


class Registration(Schema):
    username = fields.String(required=True, validate=validate.Length(max=200))
    password = fields.String(required=True, validate=validate.Length(max=1024), load_only=True)
    name = fields.String(load_default="", validate=validate.Length(max=60))
    invite = fields.String(load_default="", validate=validate.Length(max=200))


class Me(Schema):
    name = fields.String(validate=validate.Length(min=1, max=60))


class PeopleQuery(Schema):
    search = fields.String(load_default="", validate=validate.Length(max=200))
    role = fields.String(load_default="", validate=validate.OneOf([*Role]))
    state = fields.String(load_default="", validate=validate.OneOf(STATES))
    limit = fields.Integer(load_default=50, validate=validate.Range(1, 200))
    cursor = fields.String(load_default="", validate=validate.Length(max=200))


class Account(Schema):
    roles = fields.List(fields.String(validate=validate.OneOf([*Role])))
    is_active = fields.Boolean()
