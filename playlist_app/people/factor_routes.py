"""The pages of second factors and passkeys: the second step of a log-in, and one's own on "Your
keys" (templates/people/_second_factor.html, _passkeys.html)."""

from __future__ import annotations

from typing import Any

import flask
import orjson
import segno
from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from playlist_app.people import passkeys, recovery, second_step, security, sessions, totp
from playlist_app.people.ceremonies import Over
from playlist_app.people.factors_api import here
from playlist_app.people.models import User
from playlist_app.people.passkeys import NotThatKey
from playlist_app.people.second_step import SecondStepNeeded
from playlist_app.refusals import Refusal
from playlist_app.web import forgetting_files, is_here, problem, public, say, wants_page

pages = Blueprint("factors", __name__)

IN_COOKIE = "second_step"  # the ticket, until the log-in is done
NEVER_KEPT = {"Cache-Control": "no-store"}


@pages.app_errorhandler(SecondStepNeeded)
def _to_second_step(refusal: SecondStepNeeded) -> ResponseReturnValue:
    """Whichever door it was that asked for the first: the second has a page of its own."""
    if not wants_page():
        return problem(refusal)
    if current_user.is_authenticated:
        # Whoever was here is not any more, which is also what the device takes it for.
        sessions.revoke(current_user.session_id)
    flask.session.clear()
    flask.session[IN_COOKIE] = refusal.ticket
    return redirect(url_for("factors.ask_second", next=_next()), 303)


@pages.get("/login/second")
@public
def ask_second() -> ResponseReturnValue:
    try:
        user = second_step.who(flask.session.get(IN_COOKIE, ""))
    except Over:
        return redirect(url_for("people.log_in", next=_next()))
    return _second_page(user)


@pages.post("/login/second")
@public
def show_second() -> ResponseReturnValue:
    ticket = flask.session.get(IN_COOKIE, "")
    try:
        if request.form.get("credential"):
            _user, token = second_step.by_passkey(ticket, _credential(), here())
        else:
            _user, token = second_step.by_code(ticket, request.form.get("code", ""))
    except Over as refusal:
        return _log_in_page(refusal)
    except Refusal as refusal:
        return _second_page(second_step.who(ticket), refusal=refusal), refusal.status
    return _logged_in(token)


def _second_page(user: User, *, refusal: Refusal | None = None) -> str:
    return render_template(
        "people/second_step.html",
        refusal=refusal,
        next=_next(),
        ticket=flask.session[IN_COOKIE],
        has_passkey=bool(passkeys.of(user)),
    )


@pages.post("/login/passkey")
@public
def log_in_by_passkey() -> ResponseReturnValue:
    """What a device signed, for the ticket that the script was given."""
    try:
        _user, token = second_step.log_in_with_passkey(
            request.form.get("ticket", ""), _credential(), here()
        )
    except (Over, NotThatKey) as refusal:
        return _log_in_page(refusal)
    return _logged_in(token)


def _log_in_page(refusal: Refusal) -> ResponseReturnValue:
    page = render_template("people/log_in.html", refusal=refusal, name="", next=_next())
    return page, refusal.status


def _logged_in(token: str) -> ResponseReturnValue:
    to = _next()
    if current_user.is_authenticated:
        sessions.revoke(current_user.session_id)  # its cookie is gone now, and nobody could end it
    sessions.keep_in_cookie(token)
    return forgetting_files(redirect(to, 303))


def _next() -> str:
    target = request.values.get("next", "")
    return target if is_here(target) else url_for("playlists.home")


def _credential() -> dict[str, Any]:
    """What the script put into the form. Raises NotThatKey."""
    try:
        found = orjson.loads(request.form.get("credential", ""))
    except orjson.JSONDecodeError:
        found = None
    if not isinstance(found, dict):
        raise NotThatKey("This is no answer of a passkey.")
    return found


# --- one's own ---------------------------------------------------------------------------------


@pages.app_template_global("my_factors")
def _my_factors() -> dict[str, Any]:
    """What the sections of the page "Your keys" show."""
    return {
        "app": totp.of(_me()),
        "codes_left": recovery.left(_me()),
        "passkeys": passkeys.of(_me()),
    }


@pages.post("/you/security/app")
def begin_app() -> ResponseReturnValue:
    try:
        totp.begin(_me(), request.form.get("password", ""))
    except Refusal as refusal:
        return security.page(refused="app", refusal=refusal), refusal.status
    return redirect(url_for("factors.show_app"), 303)


@pages.get("/you/security/app")
def show_app() -> ResponseReturnValue:
    """The square picture, for as long as it was not confirmed."""
    return _app_page()


@pages.post("/you/security/app/confirm")
def confirm_app() -> ResponseReturnValue:
    try:
        codes = totp.confirm_app(_me(), request.form.get("code", ""))
    except Refusal as refusal:
        return _app_page(refusal=refusal, status=refusal.status)
    return _codes_page(codes)


@pages.post("/you/security/app/remove")
def remove_app() -> ResponseReturnValue:
    try:
        totp.switch_off(_me(), request.form.get("password", ""))
    except Refusal as refusal:
        return security.page(refused="app", refusal=refusal), refusal.status
    say(_("From now on your password is enough."))
    return redirect(url_for("security.show"), 303)


@pages.post("/you/security/recovery-codes")
def renew_codes() -> ResponseReturnValue:
    try:
        codes = totp.new_recovery_codes(_me(), request.form.get("password", ""))
    except Refusal as refusal:
        return security.page(refused="app", refusal=refusal), refusal.status
    return _codes_page(codes)


@pages.post("/you/security/passkeys")
def add_passkey() -> ResponseReturnValue:
    form = request.form
    try:
        made = passkeys.add(
            _me(), form.get("ticket", ""), _credential(), form.get("name", ""), here()
        )
    except Refusal as refusal:
        return security.page(refused="passkeys", refusal=refusal), refusal.status
    say(_("“%(name)s” logs you in from now on.", name=made.name))
    return redirect(url_for("security.show"), 303)


@pages.post("/you/security/passkeys/<passkey_id>/remove")
def remove_passkey(passkey_id: str) -> ResponseReturnValue:
    try:
        passkeys.remove(_me(), passkey_id, request.form.get("password", ""))
    except Refusal as refusal:
        if refusal.status == 404:
            raise
        return security.page(refused="passkeys", refusal=refusal), refusal.status
    say(_("That passkey opens nothing here any more."))
    return redirect(url_for("security.show"), 303)


def _app_page(*, refusal: Refusal | None = None, status: int = 200) -> ResponseReturnValue:
    begun = totp.begun(_me())
    if not begun:
        return redirect(url_for("security.show"), 303)
    picture = segno.make(begun.uri(_me()), error="m").svg_data_uri(light="#fff", scale=4)
    page = render_template(
        "people/app.html", begun=begun, picture=picture, refusal=refusal, me=_me()
    )
    return page, status, NEVER_KEPT


def _codes_page(codes: list[str]) -> ResponseReturnValue:
    return render_template("people/recovery_codes.html", codes=codes), 200, NEVER_KEPT


def _me() -> User:
    me: User = current_user._get_current_object()
    return me
