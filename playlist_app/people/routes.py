"""The pages about people: the first admin, logging in and out, oneself."""

from __future__ import annotations

import flask
from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import current_user

from playlist_app.config import settings
from playlist_app.people import entering, first_admin, sessions
from playlist_app.people.entering import WrongLogIn
from playlist_app.people.limits import TooMany
from playlist_app.people.sessions import How
from playlist_app.refusals import Conflict, Invalid, Refusal
from playlist_app.web import forgetting_files, is_here, public, say

pages = Blueprint("people", __name__)


@pages.get("/login")
@public
def log_in() -> ResponseReturnValue:
    if current_user.is_authenticated:
        return redirect(_next())
    return render_template("people/log_in.html", refusal=None, name="", next=_next())


@pages.post("/login")
@public
def open_session() -> ResponseReturnValue:
    name = request.form.get("username", "")
    try:
        _, token = entering.log_in(name, request.form.get("password", ""))
    except (WrongLogIn, TooMany) as refusal:
        page = render_template("people/log_in.html", refusal=refusal, name=name, next=_next())
        wait = {"Retry-After": str(refusal.retry_after)} if refusal.retry_after else {}
        return page, refusal.status, wait
    if current_user.is_authenticated:
        sessions.revoke(current_user.session_id)  # its cookie is gone now, and nobody could end it
    sessions.keep_in_cookie(token)
    return forgetting_files(redirect(_next(), 303))


def _next() -> str:
    """Where the person wanted to go, as long as it is a page of this app."""
    target = request.values.get("next", "")
    return target if is_here(target) else url_for("playlists.home")


@pages.post("/logout")
def log_out() -> ResponseReturnValue:
    sessions.revoke(current_user.session_id)
    flask.session.clear()
    return forgetting_files(redirect(url_for("people.log_in"), 303))


@pages.get("/first-admin/<code>")
@public
def new_first_admin(code: str) -> ResponseReturnValue:
    first_admin.check(settings().data_folder, code)
    return _first_admin_page(code)


@pages.post("/first-admin/<code>")
@public
def create_first_admin(code: str) -> ResponseReturnValue:
    name, password = request.form.get("username", ""), request.form.get("password", "")
    try:
        user = first_admin.create(settings().data_folder, code, name, password)
    except (Invalid, Conflict) as refusal:
        return _first_admin_page(code, name=name, refusal=refusal), refusal.status
    sessions.keep_in_cookie(sessions.open_for(user, How.FIRST))
    if settings().offers_demo and "demo" in request.form:
        for make in first_admin.making_music:
            make()
    return redirect(url_for("playlists.home"), 303)


def _first_admin_page(code: str, *, name: str = "", refusal: Refusal | None = None) -> str:
    return render_template(
        "people/first_admin.html",
        code=code,
        name=name,
        refusal=refusal,
        offers_demo=settings().offers_demo,
    )


@pages.get("/you")
def you() -> str:
    return render_template("people/you.html")


@pages.post("/you")
def change_you() -> ResponseReturnValue:
    current_user.rename(request.form.get("name", ""))
    say(gettext("Saved."))
    return redirect(url_for("people.you"), 303)
