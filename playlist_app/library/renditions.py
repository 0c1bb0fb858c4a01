"""Renditions: audio files transcoded for a purpose, kept in the cache as long as there is room.

A row is the wish and what came of it: preparing (the task "renditions" makes it), ready (known by
the hash of its own bytes, and served under it), gone (made once, and given up for want of room: its
hash is still known, as devices may have it), or failed. The files lie in `cache/renditions/`, which
can be deleted at any time: what is missed is made again.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

import orjson
from blinker import Signal
from flask import current_app
from sqlalchemy import (
    ForeignKey,
    String,
    UniqueConstraint,
    bindparam,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from playlist_app.config import Settings, settings
from playlist_app.database import Base, Id, Moment, WithId, new_id, now, session, write
from playlist_app.library.formats import plays_hardly_anywhere
from playlist_app.library.models import AudioFile, hearable_by
from playlist_app.people.models import User
from playlist_app.work.tasks import wake

FORMAT, CODEC = "m4a", "aac"  # of every rendition: what all browsers play


class Profile(StrEnum):
    """What a rendition is for."""

    WEB = "web-playable"  # what a browser can't play as it is
    SMALL = "offline-small"  # little room on a phone


@dataclass(frozen=True)
class Quality:
    bits: int  # a second, for two channels


QUALITIES = {Profile.WEB: Quality(192_000), Profile.SMALL: Quality(96_000)}


class State(StrEnum):
    PREPARING = "preparing"
    READY = "ready"
    GONE = "gone"
    FAILED = "failed"


# What is best made ahead, but nobody waits for, comes behind every place in a list.
AHEAD = 1_000_000


class Rendition(WithId, Base):
    """One audio file for one purpose."""

    __tablename__ = "rendition"
    __table_args__ = (UniqueConstraint("audio_id", "profile"),)

    audio_id: Mapped[str] = mapped_column(Id, ForeignKey("audio_file.id", ondelete="CASCADE"))
    profile: Mapped[str] = mapped_column(String(20))
    status: Mapped[str] = mapped_column(String(10), default=State.PREPARING, index=True)
    # What is made first: 0 for what somebody wants to play now; for a copy the track's place in its
    # list, so that of many copies each gets its beginning first; else AHEAD.
    place: Mapped[int] = mapped_column(default=0, server_default="0")
    # Since when it is wanted: of one place, who waits longest comes first.
    asked_at: Mapped[datetime] = mapped_column(Moment, default=now)
    # When it last came to be wanted, ready or failed: what the manifest of a copy says of it.
    changed_at: Mapped[datetime | None] = mapped_column(Moment, default=now)
    attempts: Mapped[int] = mapped_column(default=0)  # that ended the process that makes it
    error: Mapped[str | None]  # why it can't be made
    # Of its bytes, where it is ready. Two audio files of one recording may have the same.
    sha256: Mapped[str | None] = mapped_column(String(64), index=True)
    size_bytes: Mapped[int | None]
    bitrate: Mapped[int | None]
    chunk_hashes: Mapped[bytes | None]

    audio: Mapped[AudioFile] = relationship(innerjoin=True)

    def shape(self) -> dict[str, Any]:
        """What stands of it in the record of an audio file (SPEC §5)."""
        is_ready = self.status == State.READY
        return {
            "profile": self.profile,
            "status": self.status,
            "sha256": self.sha256 if is_ready else None,
            "url": f"{settings().path_prefix}/audio/{self.sha256}" if is_ready else None,
            "size_bytes": self.size_bytes if is_ready else None,
            "error": self.error,
        }

    def want(self, place: int = 0) -> None:
        """Have it made, again if need be. Within a write."""
        self.status, self.place = State.PREPARING, place
        self.asked_at = self.changed_at = now()
        self.error, self.attempts = None, 0
        if self.profile == Profile.WEB:
            self.audio.playable_sha256 = self.audio.playable_bytes = None
        wake("renditions")


def rendition_path(config: Settings, sha256: str) -> Path:
    return folder(config) / sha256[:2] / sha256


def folder(config: Settings) -> Path:
    return config.cache_folder / "renditions"


def ask(audio: AudioFile, profile: Profile, place: int = 0) -> Rendition:
    """The rendition, which is made where there is none. One that failed is not tried again here:
    the file would be the same."""
    found = _of(audio, profile)
    if found and not _is_missed(found.status, found.sha256, found.place, place):
        return found
    with write() as tx:
        found = _of(audio, profile)
        if not found:
            found = Rendition(audio_id=audio.id, profile=profile, place=place)
            tx.add(found)
            wake("renditions")
            tx.flush()
        elif found.status == State.PREPARING:
            found.place = min(found.place, place)
        elif _is_missed(found.status, found.sha256, found.place, place):
            found.want(place)
    return found


def ask_ahead(audio: AudioFile) -> None:
    """Have made what most browsers will need, before somebody presses play. Within a write."""
    if plays_hardly_anywhere(audio.format, audio.codec):
        ask(audio, Profile.WEB, AHEAD)


def ask_small(places: Mapping[str, int]) -> None:
    """Have the small renditions of these audio files made: their ids, and the place of each in what
    somebody takes along. As `ask`, in one write and a number of statements that does not grow."""
    if not places:
        return
    with write() as tx:
        moment, profile = now(), Profile.SMALL
        among = func.json_each(orjson.dumps(list(places)).decode()).table_valued("value")
        known = {
            row.audio_id: row
            for row in tx.execute(
                select(Rendition.audio_id, Rendition.status, Rendition.sha256, Rendition.place)
                .where(Rendition.profile == profile)
                .where(Rendition.audio_id.in_(select(among.c.value)))
            )
        }
        new = [
            {"id": new_id(), "audio_id": id_, "profile": profile, "place": place}
            for id_, place in places.items()
            if id_ not in known
        ]
        again = [
            {"audio": id_, "to": place}
            for id_, place in places.items()
            if id_ in known and _is_missed(*known[id_][1:], place)
        ]
        fresh = {"status": State.PREPARING, "asked_at": moment, "changed_at": moment}
        if new:
            wanted = fresh | {"created_at": moment, "attempts": 0}
            tx.execute(insert(Rendition), [row | wanted for row in new])
        if again:
            # On the connection: the session would take it for an update by primary keys.
            tx.connection().execute(
                update(Rendition)
                .where(Rendition.audio_id == bindparam("audio"), Rendition.profile == profile)
                .values(place=bindparam("to"), error=None, attempts=0, **fresh),
                again,
            )
        if new or again:
            wake("renditions")


def _is_missed(status: str, sha256: str | None, has: int, place: int) -> bool:
    """Whether there is something to ask for: it has no bytes, or waits behind `place`."""
    if status == State.PREPARING:
        return has > place
    if status == State.READY:
        return not (sha256 and rendition_path(settings(), sha256).exists())
    return status == State.GONE


def _of(audio: AudioFile, profile: Profile) -> Rendition | None:
    return session().scalar(
        select(Rendition).where(Rendition.audio_id == audio.id, Rendition.profile == profile)
    )


def renditions_of(audio: AudioFile) -> list[Rendition]:
    query = (
        select(Rendition)
        .where(Rendition.audio_id == audio.id, Rendition.status != State.GONE)
        .order_by(Rendition.profile)
    )
    return list(session().scalars(query))


def find_bytes(sha256: str, person: User) -> Rendition | None:
    """The rendition with this hash, for those who may hear what it was made of."""
    return session().scalar(
        select(Rendition)
        .join(AudioFile, AudioFile.id == Rendition.audio_id)
        .where(Rendition.sha256 == sha256, hearable_by(person))
        .order_by(Rendition.status.desc())
        .limit(1)
    )


# Sent by the app with `was_there`, when somebody asked for the bytes of one: for who counts.
asked_for = Signal()


def use(sha256: str) -> bool:
    """Note that the bytes are wanted, so that they are not the next to go. Are they there?"""
    try:
        os.utime(rendition_path(settings(), sha256))
        was_there = True
    except FileNotFoundError:
        was_there = False
    asked_for.send(current_app._get_current_object(), was_there=was_there)  # type: ignore[attr-defined]
    return was_there


def make_again(lost: Iterable[Rendition]) -> None:
    """Their bytes are no longer in the cache."""
    with write():
        for rendition in lost:
            if rendition.status in (State.READY, State.GONE):
                rendition.want()
