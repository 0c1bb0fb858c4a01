"""The API of playlists: lists, items, votes, members, the room, and what happened."""

from __future__ import annotations

from typing import Any, cast

from flask import Response, current_app, request
from flask_login import current_user
from sqlalchemy import select

from playlist_app.config import settings
from playlist_app.database import session
from playlist_app.described import answers
from playlist_app.library.models import find_track
from playlist_app.live import events
from playlist_app.live.feed import room_of_playlist
from playlist_app.live.presence import people_in
from playlist_app.paging import Page, page_of
from playlist_app.people.idempotency import ApiBlueprint
from playlist_app.people.limits import ADDS, VOTES, limited
from playlist_app.people.models import User
from playlist_app.playlists import answers as said
from playlist_app.playlists import schemas
from playlist_app.playlists.finding import find_item, find_playlist
from playlist_app.playlists.history import last_played
from playlist_app.playlists.items import Item, items_of
from playlist_app.playlists.listing import page_of_playlists
from playlist_app.playlists.members import may, require, role_in
from playlist_app.playlists.models import Playlist
from playlist_app.playlists.roles import Right
from playlist_app.refusals import Conflict, NotFound
from playlist_app.shapes import MyItem, MyPlaylist
from playlist_app.web import conditional, listed

JSON = dict[str, Any]

api = ApiBlueprint("playlist_api", __name__, url_prefix="/api/v1/playlists")


def _json(**values: Any) -> Response:
    return cast(Response, current_app.json.response(**values))


def _me() -> User:
    me: User = current_user._get_current_object()
    return me


class MissedTooMuch(Conflict):
    status = 410
    title = "Too long ago"


# --- lists --------------------------------------------------------------------------------------


@api.route("", methods=["GET"])
@answers(said.Playlists, etag=True)
@api.arguments(Page, location="query")
def playlists(page: JSON) -> Response:
    """The playlists of who asks: their own, those shared with them, and those for all; what changed
    last comes first."""
    return listed(*page_of_playlists(_me(), **page))


@api.route("", methods=["POST"])
@answers(MyPlaylist, 201)
@api.arguments(schemas.NewPlaylist)
def create(values: JSON) -> tuple[JSON, int]:
    """A new playlist; unless it says otherwise it is private, in manual order, and keeps."""
    playlist = Playlist.create(by=_me(), **values)
    return playlist.shape_for(playlist.seen_as), 201


@api.route("/<playlist_id>", methods=["GET"])
@answers(MyPlaylist)
def show(playlist_id: str) -> JSON:
    """One playlist, without its items."""
    playlist = find_playlist(playlist_id, _me())
    return playlist.shape_for(playlist.seen_as)


@api.route("/<playlist_id>", methods=["PATCH"])
@answers(MyPlaylist)
@api.arguments(schemas.PlaylistFields)
def change(values: JSON, playlist_id: str) -> JSON:
    """Change title, description, visibility, order mode or keeping."""
    playlist = find_playlist(playlist_id, _me())
    playlist.update(by=_me(), **values)
    return playlist.shape_for(playlist.seen_as)


@api.route("/<playlist_id>", methods=["DELETE"])
@answers()
def delete(playlist_id: str) -> tuple[str, int]:
    """Delete a playlist; tracks stay in the library."""
    find_playlist(playlist_id, _me()).delete(by=_me())
    return "", 204


# --- items --------------------------------------------------------------------------------------


@api.route("/<playlist_id>/items", methods=["GET"])
@answers(said.Items, etag=True)
def items(playlist_id: str) -> Response:
    """Every item, in the order shown now, and the newest event that the list contains."""
    playlist = find_playlist(playlist_id, _me())
    etag = f"{events.epoch()}-{playlist.seq}-{_me().id}"
    if request.if_none_match.contains(etag):
        response = Response(status=304)
    else:
        response = _json(items=items_of(playlist, _me()), next_cursor=None, seq=playlist.seq)
    response.set_etag(etag)
    return response


@api.route("/<playlist_id>/items", methods=["POST"])
@answers(MyItem, 201, also={409: said.NotAdded})
@limited(ADDS)
@api.arguments(schemas.AddItem)
def add(values: JSON, playlist_id: str) -> tuple[JSON, int]:
    """Add a track, at the end or behind an item; 409 with that item when it is there already, or
    with the `limit` of the party that holds, and until when."""
    playlist = find_playlist(playlist_id, _me())
    may_add = may(playlist, playlist.seen_as, Right.ADD)
    track = find_track(values["track_id"], _me(), to_add=may_add)
    after = _neighbour(playlist, values.get("after"))
    return playlist.add(track, by=_me(), after=after).shape_for(_me()), 201


@api.route("/<playlist_id>/items/<item_id>", methods=["PATCH"])
@answers(MyItem)
@api.arguments(schemas.ChangeItem)
def change_item(values: JSON, playlist_id: str, item_id: str) -> JSON:
    """Move an item, or make it play."""
    item = find_item(playlist_id, item_id, _me())
    if "is_playing" in values:
        item.playlist.room.play(by=_me(), item=item)
    elif "before" in values:
        item.move(by=_me(), before=_neighbour(item.playlist, values["before"]))
    elif "index" in values:
        item.move(by=_me(), after=_item_ahead_of(item, values["index"]))
    else:
        item.move(by=_me(), after=_neighbour(item.playlist, values["after"]))
    return item.shape_for(_me())


@api.route("/<playlist_id>/items/<item_id>", methods=["DELETE"])
@answers()
def remove(playlist_id: str, item_id: str) -> tuple[str, int]:
    """Take an item off the list."""
    find_item(playlist_id, item_id, _me()).remove(by=_me())
    return "", 204


@api.route("/<playlist_id>/items/<item_id>/vote", methods=["POST"])
@answers(MyItem, scope="vote")
@limited(VOTES)
@api.arguments(schemas.CastVote)
def vote(values: JSON, playlist_id: str, item_id: str) -> JSON:
    """Vote for an item: up, down or none."""
    item = find_item(playlist_id, item_id, _me())
    item.vote(values["direction"], by=_me())
    return item.shape_for(_me())


def _neighbour(playlist: Playlist, item_id: str | None) -> Item | None:
    """The item that a call names as a neighbour. Raises NotFound."""
    if item_id is None:
        return None
    found = session().scalar(
        select(Item).where(Item.id == item_id, Item.playlist_id == playlist.id)
    )
    if not found:
        raise NotFound("The track beside which this should stand isn't in the list any more.")
    return found


def _item_ahead_of(item: Item, index: int) -> Item | None:
    """The item behind which `item` stands when it is the one at the 0-based `index`."""
    if index == 0:
        return None
    others = select(Item).where(Item.playlist_id == item.playlist_id, Item.id != item.id)
    found = session().scalar(others.order_by(Item.rank).offset(index - 1).limit(1))
    return found or session().scalar(others.order_by(Item.rank.desc()).limit(1))


# --- what happened ------------------------------------------------------------------------------


@api.route("/<playlist_id>/history", methods=["GET"])
@answers(said.History)
def history(playlist_id: str) -> JSON:
    """What was played, newest first."""
    playlist = find_playlist(playlist_id, _me())
    return {"items": last_played(playlist), "next_cursor": None}


@api.route("/<playlist_id>/events", methods=["GET"])
@answers(said.Events, refuses=(410,), etag=True)
@api.arguments(schemas.Since, location="query")
def happened(values: JSON, playlist_id: str) -> Response:
    """What the live channel would have sent after `since`; 410 when that is too long ago."""
    playlist = find_playlist(playlist_id, _me())
    missed = events.missed(playlist.id, values["since"], newest=playlist.seq)
    if missed is None:
        raise MissedTooMuch("So much is not kept: read the list again.")
    frames = b",".join(events.frame(event.seq, event.type, event.payload) for event in missed)
    newest = missed[-1].seq if missed else max(playlist.seq, values["since"])
    body = b'{"items":[%s],"next_cursor":null,"seq":%d}' % (frames, newest)
    return conditional(body)


# --- members ------------------------------------------------------------------------------------


@api.route("/<playlist_id>/members", methods=["GET"])
@answers(said.Members, etag=True)
@api.arguments(Page, location="query")
def members(page: JSON, playlist_id: str) -> Response:
    """Everybody with a role: the owner, then the others by name."""
    found = find_playlist(playlist_id, _me()).members()
    return listed(*page_of(found, **page, id_of=lambda member: str(member["user"]["id"])))


@api.route("/<playlist_id>/members", methods=["POST"])
@answers(said.Member, 201)
@api.arguments(schemas.NewMember)
def invite(values: JSON, playlist_id: str) -> tuple[JSON, int]:
    """Give a person with an account a role."""
    playlist = find_playlist(playlist_id, _me())
    require(playlist, _me(), Right.MANAGE)  # before it tells whether there is such a person
    person = User.named(values["username"])
    playlist.invite(person, values["role"], by=_me())
    return playlist.member(person), 201


@api.route("/<playlist_id>/members/<user_id>", methods=["PATCH"])
@answers(said.ChangedMember)
@api.arguments(schemas.ChangeMember)
def change_member(values: JSON, playlist_id: str, user_id: str) -> JSON:
    """Give a member another role."""
    playlist = find_playlist(playlist_id, _me())
    person = _member(playlist, user_id)
    playlist.invite(person, values["role"], by=_me())
    return {"user": person.as_person(), "role": values["role"]}


@api.route("/<playlist_id>/members/<user_id>", methods=["DELETE"])
@answers()
def dismiss(playlist_id: str, user_id: str) -> tuple[str, int]:
    """Take a member's role away, or leave."""
    playlist = find_playlist(playlist_id, _me())
    playlist.dismiss(_member(playlist, user_id), by=_me())
    return "", 204


def _member(playlist: Playlist, user_id: str) -> User:
    person = session().get(User, user_id)
    if not person or role_in(playlist, person) is None:
        raise NotFound("That person is no member of this playlist.")
    return person


# --- the room -----------------------------------------------------------------------------------


def _room(playlist: Playlist) -> JSON:
    people = people_in(settings().cache_folder, room_of_playlist(playlist.id))
    return playlist.room.shape(len(people))


@api.route("/<playlist_id>/room", methods=["GET"])
@answers(said.Room)
def room(playlist_id: str) -> JSON:
    """What the room plays, at which second, and on which device."""
    return _room(find_playlist(playlist_id, _me()))


@api.route("/<playlist_id>/room/play", methods=["POST"])
@answers(said.Room)
def play(playlist_id: str) -> JSON:
    """Go on, or begin with the first."""
    playlist = find_playlist(playlist_id, _me())
    playlist.room.play(by=_me())
    return _room(playlist)


@api.route("/<playlist_id>/room/pause", methods=["POST"])
@answers(said.Room)
def pause(playlist_id: str) -> JSON:
    """Pause what plays."""
    playlist = find_playlist(playlist_id, _me())
    playlist.room.pause(by=_me())
    return _room(playlist)


@api.route("/<playlist_id>/room/seek", methods=["POST"])
@answers(said.Room)
@api.arguments(schemas.Seek)
def seek(values: JSON, playlist_id: str) -> JSON:
    """Go on elsewhere in what plays."""
    playlist = find_playlist(playlist_id, _me())
    playlist.room.seek(values["position_ms"], by=_me())
    return _room(playlist)


@api.route("/<playlist_id>/room/next", methods=["POST"])
@answers(said.Room)
@api.arguments(schemas.Next)
def next_(values: JSON, playlist_id: str) -> JSON:
    """Go on after the item named; the room as it is when somebody did so before."""
    playlist = find_playlist(playlist_id, _me())
    playlist.room.next(values["ended"], by=_me())
    return _room(playlist)


@api.route("/<playlist_id>/room/speaker", methods=["POST"])
@answers(said.Room)
@api.arguments(schemas.Speaker)
def speaker(values: JSON, playlist_id: str) -> JSON:
    """Make a device the one that plays aloud; null: none does any more."""
    playlist = find_playlist(playlist_id, _me())
    playlist.room.take_speaker(values["device"], values["name"], by=_me())
    return _room(playlist)
