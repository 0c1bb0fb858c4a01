"""Renditions: audio files transcoded for a purpose, kept in the cache as long as there is room.

A row is the wish and what came of it: preparing (the task "renditions" makes it), ready (known by
the hash of its own bytes, and served under it), or failed. The files lie in `cache/renditions/`,
which can be deleted at any time: what is missed is made again.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from playlist_app.config import Settings, settings
from playlist_app.database import Base, Id, Moment, WithId, now, session, write
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
    FAILED = "failed"


class Rendition(WithId, Base):
    """One audio file for one purpose."""

    __tablename__ = "rendition"
    __table_args__ = (UniqueConstraint("audio_id", "profile"),)

    audio_id: Mapped[str] = mapped_column(Id, ForeignKey("audio_file.id", ondelete="CASCADE"))
    profile: Mapped[str] = mapped_column(String(20))
    status: Mapped[str] = mapped_column(String(10), default=State.PREPARING, index=True)
    # Since when it is wanted: who waits longest comes first.
    asked_at: Mapped[datetime] = mapped_column(Moment, default=now)
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

    def want(self) -> None:
        """Have it made, again if need be. Within a write."""
        self.status, self.asked_at = State.PREPARING, now()
        self.error, self.attempts = None, 0
        if self.profile == Profile.WEB:
            self.audio.playable_sha256 = self.audio.playable_bytes = None
        wake("renditions")


def rendition_path(config: Settings, sha256: str) -> Path:
    return folder(config) / sha256[:2] / sha256


def folder(config: Settings) -> Path:
    return config.cache_folder / "renditions"


def ask(audio: AudioFile, profile: Profile) -> Rendition:
    """The rendition, which is made where there is none. One that failed is not tried again here:
    the file would be the same."""
    found = _of(audio, profile)
    if found and found.status != State.READY:
        return found
    if found and found.sha256 and rendition_path(settings(), found.sha256).exists():
        return found
    with write() as tx:
        found = _of(audio, profile)
        if not found:
            found = Rendition(audio_id=audio.id, profile=profile, asked_at=now())
            tx.add(found)
            wake("renditions")
            tx.flush()
        elif found.status == State.READY:
            found.want()
    return found


def ask_ahead(audio: AudioFile) -> None:
    """Have made what most browsers will need, before somebody presses play. Within a write."""
    if plays_hardly_anywhere(audio.format, audio.codec):
        ask(audio, Profile.WEB)


def _of(audio: AudioFile, profile: Profile) -> Rendition | None:
    return session().scalar(
        select(Rendition).where(Rendition.audio_id == audio.id, Rendition.profile == profile)
    )


def renditions_of(audio: AudioFile) -> list[Rendition]:
    query = select(Rendition).where(Rendition.audio_id == audio.id).order_by(Rendition.profile)
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


def use(sha256: str) -> bool:
    """Note that the bytes are wanted, so that they are not the next to go. Are they there?"""
    try:
        os.utime(rendition_path(settings(), sha256))
    except FileNotFoundError:
        return False
    return True


def make_again(lost: Iterable[Rendition]) -> None:
    """Their bytes are no longer in the cache."""
    with write():
        for rendition in lost:
            if rendition.status == State.READY:
                rendition.want()
