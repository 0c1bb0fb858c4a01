"""The pages of exchange: in which form to take a list away, and making one of a file."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import ngettext
from flask_login import current_user

from playlist_app.people.limits import ADDS, limited
from playlist_app.people.models import User
from playlist_app.playlists.exchange.api import sent_file
from playlist_app.playlists.exchange.taking_in import take_in
from playlist_app.playlists.finding import find_playlist
from playlist_app.refusals import NotAllowed
from playlist_app.web import say, takes_files

pages = Blueprint("exchange", __name__, url_prefix="/playlists")


def _me() -> User:
    me: User = current_user._get_current_object()
    return me


@pages.get("/<playlist_id>/export")
def export(playlist_id: str) -> str:
    """The forms in which a list can be taken away."""
    return render_template("playlists/export.html", playlist=find_playlist(playlist_id, _me()))


@pages.get("/import")
def choose() -> str:
    if not _me().is_member:
        raise NotAllowed("Guests can't make playlists.")
    return render_template("playlists/import.html")


@pages.post("/import")
@limited(ADDS)
@takes_files
def take() -> ResponseReturnValue:
    """Make the list, and say what is missing in it."""
    done = take_in(sent_file(), by=_me(), title=request.form.get("title", "")[:1000])
    if done.missing:
        return render_template("playlists/import.html", done=done), 201
    count = len(done.matches)
    say(ngettext("All of it is here: %(num)s track.", "All of it is here: %(num)s tracks.", count))
    return redirect(url_for("playlists.show", playlist_id=done.playlist.id), 303)
