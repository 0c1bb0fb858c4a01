"""Votes: one a person an item, up or down; the counts on the item always equal the votes' table."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, cast

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from playlist_app.database import Base, Id, Moment, now, write
from playlist_app.live import events
from playlist_app.people.models import User
from playlist_app.playlists.members import require
from playlist_app.playlists.roles import Right
from playlist_app.refusals import Invalid

if TYPE_CHECKING:
    from playlist_app.playlists.items import Item

VALUES = {"up": 1, "down": -1, "none": 0}
DIRECTIONS = {1: "up", -1: "down", 0: None, None: None}


class Vote(Base):
    """A person's vote for an item: 1 or -1. Who has none has no row."""

    __tablename__ = "vote"
    __table_args__ = (CheckConstraint("value IN (1, -1)", name="vote_is_up_or_down"),)

    item_id: Mapped[str] = mapped_column(
        Id, ForeignKey("item.id", ondelete="CASCADE"), primary_key=True
    )
    user_id: Mapped[str] = mapped_column(
        Id, ForeignKey("user.id", ondelete="CASCADE"), primary_key=True
    )
    value: Mapped[int]
    at: Mapped[datetime] = mapped_column(Moment, default=now)


class Votable:
    """The verb of voting for an item."""

    def vote(self, direction: str, *, by: User) -> None:
        """Set a person's vote: "up", "down" or "none". The same again changes nothing.

        Raises Invalid, NotAllowed.
        """
        item = cast("Item", self)
        if direction not in VALUES:
            raise Invalid.field("direction", "A vote is up, down or none.")
        value = VALUES[direction]
        with write() as tx:
            require(item.playlist, by, Right.VOTE)
            if value < 0:
                require(item.playlist, by, Right.DOWN)
            vote = tx.get(Vote, (item.id, by.id))
            before = vote.value if vote else 0
            if value == before:
                return
            if vote and value:
                vote.value = value
            elif vote:
                tx.delete(vote)
            else:
                tx.add(Vote(item_id=item.id, user_id=by.id, value=value))
            item.up += (value == 1) - (before == 1)
            item.down += (value == -1) - (before == -1)
            item.playlist.record(
                events.TrackVoted(item.id, item.up - item.down, item.up, item.down), by
            )
