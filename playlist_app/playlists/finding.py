"""Finding: a playlist or an item, for who may see it; for everybody else it isn't there."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Select, and_, false, or_, select

from playlist_app.database import session
from playlist_app.library.models import Track
from playlist_app.people.models import User
from playlist_app.playlists.items import Item
from playlist_app.playlists.members import Membership
from playlist_app.playlists.models import Playlist
from playlist_app.playlists.roles import Visibility, role_of
from playlist_app.refusals import NotFound


def with_role(person: User) -> Select[tuple[Playlist, str | None]]:
    """Playlists, each with the role of the person's membership, if there is one."""
    return select(Playlist, Membership.role).outerjoin(
        Membership,
        and_(Membership.playlist_id == Playlist.id, Membership.user_id == person.id),
    )


def find_playlist(playlist_id: str, person: User) -> Playlist:
    """The playlist, with the person's role as `seen_as`. Raises NotFound."""
    row = session().execute(with_role(person).where(Playlist.id == playlist_id)).first()
    role = role_of(person, row[0].owner_id, row[0].visibility, row[1]) if row else None
    if not row or role is None:
        raise NotFound("This playlist isn't here, or isn't shared with you.")
    playlist: Playlist = row[0]
    playlist.seen_as = role
    return playlist


def find_item(playlist_id: str, item_id: str, person: User) -> Item:
    """An item, in its playlist. Raises NotFound."""
    playlist = find_playlist(playlist_id, person)
    item = session().scalar(select(Item).where(Item.id == item_id, Item.playlist_id == playlist.id))
    if not item:
        raise NotFound("This track isn't in the list any more.")
    return item


def listed_for(person: User) -> ColumnElement[bool]:
    """Which playlists stand in a person's own list: a condition on Playlist."""
    mine = select(Membership.playlist_id).where(
        Membership.playlist_id == Playlist.id, Membership.user_id == person.id
    )
    for_all = Playlist.visibility == Visibility.MEMBERS if person.is_member else false()
    return or_(Playlist.owner_id == person.id, mine.exists(), for_all)


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
        .outerjoin(
            Membership,
            and_(Membership.playlist_id == playlist_id, Membership.user_id == User.id),
        )
        .where(User.id.in_(people), User.is_active)
    )
    return {
        person.id
        for person, given in rows
        if role_of(person, playlist.owner_id, playlist.visibility, given)
    }
