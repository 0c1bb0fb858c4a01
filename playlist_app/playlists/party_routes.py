"""The page of a playlist's party settings."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from playlist_app.people.models import User
from playlist_app.playlists.finding import find_playlist
from playlist_app.playlists.listing import playlists_of
from playlist_app.playlists.members import require
from playlist_app.playlists.models import Playlist
from playlist_app.playlists.party import BOUNDS, NO_PARTY, PRESETS, Party
from playlist_app.playlists.roles import Right
from playlist_app.refusals import Invalid, Refusal
from playlist_app.web import say

pages = Blueprint("party", __name__)


def _me() -> User:
    me: User = current_user._get_current_object()
    return me


@pages.get("/playlists/<playlist_id>/party")
def show(playlist_id: str) -> str:
    playlist = find_playlist(playlist_id, _me())
    require(playlist, _me(), Right.MANAGE)
    return _page(playlist)


@pages.post("/playlists/<playlist_id>/party")
def change(playlist_id: str) -> ResponseReturnValue:
    playlist = find_playlist(playlist_id, _me())
    form = request.form
    require(playlist, _me(), Right.MANAGE)
    try:
        if form.get("preset"):
            playlist.change_party(by=_me(), preset=form["preset"])
        else:
            who = ("add", "down", "reorder", "remove", "skip")
            changes: dict[str, Any] = {name: form[name] for name in who if name in form}
            changes |= {name: _number(name) for name in BOUNDS if name in form}
            changes["names"] = "names" in form
            changes["fallback"] = form.get("fallback") or None
            playlist.change_party(by=_me(), **changes)
    except Invalid as refusal:
        return _page(playlist, refusal), refusal.status
    say(_("Saved."))
    return redirect(url_for("party.show", playlist_id=playlist.id), 303)


def _number(name: str) -> int | None:
    """Of a field that may be empty. Raises Invalid."""
    text = request.form.get(name, "").strip()
    if not text:
        return None
    if not text.isdecimal() or len(text) > 9:
        raise Invalid.field(name, "A number, or nothing for no limit.")
    return int(text)


def _page(playlist: Playlist, refusal: Refusal | None = None) -> str:
    return render_template(
        "playlists/party.html",
        playlist=playlist,
        party=playlist.party,
        bounds=BOUNDS,
        preset=next((name for name, one in PRESETS.items() if _is_like(playlist, one[0])), ""),
        lists=[one for one in playlists_of(_me()) if one["id"] != playlist.id],
        refusal=refusal,
    )


def _is_like(playlist: Playlist, preset: Party) -> bool:
    """Whether a preset holds, whatever plays when the list runs dry."""
    now, then = playlist.party.shape(), preset.shape()
    return playlist.party != NO_PARTY and now | {"fallback": None} == then
