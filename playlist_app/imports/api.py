"""The API of imports: the server's download queue. Own ones; an admin sees all."""

from __future__ import annotations

from typing import Any

from flask_login import current_user

from playlist_app.described import answers
from playlist_app.imports import answers as said
from playlist_app.imports import looking, queue, schemas, steering
from playlist_app.imports.listing import counts_of, imports_of
from playlist_app.imports.models import find_import
from playlist_app.imports.quota import quota_of
from playlist_app.imports.states import State
from playlist_app.people.idempotency import ApiBlueprint
from playlist_app.people.models import User
from playlist_app.playlists.finding import find_playlist
from playlist_app.shapes import Import

JSON = dict[str, Any]

api = ApiBlueprint("imports_api", __name__, url_prefix="/api/v1/imports")


def _me() -> User:
    me: User = current_user._get_current_object()
    return me


@api.route("", methods=["GET"])
@answers(said.Imports)
@api.arguments(schemas.ListImports, location="query")
def imports(wanted: JSON) -> JSON:
    """The imports, newest first; `status` takes several, comma separated. Also how many there are
    of each status, and what is left of today's budget."""
    states = [State(name) for name in wanted["status"].split(",") if name]
    rows, following = imports_of(
        _me(),
        states=states,
        batch_id=wanted["batch"] or None,
        limit=wanted["limit"],
        cursor=wanted["cursor"],
    )
    return {
        "items": [row.shape() for row in rows],
        "next_cursor": following,
        "counts": counts_of(_me()),
        "quota": quota_of(_me().id).shape(),
    }


@api.route("", methods=["POST"])
@answers(said.Enqueued, 201, also={200: said.Enqueued})
@api.arguments(schemas.NewImport)
def add(values: JSON) -> tuple[JSON, int]:
    """Import an address, or what a look at it found. Answers the first import, and as `imports` all
    of them; 200 where all of it is waited for already."""
    me = _me()
    playlist = find_playlist(values["playlist_id"], me) if values["playlist_id"] else None
    if "look" in values:
        rows = looking.take(
            looking.find_look(values["look"], me),
            by=me,
            wanted=values.get("entries"),
            playlist=playlist,
            quality=values["quality"],
        )
    else:
        rows = queue.enqueue(values["url"], by=me, playlist=playlist, quality=values["quality"])
    is_new = any(row.attempts == 0 and row.state == State.QUEUED for row in rows)
    shapes = [row.shape() for row in rows]
    return {**shapes[0], "imports": shapes}, 201 if is_new else 200


@api.route("/look", methods=["POST"])
@answers(said.Look, 202)
@api.arguments(schemas.NewLook)
def look(values: JSON) -> tuple[JSON, int]:
    """Ask what is behind an address: 202, then ask for the look until it is completed or failed, or
    wait for `import.looked` on /ws/me."""
    return looking.shape(looking.look(values["url"], by=_me())), 202


@api.route("/look/<look_id>", methods=["GET"])
@answers(said.Look)
def looked(look_id: str) -> JSON:
    """What a look found."""
    return looking.shape(looking.find_look(look_id, _me()))


@api.route("/retry", methods=["POST"])
@answers(said.Changed)
@api.arguments(schemas.RetryFailed)
def retry_failed(values: JSON) -> JSON:
    """Try again all that failed, or all of a batch that did."""
    return {"changed": steering.retry_failed(by=_me(), batch_id=values["batch"])}


@api.route("/batches/<batch_id>/pause", methods=["POST"])
@answers(said.Changed)
def pause_batch(batch_id: str) -> JSON:
    """Pause what is not finished of a batch."""
    return {"changed": steering.pause_batch(batch_id, by=_me())}


@api.route("/batches/<batch_id>/resume", methods=["POST"])
@answers(said.Changed)
def resume_batch(batch_id: str) -> JSON:
    """Go on with what is paused of a batch."""
    return {"changed": steering.resume_batch(batch_id, by=_me())}


@api.route("/batches/<batch_id>/cancel", methods=["POST"])
@answers(said.Changed)
def cancel_batch(batch_id: str) -> JSON:
    """Cancel what is not finished of a batch."""
    return {"changed": steering.cancel_batch(batch_id, by=_me())}


@api.route("/<import_id>", methods=["GET"])
@answers(Import)
def one(import_id: str) -> JSON:
    """One import."""
    return find_import(import_id, _me()).shape()


@api.route("/<import_id>", methods=["DELETE"])
@answers()
def remove(import_id: str) -> tuple[str, int]:
    """Take an import off the list; what is not finished is cancelled. The track stays."""
    steering.remove(import_id, by=_me())
    return "", 204


@api.route("/<import_id>/pause", methods=["POST"])
@answers(Import)
def pause(import_id: str) -> JSON:
    """Let an import rest; what was fetched stays."""
    return steering.pause(import_id, by=_me()).shape()


@api.route("/<import_id>/resume", methods=["POST"])
@answers(Import)
def resume(import_id: str) -> JSON:
    """Go on with a paused import."""
    return steering.resume(import_id, by=_me()).shape()


@api.route("/<import_id>/cancel", methods=["POST"])
@answers(Import)
def cancel(import_id: str) -> JSON:
    """Give an import up."""
    return steering.cancel(import_id, by=_me()).shape()


@api.route("/<import_id>/retry", methods=["POST"])
@answers(Import)
def retry(import_id: str) -> JSON:
    """Try an import again that failed, was cancelled, or was taken for gone."""
    return steering.retry(import_id, by=_me()).shape()


@api.route("/<import_id>/ignore", methods=["POST"])
@answers(Import)
def ignore(import_id: str) -> JSON:
    """Never try an import again by itself."""
    return steering.ignore(import_id, by=_me()).shape()
