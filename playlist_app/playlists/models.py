"""The playlist: an ordered, shared list. Its other ideas have files of their own.

adding.py: adding and ranks · items.py: removing and moving · votes.py · settings.py · members.py ·
invites.py · joining.py · party.py · limiting.py · room.py · history.py · listing.py: reading many
rows at once.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, delete, func, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from playlist_app.database import Base, Id, Moment, WithId, iso, new_id, now, session, write
from playlist_app.library.models import Track
from playlist_app.library.texts import clean_text
from playlist_app.live import events
from playlist_app.people import audit
from playlist_app.people.models import User
from playlist_app.playlists.adding import Addable
from playlist_app.playlists.invites import Inviting
from playlist_app.playlists.items import Item
from playlist_app.playlists.members import Shared, require
from playlist_app.playlists.order import OrderMode
from playlist_app.playlists.party import NO_PARTY, Partying
from playlist_app.playlists.roles import Right, Role, Visibility
from playlist_app.playlists.room import Room
from playlist_app.playlists.settings import Configurable
from playlist_app.refusals import Conflict, Invalid, NotAllowed

LONGEST_TITLE = 120
LONGEST_DESCRIPTION = 2000


class Playlist(Addable, Configurable, Inviting, Partying, Shared, WithId, Base):
    """An ordered, shared list, with owner, members, visibility, an order mode and a room."""

    __tablename__ = "playlist"

    title: Mapped[str] = mapped_column(String(LONGEST_TITLE))
    description: Mapped[str] = mapped_column(String(LONGEST_DESCRIPTION), default="")
    owner_id: Mapped[str] = mapped_column(Id, ForeignKey("user.id"), index=True)
    visibility: Mapped[str] = mapped_column(String(10), default=Visibility.PRIVATE)
    order_mode: Mapped[str] = mapped_column(String(10), default=OrderMode.MANUAL)
    consume: Mapped[bool] = mapped_column(default=False)
    seq: Mapped[int] = mapped_column(default=0)  # of its newest event
    updated_at: Mapped[datetime] = mapped_column(Moment, default=now)

    owner: Mapped[User] = relationship(lazy="joined", innerjoin=True)
    room: Mapped[Room] = relationship(back_populates="playlist", passive_deletes=True)

    # Set by finding.py: the role of the person who asked for it.
    seen_as = Role.VIEWER

    @classmethod
    def create(
        cls,
        *,
        by: User,
        title: str,
        description: str = "",
        visibility: str = Visibility.PRIVATE,
        order_mode: str = OrderMode.MANUAL,
        consume: bool = False,
        playlist_id: str | None = None,
    ) -> Playlist:
        """A new list; a client may have chosen its id. Raises Invalid, NotAllowed, and Conflict
        for an id that is taken or was."""
        if not by.is_member:
            raise NotAllowed("Guests can't make playlists.")
        with write() as tx:
            if playlist_id and _was_there(playlist_id):
                raise Conflict("This id can't be used.")
            playlist = cls(id=playlist_id or new_id(), owner_id=by.id, seq=0, created_at=now())
            playlist.set(
                title=title,
                description=description,
                visibility=visibility,
                order_mode=order_mode,
                consume=consume,
            )
            playlist.party = NO_PARTY
            playlist.room = Room(at=now())
            tx.add(playlist)
            tx.flush()
            tx.refresh(playlist)
            playlist.seen_as = Role.OWNER
            playlist.record(events.PlaylistUpdated(playlist.shape()), by)
        return playlist

    def delete(self, *, by: User) -> None:
        """Delete the list; tracks and audio stay in the library. Raises NotAllowed."""
        with write() as tx:
            require(self, by, Right.OWN)
            self.record(events.PlaylistDeleted(), by)
            audit.note("playlist.deleted", subject=self.title, by=by)
            tx.flush()
            tx.execute(delete(Playlist).where(Playlist.id == self.id))  # the rest goes by its keys
            tx.expunge(self)

    def record(self, happening: events.Happening, by: User | None) -> None:
        """Record an event of this playlist, in the write that is under way."""
        self.seq = events.record(happening, playlist=self.id, by=by.id if by else None)
        self.updated_at = now()

    def set(
        self,
        *,
        title: str | None = None,
        description: str | None = None,
        visibility: str | None = None,
        order_mode: str | None = None,
        consume: bool | None = None,
    ) -> None:
        """Settings as they shall be, cleaned; within a write in which somebody was allowed to.
        Raises Invalid."""
        if title is not None:
            self.title = clean_text(title, "title", longest=LONGEST_TITLE)
            if not self.title:
                raise Invalid.field("title", "A playlist needs a title.")
        if description is not None:
            self.description = clean_text(description, "description", longest=LONGEST_DESCRIPTION)
        if visibility is not None:
            self.visibility = _one_of(Visibility, visibility, "visibility")
        if order_mode is not None:
            self.order_mode = _one_of(OrderMode, order_mode, "order_mode")
        if consume is not None:
            self.consume = consume

    def count(self) -> tuple[int, float]:
        """Items, and seconds: counted each time, as a stored count could drift."""
        row = (
            session()
            .execute(
                select(func.count(), func.coalesce(func.sum(Track.duration_seconds), 0.0))
                .select_from(Item)
                .join(Track, Track.id == Item.track_id)
                .where(Item.playlist_id == self.id)
            )
            .one()
        )
        return row[0], round(row[1] or 0.0, 3)

    def shape(self, count: tuple[int, float] | None = None) -> dict[str, Any]:
        """The shape of a playlist (SPEC §5), without `my_role`: the same for everybody.

        `count` is what `count()` answers, where a list has it at hand.
        """
        items, seconds = count or self.count()
        return {
            "id": self.id,
            "title": self.title,
            "description": self.description,
            "owner": self.owner.as_person(),
            "visibility": self.visibility,
            "order_mode": self.order_mode,
            "consume": self.consume,
            "party": self.party.shape(),
            "seq": self.seq,
            "item_count": items,
            "duration_seconds": seconds,
            "created_at": iso(self.created_at),
            "updated_at": iso(self.updated_at),
        }

    def shape_for(self, role: Role) -> dict[str, Any]:
        return self.shape() | {"my_role": role}


def _was_there(playlist_id: str) -> bool:
    """Whether a list has this id, or had it: the events of a deleted one are kept for a time."""
    here = select(Playlist.id).where(Playlist.id == playlist_id)
    told = select(events.Event.seq).where(events.Event.playlist_id == playlist_id).limit(1)
    return bool(session().scalar(here) or session().scalar(told))


def _one_of(kinds: Any, value: str, field: str) -> str:
    if value not in list(kinds):
        raise Invalid.field(field, f"One of {', '.join(kinds)}.")
    return value
