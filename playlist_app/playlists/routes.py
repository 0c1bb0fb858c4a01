"""The pages of playlists. Each change works as a plain form; htmx and the page's elements make it
nicer."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from playlist_app.library.listing import Wanted, list_tracks
from playlist_app.library.models import find_track
from playlist_app.live import events
from playlist_app.people.limits import ADDS, VOTES, limited
from playlist_app.people.models import User
from playlist_app.playlists.blank import blank_item, blank_playlist, blank_track
from playlist_app.playlists.finding import find_item, find_playlist
from playlist_app.playlists.history import last_played
from playlist_app.playlists.items import Item, items_of
from playlist_app.playlists.listing import head_of, playlists_of
from playlist_app.playlists.members import may, require, rights_of
from playlist_app.playlists.models import Playlist
from playlist_app.playlists.party import stand_in
from playlist_app.playlists.past.blocking import blocked_in
from playlist_app.playlists.roles import RIGHTS, Right
from playlist_app.playlists.sharing_api import address_of
from playlist_app.refusals import Refusal
from playlist_app.web import is_swap, say

pages = Blueprint("playlists", __name__)

SUGGESTED = 8  # tracks that the add box shows


def _me() -> User:
    me: User = current_user._get_current_object()
    return me


@pages.app_template_global("my_playlists")
def _my_playlists() -> list[dict[str, Any]]:
    """The person's playlists, for the side bar."""
    return playlists_of(_me()) if current_user.is_authenticated else []


pages.app_template_global("blank_item")(blank_item)
pages.app_template_global("blank_playlist")(blank_playlist)
pages.app_template_global("blank_track")(blank_track)


def _to(playlist: Playlist, **values: Any) -> ResponseReturnValue:
    return redirect(url_for("playlists.show", playlist_id=playlist.id, **values), 303)


@pages.get("/")
def home() -> str:
    """My playlists, rooms that are live, newly added."""
    newest, _more = list_tracks(Wanted(ordering="-created_at", limit=12), _me())
    return render_template("playlists/home.html", playlists=playlists_of(_me()), newest=newest)


@pages.post("/playlists")
def create() -> ResponseReturnValue:
    playlist = Playlist.create(by=_me(), title=request.form.get("title", ""))
    return _to(playlist)


@pages.get("/playlists/<playlist_id>")
def show(playlist_id: str) -> str:
    playlist = find_playlist(playlist_id, _me())
    room = playlist.room
    return render_template(
        "playlists/show.html",
        playlist=playlist.shape_for(playlist.seen_as),
        rights=rights_of(playlist, playlist.seen_as),
        me_here=stand_in(playlist.party, _me().id),
        items=items_of(playlist, _me()),
        head=head_of(playlist),
        room=room.state_and_turns(),
        epoch=events.epoch(),
    )


# --- the list -----------------------------------------------------------------------------------


@pages.get("/playlists/<playlist_id>/add")
def search_to_add(playlist_id: str) -> str:
    """Region: what of the library fits what is being typed, and what of it is here already."""
    playlist = find_playlist(playlist_id, _me())
    words = request.args.get("search", "").strip()
    # A link is nothing to search for: it can be imported, by who may (imports/routes.py).
    may_import = _me().is_member and may(playlist, playlist.seen_as, Right.ADD)
    is_link = may_import and words.lower().startswith(("http://", "https://"))
    asks = "" if is_link else words[:200]
    may_add = may(playlist, playlist.seen_as, Right.ADD)
    wanted = Wanted(search=asks, limit=SUGGESTED)
    found = list_tracks(wanted, _me(), to_add=may_add)[0] if asks else []
    if not _me().is_member:
        # Covers are for who sees the tracks; a guest does once they stand on the list.
        found = [track | {"cover_url": None} for track in found]
    return render_template(
        "playlists/_add_results.html",
        playlist=playlist,
        words=words,
        link=words if is_link else "",
        tracks=found,
        there=playlist.places_of(found),
    )


@pages.post("/playlists/<playlist_id>/items")
@limited(ADDS)
def add(playlist_id: str) -> ResponseReturnValue:
    playlist = find_playlist(playlist_id, _me())
    may_add = may(playlist, playlist.seen_as, Right.ADD)
    track = find_track(request.form.get("track_id", ""), _me(), to_add=may_add)
    item = playlist.add(track, by=_me())
    say(_("Added “%(title)s”.", title=track.title))
    return redirect(url_for("playlists.show", playlist_id=playlist.id) + f"#{item.id}", 303)


@pages.post("/playlists/<playlist_id>/items/<item_id>/vote")
@limited(VOTES)
def vote(playlist_id: str, item_id: str) -> ResponseReturnValue:
    item = find_item(playlist_id, item_id, _me())
    item.vote(request.form.get("direction", ""), by=_me())
    if is_swap():
        shape = item.shape_for(_me())
        return render_template("playlists/_votes.html", item=shape, playlist_id=playlist_id)
    return _to(item.playlist, _anchor=item.id)


@pages.post("/playlists/<playlist_id>/items/<item_id>/play")
def play(playlist_id: str, item_id: str) -> ResponseReturnValue:
    item = find_item(playlist_id, item_id, _me())
    item.playlist.room.play(by=_me(), item=item)
    return _to(item.playlist, _anchor=item.id)


@pages.post("/playlists/<playlist_id>/items/<item_id>/remove")
def remove(playlist_id: str, item_id: str) -> ResponseReturnValue:
    item = find_item(playlist_id, item_id, _me())
    item.remove(by=_me())
    return _to(item.playlist)


@pages.get("/playlists/<playlist_id>/items/<item_id>/move")
def where_to(playlist_id: str, item_id: str) -> str:
    """Where an item could go: the way to reorder that needs neither a mouse nor a script."""
    item = find_item(playlist_id, item_id, _me())
    require(item.playlist, _me(), Right.MOVE)
    others = [other for other in items_of(item.playlist, _me()) if other["id"] != item_id]
    return render_template("playlists/move.html", item=item, others=others)


@pages.post("/playlists/<playlist_id>/items/<item_id>/move")
def move(playlist_id: str, item_id: str) -> ResponseReturnValue:
    item = find_item(playlist_id, item_id, _me())
    after = request.form.get("after", "")
    beside: Item | None = find_item(playlist_id, after, _me()) if after else None
    item.move(by=_me(), after=beside)
    return _to(item.playlist, _anchor=item.id)


@pages.get("/playlists/<playlist_id>/history")
def history(playlist_id: str) -> str:
    """What was played last."""
    playlist = find_playlist(playlist_id, _me())
    plays = last_played(playlist)
    return render_template("playlists/history.html", playlist=playlist, plays=plays)


# --- what only the owner does -------------------------------------------------------------------


@pages.get("/playlists/<playlist_id>/settings")
def settings(playlist_id: str) -> str:
    playlist = find_playlist(playlist_id, _me())
    require(playlist, _me(), Right.MANAGE)
    return render_template("playlists/settings.html", playlist=playlist)


@pages.post("/playlists/<playlist_id>/settings")
def change(playlist_id: str) -> ResponseReturnValue:
    playlist = find_playlist(playlist_id, _me())
    playlist.update(
        by=_me(),
        title=request.form.get("title"),
        description=request.form.get("description"),
        visibility=request.form.get("visibility"),
        order_mode=request.form.get("order_mode"),
        consume="consume" in request.form,
    )
    return _to(playlist)


@pages.post("/playlists/<playlist_id>/delete")
def delete(playlist_id: str) -> ResponseReturnValue:
    playlist = find_playlist(playlist_id, _me())
    title = playlist.title
    playlist.delete(by=_me())
    say(_("“%(title)s” is deleted. Its tracks are still in the library.", title=title))
    return redirect(url_for("playlists.home"), 303)


@pages.get("/playlists/<playlist_id>/members")
def members(playlist_id: str) -> str:
    """Who shares it; the owner invites here."""
    return _members_page(find_playlist(playlist_id, _me()))


def _members_page(playlist: Playlist, refusal: Refusal | None = None, username: str = "") -> str:
    return render_template(
        "playlists/members.html",
        playlist=playlist,
        members=playlist.members(),
        may_manage=Right.MANAGE in RIGHTS[playlist.seen_as],
        blocked=blocked_in(playlist) if Right.MANAGE in RIGHTS[playlist.seen_as] else [],
        may_own=Right.OWN in RIGHTS[playlist.seen_as],
        invites=_open_invites(playlist),
        refusal=refusal,
        username=username,
    )


def _open_invites(playlist: Playlist) -> list[dict[str, Any]]:
    """Those whose code can be shown."""
    if Right.MANAGE not in RIGHTS[playlist.seen_as]:
        return []
    found = playlist.doors(by=_me())
    return [one.shape() | {"url": address} for one in found if (address := address_of(one))]


@pages.post("/playlists/<playlist_id>/members")
def invite(playlist_id: str) -> ResponseReturnValue:
    playlist = find_playlist(playlist_id, _me())
    require(playlist, _me(), Right.MANAGE)
    username = request.form.get("username", "")
    try:
        person = User.named(username)
        playlist.invite(person, request.form.get("role", ""), by=_me())
    except Refusal as refusal:
        return _members_page(playlist, refusal, username), refusal.status
    return redirect(url_for("playlists.members", playlist_id=playlist.id), 303)


@pages.post("/playlists/<playlist_id>/members/<user_id>/remove")
def dismiss(playlist_id: str, user_id: str) -> ResponseReturnValue:
    playlist = find_playlist(playlist_id, _me())
    playlist.dismiss(User.by_id(user_id), by=_me())
    if user_id == _me().id:
        return redirect(url_for("playlists.home"), 303)
    return redirect(url_for("playlists.members", playlist_id=playlist.id), 303)
