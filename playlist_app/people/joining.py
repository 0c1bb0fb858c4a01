"""The doors of those who have a link: an invite, or one to choose a new password by."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from playlist_app.people import (
    entering,
    invites,
    letting_in,
    password_links,
    registration,
    sessions,
)
from playlist_app.people.limits import TooMany
from playlist_app.people.models import User
from playlist_app.people.sessions import How
from playlist_app.refusals import Conflict, Invalid, Refusal
from playlist_app.web import forgetting_files, public, say

pages = Blueprint("joining", __name__)


@pages.get("/welcome/<code>")
@public
def welcome(code: str) -> ResponseReturnValue:
    """Who has an invite makes an account; who has one already is told so, and uses nothing up."""
    invites.find(code)
    return _welcome_page(code)


@pages.post("/welcome/<code>")
@public
def join(code: str) -> ResponseReturnValue:
    if current_user.is_authenticated:
        # The same form, sent a second time, or by who logged in in another tab meanwhile.
        return redirect(url_for("playlists.home"), 303)
    name, password = request.form.get("username", ""), request.form.get("password", "")
    try:
        user = registration.register(name, password, invite=code)
    except (Invalid, Conflict) as refusal:
        return _welcome_page(code, name=name, refusal=refusal), refusal.status
    return _logged_in(user, How.INVITE, _("Welcome, %(name)s.", name=user.name))


@pages.get("/register")
@public
def new_account() -> ResponseReturnValue:
    """Make an account, where everybody may; else it says what it takes."""
    if current_user.is_authenticated:
        return redirect(url_for("playlists.home"))
    return _register_page()


@pages.post("/register")
@public
def make_account() -> ResponseReturnValue:
    if current_user.is_authenticated:
        # The same form, sent a second time, or by who logged in in another tab meanwhile.
        return redirect(url_for("playlists.home"), 303)
    name, password = request.form.get("username", ""), request.form.get("password", "")
    try:
        user = registration.register(name, password)
    except (Invalid, Conflict, TooMany) as refusal:
        return _register_page(name=name, refusal=refusal), refusal.status
    return _logged_in(user, How.REGISTERED, _("Welcome, %(name)s.", name=user.name))


def _register_page(*, name: str = "", refusal: Refusal | None = None) -> str:
    return render_template(
        "people/register.html", name=name, refusal=refusal, policy=letting_in.policy()
    )


@pages.app_template_global("takes_anybody")
def takes_anybody() -> bool:
    """Whether everybody who finds this server may make an account."""
    return letting_in.policy() is letting_in.Policy.OPEN


def _welcome_page(code: str, *, name: str = "", refusal: Refusal | None = None) -> str:
    return render_template("people/welcome.html", code=code, name=name, refusal=refusal)


@pages.get("/new-password/<code>")
@public
def new_password(code: str) -> ResponseReturnValue:
    """Who was sent a link by an admin chooses a new password."""
    return _password_page(code)


@pages.post("/new-password/<code>")
@public
def choose_password(code: str) -> ResponseReturnValue:
    try:
        user = password_links.use(code, request.form.get("password", ""))
    except Invalid as refusal:
        return _password_page(code, refusal=refusal), refusal.status
    return _logged_in(
        user, How.LINK, _("That is your password now. Everywhere else you are logged out.")
    )


def _password_page(code: str, *, refusal: Refusal | None = None) -> str:
    person = password_links.person_of(code)
    return render_template("people/new_password.html", code=code, person=person, refusal=refusal)


def _logged_in(user: User, how: How, says: str) -> ResponseReturnValue:
    entering.ask_further(user, how)  # a new password is no way round the second step
    if current_user.is_authenticated:
        sessions.revoke(current_user.session_id)  # its cookie is gone now, and nobody could end it
    sessions.keep_in_cookie(sessions.open_for(user, how))
    say(says)  # only now: the cookie kept nothing of before
    return forgetting_files(redirect(url_for("playlists.home"), 303))
