"""The API of second factors and passkeys: one's own, and the second step of a log-in.

What is told once (secrets, recovery codes, tokens) is never kept to be answered again.
"""

from __future__ import annotations

from typing import Any

from flask import Response, request
from flask_login import current_user
from marshmallow import Schema, fields, validate

from playlist_app.described import answers, takes
from playlist_app.people import answers as said
from playlist_app.people import passkeys, recovery, second_step, sessions, totp
from playlist_app.people.idempotency import ApiBlueprint, steps_itself
from playlist_app.people.models import User
from playlist_app.people.passkeys import Here
from playlist_app.refusals import Invalid
from playlist_app.web import public

JSON = dict[str, Any]

api = ApiBlueprint("factors_api", __name__, url_prefix="/api/v1/users")


class Confirmed(Schema):
    password = fields.String(required=True, validate=validate.Length(max=1024), load_only=True)


class Code(Schema):
    code = fields.String(required=True, validate=validate.Length(max=40))


class NewPasskey(Schema):
    ticket = fields.String(required=True, validate=validate.Length(max=100))
    credential = fields.Dict(keys=fields.String(), required=True)
    name = fields.String(load_default="", validate=validate.Length(max=passkeys.LONGEST_NAME))


class Ticket(Schema):
    ticket = fields.String(required=True, validate=validate.Length(max=100))


class SecondStep(Ticket):
    code = fields.String(validate=validate.Length(max=40))
    credential = fields.Dict(keys=fields.String())


class ByPasskey(Ticket):
    credential = fields.Dict(keys=fields.String(), required=True)


def here() -> Here:
    """Where the browser that asks is."""
    return Here.of(request.host_url)


def _me() -> User:
    me: User = current_user._get_current_object()
    return me


@api.route("/me/factors", methods=["GET"])
@answers(said.Factors)
def index() -> JSON:
    """What is asked for besides one's password, and one's passkeys."""
    app = totp.of(_me())
    return {
        "totp": {"is_on": app is not None, "recovery_codes_left": recovery.left(_me())},
        "passkeys": [one.shape() for one in passkeys.of(_me())],
    }


@api.route("/me/factors/totp", methods=["POST"])
@answers(said.NewSecret, 201)
@steps_itself
@api.arguments(Confirmed)
def begin_totp(values: JSON) -> tuple[JSON, int]:
    """A secret for an app that makes codes; `uri` is what a square picture for it holds. No code is
    asked for before one was confirmed."""
    begun = totp.begin(_me(), values["password"])
    return {"secret": begun.secret, "uri": begun.uri(_me())}, 201


@api.route("/me/factors/totp/confirm", methods=["POST"])
@answers(said.RecoveryCodes)
@steps_itself
@api.arguments(Code)
def confirm_totp(values: JSON) -> JSON:
    """Show that the app makes the right codes: from now on one is asked for after the password. The
    recovery codes are told this once."""
    return {"recovery_codes": totp.confirm_app(_me(), values["code"])}


@api.route("/me/factors/totp/remove", methods=["POST"])
@answers()
@steps_itself
@api.arguments(Confirmed)
def remove_totp(values: JSON) -> Response:
    """Ask for no code any more."""
    totp.switch_off(_me(), values["password"])
    return Response(status=204)


@api.route("/me/factors/recovery-codes", methods=["POST"])
@answers(said.RecoveryCodes, 201)
@steps_itself
@api.arguments(Confirmed)
def renew_recovery_codes(values: JSON) -> tuple[JSON, int]:
    """New recovery codes; those that there were are void."""
    return {"recovery_codes": totp.new_recovery_codes(_me(), values["password"])}, 201


@api.route("/me/factors/passkeys/options", methods=["POST"])
@answers(said.Offered)
@steps_itself
@api.arguments(Confirmed)
def offer_passkey(values: JSON) -> JSON:
    """Begin to add a passkey: `options` are those of `navigator.credentials.create`, in which bytes
    are base64url."""
    ticket, options = passkeys.offer(_me(), values["password"], here())
    return {"ticket": ticket, "options": options}


@api.route("/me/factors/passkeys", methods=["POST"])
@answers(said.Passkey, 201)
@steps_itself
@api.arguments(NewPasskey)
def add_passkey(values: JSON) -> tuple[JSON, int]:
    """Add what the device made."""
    made = passkeys.add(_me(), values["ticket"], values["credential"], values["name"], here())
    return made.shape(), 201


@api.route("/me/factors/passkeys/<passkey_id>/remove", methods=["POST"])
@answers()
@steps_itself
@api.arguments(Confirmed)
def remove_passkey(values: JSON, passkey_id: str) -> Response:
    """Take a passkey away."""
    passkeys.remove(_me(), passkey_id, values["password"])
    return Response(status=204)


@api.route("/login/second", methods=["POST"])
@answers(said.LoggedIn, refuses=(401, 404, 409))
@public
@steps_itself
@api.arguments(SecondStep)
def log_in_second(values: JSON) -> JSON:
    """The second step: a `code` (of the app, or a recovery code), or the `credential` of a passkey,
    with the `ticket` of the answer to the first."""
    if ("code" in values) == ("credential" in values):
        raise Invalid.field("code", "Send a code, or the credential of a passkey.")
    if "code" in values:
        user, token = second_step.by_code(values["ticket"], values["code"])
    else:
        user, token = second_step.by_passkey(values["ticket"], values["credential"], here())
    sessions.keep_in_cookie(token)
    return {"token": token, "user": user.as_user()}


@api.route("/login/second/options", methods=["POST"])
@answers(said.Options, refuses=(401,))
@public
@steps_itself
@api.arguments(Ticket)
def second_options(values: JSON) -> JSON:
    """`options` are those of `navigator.credentials.get`, for a passkey in place of the code."""
    return {"options": second_step.passkey_options(values["ticket"], here())}


@api.route("/login/passkey/options", methods=["POST"])
@answers(said.Offered)
@takes({"application/json": {"description": "Anything: that it is JSON is what counts."}})
@public
@steps_itself
def passkey_options() -> JSON:
    """Begin to log in by a passkey alone."""
    ticket, options = second_step.begin_with_passkey(here())
    return {"ticket": ticket, "options": options}


@api.route("/login/passkey", methods=["POST"])
@answers(said.LoggedIn, refuses=(401,))
@public
@steps_itself
@api.arguments(ByPasskey)
def log_in_by_passkey(values: JSON) -> JSON:
    """Log in by a passkey alone."""
    user, token = second_step.log_in_with_passkey(values["ticket"], values["credential"], here())
    sessions.keep_in_cookie(token)
    return {"token": token, "user": user.as_user()}
