"""The API of curation: many tracks at once, genres, and undoing."""

from __future__ import annotations

from typing import Any

from flask_login import current_user

from playlist_app.described import answers
from playlist_app.library import answers as said
from playlist_app.library.curation import changes, genres
from playlist_app.library.curation.changes import find_change
from playlist_app.library.curation.lrc import Line, written
from playlist_app.library.curation.lyrics import lyrics_of, write_lyrics
from playlist_app.library.curation.review import review
from playlist_app.library.curation.schemas import (
    EditSeveral,
    GenreName,
    LyricsText,
    Review,
    Several,
)
from playlist_app.library.curation.undoing import undo
from playlist_app.library.listing import genre_shape
from playlist_app.library.models import find_track
from playlist_app.people.idempotency import ApiBlueprint
from playlist_app.shapes import Track

JSON = dict[str, Any]

api = ApiBlueprint("curation_api", __name__, url_prefix="/api/v1")


@api.route("/tracks", methods=["PATCH"])
@answers(said.Edited)
@api.arguments(EditSeveral)
def change_tracks(values: JSON) -> JSON:
    """Say the same of several tracks: `{ids, fields}`. Answers `change`, by which it can be undone,
    or null where everything was so already; and of how many tracks it changed something."""
    change, count = changes.edit(values["ids"], current_user, values["fields"])
    return {"change": change.id if change else None, "tracks": count}


@api.route("/tracks/delete", methods=["POST"])
@answers(said.Done)
@api.arguments(Several)
def delete_tracks(values: JSON) -> JSON:
    """Take several tracks out of the library and of every list: all of them, or none."""
    return {"tracks": changes.delete(values["ids"], current_user)}


@api.route("/changes/<change_id>/undo", methods=["POST"])
@answers(said.Done)
def undo_change(change_id: str) -> JSON:
    """Take one's own change back. What was changed again since stays as it is; answers how many
    tracks are as they were."""
    return {"tracks": undo(find_change(change_id, current_user), current_user)}


@api.route("/genres/<genre_id>", methods=["PATCH"])
@answers(said.RenamedGenre)
@api.arguments(GenreName)
def rename_genre(values: JSON, genre_id: str) -> JSON:
    """Rename a genre, or merge it into the one that has that name. Answers the genre that there is
    now, with the `change` by which it can be undone."""
    found = genres.find_genre(genre_id)
    genre, change = genres.rename(found, values["name"], current_user)
    return genre_shape(genre, current_user) | {"change": change.id if change else None}


@api.route("/tracks/<track_id>/lyrics", methods=["GET"])
@answers(said.Lyrics)
def lyrics(track_id: str) -> JSON:
    """The lyrics: `text` as it was written, and its `lines`, each with the second at which it
    begins where `synced` is true."""
    return lyrics_of(find_track(track_id, current_user))


@api.route("/tracks/<track_id>/lyrics", methods=["PUT"])
@answers(said.Lyrics)
@api.arguments(LyricsText)
def write_track_lyrics(values: JSON, track_id: str) -> JSON:
    """Replace the lyrics: by a text, plain or LRC, or by lines. An empty text takes them away."""
    text = values.get("text")
    if text is None:
        text = written([Line(line["at"], line["text"]) for line in values["lines"]])
    return write_lyrics(find_track(track_id, current_user), text, current_user)


@api.route("/tracks/<track_id>/review", methods=["POST"])
@answers(Track)
@api.arguments(Review)
def review_track(values: JSON, track_id: str) -> JSON:
    """`publish`, or `reject` with a reason, by a reviewer; `submit` again, by who added it."""
    found = find_track(track_id, current_user)
    review(found, values["decision"], current_user, values["reason"])
    return found.shape()
