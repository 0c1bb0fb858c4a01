"""The API of offline devices: the manifest of a copy, and the merge of what was changed."""

from __future__ import annotations

from typing import Any

from flask_login import current_user

from playlist_app.live import events
from playlist_app.offline import merge
from playlist_app.offline.copies import manifest_of
from playlist_app.offline.schemas import Sync
from playlist_app.people.idempotency import ApiBlueprint, steps_itself
from playlist_app.playlists.finding import find_playlist

JSON = dict[str, Any]

api = ApiBlueprint("offline_api", __name__, url_prefix="/api/v1")


@api.route("/playlists/<playlist_id>/offline", methods=["GET"])
def manifest(playlist_id: str) -> JSON:
    """The manifest of an offline copy."""
    me = current_user._get_current_object()
    return manifest_of(find_playlist(playlist_id, me), me)


@api.route("/sync", methods=["POST"])
@steps_itself  # each operation is a step of its own, and is done once by its id
@api.arguments(Sync)
def sync(values: JSON) -> JSON:
    """Apply operations, in order; one result each."""
    me = current_user._get_current_object()
    results = merge.apply_all(values["operations"], values["device"], me)
    return {"results": results, "seq": events.newest_seq(), "epoch": events.epoch()}
