"""The API of snapshots, and of whom a playlist keeps out."""

from __future__ import annotations

from typing import Any

from flask import Response
from flask_login import current_user

from playlist_app.described import answers
from playlist_app.paging import Page, page_of
from playlist_app.people.idempotency import ApiBlueprint
from playlist_app.people.models import User
from playlist_app.playlists.finding import find_playlist
from playlist_app.playlists.members import require
from playlist_app.playlists.past import answers as said
from playlist_app.playlists.past import schemas
from playlist_app.playlists.past.api import find_person
from playlist_app.playlists.past.blocking import block, blocked_in, unblock
from playlist_app.playlists.past.naming import shows_names_to
from playlist_app.playlists.past.restoring import compared, restore
from playlist_app.playlists.past.snapshots import (
    find_snapshot,
    snapshots_of,
    take,
    with_songs,
)
from playlist_app.playlists.roles import Right
from playlist_app.web import listed

JSON = dict[str, Any]

api = ApiBlueprint("snapshot_api", __name__, url_prefix="/api/v1/playlists/<playlist_id>")


def _me() -> User:
    me: User = current_user._get_current_object()
    return me


@api.route("/snapshots", methods=["GET"])
@answers(said.Snapshots)
@api.arguments(schemas.APage, location="query")
def snapshots(values: JSON, playlist_id: str) -> JSON:
    """The snapshots, newest first, without their songs."""
    playlist = find_playlist(playlist_id, _me())
    at, limit = values["cursor"], values["limit"]
    names = shows_names_to(playlist, _me())
    found = snapshots_of(playlist, limit=limit + 1, offset=at)
    more = str(at + limit) if len(found) > limit else None
    return {"items": [one.shape(names=names) for one in found[:limit]], "next_cursor": more}


@api.route("/snapshots", methods=["POST"])
@answers(said.Snapshot, 201)
@api.arguments(schemas.NewSnapshot)
def take_snapshot(values: JSON, playlist_id: str) -> tuple[JSON, int]:
    """Take a snapshot of the list as it is."""
    playlist = find_playlist(playlist_id, _me())
    return take(playlist, by=_me(), text=values["text"]).shape(names=True), 201


@api.route("/snapshots/<snapshot_id>", methods=["GET"])
@answers(said.WholeSnapshot)
def show_snapshot(playlist_id: str, snapshot_id: str) -> JSON:
    """A snapshot with its songs."""
    playlist = find_playlist(playlist_id, _me())
    snapshot = find_snapshot(playlist, snapshot_id)
    return snapshot.shape(names=shows_names_to(playlist, _me())) | {
        "items": with_songs([snapshot])[snapshot.id]
    }


@api.route("/snapshots/<snapshot_id>", methods=["DELETE"])
@answers()
def delete_snapshot(playlist_id: str, snapshot_id: str) -> tuple[str, int]:
    """Delete a snapshot: one's own, or any for who runs the playlist."""
    find_snapshot(find_playlist(playlist_id, _me()), snapshot_id).delete(by=_me())
    return "", 204


@api.route("/snapshots/<snapshot_id>/compare", methods=["GET"])
@answers(said.Compared)
def compare(playlist_id: str, snapshot_id: str) -> JSON:
    """What differs between a snapshot and the list as it is now."""
    playlist = find_playlist(playlist_id, _me())
    return compared(find_snapshot(playlist, snapshot_id), playlist)


@api.route("/snapshots/<snapshot_id>/restore", methods=["POST"])
@answers(said.Restored)
def restore_snapshot(playlist_id: str, snapshot_id: str) -> JSON:
    """Make the list what it was, in one change that can be taken back. What plays goes on; tracks
    that are gone from the library are said."""
    playlist = find_playlist(playlist_id, _me())
    done = restore(playlist, find_snapshot(playlist, snapshot_id), by=_me())
    return {
        "change": done.step.id if done.step else None,
        "left_out": list(done.left),
        "before": done.before.id if done.before else None,
        "seq": playlist.seq,
    }


# --- whom it keeps out --------------------------------------------------------------------------


@api.route("/blocks", methods=["GET"])
@answers(said.AllBlocked)
@api.arguments(Page, location="query")
def blocks(page: JSON, playlist_id: str) -> Response:
    """Who is kept out, by name; for who runs the playlist."""
    playlist = find_playlist(playlist_id, _me())
    require(playlist, _me(), Right.MANAGE)
    found = blocked_in(playlist)
    return listed(*page_of(found, **page, id_of=lambda one: str(one["user"]["id"])))


@api.route("/blocks", methods=["POST"])
@answers(said.Blocking, 201)
@api.arguments(schemas.Block)
def block_person(values: JSON, playlist_id: str) -> tuple[JSON, int]:
    """Keep a person out; with `undo` what they have waiting and their votes go with them."""
    playlist = find_playlist(playlist_id, _me())
    require(playlist, _me(), Right.MANAGE)  # before it tells whether there is such a person
    person = find_person(values["user"])
    done = block(playlist, person, by=_me(), undo=values["undo"])
    found = next(one for one in blocked_in(playlist) if one["user"]["id"] == person.id)
    return found | {"change": done.step.id if done and done.step else None}, 201


@api.route("/blocks/<user_id>", methods=["DELETE"])
@answers()
def unblock_person(playlist_id: str, user_id: str) -> tuple[str, int]:
    """Let a person in again, who may then be invited."""
    playlist = find_playlist(playlist_id, _me())
    require(playlist, _me(), Right.MANAGE)
    unblock(playlist, find_person(user_id), by=_me())
    return "", 204
