"""The pages of smart playlists. The editor is a form; htmx shows at once what it would hold."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from playlist_app.listening.smart import editor, listing
from playlist_app.listening.smart.models import (
    SmartPlaylist,
    find_smart_playlist,
    smart_playlists_of,
)
from playlist_app.listening.smart.presets import preset, presets
from playlist_app.listening.smart.rules import Rules
from playlist_app.people.models import User
from playlist_app.refusals import Invalid, Refusal
from playlist_app.web import say

JSON = dict[str, Any]

pages = Blueprint("smart", __name__, url_prefix="/smart")

SHOWN = 500  # tracks on a page
PREVIEWED = 5


def _me() -> User:
    me: User = current_user._get_current_object()
    return me


@pages.get("")
def index() -> str:
    return render_template(
        "smart/index.html", smart_playlists=smart_playlists_of(_me()), presets=presets()
    )


@pages.get("/new")
def new() -> str:
    """The editor, of nothing yet or of a preset."""
    begun = preset(request.args.get("preset", ""))
    rules = begun.rules if begun else Rules("all", [dict(editor.NEW)], "title", 100)
    return _editor(rules, title=begun.title if begun else "")


def _editor(
    rules: Rules,
    *,
    title: str,
    smart: SmartPlaylist | None = None,
    refusal: Refusal | None = None,
) -> str:
    return render_template(
        "smart/edit.html",
        smart=smart,
        title=title,
        rules=rules,
        rows=editor.rows_of(rules),
        fields=editor.field_names(),
        orders=editor.order_names(),
        options=editor.options_of(_me()),
        refusal=refusal,
        preview=_preview(rules),
    )


def _preview(rules: Rules) -> JSON:
    """How much rules would hold, or why they can't be asked yet."""
    try:
        count, seconds = listing.count(rules, _me())
        first = listing.tracks(rules, _me(), limit=PREVIEWED)
    except Invalid as refusal:
        return {"problem": refusal.detail}
    return {"count": count, "seconds": seconds, "tracks": first}


@pages.post("/editor")
def edit_form() -> str:
    """The editor again, with a rule more or less, or other fields: nothing is saved."""
    rules = editor.changed(editor.read(request.form), request.form.get("action", ""))
    id_ = request.form.get("smart", "")
    smart = find_smart_playlist(id_, _me()) if id_ else None
    return _editor(rules, title=request.form.get("title", ""), smart=smart)


@pages.post("/preview")
def preview() -> str:
    """Region: what the form's rules would hold."""
    return render_template("smart/_preview.html", preview=_preview(editor.read(request.form)))


@pages.post("")
def create() -> ResponseReturnValue:
    rules, title = editor.read(request.form), request.form.get("title", "")
    try:
        made = SmartPlaylist.create(by=_me(), title=title, asked=rules)
    except Invalid as refusal:
        return _editor(rules, title=title, refusal=refusal), refusal.status
    return redirect(url_for("smart.show", smart_id=made.id), 303)


@pages.get("/<smart_id>")
def show(smart_id: str) -> str:
    return _shown("smart/show.html", smart_id)


@pages.get("/<smart_id>/tracks")
def tracks(smart_id: str) -> str:
    """Region: what it holds now; asked for again when the library or one's listening changed."""
    return _shown("smart/_tracks.html", smart_id)


def _shown(template: str, smart_id: str) -> str:
    smart = find_smart_playlist(smart_id, _me())
    count, seconds = listing.count(smart.asked, _me())
    found = listing.tracks(smart.asked, _me(), limit=SHOWN)
    return render_template(template, smart=smart, tracks=found, count=count, seconds=seconds)


@pages.get("/<smart_id>/edit")
def edit(smart_id: str) -> str:
    smart = find_smart_playlist(smart_id, _me())
    return _editor(smart.asked, title=smart.title, smart=smart)


@pages.post("/<smart_id>")
def change(smart_id: str) -> ResponseReturnValue:
    smart = find_smart_playlist(smart_id, _me())
    rules, title = editor.read(request.form), request.form.get("title", "")
    try:
        smart.update(by=_me(), title=title, asked=rules)
    except Invalid as refusal:
        return _editor(rules, title=title, smart=smart, refusal=refusal), refusal.status
    return redirect(url_for("smart.show", smart_id=smart_id), 303)


@pages.post("/<smart_id>/delete")
def delete(smart_id: str) -> ResponseReturnValue:
    smart = find_smart_playlist(smart_id, _me())
    title = smart.title
    smart.delete(by=_me())
    say(_("Deleted “%(title)s”.", title=title))
    return redirect(url_for("smart.index"), 303)


@pages.post("/<smart_id>/save")
def save(smart_id: str) -> ResponseReturnValue:
    """An ordinary playlist of what it holds now."""
    playlist = find_smart_playlist(smart_id, _me()).save_as_playlist(by=_me())
    say(_("“%(title)s” is a playlist now, of what the rules hold today.", title=playlist.title))
    return redirect(url_for("playlists.show", playlist_id=playlist.id), 303)
