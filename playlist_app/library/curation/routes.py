"""The pages of curation: several tracks at once, genres, and undoing."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user

from playlist_app.library.curation import changes
from playlist_app.library.curation import genres as curated
from playlist_app.library.curation.changes import editable, find_change
from playlist_app.library.curation.lyrics import write_lyrics
from playlist_app.library.curation.review import Decision, review
from playlist_app.library.curation.undoing import undo
from playlist_app.library.forms import fields_in
from playlist_app.library.listing import Wanted, list_tracks
from playlist_app.library.listing import genres as list_genres
from playlist_app.library.models import Status, Track, find_track
from playlist_app.people.models import User
from playlist_app.refusals import Invalid, NotAllowed
from playlist_app.web import is_here, say

pages = Blueprint("curation", __name__, url_prefix="/library")

SHARED = ("artist", "album", "album_artist", "genre", "year", "disc", "compilation", "location")


def _me() -> User:
    me: User = current_user._get_current_object()
    return me


def _ids() -> list[str]:
    ids = request.form.getlist("ids")
    if not ids:
        raise Invalid.field("ids", _("Select some tracks first."))
    return ids


def _back() -> ResponseReturnValue:
    """To the list as it was: its search, its order."""
    back = request.form.get("back", "")
    return redirect(back if is_here(back) else url_for("library.index"), 303)


@pages.post("/selected")
def selected() -> str:
    """The form for what several tracks have in common, and what can be done with all of them."""
    tracks = editable(_ids(), _me())
    values, mixed = _in_common(tracks)
    return render_template(
        "library/several.html",
        tracks=tracks,
        values=values,
        mixed=mixed,
        back=request.form.get("back", ""),
    )


def _in_common(tracks: list[Track]) -> tuple[dict[str, Any], set[str]]:
    """What is the same of all of them, and the fields in which they differ."""
    said = [track.said() for track in tracks]
    mixed = {name for name in SHARED if any(one[name] != said[0][name] for one in said)}
    return {name: None if name in mixed else said[0][name] for name in SHARED}, mixed


@pages.post("/several")
def change_several() -> ResponseReturnValue:
    change, count = changes.edit(_ids(), _me(), fields_in(request.form))
    if not change:
        say(_("Nothing was changed."))
    else:
        text = ngettext("1 track changed.", "%(num)s tracks changed.", count)
        say(text, undo=change.id)
    return _back()


@pages.post("/several/delete")
def delete_several() -> ResponseReturnValue:
    count = changes.delete(_ids(), _me())
    say(
        ngettext(
            "1 track is out of the library, and of every playlist.",
            "%(num)s tracks are out of the library, and of every playlist.",
            count,
        )
    )
    return _back()


@pages.post("/changes/<change_id>/undo")
def undo_change(change_id: str) -> ResponseReturnValue:
    count = undo(find_change(change_id, _me()), _me())
    say(ngettext("1 track is as it was.", "%(num)s tracks are as they were.", count))
    return redirect(request.referrer or url_for("library.index"), 303)


@pages.get("/genres")
def genres() -> str:
    """The categories, for who keeps them in order."""
    if not _me().is_reviewer:
        raise NotAllowed("Only a reviewer can change the genres.")
    return render_template("library/genres.html", genres=list_genres(_me(), with_empty=True))


@pages.post("/genres/<genre_id>")
def rename_genre(genre_id: str) -> ResponseReturnValue:
    """Another name; or, chosen from the others, the genre that it becomes a part of."""
    found = curated.find_genre(genre_id)
    before = found.name
    name = request.form.get("into") or request.form.get("name", "")
    genre, change = curated.rename(found, name, _me())
    if change:
        names = {"before": before, "name": genre.name}
        is_merged = change.kind == "merge"
        text = _("“%(before)s” is a part of “%(name)s” now.", **names)
        say(text if is_merged else _("“%(before)s” is “%(name)s” now.", **names), undo=change.id)
    return redirect(url_for("curation.genres"), 303)


@pages.get("/review")
def review_queue() -> str:
    """What waits for a reviewer, the oldest first."""
    if not _me().is_reviewer:
        raise NotAllowed("Only a reviewer can publish or reject a track.")
    cursor = request.args.get("cursor", "")
    wanted = Wanted(status=Status.PENDING, ordering="created_at", cursor=cursor)
    tracks, following = list_tracks(wanted, _me())
    return render_template("library/review.html", tracks=tracks, following=following)


@pages.post("/<track_id>/review")
def decide(track_id: str) -> ResponseReturnValue:
    """Publish, reject, or submit again; then to what waits next."""
    found = find_track(track_id, _me())
    title = found.title
    try:
        decision = Decision(request.form.get("decision", ""))
    except ValueError:
        raise Invalid.field("decision", _("Publish or reject.")) from None
    review(found, decision, _me(), request.form.get("reason", ""))
    if decision == Decision.SUBMIT:
        say(_("“%(title)s” waits for a reviewer again.", title=title))
        return redirect(url_for("library.track", track_id=track_id), 303)
    published = _("“%(title)s” is published.", title=title)
    say(published if decision == Decision.PUBLISH else _("“%(title)s” is rejected.", title=title))
    return redirect(url_for("curation.review_queue"), 303)


@pages.post("/<track_id>/lyrics")
def change_lyrics(track_id: str) -> ResponseReturnValue:
    write_lyrics(find_track(track_id, _me()), request.form.get("text", ""), _me())
    say(_("Saved."))
    return redirect(url_for("library.track", track_id=track_id), 303)
