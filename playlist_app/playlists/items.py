"""Items: one track's place in a playlist, and what can be done with it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import ForeignKey, Index, String, func, select, tuple_
from sqlalchemy.orm import Mapped, mapped_column, relationship

from playlist_app.config import settings
from playlist_app.database import Base, Id, Moment, iso, new_id, now, session, write
from playlist_app.library.models import SHAPE_COLUMNS, Track, track_shape
from playlist_app.live import events
from playlist_app.people.models import User
from playlist_app.playlists.members import require
from playlist_app.playlists.order import OrderMode
from playlist_app.playlists.roles import Right
from playlist_app.playlists.votes import Votable
from playlist_app.refusals import Conflict

if TYPE_CHECKING:
    from playlist_app.playlists.models import Playlist


class OrdersItself(Conflict):
    title = "This playlist orders itself"


class Item(Votable, Base):
    """A track's place in a playlist."""

    __tablename__ = "item"
    __table_args__ = (
        Index("item_by_rank", "playlist_id", "rank", unique=True),
        # A track stands at most once in a list; by its audio, `add` sees to it.
        Index("item_of_track", "playlist_id", "track_id", unique=True),
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    playlist_id: Mapped[str] = mapped_column(Id, ForeignKey("playlist.id", ondelete="CASCADE"))
    track_id: Mapped[str] = mapped_column(Id, ForeignKey("track.id"), index=True)
    rank: Mapped[str] = mapped_column(String)
    added_by_id: Mapped[str] = mapped_column(Id, ForeignKey("user.id"))
    added_at: Mapped[datetime] = mapped_column(Moment, default=now)
    up: Mapped[int] = mapped_column(default=0)
    down: Mapped[int] = mapped_column(default=0)
    played_at: Mapped[datetime | None] = mapped_column(Moment)

    playlist: Mapped[Playlist] = relationship(lazy="joined", innerjoin=True)
    track: Mapped[Track] = relationship()
    added_by: Mapped[User] = relationship()

    def remove(self, *, by: User) -> None:
        """Take it off the list; if it plays, the room goes on to the next. Raises NotAllowed.

        Who added an item may take it back.
        """
        with write():
            playlist = self.playlist
            require(playlist, by, Right.SEE)
            if self.added_by_id != by.id:
                require(playlist, by, Right.EDIT)
            if playlist.room.item_id == self.id:
                playlist.room.go_on(by)
            self.drop(by)

    def drop(self, by: User) -> None:
        """Off the list, within a write in which somebody was allowed to."""
        session().delete(self)
        session().flush()
        self.playlist.record(events.TrackRemoved(self.id), by)

    def move(self, *, by: User, after: Item | None = None, before: Item | None = None) -> None:
        """Put it behind `after`, or in front of `before`; with neither, to the top.

        Raises NotAllowed, and OrdersItself where the votes decide.
        """
        with write() as tx:
            playlist = self.playlist
            require(playlist, by, Right.EDIT)
            if playlist.order_mode != OrderMode.MANUAL:
                raise OrdersItself("Here the votes decide the order. Vote for what should be next.")
            if self in (after, before):
                return
            rank = playlist.rank_at(after=after, before=before, but=self)
            if rank == self.rank:
                return
            self.rank = rank
            tx.flush()
            playlist.record(events.TrackMoved(self.shape()), by)

    @property
    def position(self) -> int:
        """1-based, in the order shown now."""
        room = self.playlist.room
        if self.playlist.order_mode == OrderMode.VOTES:
            if room.item_id == self.id:
                return 1
            mine = (self.down - self.up, self.added_at, self.id)
            earlier = tuple_(Item.down - Item.up, Item.added_at, Item.id) < tuple_(*mine)
            condition = earlier if not room.item_id else earlier & (Item.id != room.item_id)
            ahead = 1 if room.item_id else 0
        else:
            condition, ahead = Item.rank < self.rank, 0
        count = session().scalar(
            select(func.count())
            .select_from(Item)
            .where(Item.playlist_id == self.playlist_id, condition)
        )
        return (count or 0) + ahead + 1

    def shape(self) -> dict[str, Any]:
        """The shape of an item (SPEC §5), without what is personal: the same for everybody."""
        return item_shape(
            {"track": self.track.shape(), "position": self.position},
            self.id,
            self.rank,
            self.up,
            self.down,
            self.added_at,
            self.played_at,
            self.added_by_id,
            self.added_by.name,
            playing=self.playlist.room.item_id,
        )


# What item_shape takes, as columns: a list of many reads these, and no objects.
ITEM_COLUMNS: tuple[Any, ...] = (
    Item.id,
    Item.rank,
    Item.up,
    Item.down,
    Item.added_at,
    Item.played_at,
)


def item_shape(
    shape: dict[str, Any],
    id_: str,
    rank: str,
    up: int,
    down: int,
    added_at: datetime,
    played_at: datetime | None,
    added_by_id: str,
    added_by_name: str,
    *,
    playing: str | None,
) -> dict[str, Any]:
    """Fill `shape`, which has the track and the position, with the values of ITEM_COLUMNS."""
    shape |= {
        "id": id_,
        "rank": rank,
        "votes": up - down,
        "up": up,
        "down": down,
        "added_by": {"id": added_by_id, "name": added_by_name},
        "added_at": iso(added_at),
        "is_playing": id_ == playing,
        "played_at": iso(played_at) if played_at else None,
    }
    return shape


def shape_of_row(row: Sequence[Any], position: int, playing: str | None) -> dict[str, Any]:
    """An item's shape from a row of ITEM_COLUMNS, who added it (id, name), and SHAPE_COLUMNS."""
    ends = len(ITEM_COLUMNS) + 2
    track = track_shape(*row[ends : ends + len(SHAPE_COLUMNS)], prefix=settings().path_prefix)
    return item_shape({"track": track, "position": position}, *row[:ends], playing=playing)
