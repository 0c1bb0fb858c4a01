"""The pages of sources: an admin sets them up, members look at what came of them."""

from __future__ import annotations

from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from playlist_app.imports import source_listing
from playlist_app.imports.routes import lists_to_add_to, me, member, pages
from playlist_app.imports.sources import Source, find_source, require_admin
from playlist_app.imports.states import Quality
from playlist_app.library.models import Track
from playlist_app.playlists.finding import find_playlist
from playlist_app.refusals import Invalid, Refusal
from playlist_app.web import say

__all__ = ["pages"]

JSON = dict[str, Any]


def _kinds() -> dict[str, str]:
    return {"channel": _("Channel"), "playlist": _("Playlist"), "feed": _("Podcast")}


def _intervals() -> list[tuple[int, str]]:
    return [
        (60, _("every hour")),
        (360, _("every 6 hours")),
        (1440, _("every day")),
        (10080, _("every week")),
    ]


@pages.get("/sources")
def sources() -> str:
    found = source_listing.sources_for(member())
    return render_template("imports/sources.html", sources=found, kinds=_kinds())


@pages.get("/sources/<source_id>")
def source(source_id: str) -> str:
    found = find_source(source_id, member())
    items, following = source_listing.items_for(found, me(), cursor=request.args.get("cursor", ""))
    return render_template(
        "imports/source.html",
        source=source_listing.source_for(found, me()),
        items=items,
        following=following,
        kinds=_kinds(),
    )


@pages.get("/sources/new")
def new_source() -> str:
    require_admin(me())
    given = {"url": request.args.get("url", ""), "title": "", "playlist": "", "depth": 30}
    return _form(None, given | {"every_minutes": 360, "quality": Quality.BEST})


@pages.get("/sources/<source_id>/edit")
def edit_source(source_id: str) -> str:
    found = find_source(source_id, me())
    require_admin(me())
    return _form(found, _as_given(found))


def _as_given(found: Source) -> JSON:
    names = ("title", "every_minutes", "depth", "quality", "enabled")
    return {name: getattr(found, name) for name in names} | {"playlist": found.playlist_id}


def _form(found: Source | None, given: JSON, refusal: Refusal | None = None) -> str:
    every = given["every_minutes"]
    known = _intervals()
    if every not in dict(known):
        known.append((every, _("every %(count)s minutes", count=every)))
    return render_template(
        "imports/edit_source.html",
        source=source_listing.source_for(found, me()) if found else None,
        given=given,
        refusal=refusal,
        playlists=lists_to_add_to(me()),
        intervals=sorted(known),
    )


def _fields() -> JSON:
    """What the form says; a number that is none is refused."""
    form = request.form
    playlist = form.get("playlist", "")
    fields: JSON = {
        "title": form.get("title", ""),
        "playlist": find_playlist(playlist, me()) if playlist else None,
        "quality": form.get("quality", Quality.BEST),
    }
    for name, needs_one in (("every_minutes", True), ("depth", False)):
        text = form.get(name, "").strip()
        if text.isdecimal():
            fields[name] = int(text)
        elif text or needs_one:
            raise Invalid.field(name, _("Enter a whole number."))
        else:
            fields[name] = None
    return fields


@pages.post("/sources")
def follow() -> ResponseReturnValue:
    try:
        found = Source.follow(request.form.get("url", ""), by=me(), **_fields())
    except Refusal as refusal:
        if not me().is_admin:
            raise
        return _form(None, _given_again(), refusal), refusal.status
    say(_("It is looked at now."))
    return redirect(url_for("imports.source", source_id=found.id), 303)


def _given_again() -> JSON:
    given: JSON = request.form.to_dict()
    every = given.get("every_minutes", "")
    return given | {"every_minutes": int(every) if every.isdecimal() else 360}


@pages.post("/sources/<source_id>")
def change_source(source_id: str) -> ResponseReturnValue:
    found = find_source(source_id, me())
    try:
        found.change(by=me(), enabled="enabled" in request.form, **_fields())
    except Refusal as refusal:
        if not me().is_admin:
            raise
        given = _given_again() | {"enabled": "enabled" in request.form}
        return _form(found, given, refusal), refusal.status
    return redirect(url_for("imports.source", source_id=found.id), 303)


@pages.post("/sources/<source_id>/delete")
def unfollow(source_id: str) -> ResponseReturnValue:
    found = find_source(source_id, me())
    title = found.title
    found.unfollow(by=me())
    say(_("“%(title)s” is followed no longer. What came from it stays.", title=title))
    return redirect(url_for("imports.sources"), 303)


@pages.post("/sources/<source_id>/check")
def check_source(source_id: str) -> ResponseReturnValue:
    find_source(source_id, me()).check_soon(by=me())
    say(_("It is looked at now."))
    return redirect(url_for("imports.source", source_id=source_id), 303)


@pages.app_template_global("sources_of_track")
def sources_of_track(track: Track | JSON) -> list[JSON]:
    """Where a track came from again and again, for its page."""
    id_ = track["id"] if isinstance(track, dict) else track.id
    return source_listing.sources_of_track(id_) if me().is_member else []
