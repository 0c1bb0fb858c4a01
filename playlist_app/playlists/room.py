"""The room: what a playlist plays, at which second, on which device. Its clock is the server's."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import ForeignKey, String, or_, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from playlist_app.database import Base, Id, Moment, iso, now, session, write
from playlist_app.live import events
from playlist_app.people.models import User
from playlist_app.playlists.filling import filler
from playlist_app.playlists.history import Play
from playlist_app.playlists.items import Item
from playlist_app.playlists.members import require
from playlist_app.playlists.order import OrderMode, ordering
from playlist_app.playlists.party import stand_in
from playlist_app.playlists.roles import Right
from playlist_app.playlists.turns import (
    as_facts,
    is_new_evening,
    next_in_turn,
    turns_of,
    turns_of_one,
)
from playlist_app.refusals import Conflict, Invalid

if TYPE_CHECKING:
    from playlist_app.playlists.models import Playlist


class NothingToPlay(Conflict):
    title = "Nothing to play"


class Room(Base):
    """One a playlist, and it names one item: so at most one is playing, whatever happens.

    The item stood at `position_ms` at the moment `at`; while `playing`, it has moved on since.
    """

    __tablename__ = "room"

    playlist_id: Mapped[str] = mapped_column(
        Id, ForeignKey("playlist.id", ondelete="CASCADE"), primary_key=True
    )
    item_id: Mapped[str | None] = mapped_column(Id, ForeignKey("item.id", ondelete="SET NULL"))
    position_ms: Mapped[int] = mapped_column(default=0)
    at: Mapped[datetime] = mapped_column(Moment, default=now)
    playing: Mapped[bool] = mapped_column(default=False)
    # Since when the list is being played through; what was played since then is not next again.
    round_from: Mapped[datetime | None] = mapped_column(Moment)
    # Since when turns are counted (turns.py); None: all that was ever played here.
    turns_from: Mapped[datetime | None] = mapped_column(Moment)
    speaker_device: Mapped[str | None] = mapped_column(String(100))
    speaker_name: Mapped[str | None] = mapped_column(String(60))

    playlist: Mapped[Playlist] = relationship(back_populates="room")
    item: Mapped[Item | None] = relationship()

    # The verbs. Each raises NotAllowed for who may not control the room.

    def play(self, *, by: User, item: Item | None = None) -> None:
        """Play an item from its start; without one go on, or begin with the first of the list.

        What is on already begins again, which is no second play of it.
        Raises NothingToPlay for an empty list.
        """
        with write():
            require(self.playlist, by, Right.CONTROL)
            if item and item.id == self.item_id:
                self._stand(0, playing=True)
                self._record(by)
            elif item:
                self._start(item, by)
            elif self.item_id:
                self._stand(self.position_now(), playing=True)
                self._record(by)
            else:
                self.round_from = now()
                first = self._next_item() or filler(self.playlist, by)
                if not first:
                    raise NothingToPlay("There is nothing in this list yet. Add a track first.")
                self._start(first, by)

    def pause(self, *, by: User) -> None:
        with write():
            require(self.playlist, by, Right.CONTROL)
            self._stand(self.position_now(), playing=False)
            self._record(by)

    def seek(self, position_ms: int, *, by: User) -> None:
        """Go to another second of what is on. Raises Invalid past its end, NothingToPlay."""
        with write():
            require(self.playlist, by, Right.CONTROL)
            if not self.item:
                raise NothingToPlay("Nothing is on that could be wound.")
            length = self.item.track.duration_seconds
            if position_ms < 0 or (length and position_ms > length * 1000):
                raise Invalid.field("position_ms", "That is past the end of the track.")
            self._stand(position_ms, playing=self.playing)
            self._record(by)

    def next(self, ended: str | None, *, by: User) -> bool:
        """Go on after the item `ended` (an id, or None). Answers whether this call did it.

        Only the first of those who report the same end moves the room (compare-and-set).
        """
        with write():
            require(self.playlist, by, Right.SKIP)
            if self.item_id != ended:
                return False
            left = self.item
            self.go_on(by)
            if left and (self.playlist.consume or left.is_filler):
                left.drop(by)
            return True

    def take_speaker(self, device: str | None, name: str, *, by: User) -> None:
        """Make a device the one that plays aloud; None: no device does any more."""
        with write():
            require(self.playlist, by, Right.CONTROL)
            self.speaker_device = device
            self.speaker_name = name[:60] if device else None
            self._stand(self.position_now(), playing=self.playing and device is not None)
            self._record(by)

    def go_on(self, by: User) -> None:
        """To the next item, in a write in which somebody was allowed to; past the last, to none."""
        following = self._next_item() or filler(self.playlist, by)
        if following:
            self._start(following, by, playing=self.playing)
        else:
            self.item = None
            self.item_id = None
            self.round_from = None
            self._stand(0, playing=False)
            self._record(by)

    def position_now(self) -> int:
        """Milliseconds into the item, at this moment."""
        if not self.playing:
            return self.position_ms
        passed = (now() - self.at) / timedelta(milliseconds=1)
        length = self.item.track.duration_seconds if self.item else None
        position = self.position_ms + round(passed)
        return min(position, round(length * 1000)) if length else position

    def _start(self, item: Item, by: User, *, playing: bool = True) -> None:
        moment = now()  # one for all: pages take it from the event for both
        self.round_from = self.round_from or moment
        if is_new_evening(self.playlist_id, moment):
            self.turns_from = moment
        self.item = item
        self.item_id = item.id
        item.played_at = moment
        session().add(Play.of(item, moment))
        self._stand(0, playing=playing, at=moment)
        self._record(by)

    def _stand(self, position_ms: int, *, playing: bool, at: datetime | None = None) -> None:
        self.position_ms, self.at, self.playing = position_ms, at or now(), playing

    def _record(self, by: User) -> None:
        session().flush()
        turn = None
        if self.item:
            adder = self.item.added_by_id
            had = turns_of_one(self.playlist_id, adder, self.turns_from)
            adder = stand_in(self.playlist.party, adder)
            turn = {"adder": adder, "turns": had.count, "last": had.last}
        self.playlist.record(events.TrackPlaying(**self.state(), turn=turn), by)

    def _next_item(self) -> Item | None:
        """What comes after the item that is on.

        By rank, the one behind it. By votes, the best of those not played in this round: one that
        was just played keeps its votes, and would be first again for ever. In turns, the first that
        waits.
        """
        playlist = self.playlist
        if playlist.order_mode == OrderMode.FAIR:
            first = next_in_turn(self)
            return session().get(Item, first) if first else None
        query = select(Item).where(Item.playlist_id == playlist.id)
        if playlist.order_mode == OrderMode.VOTES:
            waiting = or_(Item.played_at.is_(None), Item.played_at < (self.round_from or now()))
            query = query.where(waiting)
            if self.item_id:
                query = query.where(Item.id != self.item_id)
        elif self.item:
            query = query.where(Item.rank > self.item.rank)
        order = ordering(playlist.order_mode, Item, None)
        return session().scalar(query.order_by(*order).limit(1))

    def state(self) -> dict[str, Any]:
        """Where the room stands, as facts for the live channel."""
        speaker = None
        if self.speaker_device:
            speaker = {"device": self.speaker_device, "name": self.speaker_name or ""}
        return {
            "id": self.item_id,
            "position_ms": self.position_ms,
            "server_time": iso(self.at),
            "playing": self.playing,
            "speaker": speaker,
            "round_since": iso(self.round_from) if self.round_from else None,
            "turns_since": iso(self.turns_from) if self.turns_from else None,
        }

    def state_and_turns(self) -> dict[str, Any]:
        """`state`, with how many turns each person had: what a page begins with. Who follows the
        events knows them from there on, as each tells those of whose turn it is."""
        turns = as_facts(turns_of(self.playlist_id, self.turns_from))
        party = self.playlist.party
        told = {stand_in(party, person): had for person, had in turns.items()}
        return self.state() | {"turns": told}

    def shape(self, people: int) -> dict[str, Any]:
        """The shape of a room (SPEC §5); `people` are those present."""
        state = self.state_and_turns()
        del state["id"]
        needed = people * self.playlist.party.skip_share // 100 + 1  # more than the share
        return {
            "item": self.item.shape() if self.item else None,
            **state,
            "people": people,
            "skip": {"votes": 0, "needed": needed},
        }
