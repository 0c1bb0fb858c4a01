"""Steps: each structural change of a playlist, with what it takes to take it back.

The events tell everybody what happened, and no more than that. What only an undo needs (where an
item stood, who had voted for it) stands here, beside the last event of the change.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import orjson
from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from playlist_app.database import Base, Id, Moment, forget, new_id, now, session

if TYPE_CHECKING:
    from playlist_app.people.models import User
    from playlist_app.playlists.models import Playlist

JSON = dict[str, Any]

KEPT_FOR = timedelta(days=30)
REACH = 5  # items on each side that say where one stood


@dataclass(frozen=True)
class Place:
    """An item as it stood. `votes` (person → 1 or -1) only of one that is not in the list."""

    id: str
    track: str
    title: str
    artist: str
    rank: str
    added_by: str
    added_at: str  # ISO 8601 with microseconds: what comes back is to sort as it did
    played_at: str | None
    votes: Mapping[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, said: JSON) -> Place:
        return cls(**said)

    def said(self) -> JSON:
        """As JSON keeps it."""
        return dict(vars(self))


class Step(Base):
    """One structural change. `what`, as JSON, is what differs between the list before and after:

    `added`: {id, title} of items that came; `removed`: items that went, whole, with their votes;
    `moved`: {id, title, rank (before), to (after)}; `order`: ids as they stood before, all of them
    or those around; `settings`: name → [before, after]; `votes`: [item, person, before, after].
    """

    __tablename__ = "step"
    __table_args__ = (Index("step_of_playlist", "playlist_id", "seq"),)

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    playlist_id: Mapped[str] = mapped_column(Id, ForeignKey("playlist.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(20))
    by_id: Mapped[str | None] = mapped_column(
        Id, ForeignKey("user.id", ondelete="SET NULL"), index=True
    )
    at: Mapped[datetime] = mapped_column(Moment, index=True, default=now)
    first_seq: Mapped[int]  # of its events
    seq: Mapped[int]  # of the last one
    what: Mapped[str]
    # What or whom it is about, where that is no song: a snapshot's text, a person.
    about: Mapped[str] = mapped_column(String(200), default="")
    about_id: Mapped[str | None] = mapped_column(Id, ForeignKey("user.id", ondelete="SET NULL"))
    # The one step that this one took back.
    of_id: Mapped[str | None] = mapped_column(Id)
    # The step that took this one back, while that stands.
    undone_by: Mapped[str | None] = mapped_column(Id, index=True)

    @property
    def difference(self) -> JSON:
        found: JSON = orjson.loads(self.what)
        return found


def note(
    playlist: Playlist,
    kind: str,
    what: Mapping[str, Any],
    by: User,
    first_seq: int,
    *,
    about: str = "",
    about_id: str | None = None,
    of_id: str | None = None,
) -> Step:
    """Keep what it takes to take a change back, in the write of the change, behind its events."""
    step = Step(
        id=new_id(),
        playlist_id=playlist.id,
        kind=kind,
        by_id=by.id,
        at=now(),
        first_seq=first_seq,
        seq=playlist.seq,
        what=orjson.dumps({key: value for key, value in what.items() if value}).decode(),
        about=about[:200],
        about_id=about_id,
        of_id=of_id,
    )
    session().add(step)
    session().flush()
    return step


def around(ids: Sequence[str], at: int) -> list[str]:
    """The ids beside one, in their order: enough to find its place again when some are gone."""
    return list(ids[max(0, at - REACH) : at + REACH + 1])


def forget_old() -> None:
    forget(Step.at, now() - KEPT_FOR)
