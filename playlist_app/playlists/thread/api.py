"""The API of a playlist's thread."""

from __future__ import annotations

from typing import Any

from flask_login import current_user

from playlist_app.described import answers
from playlist_app.people.idempotency import ApiBlueprint
from playlist_app.people.limits import MESSAGES, limited
from playlist_app.people.models import User
from playlist_app.playlists.finding import find_playlist
from playlist_app.playlists.past.snapshots import find_snapshot
from playlist_app.playlists.thread import answers as said
from playlist_app.playlists.thread import schemas
from playlist_app.playlists.thread.messages import Message, find_clip, find_message, messages_of
from playlist_app.shapes import Message as MessageShape

JSON = dict[str, Any]

api = ApiBlueprint("thread_api", __name__, url_prefix="/api/v1/playlists/<playlist_id>/messages")


def _me() -> User:
    me: User = current_user._get_current_object()
    return me


@api.route("", methods=["GET"])
@answers(said.Thread)
@api.arguments(schemas.APageOfThread, location="query")
def messages(values: JSON, playlist_id: str) -> JSON:
    """The messages, newest first."""
    playlist = find_playlist(playlist_id, _me())
    found, more = messages_of(playlist, before=values["cursor"], limit=values["limit"])
    shapes = [message.shape_for(_me()) for message in found]
    return {"items": shapes, "next_cursor": str(more) if more else None}


@api.route("", methods=["POST"])
@answers(MessageShape, 201)
@limited(MESSAGES)
@api.arguments(schemas.NewMessage)
def post(values: JSON, playlist_id: str) -> tuple[JSON, int]:
    """Say something; a snapshot of the list and a clip of sound can go along."""
    playlist = find_playlist(playlist_id, _me())
    snapshot = find_snapshot(playlist, values["snapshot"]) if values["snapshot"] else None
    message = Message.post(
        playlist,
        by=_me(),
        text=values["text"],
        snapshot=snapshot,
        with_snapshot=values["take_snapshot"],
        audio=find_clip(values["audio"], _me()) if values["audio"] else None,
        message_id=values.get("id"),
    )
    return message.shape_for(_me()), 201


@api.route("/<message_id>", methods=["PATCH"])
@answers(MessageShape)
@limited(MESSAGES)
@api.arguments(schemas.EditedMessage)
def edit(values: JSON, playlist_id: str, message_id: str) -> JSON:
    """Change the text of one's own message."""
    message = find_message(find_playlist(playlist_id, _me()), message_id)
    message.edit(values["text"], by=_me())
    return message.shape_for(_me())


@api.route("/<message_id>", methods=["DELETE"])
@answers()
def delete(playlist_id: str, message_id: str) -> tuple[str, int]:
    """Delete one's own message, or any for who runs the playlist."""
    find_message(find_playlist(playlist_id, _me()), message_id).delete(by=_me())
    return "", 204
