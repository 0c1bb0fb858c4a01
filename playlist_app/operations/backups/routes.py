"""The page of the backups, for admins."""

from __future__ import annotations

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from playlist_app.config import settings
from playlist_app.operations import long_work
from playlist_app.operations.backups import kept, packing, work
from playlist_app.operations.in_words import size
from playlist_app.people import audit
from playlist_app.people.models import User
from playlist_app.web import say

pages = Blueprint("backups", __name__, url_prefix="/admin/backups")
pages.add_app_template_filter(size, "bytes")


def _me() -> User:
    me: User = current_user._get_current_object()
    return me


@pages.get("")
def show() -> str:
    return render_template("operations/backups.html", **_found())


@pages.get("/now")
def standing() -> str:
    """The region that changes by itself."""
    return render_template("operations/_backups.html", **_found())


@pages.post("")
def take() -> ResponseReturnValue:
    work.take_now(by=_me(), encrypt="encrypt" in request.form)
    return _back()


@pages.post("/<name>/prove")
def prove(name: str) -> ResponseReturnValue:
    work.prove_now(name, by=_me())
    return _back()


@pages.get("/<name>/restore")
def ask(name: str) -> str:
    """What a restore means, and the button that does it."""
    backup = work.found(name, by=_me())
    return render_template("operations/restore.html", backup=backup)


@pages.post("/<name>/restore")
def restore(name: str) -> ResponseReturnValue:
    work.found(name, by=_me())
    if "sure" not in request.form:
        say(_("Say that you are sure, and press again."))
        return redirect(url_for("backups.ask", name=name), 303)
    work.restore_now(name, by=_me())
    return _back()


@pages.get("/<name>.tar")
def download(name: str) -> Response:
    """The whole backup as one file, made while it is sent."""
    backup = work.found(name, by=_me())
    audit.note("backup.downloaded", subject=backup.name)
    response = Response(packing.packed(backup), mimetype="application/x-tar")
    response.headers["Content-Disposition"] = f'attachment; filename="{backup.name}.tar"'
    response.content_length = packing.packed_size(backup)
    response.cache_control.no_store = True
    return response


def _found() -> dict[str, object]:
    found = work.listed(by=_me())
    return {
        "backups": found,
        "works": long_work.recent(*work.ALL, limit=3),
        "folder": kept.folder(settings()),
        "config": settings(),
        "back": url_for("backups.show"),
    }


def _back() -> ResponseReturnValue:
    return redirect(url_for("backups.show"), 303)
