"""The library: tracks, their audio files, covers and genres, and the verbs on a track.

An audio file is known by the SHA-256 of its bytes and stored once, however many tracks refer to it.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    ColumnElement,
    ForeignKey,
    Index,
    String,
    and_,
    false,
    func,
    or_,
    select,
    text,
    true,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from playlist_app.config import settings
from playlist_app.database import (
    Base,
    Id,
    Moment,
    WithId,
    iso,
    iso_column,
    new_id,
    now,
    session,
    write,
)
from playlist_app.library import description, rules
from playlist_app.library.genre_names import genre_key
from playlist_app.library.shapes import track_shape
from playlist_app.library.texts import LONGEST, sort_key
from playlist_app.people import audit
from playlist_app.people.models import User
from playlist_app.refusals import NotAllowed, NotFound

CHUNK = 1024 * 1024  # bytes; offline copies are fetched and verified in pieces of this size


class Status(StrEnum):
    """Where a track stands with the reviewers (SPEC §2)."""

    PENDING = "pending"
    PUBLISHED = "published"
    REJECTED = "rejected"


class AudioFile(WithId, Base):
    """Bytes that are audio, stored once by their SHA-256."""

    __tablename__ = "audio_file"

    sha256: Mapped[str] = mapped_column(String(64), unique=True)
    size_bytes: Mapped[int]
    format: Mapped[str] = mapped_column(String(10))  # a key of formats.FORMATS
    codec: Mapped[str] = mapped_column(String(20))
    bitrate: Mapped[int]  # bits per second, on average
    duration_seconds: Mapped[float]
    # The SHA-256 of each chunk in turn, 32 bytes each: what an offline copy is checked against.
    chunk_hashes: Mapped[bytes]
    source_url: Mapped[str | None]
    # The SHA-256 of the packets of sound alone, without tags and pictures: files that share it are
    # one recording. None until it was read through.
    sound_sha256: Mapped[str | None] = mapped_column(String(64), index=True)
    # Where it lies when it was taken in place, as the bytes that the file system knows; None: by
    # its hash in the media folder.
    path: Mapped[bytes | None]
    # When that was last changed as it was read: another time, and these are other bytes.
    path_mtime_ns: Mapped[int | None] = mapped_column(BigInteger)
    # Set by the analysis, which decodes the whole file in the background.
    analysed_at: Mapped[datetime | None] = mapped_column(Moment, index=True)
    # How often the decoder ended with it, before it was marked as broken or was read after all.
    analysis_attempts: Mapped[int] = mapped_column(default=0, server_default="0")
    broken: Mapped[str | None]  # why it can't be played, where that was found
    loudness_lufs: Mapped[float | None]  # integrated, EBU R128
    # How loud it is from beginning to end, a byte each (0 to 255), for the seek bar.
    peaks: Mapped[bytes | None] = mapped_column(deferred=True)
    # The rendition that every browser plays, where it needs one and that is ready (renditions.py).
    playable_sha256: Mapped[str | None] = mapped_column(String(64))
    playable_bytes: Mapped[int | None]
    # Since when nothing refers to it; it goes when the grace period is over.
    unreferenced_since: Mapped[datetime | None] = mapped_column(Moment)
    # Since when its bytes are missing or wrong on the server's disk (`flask library verify`).
    lost_at: Mapped[datetime | None] = mapped_column(Moment)

    __table_args__ = (
        # Every device that has music asks for these, and mostly there are none.
        Index("audio_lost", "lost_at", sqlite_where=text("lost_at IS NOT NULL")),
    )


class AudioAlias(Base):
    """Other bytes with the same sound as a file that is stored: known, but not kept."""

    __tablename__ = "audio_alias"

    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    audio_id: Mapped[str] = mapped_column(
        Id, ForeignKey("audio_file.id", ondelete="CASCADE"), index=True
    )


class AudioSender(Base):
    """Who sent these bytes, and so may have their record although no track of theirs has them."""

    __tablename__ = "audio_sender"

    audio_id: Mapped[str] = mapped_column(
        Id, ForeignKey("audio_file.id", ondelete="CASCADE"), primary_key=True
    )
    user_id: Mapped[str] = mapped_column(
        Id, ForeignKey("user.id", ondelete="CASCADE"), primary_key=True
    )


class Cover(Base):
    """A picture, stored once as two JPEGs; the id is the SHA-256 of the larger."""

    __tablename__ = "cover"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    # The colour of the picture that tints the page, "L C H" in OKLCH.
    tint: Mapped[str] = mapped_column(String(40))
    created_at: Mapped[datetime] = mapped_column(Moment, default=now)


class Genre(WithId, Base):
    """A category of the library."""

    __tablename__ = "genre"

    name: Mapped[str] = mapped_column(String(60))
    key: Mapped[str] = mapped_column(String(120), unique=True)

    @classmethod
    def named(cls, name: str) -> Genre:
        """The genre of that name, made where it is new. How it is spelled (genre_key) is for who
        came first."""
        key = genre_key(name)[:120]
        with write() as tx:
            # A scan asks for the same few again and again.
            known: dict[str, Genre] = tx.info["genres"]
            found = known.get(key)
            if found and found in tx and found not in tx.deleted and found.key == key:
                return found
            found = tx.scalar(select(cls).where(cls.key == key))
            if not found:
                found = cls(name=name[:60], key=key)
                tx.add(found)
                tx.flush()
            known[key] = found
        return found


class TrackArtist(Base):
    """One of several artists of a track, to be found by their own name. A track of one artist has
    no row: `Track.artist_key` finds it."""

    __tablename__ = "track_artist"
    __table_args__ = (Index("track_artist_by_name", "key", "track_id"),)

    track_id: Mapped[str] = mapped_column(
        Id, ForeignKey("track.id", ondelete="CASCADE"), primary_key=True
    )
    place: Mapped[int] = mapped_column(primary_key=True)  # the first is 0
    name: Mapped[str] = mapped_column(String(LONGEST))
    key: Mapped[str] = mapped_column(String(LONGEST))


class Track(Base):
    """What the library lists. `number` is for the database alone: the search index counts by it."""

    __tablename__ = "track"
    __table_args__ = (
        Index("track_by_title", "title_key", "number"),
        Index("track_by_artist", "artist_key", "title_key", "number"),
        Index("track_by_genre", "genre_id", "title_key", "number"),
        Index("track_by_album", "album_key", "disc", "track_number", "number"),
        Index("track_by_place", "latitude", "longitude", "number"),
        Index("track_by_status", "status", "created_at"),
        Index("track_in_genre", "genre_id", "status", "owner_id"),  # to count by, and nothing else
    )

    number: Mapped[int] = mapped_column(primary_key=True)
    id: Mapped[str] = mapped_column(Id, unique=True, default=new_id)
    title: Mapped[str] = mapped_column(String(LONGEST))
    artist: Mapped[str] = mapped_column(String(LONGEST), default="")
    album: Mapped[str] = mapped_column(String(LONGEST), default="")
    # The genre's name again, for the search index, which reads this table alone.
    genre_name: Mapped[str] = mapped_column(String(60), default="")
    title_key: Mapped[str] = mapped_column(String(LONGEST))
    artist_key: Mapped[str] = mapped_column(String(LONGEST))
    genre_id: Mapped[str | None] = mapped_column(Id, ForeignKey("genre.id"))
    year: Mapped[int | None]
    duration_seconds: Mapped[float | None]
    audio_id: Mapped[str | None] = mapped_column(Id, ForeignKey("audio_file.id"), index=True)
    cover_id: Mapped[str | None] = mapped_column(String(64), ForeignKey("cover.id"), index=True)
    status: Mapped[str] = mapped_column(String(10), default=Status.PUBLISHED)
    owner_id: Mapped[str] = mapped_column(Id, ForeignKey("user.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(Moment, default=now, index=True)
    # Its place in the album: 0 where nothing says it, so that lists can go on after a value.
    disc: Mapped[int] = mapped_column(default=0, server_default="0")
    track_number: Mapped[int] = mapped_column(default=0, server_default="0")
    album_key: Mapped[str] = mapped_column(String(LONGEST), default="", server_default="")
    album_artist: Mapped[str] = mapped_column(String(LONGEST), default="", server_default="")
    compilation: Mapped[bool] = mapped_column(default=False, server_default=false())
    # The names of several artists, a line each; their rows are for finding (TrackArtist).
    artists: Mapped[str | None]
    # Where it was recorded, WGS 84; none or all of latitude and longitude.
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]
    accuracy_m: Mapped[float | None]
    # Why a reviewer rejected it, for who added it.
    review_reason: Mapped[str | None] = mapped_column(String(1000))
    reviewed_by_id: Mapped[str | None] = mapped_column(Id, ForeignKey("user.id"))
    reviewed_at: Mapped[datetime | None] = mapped_column(Moment)

    audio: Mapped[AudioFile | None] = relationship(lazy="joined", innerjoin=False)
    owner: Mapped[User] = relationship(lazy="joined", innerjoin=True, foreign_keys="Track.owner_id")
    credits: Mapped[list[TrackArtist]] = relationship(
        cascade="all, delete-orphan", passive_deletes=True, order_by="TrackArtist.place"
    )

    @classmethod
    def publish(
        cls,
        by: User,
        *,
        duration_seconds: float | None = None,
        audio: AudioFile | None = None,
        cover: Cover | None = None,
        **fields: Any,
    ) -> Track:
        """Put a track into the library; `fields` are those of description.py, a title at least.

        With reviews on, a member's waits for a reviewer. Raises NotAllowed, or Invalid for a value.
        """
        if not by.is_member:
            raise NotAllowed("Guests can't add to the library.")
        with write() as tx:
            track = cls.draft(by, audio, cover, duration_seconds=duration_seconds, **fields)
            tx.add(track)
            tx.flush()
            tx.refresh(track)
        return track

    @classmethod
    def draft(
        cls,
        by: User,
        audio: AudioFile | None,
        cover: Cover | None = None,
        *,
        duration_seconds: float | None = None,
        **fields: Any,
    ) -> Track:
        """A track that is not in the library yet: for `publish`, and for who adds many at once.

        Within a write, as its genre may be new. Raises Invalid for a value.
        """
        track = cls(
            id=new_id(),
            owner_id=by.id,
            audio_id=audio.id if audio else None,
            cover_id=cover.id if cover else None,
            # Of some audio that was scanned only the analysis finds how long it is.
            duration_seconds=audio.duration_seconds or None if audio else duration_seconds,
            status=Status.PENDING if must_be_reviewed(by) else Status.PUBLISHED,
            created_at=now(),
        )
        track.describe(**({"artist": "", "album": ""} | fields))
        return track

    def plays(self, audio: AudioFile) -> None:
        """Play other bytes from now on. Within a write."""
        self.audio_id, self.duration_seconds = audio.id, audio.duration_seconds or None

    def delete(self, by: User) -> None:
        """Take the track out of the library and out of every list. Raises NotAllowed.

        Its audio file stays until nothing refers to it any more and it is pruned.
        """
        with write() as tx:
            self.require_editor(by)
            for leave in rules.leaving:
                leave(self.id, by)
            tx.delete(self)
            audit.note("track.deleted", subject=f"{self.title} · {self.artist}", by=by)

    def shape(self) -> dict[str, Any]:
        """The shape of a track (SPEC §5)."""
        audio, owner = self.audio, self.owner
        file = [getattr(audio, column.key) for column in _OF_AUDIO] if audio else _NO_AUDIO
        values: tuple[Any, ...] = (
            self.id,
            self.title,
            self.artist,
            self.album,
            self.genre_name,
            self.year,
            self.duration_seconds,
            self.cover_id,
            self.status,
            iso(self.created_at),
            *file,
            owner.id,
            owner.name,
            *(getattr(self, name) for name in _FURTHER),
        )
        return track_shape(*values, prefix=settings().path_prefix)

    def said(self) -> dict[str, Any]:
        """What is said of it: the fields of description.py, as `describe` takes them."""
        shape = self.shape()
        return {name: shape[name] for name in description.NAMES}

    def is_editable_by(self, person: User) -> bool:
        return person.id == self.owner_id or person.is_reviewer

    def require_editor(self, by: User) -> None:
        """Raises NotAllowed for who neither added it nor is a reviewer."""
        if not self.is_editable_by(by):
            raise NotAllowed("Only who added a track, or a reviewer, can change it.")

    def describe(self, **fields: Any) -> None:
        """Say these things of the track, within a write in which somebody was allowed to.

        Raises Invalid for a value. The verb that people call is `edit` (curation/changes.py).
        """
        values = description.columns(fields)
        if "genre_name" in values:
            name = values.pop("genre_name")
            genre = Genre.named(name) if name else None
            self.genre_id = genre.id if genre else None
            self.genre_name = genre.name if genre else ""
        for column, value in values.items():
            setattr(self, column, value)
        if "artists" in values:
            names = self.artists.split("\n") if self.artists else []
            self.credits = [
                TrackArtist(place=place, name=name, key=sort_key(name))
                for place, name in enumerate(names)
            ]


def must_be_reviewed(by: User) -> bool:
    """Whether what this person adds waits for a reviewer."""
    return settings().reviews_uploads and not by.is_reviewer


# What was added to the shape of a track after its first columns.
_FURTHER = (
    "latitude",
    "longitude",
    "accuracy_m",
    "album_artist",
    "artists",
    "disc",
    "track_number",
    "compilation",
    "review_reason",
)
# What audio_shape takes, as columns.
_OF_AUDIO: tuple[Any, ...] = (
    AudioFile.sha256,
    AudioFile.size_bytes,
    AudioFile.format,
    AudioFile.bitrate,
    AudioFile.codec,
    AudioFile.broken,
    AudioFile.playable_sha256,
    AudioFile.playable_bytes,
)
_NO_AUDIO = [None] * len(_OF_AUDIO)


class LibraryVersion(Base):
    """One row: a number that triggers move on with every change of what the library lists, by
    whichever way it comes. Who shows something of the library looks at it (live/feed.py)."""

    __tablename__ = "library_version"

    id: Mapped[int] = mapped_column(primary_key=True)  # 1
    version: Mapped[int]


# What track_shape takes, as columns: a list of many reads these, and no objects.
SHAPE_COLUMNS: tuple[Any, ...] = (
    Track.id,
    Track.title,
    Track.artist,
    Track.album,
    Track.genre_name,
    Track.year,
    Track.duration_seconds,
    Track.cover_id,
    Track.status,
    iso_column(Track.created_at),
    *_OF_AUDIO,
    User.id,
    User.name,
    *(getattr(Track, name) for name in _FURTHER),
)


def shapes_of(ids: Collection[str]) -> dict[str, dict[str, Any]]:
    """The shapes of these tracks, by their ids. One query."""
    rows = session().execute(
        select(*SHAPE_COLUMNS)
        .join(User, User.id == Track.owner_id)
        .outerjoin(AudioFile, AudioFile.id == Track.audio_id)
        .where(Track.id.in_(ids))
    )
    prefix = settings().path_prefix
    return {row[0]: track_shape(*row, prefix=prefix) for row in rows}


def visible_to(person: User) -> ColumnElement[bool]:
    """Which tracks this person may see and hear: a condition on Track.

    Members: what is published, and their own. Guests: what other slices allow (rules.py).
    """
    if person.is_reviewer:
        return true()
    if person.is_member:
        either = or_(Track.status == Status.PUBLISHED, Track.owner_id == person.id)
        # True of nearly all: SQLite is not to look these up one after the other, and sort them, but
        # to walk in the order that is asked for until it has enough.
        return func.likely(either, type_=Boolean)
    return or_(false(), *(rule(person) for rule in rules.audible))


def offered_to(person: User) -> ColumnElement[bool]:
    """Which tracks this person may choose from where they may add to a list: a condition on Track.

    A guest chooses from all that is published, and hears what stands on their list by then."""
    if person.is_member:
        return visible_to(person)
    return or_(Track.status == Status.PUBLISHED, visible_to(person))


def hearable_by(person: User) -> ColumnElement[bool]:
    """Which audio files this person may have: a condition on AudioFile."""
    on_a_track = select(Track.id).where(Track.audio_id == AudioFile.id, visible_to(person))
    sent = select(AudioSender.user_id).where(
        AudioSender.audio_id == AudioFile.id, AudioSender.user_id == person.id
    )
    return or_(on_a_track.exists(), sent.exists(), *(rule(person) for rule in rules.hearing))


def find_track(track_id: str, person: User, *, to_add: bool = False) -> Track:
    """Raises NotFound, also for a track that this person may not see; or, `to_add`, not choose."""
    condition = offered_to(person) if to_add else visible_to(person)
    found = session().scalar(select(Track).where(and_(Track.id == track_id, condition)))
    if not found:
        raise NotFound("This track isn't here, or isn't shared with you.")
    return found
