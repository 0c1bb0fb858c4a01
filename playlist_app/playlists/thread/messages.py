"""Messages: a text, a snapshot of the list, a clip of sound, or several of these.

A clip is an audio file like any other, stored once by its hash; who can read the thread may hear it
(`clip_in_a_thread_of`), and as long as a message has it, it is kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    ForeignKey,
    Index,
    String,
    and_,
    false,
    func,
    or_,
    select,
    true,
    update,
)
from sqlalchemy.orm import Mapped, joinedload, mapped_column, relationship

from playlist_app.config import settings
from playlist_app.database import Base, Id, Moment, as_id, iso, new_id, now, session, write
from playlist_app.library import rules
from playlist_app.library.models import AudioFile, hearable_by
from playlist_app.library.playability import audio_shape
from playlist_app.library.renditions import ask_ahead
from playlist_app.library.texts import clean_text
from playlist_app.live import events
from playlist_app.people.models import User
from playlist_app.playlists.finding import listed_for
from playlist_app.playlists.members import Membership, require
from playlist_app.playlists.models import Playlist
from playlist_app.playlists.past.naming import shows_names_to
from playlist_app.playlists.past.snapshots import LONGEST_TEXT as LONGEST_NAME
from playlist_app.playlists.past.snapshots import Kind, Snapshot, take
from playlist_app.playlists.roles import BLOCKED, Right, Visibility
from playlist_app.refusals import Conflict, Invalid, NotAllowed, NotFound

JSON = dict[str, Any]

LONGEST_TEXT = 4_000  # characters
LARGEST_CLIP = 25_000_000  # bytes


class Message(Base):
    """One message in a playlist's thread. A deleted one has no row; its text is blanked in the
    events too."""

    __tablename__ = "message"
    __table_args__ = (Index("message_of_playlist", "playlist_id", "number"),)

    number: Mapped[int] = mapped_column(primary_key=True)  # in the order in which they came
    id: Mapped[str] = mapped_column(Id, unique=True, default=new_id)
    playlist_id: Mapped[str] = mapped_column(Id, ForeignKey("playlist.id", ondelete="CASCADE"))
    author_id: Mapped[str] = mapped_column(Id, ForeignKey("user.id"), index=True)
    text: Mapped[str] = mapped_column(String(LONGEST_TEXT), default="")
    snapshot_id: Mapped[str | None] = mapped_column(
        Id, ForeignKey("snapshot.id", ondelete="SET NULL"), index=True
    )
    audio_id: Mapped[str | None] = mapped_column(
        Id, ForeignKey("audio_file.id", ondelete="SET NULL"), index=True
    )
    created_at: Mapped[datetime] = mapped_column(Moment, default=now)
    edited_at: Mapped[datetime | None] = mapped_column(Moment)

    playlist: Mapped[Playlist] = relationship()
    author: Mapped[User] = relationship()
    audio: Mapped[AudioFile | None] = relationship()

    @classmethod
    def post(
        cls,
        playlist: Playlist,
        *,
        by: User,
        text: str = "",
        snapshot: Snapshot | None = None,
        with_snapshot: bool = False,
        audio: AudioFile | None = None,
        message_id: str | None = None,
    ) -> Message:
        """Say something. `with_snapshot`: the list as it is now goes along. A client may have
        chosen the id. Raises NotAllowed, Invalid, and Conflict for an id that is taken."""
        with write() as tx:
            require_writer(playlist, by)
            said = _clean(text)
            if audio:
                require_clip_size(audio.size_bytes)
            if with_snapshot:
                snapshot = take(playlist, by=by, text=_start_of(said), kind=Kind.MESSAGE)
            if not (said or snapshot or audio):
                raise Invalid.field("text", "Write something first.")
            if message_id and tx.scalar(select(cls.id).where(cls.id == message_id)):
                raise Conflict("This id is taken.")
            message = cls(
                id=message_id or new_id(),
                playlist_id=playlist.id,
                author_id=by.id,
                text=said,
                snapshot_id=snapshot.id if snapshot else None,
                audio_id=audio.id if audio else None,
                created_at=now(),
            )
            tx.add(message)
            tx.flush()
            if audio:
                ask_ahead(audio)
            playlist.record(events.MessagePosted(message.shape()), by)
        return message

    def edit(self, text: str, *, by: User) -> None:
        """Say it otherwise: one's own. The same again changes nothing. Raises NotAllowed,
        Invalid."""
        with write() as tx:
            require_writer(self.playlist, by)
            if self.author_id != by.id:
                raise NotAllowed("Only who wrote a message can change it.")
            said = _clean(text)
            if said == self.text:
                return
            if not (said or self.snapshot_id or self.audio_id):
                raise Invalid.field("text", "Write something, or delete the message.")
            self.text, self.edited_at = said, now()
            tx.flush()
            self.playlist.record(events.MessageEdited(self.shape()), by)

    def delete(self, *, by: User) -> None:
        """One's own, or any for who runs the playlist. Raises NotAllowed."""
        with write() as tx:
            require(self.playlist, by, Right.SEE)
            if self.author_id != by.id:
                require(self.playlist, by, Right.MANAGE)
            playlist, id_ = self.playlist, self.id
            tx.delete(self)
            tx.flush()
            _blank(playlist.id, id_)
            playlist.record(events.MessageDeleted(id_), by)

    def shape_for(self, person: User) -> JSON:
        """The shape in an answer to a person: where no names are shown, theirs alone, unless they
        run the playlist."""
        shape = self.shape()
        if self.author_id == person.id or shows_names_to(self.playlist, person):
            shape["author"] = self.author.as_person()
        return shape

    def shape(self) -> JSON:
        """The shape of a message (SPEC §5): the same for everybody."""
        return {
            "id": self.id,
            "author": self.playlist.adder(self.author_id, self.author.name),
            "text": self.text,
            "snapshot": self.snapshot_id,
            "audio": _clip(self.audio) if self.audio else None,
            "created_at": iso(self.created_at),
            "edited_at": iso(self.edited_at) if self.edited_at else None,
        }


def _start_of(text: str) -> str:
    """What a snapshot is called that goes along with a text."""
    line = " ".join(text.split())
    return line if len(line) <= LONGEST_NAME else line[: LONGEST_NAME - 1] + "…"


def _clip(audio: AudioFile) -> JSON:
    shape: JSON = (
        audio_shape(
            audio.sha256,
            audio.size_bytes,
            audio.format,
            audio.bitrate,
            audio.codec,
            audio.broken,
            audio.playable_sha256,
            audio.playable_bytes,
            prefix=settings().path_prefix,
        )
        or {}
    )
    return shape | {"duration_seconds": audio.duration_seconds}


def _clean(text: str) -> str:
    """Lines without control characters. Raises Invalid where it is too long."""
    if len(text) > LONGEST_TEXT:
        raise Invalid.field("text", f"A message has at most {LONGEST_TEXT:,} characters.")
    lines = [clean_text(line, "text", longest=LONGEST_TEXT) for line in text.split("\n")]
    return "\n".join(lines).strip()


def require_writer(playlist: Playlist, by: User) -> None:
    refusal = "You can read this thread, but not write in it."
    require(playlist, by, Right.VOTE, refusal)


def require_clip_size(size: int) -> None:
    if size > LARGEST_CLIP:
        raise Invalid.field("audio", f"A clip has at most {LARGEST_CLIP // 1_000_000} MB.")


def _blank(playlist_id: str, message_id: str) -> None:
    """What a deleted message said goes from the stored events too (SPEC §2)."""
    payload = events.Event.payload
    session().execute(
        update(events.Event)
        .where(
            events.Event.playlist_id == playlist_id,
            events.Event.type.in_([events.MessagePosted.type, events.MessageEdited.type]),
            func.json_extract(payload, "$.message.id") == message_id,
        )
        .values(payload=func.json_set(payload, "$.message.text", "", "$.message.audio", None)),
        execution_options={"synchronize_session": False},
    )


def messages_of(
    playlist: Playlist, *, before: int | None = None, limit: int = 50
) -> tuple[Sequence[Message], int | None]:
    """The newest first, and where the older ones begin. Two queries, however many there are."""
    query = (
        select(Message)
        .where(Message.playlist_id == playlist.id)
        .options(joinedload(Message.author), joinedload(Message.audio))
        .order_by(Message.number.desc())
        .limit(limit + 1)
    )
    if before:
        query = query.where(Message.number < before)
    found = session().scalars(query).all()
    return found[:limit], found[limit - 1].number if len(found) > limit else None


def find_message(playlist: Playlist, message_id: str) -> Message:
    found = session().scalar(
        select(Message).where(Message.id == message_id, Message.playlist_id == playlist.id)
    )
    if not found:
        raise NotFound("This message isn't here any more.")
    return found


def find_clip(audio_id: str, by: User) -> AudioFile:
    """An audio file that this person may hear; by knowing its id nobody gets to hear it. Raises
    NotFound."""
    found = session().scalar(
        select(AudioFile).where(AudioFile.id == (as_id(audio_id) or ""), hearable_by(by))
    )
    if not found:
        raise NotFound("This audio isn't here, or isn't shared with you.")
    return found


def clip_in_a_thread_of(person: User) -> ColumnElement[bool]:
    """Clips of messages that a person can read: a condition on AudioFile."""
    given = select(Membership.role).where(
        Membership.playlist_id == Playlist.id, Membership.user_id == person.id
    )
    by_link = and_(
        Playlist.visibility == Visibility.LINK if person.is_member else false(),
        func.coalesce(given.correlate(Playlist).scalar_subquery(), "") != BLOCKED,
    )
    seen = true() if person.is_admin else or_(listed_for(person), by_link)
    return (
        select(Message.number)
        .join(Playlist, Playlist.id == Message.playlist_id)
        .where(Message.audio_id == AudioFile.id, seen)
        .exists()
    )


def is_in_a_thread() -> ColumnElement[bool]:
    """Whether a message needs an audio file: a condition on AudioFile."""
    return select(Message.number).where(Message.audio_id == AudioFile.id).exists()


def register() -> None:
    # More than one app may be made in a process (tests), and they share the slices.
    if is_in_a_thread not in rules.needing:
        rules.needing.append(is_in_a_thread)
        rules.hearing.append(clip_in_a_thread_of)
