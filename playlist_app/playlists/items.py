"""Items: one track's place in a playlist, what can be done with it, and how others see it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    ForeignKey,
    Index,
    Select,
    String,
    and_,
    bindparam,
    column,
    false,
    func,
    select,
    table,
    text,
    tuple_,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from playlist_app.config import settings
from playlist_app.database import Base, Id, Moment, iso_column, new_id, now, session, write
from playlist_app.library.models import SHAPE_COLUMNS, AudioFile, Track
from playlist_app.library.shapes import track_shape
from playlist_app.live import events
from playlist_app.people.models import User
from playlist_app.playlists.members import require
from playlist_app.playlists.order import OrderMode, ordering
from playlist_app.playlists.past.steps import REACH, Place, note
from playlist_app.playlists.roles import Right
from playlist_app.playlists.turns import order_now
from playlist_app.playlists.votes import DIRECTIONS, Votable, Vote
from playlist_app.refusals import Conflict

if TYPE_CHECKING:
    from playlist_app.playlists.models import Playlist

JSON = dict[str, Any]


class OrdersItself(Conflict):
    title = "This playlist orders itself"


_ORDERS_ITSELF = {
    OrderMode.VOTES: "Here the votes decide the order. Vote for what should be next.",
    OrderMode.FAIR: "Here people take turns. Votes put one song before others of the same person.",
}


class Item(Votable, Base):
    """A track's place in a playlist."""

    __tablename__ = "item"
    __table_args__ = (
        Index("item_by_rank", "playlist_id", "rank", unique=True),
        # At most once among those not played yet (SPEC §2); by its audio, `add` sees to it.
        Index(
            "item_of_track",
            "playlist_id",
            "track_id",
            unique=True,
            sqlite_where=text("played_at IS NULL"),
        ),
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
    # It came of itself when the list ran dry (filling.py), and goes when it has played.
    is_filler: Mapped[bool] = mapped_column(default=False, server_default=false())

    playlist: Mapped[Playlist] = relationship()
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
                require(playlist, by, Right.REMOVE)
            first = events.newest_seq() + 1
            what = {"removed": [self.as_it_stands().said()], "order": self._beside()}
            if playlist.room.item_id == self.id:
                playlist.room.go_on(by)
            self.drop(by)
            note(playlist, "remove", what, by, first)

    def drop(self, by: User) -> None:
        """Off the list, within a write in which somebody was allowed to."""
        playlist = self.playlist
        session().delete(self)
        session().flush()
        playlist.record(events.TrackRemoved(self.id), by)

    def move(self, *, by: User, after: Item | None = None, before: Item | None = None) -> None:
        """Put it behind `after`, or in front of `before`; with neither, to the top.

        Raises NotAllowed, and OrdersItself where the votes decide.
        """
        with write() as tx:
            playlist = self.playlist
            require(playlist, by, Right.MOVE)
            if playlist.order_mode != OrderMode.MANUAL:
                raise OrdersItself(_ORDERS_ITSELF[OrderMode(playlist.order_mode)])
            if self in (after, before):
                return
            rank = playlist.rank_at(after=after, before=before, but=self)
            if rank == self.rank:
                return
            moved = {"id": self.id, "title": self.track.title, "rank": self.rank, "to": rank}
            what = {"moved": [moved], "order": self._beside()}
            self.rank = rank
            tx.flush()
            playlist.record(events.TrackMoved(self.shape()), by)
            note(playlist, "move", what, by, playlist.seq)

    def as_it_stands(self) -> Place:
        """With its votes: what puts it back as it was."""
        votes = session().execute(select(Vote.user_id, Vote.value).where(Vote.item_id == self.id))
        return Place(
            self.id,
            self.track_id,
            self.track.title,
            self.track.artist,
            self.rank,
            self.added_by_id,
            self.added_at.isoformat(),
            self.played_at.isoformat() if self.played_at else None,
            dict(votes.all()),
        )

    def _beside(self) -> list[str]:
        """The ids of those around it and its own, by rank."""
        here = select(Item.id).where(Item.playlist_id == self.playlist_id)
        ahead = here.where(Item.rank < self.rank).order_by(Item.rank.desc()).limit(REACH)
        behind = here.where(Item.rank > self.rank).order_by(Item.rank).limit(REACH)
        tx = session()
        return [*reversed(tx.scalars(ahead).all()), self.id, *tx.scalars(behind).all()]

    def shape(self) -> JSON:
        """The shape of an item (SPEC §5), without what is personal: the same for everybody."""
        shape = self._shape(None)
        del shape["my_vote"]
        return shape

    def shape_for(self, person: User) -> JSON:
        """The shape in an answer to a person: with their own vote."""
        return self._shape(person.id)

    def _shape(self, person_id: str | None) -> JSON:
        tx = session()
        mode = OrderMode(self.playlist.order_mode)
        row = tx.execute(_ONE, {"item": self.id, "person": person_id}).one()
        if mode == OrderMode.FAIR:
            place = order_now(self.playlist.room).index(self.id) + 1
            return _shape_of_row(row, place, settings().path_prefix, self.playlist)
        ahead = tx.scalar(_AHEAD[mode], {"item": self.id, "playlist": self.playlist_id})
        return _shape_of_row(row, (ahead or 0) + 1, settings().path_prefix, self.playlist)


# --- reading items as facts ---------------------------------------------------------------------
# One query for however many items, read as plain columns: making objects of a thousand rows would
# take longer than everything else. The statements are made once; making one takes half as long as
# running it.

_adder = User.__table__.alias("adder")
_room = table("room", column("playlist_id", String), column("item_id", String))

_COLUMNS: tuple[Any, ...] = (
    Item.id,
    Item.rank,
    Item.up,
    Item.down,
    iso_column(Item.added_at),
    iso_column(Item.played_at),
    _adder.c.id,
    _adder.c.name,
    Vote.value,
    _room.c.item_id,
)

_ROWS: Select[Any] = (
    select(*_COLUMNS, *SHAPE_COLUMNS)
    .select_from(Item)
    .join(_room, _room.c.playlist_id == Item.playlist_id)
    .join(Track, Track.id == Item.track_id)
    .join(_adder, _adder.c.id == Item.added_by_id)
    .join(User, User.id == Track.owner_id)
    .outerjoin(AudioFile, AudioFile.id == Track.audio_id)
    .outerjoin(Vote, and_(Vote.item_id == Item.id, Vote.user_id == bindparam("person", type_=Id)))
)
_ONE = _ROWS.where(Item.id == bindparam("item", type_=Id))
_OF_PLAYLIST = {
    mode: _ROWS.where(Item.playlist_id == bindparam("playlist", type_=Id)).order_by(
        *ordering(mode, Item, _room.c.item_id)
    )
    for mode in OrderMode
}

# How many items stand before one: those that sort lower by what the playlist is ordered by.
_other = Item.__table__.alias("other")
_AHEAD = {
    mode: select(func.count())
    .select_from(_other)
    .join(Item, Item.id == bindparam("item", type_=Id))
    .join(_room, _room.c.playlist_id == Item.playlist_id)
    .where(
        _other.c.playlist_id == bindparam("playlist", type_=Id),
        tuple_(*ordering(mode, _other.c, _room.c.item_id))
        < tuple_(*ordering(mode, Item, _room.c.item_id)),
    )
    for mode in OrderMode
}


def items_of(playlist: Playlist, person: User) -> list[JSON]:
    """Every item in the order shown now, with the person's own vote. One query; where people take
    turns, three."""
    rows = session().execute(
        _OF_PLAYLIST[OrderMode(playlist.order_mode)],
        {"playlist": playlist.id, "person": person.id},
    )
    prefix = settings().path_prefix
    if playlist.order_mode == OrderMode.FAIR:
        places = {id_: place for place, id_ in enumerate(order_now(playlist.room), start=1)}
        found = [_shape_of_row(row, places[row[0]], prefix, playlist) for row in rows]
        return sorted(found, key=lambda item: places[item["id"]])
    return [
        _shape_of_row(row, position, prefix, playlist) for position, row in enumerate(rows, start=1)
    ]


def _shape_of_row(row: Sequence[Any], position: int, prefix: str, playlist: Playlist) -> JSON:
    id_, rank, up, down, added_at, played_at, adder, adder_name, vote, playing = row[:10]
    return {
        "id": id_,
        "track": track_shape(*row[10:], prefix=prefix),
        "rank": rank,
        "position": position,
        "votes": up - down,
        "up": up,
        "down": down,
        "added_by": playlist.adder(adder, adder_name),
        "added_at": added_at,
        "is_playing": id_ == playing,
        "played_at": played_at,
        "my_vote": DIRECTIONS[vote],
    }
