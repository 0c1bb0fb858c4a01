"""Finding: a playlist or an item, for who may see it; for everybody else it isn't there."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, false, or_, select
from sqlalchemy.orm.attributes import set_committed_value

from playlist_app.database import Id, session
from playlist_app.library.models import Track
from playlist_app.people.models import User
from playlist_app.playlists.items import Item
from playlist_app.playlists.members import Membership, remember_role
from playlist_app.playlists.models import Playlist
from playlist_app.playlists.roles import BLOCKED, Visibility, role_of
from playlist_app.refusals import NotFound

# Made once: every call about a playlist begins with one of these.
_MINE = and_(
    Membership.playlist_id == Playlist.id,
    Membership.user_id == bindparam("person", type_=Id),
    Membership.holding(),
)
_PLAYLIST = (
    select(Playlist, Membership.role)
    .select_from(Playlist)
    .outerjoin(Membership, _MINE)
    .where(Playlist.id == bindparam("playlist", type_=Id))
)
_ITEM = (
    select(Playlist, Membership.role, Item)
    .select_from(Playlist)
    .outerjoin(Membership, _MINE)
    .outerjoin(Item, and_(Item.playlist_id == Playlist.id, Item.id == bindparam("item", type_=Id)))
    .where(Playlist.id == bindparam("playlist", type_=Id))
)


def find_playlist(playlist_id: str, person: User) -> Playlist:
    """The playlist, with the person's role as `seen_as`. Raises NotFound."""
    values = {"playlist": playlist_id, "person": person.id}
    return _seen(session().execute(_PLAYLIST, values).first(), person)


def find_item(playlist_id: str, item_id: str, person: User) -> Item:
    """An item, in its playlist. Raises NotFound."""
    values = {"playlist": playlist_id, "item": item_id, "person": person.id}
    row: Any = session().execute(_ITEM, values).first()
    playlist = _seen(row, person)
    item: Item | None = row[2] if row else None
    if not item:
        raise NotFound("This track isn't in the list any more.")
    set_committed_value(item, "playlist", playlist)
    return item


def _seen(row: Any, person: User) -> Playlist:
    """The playlist of a row that begins with it and the role of the person's membership."""
    role = role_of(person, row[0].owner_id, row[0].visibility, row[1]) if row else None
    if not row or role is None:
        raise NotFound("This playlist isn't here, or isn't shared with you.")
    playlist: Playlist = row[0]
    playlist.seen_as = role
    remember_role(playlist, person, role)
    return playlist


def listed_for(person: User) -> ColumnElement[bool]:
    """Which playlists stand in a person's own list: a condition on Playlist."""
    mine = select(Membership.playlist_id).where(
        Membership.playlist_id == Playlist.id,
        Membership.user_id == person.id,
        Membership.holding(),
    )
    for_all = Playlist.visibility == Visibility.MEMBERS if person.is_member else false()
    # Only the playlist is the outer query's, which may have joined memberships for itself.
    given = mine.where(Membership.role != BLOCKED).correlate(Playlist).exists()
    kept_out = mine.where(Membership.role == BLOCKED).correlate(Playlist).exists()
    return or_(Playlist.owner_id == person.id, given, and_(for_all, ~kept_out))


def in_a_list_of(person: User) -> ColumnElement[bool]:
    """Tracks in the playlists that a person sees: what a guest may hear (library/rules.py)."""
    return (
        select(Item.id)
        .join(Item.playlist)
        .where(Item.track_id == Track.id, listed_for(person))
        .exists()
    )


def still_allowed(room: str, people: set[str]) -> set[str]:
    """Who of these people may still sit in a room of the live channel (live/hub.py)."""
    playlist_id = room.removeprefix("playlist:")
    playlist = session().get(Playlist, playlist_id)
    if not playlist:
        return set()
    rows = session().execute(
        select(User, Membership.role)
        .select_from(User)
        .outerjoin(
            Membership,
            and_(
                Membership.playlist_id == playlist_id,
                Membership.user_id == User.id,
                Membership.holding(),
            ),
        )
        .where(User.id.in_(people), User.is_active)
    )
    return {
        person.id
        for person, given in rows
        if role_of(person, playlist.owner_id, playlist.visibility, given)
    }
