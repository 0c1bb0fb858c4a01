"""The pages of sharing a playlist: its door for those who have a code, and what hosts do there."""

from __future__ import annotations

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from playlist_app.people import sessions
from playlist_app.people.limits import TooMany
from playlist_app.people.models import User
from playlist_app.people.sessions import How
from playlist_app.playlists.finding import find_playlist
from playlist_app.playlists.invites import find_invite, read, require_open
from playlist_app.playlists.joining import join, join_as_guest
from playlist_app.playlists.members import role_in
from playlist_app.playlists.models import Playlist
from playlist_app.refusals import Conflict, Invalid, NotFound, Refusal
from playlist_app.web import public, say

pages = Blueprint("sharing", __name__)


def _me() -> User:
    me: User = current_user._get_current_object()
    return me


def _to_members(playlist: Playlist) -> ResponseReturnValue:
    return redirect(url_for("playlists.members", playlist_id=playlist.id), 303)


# --- the door -----------------------------------------------------------------------------------


@pages.get("/join")
@public
def ask() -> ResponseReturnValue:
    """Who was told a code types it in."""
    code = request.args.get("code", "")
    if not read(code):
        return render_template("playlists/ask_code.html", refusal=None, code=code)
    try:
        find_invite(code)
    except (NotFound, TooMany) as refusal:
        page = render_template("playlists/ask_code.html", refusal=refusal, code=code)
        return page, refusal.status, _wait(refusal)
    return redirect(url_for("sharing.door", code=read(code)))


@pages.get("/join/<code>")
@public
def door(code: str) -> ResponseReturnValue:
    """A guest's door: a nickname, and in. Who is in already goes on to the playlist."""
    return _door_page(code)


@pages.post("/join/<code>")
@public
def enter(code: str) -> ResponseReturnValue:
    if current_user.is_authenticated:
        # As who one is, and the session stays as it is.
        playlist = join(code, _me())
        return redirect(url_for("playlists.show", playlist_id=playlist.id), 303)
    nickname = request.form.get("nickname", "")
    try:
        guest, invite = join_as_guest(code, nickname)
    except (Invalid, Conflict) as refusal:
        return _door_page(code, nickname=nickname, refusal=refusal)
    playlist_id = invite.playlist_id
    sessions.keep_in_cookie(sessions.open_for(guest, How.GUEST, ends_at=invite.ends_at))
    return redirect(url_for("playlists.show", playlist_id=playlist_id), 303)


def _door_page(
    code: str, *, nickname: str = "", refusal: Refusal | None = None
) -> ResponseReturnValue:
    try:
        invite = find_invite(code)
        if not current_user.is_authenticated or role_in(invite.playlist, _me()) is None:
            require_open(invite)
    except (NotFound, TooMany) as over:
        page = render_template("playlists/ask_code.html", refusal=over, code="")
        return page, over.status, _wait(over)
    page = render_template(
        "playlists/join.html",
        code=read(code),
        playlist=invite.playlist,
        nickname=nickname,
        refusal=refusal,
        me=_me() if current_user.is_authenticated else None,
        ends_at=invite.shape()["ends_at"],
    )
    return page, refusal.status if refusal else 200


def _wait(refusal: Refusal) -> dict[str, str]:
    return {"Retry-After": str(refusal.retry_after)} if refusal.retry_after else {}


# --- what hosts do ------------------------------------------------------------------------------


@pages.post("/playlists/<playlist_id>/invites")
def make_invite(playlist_id: str) -> ResponseReturnValue:
    playlist = find_playlist(playlist_id, _me())
    form = request.form
    uses, hours = form.get("uses", type=int) or 0, form.get("hours", type=int) or 0
    playlist.open_door(role=form.get("role", ""), uses=uses, hours=hours, by=_me())
    return _to_members(playlist)


@pages.post("/playlists/<playlist_id>/invites/<invite_id>/revoke")
def revoke(playlist_id: str, invite_id: str) -> ResponseReturnValue:
    playlist = find_playlist(playlist_id, _me())
    playlist.close_door(invite_id, by=_me())
    say(_("This code lets nobody in any more. Who came in by it stays."))
    return _to_members(playlist)


@pages.post("/playlists/<playlist_id>/members/<user_id>/role")
def change_role(playlist_id: str, user_id: str) -> ResponseReturnValue:
    """Another role; “owner” hands the playlist over."""
    playlist = find_playlist(playlist_id, _me())
    person, role = User.by_id(user_id), request.form.get("role", "")
    if role == "owner":
        playlist.hand_over(person, by=_me())
        say(_("%(name)s owns this playlist now. You are a host.", name=person.name))
    else:
        playlist.invite(person, role, by=_me())
        say(_("Saved."))
    return _to_members(playlist)
