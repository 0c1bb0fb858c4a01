"""Long work on pages: a region that tells how far one is, and the button that cancels it."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from playlist_app.operations import long_work
from playlist_app.people.models import User
from playlist_app.web import is_here, say

pages = Blueprint("long_work", __name__, url_prefix="/admin/work")


def _me() -> User:
    me: User = current_user._get_current_object()
    return me


@pages.get("/<id_>")
def show(id_: str) -> str:
    """The region of one; it asks for itself again until it is over."""
    work = long_work.found(id_, by=_me())
    back = request.headers.get("HX-Current-URL", "")  # its form sends people back to their page
    return render_template("operations/_long_work.html", work=work, back=urlsplit(back).path)


@pages.post("/<id_>/cancel")
def cancel(id_: str) -> ResponseReturnValue:
    work = long_work.cancel(id_, by=_me())
    say(_("“%(title)s” is cancelled.", title=work.title))
    back = request.form.get("back", "")
    return redirect(back if is_here(back) else url_for("playlists.home"), 303)
