"""The pages of a playlist's past."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from playlist_app.people.models import User
from playlist_app.playlists.finding import find_playlist
from playlist_app.playlists.members import require
from playlist_app.playlists.models import Playlist
from playlist_app.playlists.past.api import find_person
from playlist_app.playlists.past.clearing import clear
from playlist_app.playlists.past.timeline import people_of, timeline
from playlist_app.playlists.past.undoing import Undone, find_step, undo, undo_all_of
from playlist_app.playlists.roles import RIGHTS, Right
from playlist_app.web import say

pages = Blueprint("past", __name__, url_prefix="/playlists/<playlist_id>")


def _me() -> User:
    me: User = current_user._get_current_object()
    return me


def _to_timeline(playlist: Playlist, **values: Any) -> ResponseReturnValue:
    return redirect(url_for("past.show_timeline", playlist_id=playlist.id, **values), 303)


@pages.get("/timeline")
def show_timeline(playlist_id: str) -> str:
    """What happened, newest first, and taking it back."""
    playlist = find_playlist(playlist_id, _me())
    person = request.args.get("person") or None
    before = request.args.get("before", type=int)
    lines, more = timeline(playlist, person=person, before=before)
    people = people_of(playlist)
    return render_template(
        "playlists/timeline.html",
        playlist=playlist,
        lines=lines,
        more=more,
        people=people,
        chosen=next((one for one in people if one["id"] == person), None),
        rights=RIGHTS[playlist.seen_as],
    )


@pages.post("/undo")
def take_back(playlist_id: str) -> ResponseReturnValue:
    playlist = find_playlist(playlist_id, _me())
    step = find_step(playlist, request.form.get("change", ""))
    say(undo(playlist, step, by=_me()).in_words)
    return _to_timeline(playlist, person=request.form.get("shown") or None)


@pages.post("/undo-all")
def take_all_back(playlist_id: str) -> ResponseReturnValue:
    playlist = find_playlist(playlist_id, _me())
    require(playlist, _me(), Right.MANAGE)
    done: Undone = undo_all_of(playlist, find_person(request.form.get("person", "")), by=_me())
    say(done.in_words)
    return _to_timeline(playlist)


@pages.post("/clear")
def clear_list(playlist_id: str) -> ResponseReturnValue:
    playlist = find_playlist(playlist_id, _me())
    done = clear(playlist, by=_me())
    say(
        _("The list is cleared. You can take that back under “What happened”.")
        if done
        else _("There was nothing to clear.")
    )
    return redirect(url_for("playlists.show", playlist_id=playlist.id), 303)
