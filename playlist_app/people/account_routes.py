"""The pages and calls by which a person takes their data away, or leaves."""

from __future__ import annotations

import flask
from flask import Blueprint, Response, redirect, render_template, request, stream_with_context
from flask import url_for as to
from flask.typing import ResponseReturnValue
from flask_login import current_user

from playlist_app.database import now
from playlist_app.people import leaving, own_data, security
from playlist_app.people.leaving import Fate
from playlist_app.people.models import User
from playlist_app.refusals import Refusal
from playlist_app.web import forgetting_files, public

pages = Blueprint("account", __name__)


@pages.post("/you/data")
def take_data() -> Response:
    """All that is kept about oneself, as a file."""
    me = _me()
    own_data.note_taken(me)
    name = f"jamboree-my-data-{now():%Y-%m-%d}.json"
    return Response(
        stream_with_context(own_data.written(me)),
        mimetype="application/json",
        headers={
            "Content-Disposition": f'attachment; filename="{name}"',
            "Cache-Control": "no-store",
        },
    )


@pages.post("/you/leave")
def leave() -> ResponseReturnValue:
    form = request.form
    try:
        will = leaving.will_of(_me(), form.get("playlists", Fate.DELETE), form.get("heir", ""))
        leaving.leave(_me(), form.get("password", ""), will)
    except Refusal as refusal:
        return security.page(refused="account", refusal=refusal), refusal.status
    flask.session.clear()
    return forgetting_files(redirect(to("account.gone"), 303))


@pages.get("/gone")
@public
def gone() -> str:
    """Where one is led who left."""
    return render_template("people/gone.html")


def _me() -> User:
    me: User = current_user._get_current_object()
    return me
