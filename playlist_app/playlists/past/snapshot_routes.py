"""The pages of snapshots, and the forms by which somebody is kept out."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from playlist_app.people.models import User
from playlist_app.playlists.finding import find_playlist
from playlist_app.playlists.members import require
from playlist_app.playlists.past.api import find_person
from playlist_app.playlists.past.blocking import block, unblock
from playlist_app.playlists.past.naming import shows_names_to
from playlist_app.playlists.past.restoring import compared, restore
from playlist_app.playlists.past.snapshots import (
    find_snapshot,
    snapshots_of,
    take,
    with_songs,
)
from playlist_app.playlists.roles import RIGHTS, Right
from playlist_app.web import say

pages = Blueprint("snapshots", __name__, url_prefix="/playlists/<playlist_id>")

SHOWN = 50


def _me() -> User:
    me: User = current_user._get_current_object()
    return me


@pages.get("/snapshots")
def index(playlist_id: str) -> str:
    """The snapshots, newest first; one takes another here."""
    playlist = find_playlist(playlist_id, _me())
    at = max(request.args.get("from", 0, type=int), 0)
    names = shows_names_to(playlist, _me())
    found = snapshots_of(playlist, limit=SHOWN + 1, offset=at)
    return render_template(
        "playlists/snapshots.html",
        playlist=playlist,
        snapshots=[snapshot.shape(names=names) for snapshot in found[:SHOWN]],
        more=at + SHOWN if len(found) > SHOWN else None,
        rights=RIGHTS[playlist.seen_as],
    )


@pages.post("/snapshots")
def take_one(playlist_id: str) -> ResponseReturnValue:
    playlist = find_playlist(playlist_id, _me())
    take(playlist, by=_me(), text=request.form.get("text", ""))
    return redirect(url_for("snapshots.index", playlist_id=playlist.id), 303)


@pages.get("/snapshots/<snapshot_id>")
def show(playlist_id: str, snapshot_id: str) -> str:
    """A snapshot: what differs from now, and all that is in it."""
    playlist = find_playlist(playlist_id, _me())
    snapshot = find_snapshot(playlist, snapshot_id)
    return render_template(
        "playlists/snapshot.html",
        playlist=playlist,
        shape=snapshot.shape(names=shows_names_to(playlist, _me())),
        is_mine=snapshot.by_id == _me().id,
        songs=with_songs([snapshot])[snapshot.id],
        compared=compared(snapshot, playlist),
        rights=RIGHTS[playlist.seen_as],
    )


@pages.post("/snapshots/<snapshot_id>/restore")
def restore_one(playlist_id: str, snapshot_id: str) -> ResponseReturnValue:
    playlist = find_playlist(playlist_id, _me())
    done = restore(playlist, find_snapshot(playlist, snapshot_id), by=_me())
    said = _("Restored. You can take that back under “What happened”.")
    rest = len(done.left) - 3
    more = [_("And %(n)s more.", n=rest)] if rest > 0 else []
    say(" ".join([said if done.step else _("The list is so already."), *done.left[:3], *more]))
    return redirect(url_for("playlists.show", playlist_id=playlist.id), 303)


@pages.post("/snapshots/<snapshot_id>/delete")
def delete_one(playlist_id: str, snapshot_id: str) -> ResponseReturnValue:
    playlist = find_playlist(playlist_id, _me())
    find_snapshot(playlist, snapshot_id).delete(by=_me())
    return redirect(url_for("snapshots.index", playlist_id=playlist.id), 303)


@pages.post("/blocks")
def block_person(playlist_id: str) -> ResponseReturnValue:
    playlist = find_playlist(playlist_id, _me())
    require(playlist, _me(), Right.MANAGE)
    person = find_person(request.form.get("user", ""))
    done = block(playlist, person, by=_me(), undo="undo" in request.form)
    out = " " + _("What they had waiting and their votes are out.") if done and done.step else ""
    say(_("%(name)s is blocked here.", name=person.name) + out)
    return redirect(url_for("playlists.members", playlist_id=playlist.id), 303)


@pages.post("/blocks/<user_id>/remove")
def unblock_person(playlist_id: str, user_id: str) -> ResponseReturnValue:
    playlist = find_playlist(playlist_id, _me())
    require(playlist, _me(), Right.MANAGE)
    unblock(playlist, find_person(user_id), by=_me())
    return redirect(url_for("playlists.members", playlist_id=playlist.id), 303)
