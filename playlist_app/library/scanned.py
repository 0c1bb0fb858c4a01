"""What is known of the files in scanned folders: enough to tell, without opening them, that nothing
changed, and to know them again when they were moved."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from playlist_app.database import Base, Id, Moment
from playlist_app.library.models import AudioFile, Track


class ScannedFile(Base):
    """One file, by the folder that holds it and its name, both as the file system has them."""

    __tablename__ = "scanned_file"
    __table_args__ = (UniqueConstraint("folder", "name"),)

    number: Mapped[int] = mapped_column(primary_key=True)
    folder: Mapped[bytes]
    name: Mapped[bytes]
    size_bytes: Mapped[int] = mapped_column(BigInteger)
    # As it was when it was read; -1: it is to be read again.
    mtime_ns: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str | None] = mapped_column(String(64))
    # Its sound, which may be stored in other bytes. None where it is broken, or was pruned.
    audio_id: Mapped[str | None] = mapped_column(
        Id, ForeignKey("audio_file.id", ondelete="SET NULL"), index=True
    )
    # None where somebody deleted the track: it does not come back with the next scan.
    track_id: Mapped[str | None] = mapped_column(
        Id, ForeignKey("track.id", ondelete="SET NULL"), index=True
    )
    # What its tags made of the track, as JSON: what was edited since is not written over.
    said: Mapped[str | None]
    error: Mapped[str | None]  # why it was not taken
    missing_since: Mapped[datetime | None] = mapped_column(Moment)

    # So that rows are written after what they refer to; who needs these asks for them.
    audio: Mapped[AudioFile | None] = relationship(lazy="raise")
    track: Mapped[Track | None] = relationship(lazy="raise")


def readable(name: bytes) -> str:
    """A name for people: as UTF-8, or else as Windows wrote it in the West."""
    try:
        return name.decode()
    except UnicodeDecodeError:
        return name.decode("cp1252", errors="replace")
