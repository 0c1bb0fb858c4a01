"""Imports: what the server fetches for somebody, where audio came from, and how hosts answer.

The row of an import is the truth about it. A worker that takes one writes a `claim` into it, and
whatever it writes later holds only while that claim stands (claims.py).
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, ForeignKey, Index, String, select, true
from sqlalchemy.orm import Mapped, mapped_column, relationship

from playlist_app.database import Base, Id, Moment, WithId, iso, session
from playlist_app.imports.states import Quality, State
from playlist_app.people.models import User
from playlist_app.refusals import NotFound

JSON = dict[str, Any]
LONGEST_URL = 2000


class Batch(WithId, Base):
    """What was asked for at once: one address, with all or some of what is behind it."""

    __tablename__ = "import_batch"

    person_id: Mapped[str] = mapped_column(
        Id, ForeignKey("user.id", ondelete="CASCADE"), index=True
    )
    url: Mapped[str] = mapped_column(String(LONGEST_URL))
    title: Mapped[str] = mapped_column(String(300), default="")
    # What is imported is added here, in the order of `Import.position`.
    playlist_id: Mapped[str | None] = mapped_column(
        Id, ForeignKey("playlist.id", ondelete="SET NULL"), index=True
    )
    quality: Mapped[str] = mapped_column(String(10), default=Quality.BEST)


class Import(WithId, Base):
    """One piece of audio that is fetched from an address."""

    __tablename__ = "import"
    __table_args__ = (
        Index("import_to_take", "state", "queued_at", "position"),
        Index("import_of_person", "person_id", "created_at"),
        Index("import_of_batch", "batch_id", "position"),
        Index("import_of_key", "key", "state"),
    )

    batch_id: Mapped[str] = mapped_column(Id, ForeignKey("import_batch.id", ondelete="CASCADE"))
    person_id: Mapped[str] = mapped_column(Id, ForeignKey("user.id", ondelete="CASCADE"))
    position: Mapped[int] = mapped_column(default=0)  # in the batch, from 0
    url: Mapped[str] = mapped_column(String(LONGEST_URL))
    # Whatever is the same thing has the same key: "youtube:abc", or the address made canonical.
    key: Mapped[str] = mapped_column(String(LONGEST_URL))
    # Whether somebody or something looked already: if not, it may turn out to be a whole list.
    looked: Mapped[bool] = mapped_column(default=False)
    host: Mapped[str] = mapped_column(String(255))
    title: Mapped[str] = mapped_column(String(300), default="")
    artist: Mapped[str] = mapped_column(String(300), default="")
    duration_seconds: Mapped[float | None]
    quality: Mapped[str] = mapped_column(String(10), default=Quality.BEST)

    state: Mapped[str] = mapped_column(String(10), default=State.QUEUED)
    progress: Mapped[float] = mapped_column(default=0.0)  # 0 to 1
    bytes_done: Mapped[int] = mapped_column(default=0)
    bytes_total: Mapped[int | None]
    attempts: Mapped[int] = mapped_column(default=0)
    error_class: Mapped[str | None] = mapped_column(String(10))  # a Trouble
    error: Mapped[str | None] = mapped_column(String(500))  # a sentence for people

    # The order of taking: what most people wish for, then who waits longest, then the list's own.
    wishes: Mapped[int] = mapped_column(default=0)
    queued_at: Mapped[datetime] = mapped_column(Moment)
    not_before: Mapped[datetime | None] = mapped_column(Moment)

    claim: Mapped[str | None] = mapped_column(Id)  # new with every taking
    claimed_by: Mapped[str | None] = mapped_column(Id)  # the worker's name
    heartbeat_at: Mapped[datetime | None] = mapped_column(Moment)

    track_id: Mapped[str | None] = mapped_column(
        Id, ForeignKey("track.id", ondelete="SET NULL"), index=True
    )
    # Where it stands in the batch's playlist; no foreign key: items come and go.
    item_id: Mapped[str | None] = mapped_column(Id)
    started_at: Mapped[datetime | None] = mapped_column(Moment)
    finished_at: Mapped[datetime | None] = mapped_column(Moment)

    batch: Mapped[Batch] = relationship(lazy="joined", innerjoin=True)
    person: Mapped[User] = relationship(lazy="joined", innerjoin=True)

    def shape(self) -> JSON:
        """The shape of an import, the same in the API and in events."""
        return {
            "id": self.id,
            "batch": {"id": self.batch.id, "title": self.batch.title, "url": self.batch.url},
            "position": self.position,
            "person": self.person.as_person(),
            "playlist_id": self.batch.playlist_id,
            "url": self.url,
            "host": self.host,
            "title": self.title or self.url,
            "artist": self.artist,
            "duration_seconds": self.duration_seconds,
            "quality": self.quality,
            "status": self.state,
            "progress": round(self.progress, 3),
            "bytes_done": self.bytes_done,
            "bytes_total": self.bytes_total,
            "attempts": self.attempts,
            "error_class": self.error_class,
            "error": self.error,
            "wishes": self.wishes,
            "track_id": self.track_id,
            "waits_until": _iso(self.not_before) if self.state == State.QUEUED else None,
            "created_at": iso(self.created_at),
            "started_at": _iso(self.started_at),
            "finished_at": _iso(self.finished_at),
        }


class Look(WithId, Base):
    """Somebody asked what is behind an address. A worker looks; the answer is kept for a day."""

    __tablename__ = "import_look"

    person_id: Mapped[str] = mapped_column(
        Id, ForeignKey("user.id", ondelete="CASCADE"), index=True
    )
    url: Mapped[str] = mapped_column(String(LONGEST_URL))
    state: Mapped[str] = mapped_column(
        String(10), default=State.QUEUED
    )  # or active, completed, failed
    # JSON of what `looking.found` documents, once it is completed.
    found: Mapped[str | None]
    error_class: Mapped[str | None] = mapped_column(String(10))
    error: Mapped[str | None] = mapped_column(String(500))
    claim: Mapped[str | None] = mapped_column(Id)
    claimed_by: Mapped[str | None] = mapped_column(Id)


class Origin(Base):
    """Which audio came from where, so that it is not fetched again for who may hear it."""

    __tablename__ = "import_origin"

    key: Mapped[str] = mapped_column(String(LONGEST_URL), primary_key=True)
    audio_id: Mapped[str] = mapped_column(
        Id, ForeignKey("audio_file.id", ondelete="CASCADE"), index=True
    )
    url: Mapped[str] = mapped_column(String(LONGEST_URL))


class Usage(Base):
    """What was fetched for a person on one day; the rows of imports can be removed, this stays."""

    __tablename__ = "import_usage"

    person_id: Mapped[str] = mapped_column(
        Id, ForeignKey("user.id", ondelete="CASCADE"), primary_key=True
    )
    day: Mapped[str] = mapped_column(String(10), primary_key=True)  # 2026-11-21, in UTC
    items: Mapped[int] = mapped_column(default=0)
    bytes: Mapped[int] = mapped_column(default=0)


class Host(Base):
    """How a host answered lately: after several refusals in a row it is left alone for a while."""

    __tablename__ = "import_host"

    name: Mapped[str] = mapped_column(String(255), primary_key=True)
    failures: Mapped[int] = mapped_column(default=0)  # in a row
    closed_until: Mapped[datetime | None] = mapped_column(Moment)
    error: Mapped[str | None] = mapped_column(String(500))


def visible_to(person: User) -> ColumnElement[bool]:
    """Which imports a person sees: their own; admins all. A condition on Import."""
    return true() if person.is_admin else Import.person_id == person.id


def find_import(import_id: str, person: User) -> Import:
    """Raises NotFound, also for somebody else's."""
    found = session().scalar(select(Import).where(Import.id == import_id, visible_to(person)))
    if not found:
        raise NotFound("This import isn't here, or isn't yours.")
    return found


def find_batch(batch_id: str, person: User) -> Batch:
    """Raises NotFound, also for somebody else's."""
    found = session().get(Batch, batch_id)
    if not found or not (person.is_admin or found.person_id == person.id):
        raise NotFound("This batch isn't here, or isn't yours.")
    return found


def _iso(moment: datetime | None) -> str | None:
    return iso(moment) if moment else None
