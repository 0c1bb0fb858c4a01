"""The API of sharing a playlist: its invites, joining by a code, and handing it over."""

from __future__ import annotations

from typing import Any

import segno
from flask import Response, url_for
from flask_login import current_user
from marshmallow import Schema, fields, validate

from playlist_app.described import answers, bytes_of
from playlist_app.paging import Page, page_of
from playlist_app.people import sessions
from playlist_app.people.idempotency import ApiBlueprint, steps_itself
from playlist_app.people.models import User
from playlist_app.people.sessions import How
from playlist_app.playlists import answers as said
from playlist_app.playlists.finding import find_playlist
from playlist_app.playlists.invites import PlaylistInvite, find_invite, read, require_open
from playlist_app.playlists.joining import join, join_as_guest
from playlist_app.playlists.models import Playlist
from playlist_app.playlists.roles import INVITED, Role
from playlist_app.playlists.schemas import AnId
from playlist_app.refusals import Invalid
from playlist_app.shapes import MyPlaylist
from playlist_app.web import listed, public

JSON = dict[str, Any]

api = ApiBlueprint("sharing_api", __name__, url_prefix="/api/v1")


class NewInvite(Schema):
    role = fields.String(load_default=Role.VOTER, validate=validate.OneOf(list(INVITED)))
    uses = fields.Integer(load_default=100, strict=True)
    hours = fields.Integer(load_default=24, strict=True)


class Joining(Schema):
    nickname = fields.String(load_default="", validate=validate.Length(max=200))


class NewOwner(Schema):
    user_id = AnId(required=True)


def _me() -> User:
    me: User = current_user._get_current_object()
    return me


def address_of(invite: PlaylistInvite) -> str | None:
    """The address that a phone opens; None for an invite whose code can't be told any more."""
    code = invite.code if invite.state == "open" else None
    return url_for("sharing.door", code=code, _external=True) if code else None


def _shape(invite: PlaylistInvite) -> JSON:
    return invite.shape() | {"url": address_of(invite)}


@api.route("/playlists/<playlist_id>/invites", methods=["GET"])
@answers(said.Invites)
@api.arguments(Page, location="query")
def invites(page: JSON, playlist_id: str) -> Response:
    """Every invite of a playlist, the newest first, for its hosts. `code` and `url` are there while
    it lets people in; `state` is open, used, ended or revoked."""
    doors = find_playlist(playlist_id, _me()).doors(by=_me())
    found, following = page_of(doors, **page, id_of=lambda one: one.id)
    return listed([_shape(one) for one in found], following)


@api.route("/playlists/<playlist_id>/invites", methods=["POST"])
@answers(said.PlaylistInvite, 201)
@api.arguments(NewInvite)
def make_invite(values: JSON, playlist_id: str) -> tuple[JSON, int]:
    """Make a code by which `uses` people join with this role, for so many hours; who has no account
    is a guest until then."""
    return _shape(find_playlist(playlist_id, _me()).open_door(by=_me(), **values)), 201


@api.route("/playlists/<playlist_id>/invites", methods=["DELETE"])
@answers()
def revoke_all(playlist_id: str) -> tuple[str, int]:
    """Take all invites back. Who came in by them stays."""
    find_playlist(playlist_id, _me()).close_all_doors(by=_me())
    return "", 204


@api.route("/playlists/<playlist_id>/invites/<invite_id>", methods=["DELETE"])
@answers()
def revoke(playlist_id: str, invite_id: str) -> tuple[str, int]:
    """Take an invite back. Who came in by it stays."""
    find_playlist(playlist_id, _me()).close_door(invite_id, by=_me())
    return "", 204


@api.route("/playlists/<playlist_id>/invites/<invite_id>/qr.svg", methods=["GET"])
@answers(bytes_of("the picture"), media=("image/svg+xml",))
def picture(playlist_id: str, invite_id: str) -> Response:
    """The address of an invite as a picture that a phone's camera reads."""
    invite = find_playlist(playlist_id, _me()).invite_of(invite_id, by=_me())
    address = address_of(invite)
    if not address:
        require_open(invite)
        raise Invalid("This code was made with another key of the server. Make a new one.")
    drawn = segno.make(address, error="m").svg_inline(light="#fff", dark="#000", scale=4)
    drawn = drawn.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1)
    return Response(drawn, mimetype="image/svg+xml")


@api.route("/playlists/<playlist_id>/owner", methods=["PUT"])
@answers(MyPlaylist, refuses=(409,))
@api.arguments(NewOwner)
def hand_over(values: JSON, playlist_id: str) -> JSON:
    """Make another member the owner; who was it stays as a host."""
    playlist = find_playlist(playlist_id, _me())
    playlist.hand_over(User.by_id(values["user_id"]), by=_me())
    return _mine(playlist.id)


@api.route("/join/<code>", methods=["GET"])
@answers(said.Door, refuses=(404, 429))
@public
def look(code: str) -> JSON:
    """Where a code leads."""
    invite = find_invite(code)
    require_open(invite)
    playlist = invite.playlist
    return {
        "playlist": {"id": playlist.id, "title": playlist.title},
        "role": invite.role,
        "ends_at": invite.shape()["ends_at"],
    }


@api.route("/join/<code>", methods=["POST"])
@answers(said.Joined, refuses=(404, 409, 429))
@public
@steps_itself
@api.arguments(Joining)
def enter(values: JSON, code: str) -> JSON:
    """Join by a code: as who one is, or, for who is not logged in, as a guest called `nickname`.
    A guest's `token` is that of a log-in, and ends with the invite."""
    if current_user.is_authenticated:
        return {"playlist": _mine(join(code, _me()).id), "user": _me().as_user(), "token": None}
    guest, invite = join_as_guest(read(code), values["nickname"])
    token = sessions.open_for(guest, How.GUEST, ends_at=invite.ends_at)
    sessions.keep_in_cookie(token)
    playlist: Playlist = invite.playlist
    mine = playlist.shape_for(Role(invite.role))
    return {"playlist": mine, "user": guest.as_user(), "token": token}


def _mine(playlist_id: str) -> JSON:
    playlist = find_playlist(playlist_id, _me())
    return playlist.shape_for(playlist.seen_as)
