"""The page "Your keys": by what a person gets in, and where they are in. Each section is a template
of its own, with its forms."""

from __future__ import annotations

import flask
from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user

from playlist_app.people import own_password, sessions
from playlist_app.people.models import User
from playlist_app.refusals import Refusal
from playlist_app.web import forgetting_files, say

pages = Blueprint("security", __name__, url_prefix="/you/security")


def _me() -> User:
    me: User = current_user._get_current_object()
    return me


@pages.get("")
def show() -> str:
    return page()


def page(*, refused: str = "", refusal: Refusal | None = None) -> str:
    """The whole page; `refused` is the section of which the form was refused."""
    return render_template(
        "people/security.html",
        sessions=sessions.sessions_of(_me()),
        refused=refused,
        refusal=refusal,
    )


@pages.post("/password")
def change_password() -> ResponseReturnValue:
    current, new = request.form.get("current", ""), request.form.get("password", "")
    keeps = "keep" in request.form
    try:
        ended = own_password.change(_me(), current, new, keep_others=keeps)
    except Refusal as refusal:
        return page(refused="password", refusal=refusal), refusal.status
    said = _("That is your password now.")
    if ended:
        said += " " + ngettext(
            "You were logged out on %(num)s other device.",
            "You were logged out on %(num)s other devices.",
            ended,
        )
    say(said)
    return redirect(url_for("security.show"), 303)


@pages.post("/sessions/<session_id>/end")
def end_session(session_id: str) -> ResponseReturnValue:
    if session_id == current_user.session_id:
        return _leave()
    sessions.end_one(_me(), session_id)
    say(_("That device is logged out."))
    return redirect(url_for("security.show"), 303)


@pages.post("/sessions/end")
def end_sessions() -> ResponseReturnValue:
    """Everywhere else, or everywhere."""
    if "here" in request.form:
        sessions.end_all(_me())
        return _leave()
    ended = sessions.end_all(_me(), but=current_user.session_id)
    say(ngettext("%(num)s log-in was ended.", "%(num)s log-ins were ended.", ended))
    return redirect(url_for("security.show"), 303)


def _leave() -> ResponseReturnValue:
    """This browser is logged out."""
    sessions.revoke(current_user.session_id)
    flask.session.clear()
    return forgetting_files(redirect(url_for("people.log_in"), 303))
