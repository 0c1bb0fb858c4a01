"""The API of a playlist's party settings."""

from __future__ import annotations

from typing import Any

from flask_login import current_user
from marshmallow import Schema, fields, validate

from playlist_app.described import answers
from playlist_app.people.idempotency import ApiBlueprint
from playlist_app.people.models import User
from playlist_app.playlists import answers as said
from playlist_app.playlists.finding import find_playlist
from playlist_app.playlists.models import Playlist
from playlist_app.playlists.party import PRESETS, Who
from playlist_app.playlists.schemas import AnId

JSON = dict[str, Any]

api = ApiBlueprint("party_api", __name__, url_prefix="/api/v1/playlists")


def _who() -> fields.String:
    return fields.String(validate=validate.OneOf(list(Who)))


def _limit() -> fields.Integer:
    return fields.Integer(strict=True, allow_none=True)


class PartyFields(Schema):
    preset = fields.String(validate=validate.OneOf(list(PRESETS)))
    add, down, reorder, remove, skip = _who(), _who(), _who(), _who(), _who()
    names = fields.Boolean(truthy={True}, falsy={False})
    max_waiting, track_minutes = _limit(), _limit()
    artist_minutes, longest_minutes = _limit(), _limit()
    skip_share = fields.Integer(strict=True)
    fallback = AnId(allow_none=True)


def _me() -> User:
    me: User = current_user._get_current_object()
    return me


def _shape(playlist: Playlist) -> JSON:
    mode, consume = playlist.order_mode, playlist.consume
    return playlist.party.shape() | {"order_mode": mode, "consume": consume}


@api.route("/<playlist_id>/party", methods=["GET"])
@answers(said.PartySettings)
def party(playlist_id: str) -> JSON:
    """Who may do what in a playlist beside its editors, and its limits."""
    return _shape(find_playlist(playlist_id, _me()))


@api.route("/<playlist_id>/party", methods=["PATCH"])
@answers(said.PartySettings)
@api.arguments(PartyFields)
def change_party(values: JSON, playlist_id: str) -> JSON:
    """Change single settings, or take a `preset`, which sets the order and whether songs are kept
    as well; single ones named beside it hold over it. For hosts."""
    playlist = find_playlist(playlist_id, _me())
    playlist.change_party(by=_me(), **values)
    return _shape(playlist)
