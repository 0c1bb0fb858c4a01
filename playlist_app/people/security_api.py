"""The API of a person's own keys: their password, and where they are logged in."""

from __future__ import annotations

from typing import Any

from flask import Response
from flask_login import current_user
from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from playlist_app.described import answers, one_of
from playlist_app.people import answers as said
from playlist_app.people import api_tokens, contact, own_password, sessions
from playlist_app.people.api_tokens import Scope
from playlist_app.people.idempotency import ApiBlueprint, steps_itself
from playlist_app.people.models import User

JSON = dict[str, Any]

api = ApiBlueprint("security_api", __name__, url_prefix="/api/v1/users/me")


class NewPassword(Schema):
    current_password = fields.String(required=True, validate=validate.Length(max=1024))
    password = fields.String(required=True, validate=validate.Length(max=1024))
    keep_sessions = fields.Boolean(load_default=False)


class NewContact(Schema):
    takes = one_of("email", "phone")

    current_password = fields.String(required=True, validate=validate.Length(max=1024))
    email = fields.String(validate=validate.Length(min=1, max=254))
    phone = fields.String(validate=validate.Length(min=1, max=40))

    @validates_schema
    def _one_of_them(self, values: JSON, **_: Any) -> None:
        if ("email" in values) == ("phone" in values):
            raise ValidationError("Send an e-mail address or a phone number.", "email")


class ContactCode(Schema):
    code = fields.String(required=True, validate=validate.Length(max=20))


class NewToken(Schema):
    name = fields.String(required=True, validate=validate.Length(max=60))
    scopes = fields.List(
        fields.String(validate=validate.OneOf([*Scope])),
        required=True,
        validate=validate.Length(min=1, max=len(Scope)),
    )
    days = fields.Integer(load_default=None, allow_none=True, strict=True)


def _me() -> User:
    me: User = current_user._get_current_object()
    return me


@api.route("/password", methods=["POST"])
@answers(said.ChangedPassword)
@steps_itself
@api.arguments(NewPassword)
def change_password(values: JSON) -> JSON:
    """Choose a new password. All other sessions end, unless `keep_sessions` says otherwise;
    `sessions_ended` is how many that were."""
    ended = own_password.change(
        _me(),
        values["current_password"],
        values["password"],
        keep_others=values["keep_sessions"],
    )
    return {"sessions_ended": ended}


@api.route("/contact", methods=["POST"])
@answers(said.CodeAsked, 202, refuses=(429,))
@steps_itself
@api.arguments(NewContact)
def offer_contact(values: JSON) -> tuple[JSON, int]:
    """Have a code sent to a new e-mail address or phone number; `id` takes the code."""
    current = values.pop("current_password")
    return {"id": contact.offer(_me(), current, **values)}, 202


@api.route("/contact/<code_id>", methods=["POST"])
@answers(said.User, refuses=(429,))
@steps_itself
@api.arguments(ContactCode)
def confirm_contact(values: JSON, code_id: str) -> JSON:
    """Take the address to which the code was sent; answers oneself."""
    return contact.confirm(_me(), code_id, values["code"]).as_user()


@api.route("/sessions", methods=["GET"])
@answers(said.Sessions)
def index() -> JSON:
    """Where one is logged in, what was used last first; `is_current` is the session that asks."""
    mine = [
        one.shape() | {"device": one.device, "is_current": one.id == current_user.session_id}
        for one in sessions.sessions_of(_me())
    ]
    return {"items": mine, "next_cursor": None}


@api.route("/sessions", methods=["DELETE"])
@answers()
@steps_itself
def end_all() -> Response:
    """Log out everywhere, here as well."""
    sessions.end_all(_me())
    return Response(status=204)


@api.route("/sessions/<session_id>", methods=["DELETE"])
@answers()
@steps_itself
def end(session_id: str) -> Response:
    """End one session. Its open sockets close, and its next request is refused."""
    sessions.end_one(_me(), session_id)
    return Response(status=204)


@api.route("/tokens", methods=["GET"])
@answers(said.Tokens)
def tokens() -> JSON:
    """One's API tokens, the newest first. What they are is not known any more."""
    return {"items": [one.shape() for one in api_tokens.tokens_of(_me())], "next_cursor": None}


@api.route("/tokens", methods=["POST"])
@answers(said.NewToken, 201, refuses=(409,))
@steps_itself
@api.arguments(NewToken)
def make_token(values: JSON) -> tuple[JSON, int, dict[str, str]]:
    """Make an API token, good for `days`, or until it is revoked. `scopes` are some of read, vote,
    edit and admin, each of which holds those before it. `token` is told this once."""
    made, token = api_tokens.make(_me(), **values)
    return made.shape() | {"token": token}, 201, {"Cache-Control": "no-store"}


@api.route("/tokens/<token_id>", methods=["DELETE"])
@answers()
@steps_itself
def revoke_token(token_id: str) -> Response:
    """Revoke a token. What it has open closes, and its next call is refused."""
    api_tokens.revoke(_me(), token_id)
    return Response(status=204)
