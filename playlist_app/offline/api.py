"""The API of offline devices: the manifest of a copy, and the merge of what was changed."""

from __future__ import annotations

from typing import Any, cast

from flask import Response, current_app, request
from flask_login import current_user

from playlist_app.described import answers
from playlist_app.live import events
from playlist_app.offline import answers as said
from playlist_app.offline import merge
from playlist_app.offline.copies import Known, manifest_of
from playlist_app.offline.entries import Quality, Wanted
from playlist_app.offline.schemas import CopyOf, Sync
from playlist_app.offline.versions import version_of
from playlist_app.people import limits
from playlist_app.people.api_tokens import Scope, require_scope
from playlist_app.people.idempotency import ApiBlueprint, steps_itself
from playlist_app.playlists.finding import find_playlist
from playlist_app.refusals import NotSignedIn

JSON = dict[str, Any]

api = ApiBlueprint("offline_api", __name__, url_prefix="/api/v1")


@api.route("/playlists/<playlist_id>/offline", methods=["GET"])
@answers(said.Manifest, etag=True)
@api.arguments(CopyOf, location="query")
def manifest(wanted: JSON, playlist_id: str) -> Response:
    """The manifest of an offline copy; 304 where the device's ETag still stands. HEAD only tells
    the ETag, and has nothing made."""
    me = current_user._get_current_object()
    playlist = find_playlist(playlist_id, me)
    copy = Wanted(Quality(wanted["quality"]), wanted.get("plays"))
    etag = version_of(playlist, me, copy).etag
    if request.if_none_match.contains_weak(etag):
        response = Response(status=304)
    elif request.method == "HEAD":
        response = Response(mimetype="application/json")
    else:
        etags = tuple(request.if_none_match.as_set(include_weak=True))
        known = Known(wanted.get("since"), wanted.get("epoch"), etags)
        body, etag = manifest_of(playlist, me, copy, known)
        response = cast(Response, current_app.json.response(body))
    response.set_etag(etag)
    return response


@api.route("/sync", methods=["POST"])
@answers(said.Synced, scope="vote")
@steps_itself  # each operation is a step of its own, and is done once by its id
@api.arguments(Sync)
def sync(values: JSON) -> JSON:
    """Apply operations, in order; one result each. A token needs the scope edit, unless all of them
    are votes."""
    if any(operation["kind"] != "vote" for operation in values["operations"]):
        require_scope(Scope.EDIT)
    me = current_user._get_current_object()
    if values.get("person", me.id) != me.id:
        # The cookie is the browser's: somebody else logged in while these were under way.
        raise NotSignedIn(
            "These changes are another person's. They go on when that person logs in."
        )
    limits.take(limits.CHANGES, len(values["operations"]))  # more come back when they fit
    results = merge.apply_all(values["operations"], values["device"], me)
    return {"results": results, "seq": events.newest_seq(), "epoch": events.epoch()}
