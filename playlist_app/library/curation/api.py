"""The API of curation: many tracks at once, genres, and undoing."""

from __future__ import annotations

from typing import Any

from flask_login import current_user

from playlist_app.library.curation import changes, genres
from playlist_app.library.curation.changes import find_change
from playlist_app.library.curation.schemas import EditSeveral, GenreName, Several
from playlist_app.library.curation.undoing import undo
from playlist_app.library.listing import genre_shape
from playlist_app.people.idempotency import ApiBlueprint

JSON = dict[str, Any]

api = ApiBlueprint("curation_api", __name__, url_prefix="/api/v1")


@api.route("/tracks", methods=["PATCH"])
@api.arguments(EditSeveral)
def change_tracks(values: JSON) -> JSON:
    """Say the same of several tracks: `{ids, fields}`. Answers `change`, by which it can be undone,
    or null where everything was so already; and of how many tracks it changed something."""
    change, count = changes.edit(values["ids"], current_user, values["fields"])
    return {"change": change.id if change else None, "tracks": count}


@api.route("/tracks/delete", methods=["POST"])
@api.arguments(Several)
def delete_tracks(values: JSON) -> JSON:
    """Take several tracks out of the library and of every list: all of them, or none."""
    return {"tracks": changes.delete(values["ids"], current_user)}


@api.route("/changes/<change_id>/undo", methods=["POST"])
def undo_change(change_id: str) -> JSON:
    """Take one's own change back. What was changed again since stays as it is; answers how many
    tracks are as they were."""
    return {"tracks": undo(find_change(change_id, current_user), current_user)}


@api.route("/genres/<genre_id>", methods=["PATCH"])
@api.arguments(GenreName)
def rename_genre(values: JSON, genre_id: str) -> JSON:
    """Rename a genre, or merge it into the one that has that name. Answers the genre that there is
    now, with the `change` by which it can be undone."""
    found = genres.find_genre(genre_id)
    genre, change = genres.rename(found, values["name"], current_user)
    return genre_shape(genre, current_user) | {"change": change.id if change else None}
