"""The page "Your keys": by what a person gets in, and where they are in. Each section is a template
of its own, with its forms."""

from __future__ import annotations

import flask
from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext, ngettext
from flask_login import current_user

from playlist_app.people import api_tokens, contact, own_password, sessions
from playlist_app.people.api_tokens import Scope
from playlist_app.people.models import User
from playlist_app.people.sent_codes import Purpose
from playlist_app.refusals import Refusal
from playlist_app.web import forgetting_files, say

pages = Blueprint("security", __name__, url_prefix="/you/security")


# What a token is good for, and for how many days, as the page offers it.
REACHES = {
    Scope.READ: lazy_gettext("Look and listen"),
    Scope.VOTE: lazy_gettext("Look, listen and vote"),
    Scope.EDIT: lazy_gettext("Look, vote and edit"),
    Scope.ADMIN: lazy_gettext("Everything, the administration too"),
}
ENDS = {
    "30": lazy_gettext("30 days"),
    "90": lazy_gettext("90 days"),
    "365": lazy_gettext("a year"),
    "": lazy_gettext("until I revoke it"),
}


def _me() -> User:
    me: User = current_user._get_current_object()
    return me


@pages.get("")
def show() -> str:
    return page()


def page(
    *, refused: str = "", refusal: Refusal | None = None, token: str = "", confirm: str = ""
) -> str:
    """The whole page; `refused` is the section of which the form was refused, `token` one that was
    just made, `confirm` the id of a code that was sent to a new address."""
    return render_template(
        "people/security.html",
        sessions=sessions.sessions_of(_me()),
        tokens=api_tokens.tokens_of(_me()),
        token=token,
        reaches=REACHES,
        ends=ENDS,
        confirm=confirm or request.args.get("confirm", "")[:40],
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


@pages.post("/contact")
def offer_contact() -> ResponseReturnValue:
    """A code goes to the address; the page then asks for it."""
    form = request.form
    email, phone = form.get("email", ""), form.get("phone", "")
    try:
        code_id = contact.offer(_me(), form.get("current", ""), email=email, phone=phone)
    except Refusal as refusal:
        return page(refused="contact", refusal=refusal), refusal.status
    return redirect(url_for("security.show", confirm=code_id, _anchor="contact-head"), 303)


@pages.post("/contact/<code_id>")
def confirm_contact(code_id: str) -> ResponseReturnValue:
    try:
        contact.confirm(_me(), code_id, request.form.get("code", ""))
    except Refusal as refusal:
        return page(refused="contact", refusal=refusal, confirm=code_id), refusal.status
    say(_("You can be reached there now."))
    return redirect(url_for("security.show"), 303)


@pages.post("/contact/forget")
def forget_contact() -> ResponseReturnValue:
    purpose = Purpose.EMAIL if "email" in request.form else Purpose.PHONE
    contact.forget(_me(), purpose)
    say(_("Forgotten."))
    return redirect(url_for("security.show"), 303)


@pages.post("/tokens")
def make_token() -> ResponseReturnValue:
    """The token stands on the answer, and nowhere else."""
    form = request.form
    days = form.get("days", "")
    try:
        _made, token = api_tokens.make(
            _me(),
            name=form.get("name", ""),
            scopes=[form.get("scope", "")],
            days=int(days) if days.isdecimal() and len(days) < 6 else None,
        )
    except Refusal as refusal:
        return page(refused="tokens", refusal=refusal), refusal.status
    return page(token=token), {"Cache-Control": "no-store"}


@pages.post("/tokens/<token_id>/revoke")
def revoke_token(token_id: str) -> ResponseReturnValue:
    api_tokens.revoke(_me(), token_id)
    say(_("That token is good for nothing any more."))
    return redirect(url_for("security.show"), 303)


def _leave() -> ResponseReturnValue:
    """This browser is logged out."""
    sessions.revoke(current_user.session_id)
    flask.session.clear()
    return forgetting_files(redirect(url_for("people.log_in"), 303))
