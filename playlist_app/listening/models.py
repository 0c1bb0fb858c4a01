"""What was heard: one row a listen, and how often and when last a person played each track.

A listen is a person's own and nobody else's. It keeps title, artist and genre, so that a history
stays whole when a track leaves the library.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from playlist_app.database import Base, Id, Moment
from playlist_app.library.texts import LONGEST

COUNTS_AFTER = 30.0  # seconds


def counts(seconds: float, length: float | None) -> bool:
    """Whether so much of a track is a play of it: 30 seconds, or half of it where that is less.

    Last.fm scrobbles a track of more than 30 seconds after half of it or four minutes
    (https://www.last.fm/api/scrobbling, "When is a scrobble a scrobble?"). Ours counts sooner, as
    streaming services do, and counts short ones too: a jingle or a field recording is heard.
    """
    return seconds >= min(COUNTS_AFTER, (length or 2 * COUNTS_AFTER) / 2)


class Listen(Base):
    """A track, heard once from some place to another by a person.

    Its id is the client's own: sent again it changes nothing, and with more seconds it grows.
    """

    __tablename__ = "listen"
    __table_args__ = (Index("listen_of_person", "user_id", "at"),)

    # Together: what one person calls their listen says nothing about another's.
    user_id: Mapped[str] = mapped_column(
        Id, ForeignKey("user.id", ondelete="CASCADE"), primary_key=True
    )
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    track_id: Mapped[str | None] = mapped_column(
        Id, ForeignKey("track.id", ondelete="SET NULL"), index=True
    )
    title: Mapped[str] = mapped_column(String(LONGEST))
    artist: Mapped[str] = mapped_column(String(LONGEST))
    genre: Mapped[str] = mapped_column(String(60))
    # Who put it where it was heard: into the playlist, else into the library.
    added_by_id: Mapped[str | None] = mapped_column(
        Id, ForeignKey("user.id", ondelete="SET NULL"), index=True
    )
    playlist_id: Mapped[str | None] = mapped_column(
        Id, ForeignKey("playlist.id", ondelete="SET NULL"), index=True
    )
    at: Mapped[datetime] = mapped_column(Moment)  # when it began
    seconds: Mapped[float]  # of the track that sounded, whatever was skipped
    is_finished: Mapped[bool]  # it came to its end
    is_play: Mapped[bool]  # enough of it to count
    device: Mapped[str] = mapped_column(String(100))


class Plays(Base):
    """How often a person played a track, and when last: what `listen` adds up to.

    Kept beside it, as smart playlists ask for it of every track of the library at once.
    """

    __tablename__ = "plays"
    __table_args__ = (Index("plays_of_track", "track_id"),)

    user_id: Mapped[str] = mapped_column(
        Id, ForeignKey("user.id", ondelete="CASCADE"), primary_key=True
    )
    track_id: Mapped[str] = mapped_column(
        Id, ForeignKey("track.id", ondelete="CASCADE"), primary_key=True
    )
    count: Mapped[int]
    last_at: Mapped[datetime] = mapped_column(Moment)


class Place(Base):
    """Where a person is in what they listen to: what another device can go on with."""

    __tablename__ = "listening_place"

    user_id: Mapped[str] = mapped_column(
        Id, ForeignKey("user.id", ondelete="CASCADE"), primary_key=True
    )
    track_id: Mapped[str | None] = mapped_column(
        Id, ForeignKey("track.id", ondelete="SET NULL"), index=True
    )
    playlist_id: Mapped[str | None] = mapped_column(
        Id, ForeignKey("playlist.id", ondelete="SET NULL"), index=True
    )
    second: Mapped[float]
    queue: Mapped[str] = mapped_column(server_default=text("'[]'"))  # JSON: track ids, next first
    device: Mapped[str] = mapped_column(String(100))
    device_name: Mapped[str] = mapped_column(String(60))
    at: Mapped[datetime] = mapped_column(Moment)  # when it was so, by the server's clock
    # Up to when the history was cleared: what devices held back from before stays out of it.
    cleared_at: Mapped[datetime | None] = mapped_column(Moment)
