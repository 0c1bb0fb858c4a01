"""The doors of one-time codes: to log in by one, and to choose a new password after one.

What they answer is the same whether there is somebody of that name or not.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user
from marshmallow import Schema, fields, validate

from playlist_app.described import answers
from playlist_app.people import answers as said
from playlist_app.people import entering, password_links, passwords, sent_codes, sessions
from playlist_app.people.idempotency import ApiBlueprint, steps_itself
from playlist_app.people.sent_codes import Purpose, WrongCode
from playlist_app.people.sessions import How
from playlist_app.refusals import Invalid, Refusal
from playlist_app.web import forgetting_files, is_here, public

JSON = dict[str, Any]

pages = Blueprint("codes", __name__)
api = ApiBlueprint("codes_api", __name__, url_prefix="/api/v1/users/codes")

# At the end of an address: what the code is for.
PURPOSES = {"log-in": Purpose.LOG_IN, "password": Purpose.PASSWORD}


def _purpose(kind: str) -> Purpose:
    return PURPOSES[kind]


@pages.get("/code/<any('log-in', password):kind>")
@public
def new(kind: str) -> str:
    return _ask_page(kind)


@pages.post("/code/<any('log-in', password):kind>")
@public
def ask(kind: str) -> ResponseReturnValue:
    name = request.form.get("username", "")
    try:
        code_id = sent_codes.ask(_purpose(kind), name)
    except Refusal as refusal:
        wait = {"Retry-After": str(refusal.retry_after)} if refusal.retry_after else {}
        return _ask_page(kind, name=name, refusal=refusal), refusal.status, wait
    there = url_for("codes.enter", kind=kind, code_id=code_id, next=_next())
    return redirect(there, 303)


def _ask_page(kind: str, *, name: str = "", refusal: Refusal | None = None) -> str:
    return render_template(
        "people/ask_code.html",
        kind=kind,
        forgot=_purpose(kind) is Purpose.PASSWORD,
        name=name,
        refusal=refusal,
        next=_next(),
    )


@pages.get("/code/<any('log-in', password):kind>/<code_id>")
@public
def enter(kind: str, code_id: str) -> str:
    return _enter_page(kind, code_id)


@pages.post("/code/<any('log-in', password):kind>/<code_id>")
@public
def use(kind: str, code_id: str) -> ResponseReturnValue:
    code = request.form.get("code", "")
    try:
        if _purpose(kind) is Purpose.PASSWORD:
            link = entering.password_link_for(code_id, code)
            return redirect(url_for("joining.new_password", code=link), 303)
        _user, token = entering.log_in_by_code(code_id, code)
    except WrongCode as refusal:
        return _enter_page(kind, code_id, refusal=refusal), refusal.status
    if current_user.is_authenticated:
        sessions.revoke(current_user.session_id)  # its cookie is gone now, and nobody could end it
    sessions.keep_in_cookie(token)
    return forgetting_files(redirect(_next() or url_for("playlists.home"), 303))


def _enter_page(kind: str, code_id: str, *, refusal: Refusal | None = None) -> str:
    return render_template(
        "people/enter_code.html", kind=kind, code_id=code_id, refusal=refusal, next=_next()
    )


def _next() -> str:
    """Where the person wanted to go, as long as it is a page of this app."""
    target = request.values.get("next", "")
    return target if is_here(target) else ""


# --- the API --------------------------------------------------------------------------------------


class NewCode(Schema):
    username = fields.String(required=True, validate=validate.Length(max=254))
    purpose = fields.String(
        load_default=Purpose.LOG_IN, validate=validate.OneOf([*PURPOSES.values()])
    )


class Digits(Schema):
    code = fields.String(required=True, validate=validate.Length(max=20), load_only=True)


class NewPasswordByCode(Digits):
    password = fields.String(required=True, validate=validate.Length(max=1024), load_only=True)


@api.route("", methods=["POST"])
@answers(said.CodeAsked, 202, refuses=(429,))
@public
@steps_itself
@api.arguments(NewCode)
def ask_for(values: JSON) -> tuple[JSON, int]:
    """Have a one-time code sent to somebody, by which they log in or choose a new password. The
    answer is the same whether there is somebody of that name or not; `id` takes the code."""
    return {"id": sent_codes.ask(Purpose(values["purpose"]), values["username"])}, 202


@api.route("/<code_id>/login", methods=["POST"])
@answers(said.LoggedIn, refuses=(401, 403, 429))
@public
@steps_itself
@api.arguments(Digits)
def log_in(values: JSON, code_id: str) -> JSON:
    """Log in by a one-time code; answers as a log-in by password does."""
    user, token = entering.log_in_by_code(code_id, values["code"])
    sessions.keep_in_cookie(token)
    return {"token": token, "user": user.as_user()}


@api.route("/<code_id>/password", methods=["POST"])
@answers(said.LoggedIn, refuses=(401, 403, 429))
@public
@steps_itself
@api.arguments(NewPasswordByCode)
def choose_password(values: JSON, code_id: str) -> JSON:
    """Choose a new password by a one-time code; all sessions end, and a new one begins."""
    if not len(values["password"]) >= passwords.SHORTEST:
        # Before the code is used up.
        raise Invalid.field("password", f"A password has at least {passwords.SHORTEST} characters.")
    user = password_links.use(
        entering.password_link_for(code_id, values["code"]), values["password"]
    )
    entering.ask_further(user, How.LINK)
    token = sessions.open_for(user, How.LINK)
    sessions.keep_in_cookie(token)
    return {"token": token, "user": user.as_user()}
