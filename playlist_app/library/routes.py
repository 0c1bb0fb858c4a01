"""The pages of the library."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user
from werkzeug.datastructures import FileStorage

from playlist_app.config import settings
from playlist_app.library import export, quota, upload
from playlist_app.library.audio import STALLED_AFTER
from playlist_app.library.curation import changes
from playlist_app.library.curation.lyrics import lyrics_of
from playlist_app.library.curation.review import waiting_count
from playlist_app.library.formats import EXTENSIONS
from playlist_app.library.forms import fields_in
from playlist_app.library.incoming import IncomingFile
from playlist_app.library.listing import Wanted, genres, list_tracks
from playlist_app.library.models import Track, find_track
from playlist_app.people.limits import UPLOADS, limited
from playlist_app.people.models import User
from playlist_app.refusals import Invalid, NotAllowed, Refusal
from playlist_app.web import is_swap, say, takes_files

pages = Blueprint("library", __name__, url_prefix="/library")


# What the address of a list can ask for.
FILTERS = ("search", "genre", "artist", "album", "near", "box", "ordering")


def _me() -> User:
    me: User = current_user._get_current_object()
    return me


@pages.get("")
def index() -> str:
    """Search, genres, ordering; a page at a time, the next one fetched when it comes into view."""
    asked: dict[str, Any] = {name: request.args.get(name, "")[:300] for name in FILTERS}
    wanted = Wanted(**asked, cursor=request.args.get("cursor", ""))
    tracks, following = list_tracks(wanted, _me())
    return render_template(
        "library/index.html",
        wanted=wanted,
        asked={name: value for name, value in asked.items() if value},
        tracks=tracks,
        following=following,
        genres=genres(_me()),
        upload_limit=settings().upload_limit,
        waiting=waiting_count() if _me().is_reviewer else 0,
        extensions=",".join(f".{name}" for name in sorted(EXTENSIONS)),
    )


@pages.post("/upload")
@limited(UPLOADS)
@takes_files
def upload_files() -> ResponseReturnValue:
    """One or more files; each is taken or refused for itself."""
    if not _me().is_member:
        raise NotAllowed("Guests can't add to the library.")
    quota.require_room(_me(), request.content_length or 0)
    outcomes = [_upload_one(given) for given in request.files.getlist("file")]
    if not outcomes:
        raise Invalid.field("file", _("Choose a file first."))
    if is_swap():
        return render_template("library/_uploaded.html", outcomes=outcomes)
    for name, track, refusal in outcomes:
        if track:
            say(_("Added “%(title)s”.", title=track.title))
        elif refusal:
            say(f"{name}: {refusal.detail}")
    return redirect(url_for("library.index", ordering="-created_at"), 303)


def _upload_one(given: FileStorage) -> tuple[str, Track | None, Refusal | None]:
    name = given.filename or ""
    try:
        if not isinstance(given.stream, IncomingFile) or not name:
            raise Invalid.field("file", _("Choose a file first."))
        return name, upload.add_track(upload.receive(given.stream, name), _me(), {}), None
    except Refusal as refusal:
        return name, None, refusal


@pages.get("/<track_id>")
def track(track_id: str) -> str:
    found = find_track(track_id, _me())
    return render_template(
        "library/track.html",
        track=found.shape(),
        lyrics=lyrics_of(found),
        may_edit=found.is_editable_by(_me()),
    )


@pages.get("/<track_id>/download")
def download(track_id: str) -> ResponseReturnValue:
    """The track as a file, with tags, cover and lyrics as they are now."""
    song = export.find_song(find_track(track_id, _me()), _me())
    opened = export.Opened(song)
    export.cut_off_who_stalls(STALLED_AFTER)
    name = f"{song.name}.{song.extension}"
    return export.as_download(name, song.mimetype, opened, opened.size)


@pages.post("/<track_id>")
def change(track_id: str) -> ResponseReturnValue:
    found = find_track(track_id, _me())
    made, _count = changes.edit([found.id], _me(), fields_in(request.form))
    say(_("Saved."), undo=made.id if made else "")
    return redirect(url_for("library.track", track_id=found.id), 303)


@pages.post("/<track_id>/delete")
def delete(track_id: str) -> ResponseReturnValue:
    found = find_track(track_id, _me())
    title = found.title
    found.delete(_me())
    say(_("“%(title)s” is out of the library, and of every playlist.", title=title))
    return redirect(url_for("library.index"), 303)
