"""What becomes of playlists when a person leaves the server: theirs are handed over or deleted, and
they leave those of others. What they added there stays, without their name."""

from __future__ import annotations

from sqlalchemy import delete, exists, select, update

from playlist_app.database import session
from playlist_app.live import events
from playlist_app.people import leaving
from playlist_app.people.leaving import LEFT, Fate, Will
from playlist_app.people.models import User
from playlist_app.playlists.history import Play
from playlist_app.playlists.items import Item
from playlist_app.playlists.members import Membership
from playlist_app.playlists.models import Playlist
from playlist_app.playlists.roles import BLOCKED, Visibility


def part(person: User, will: Will) -> None:
    """Within the write of `leaving.leave`."""
    tx = session()
    for playlist in tx.scalars(select(Playlist).where(Playlist.owner_id == person.id)).all():
        heir = will.heir if will.playlists == Fate.HAND_OVER else None
        if heir and _is_shared(playlist):
            playlist.pass_to(heir, by=person)
        else:
            playlist.delete(by=person)
            tx.execute(
                delete(events.Event).where(
                    events.Event.playlist_id == playlist.id,
                    events.Event.type != events.PlaylistDeleted.type,
                )
            )
    mine = Membership.user_id == person.id
    tx.execute(delete(Membership).where(mine, Membership.role == BLOCKED))
    theirs = select(Membership.playlist_id).where(mine)
    for playlist in tx.scalars(select(Playlist).where(Playlist.id.in_(theirs))).all():
        playlist.dismiss(person, by=person)
    tx.flush()
    tx.execute(update(Play).where(Play.added_by_id == person.id).values(added_by_name=LEFT))
    # Whose items are somebody else's now, in words: open pages read their list again.
    added = select(Item.playlist_id).where(Item.added_by_id == person.id)
    for playlist in tx.scalars(select(Playlist).where(Playlist.id.in_(added))).all():
        playlist.record(events.PlaylistRestored(), person)


def _is_shared(playlist: Playlist) -> bool:
    others = select(Membership.user_id).where(Membership.playlist_id == playlist.id)
    return playlist.visibility != Visibility.PRIVATE or bool(
        session().scalar(select(exists(others)))
    )


def register() -> None:
    # More than one app may be made in a process (tests), and they share the slices.
    if part not in leaving.parting:
        leaving.parting.append(part)
        leaving.staying.add("vote")  # a list's order is not to change because somebody left
