"""Events: the vocabulary of what can happen, and the table that is the truth about it.

A verb records its event in the transaction of its change; `seq` counts over the whole database, and
SQLite's one writer makes the order of the numbers the order of the commits. The feed (feed.py)
reads the table and wakes who listens.

Each event is a class here, with what its payload holds. Payloads are facts, the same for everybody
in the room, and never HTML (SPEC §3).
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, ClassVar, Literal

import orjson
from sqlalchemy import Index, String, func, insert, select
from sqlalchemy.orm import Mapped, mapped_column

from playlist_app import shapes
from playlist_app.database import Base, Id, Moment, after_commit, forget, now, session

JSON = dict[str, Any]

REPLAY_AT_MOST = 1000  # events; who missed more reads the list afresh


class Event(Base):
    """One committed change. `playlist_id` or `person_id` says whom it concerns: a room, a person.

    There is no foreign key: an event outlives what it tells of.
    """

    __tablename__ = "event"
    __table_args__ = (
        Index("event_of_playlist", "playlist_id", "seq"),
        Index("event_of_person", "person_id", "seq"),
        # Pruned numbers are never given out again: clients remember them.
        {"sqlite_autoincrement": True},
    )

    seq: Mapped[int] = mapped_column(primary_key=True)
    playlist_id: Mapped[str | None] = mapped_column(Id)
    person_id: Mapped[str | None] = mapped_column(Id)
    type: Mapped[str] = mapped_column(String(40))
    payload: Mapped[str]  # JSON
    actor_id: Mapped[str | None] = mapped_column(Id)
    at: Mapped[datetime] = mapped_column(Moment)


class Fact(Base):
    """What the database knows of itself: `epoch`, which names its history (SPEC §3)."""

    __tablename__ = "fact"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    value: Mapped[str]


@dataclass(frozen=True)
class Happening:
    """Base of the vocabulary: the fields of a subclass are its payload; one that would be a word of
    Python has an underscore behind it. What holds a shape names it: `Annotated[JSON, shape]`."""

    type: ClassVar[str]
    channel: ClassVar[Literal["playlist", "person"]] = "playlist"  # whom it is told to

    def payload(self) -> JSON:
        fields = dataclasses.fields(self)
        return {field.name.rstrip("_"): getattr(self, field.name) for field in fields}


@dataclass(frozen=True)
class Personal(Happening):
    """Base of what concerns one person, wherever they are."""

    channel = "person"


@dataclass(frozen=True)
class TrackAdded(Happening):
    """A track was added to the playlist. `item`: its shape, without what is personal."""

    type = "track.added"
    item: Annotated[JSON, shapes.Item]


@dataclass(frozen=True)
class TrackMoved(Happening):
    """An item has another rank. `item`: its shape, with the new rank and position."""

    type = "track.moved"
    item: Annotated[JSON, shapes.Item]


@dataclass(frozen=True)
class TrackRemoved(Happening):
    """An item left the list. `id`: the item's."""

    type = "track.removed"
    id: str


@dataclass(frozen=True)
class TrackVoted(Happening):
    """The votes of an item changed. `id`: the item's; `votes` = `up` - `down`."""

    type = "track.voted"
    id: str
    votes: int
    up: int
    down: int


@dataclass(frozen=True)
class TrackPlaying(Happening):
    """The room plays another item, or pauses, or stands elsewhere in it, or on another speaker.

    `id`: the item's, or None when nothing is on; `server_time`: ISO 8601, when it stood at
    `position_ms`; `speaker`: `{device, name}` or None; `round_since`: ISO 8601, since when the list
    is being played through, from which the speaker knows what comes next by votes; `turn`: how many
    turns the one who added it has had, `turns_since` (ISO 8601, or None: since ever), and when the
    last began.
    """

    type = "track.playing"
    id: str | None
    position_ms: int
    server_time: str
    playing: bool
    speaker: Annotated[JSON | None, shapes.Speaker | None]
    round_since: str | None
    turns_since: str | None
    turn: Annotated[JSON | None, shapes.Turn | None]


@dataclass(frozen=True)
class TrackUpdated(Happening):
    """A track that the playlist holds was edited. `track`: its shape."""

    type = "track.updated"
    track: Annotated[JSON, shapes.Track]


@dataclass(frozen=True)
class PlaylistUpdated(Happening):
    """Title, description, visibility, order mode or keeping changed. `playlist`: its shape."""

    type = "playlist.updated"
    playlist: Annotated[JSON, shapes.Playlist]


@dataclass(frozen=True)
class PlaylistDeleted(Happening):
    """The playlist is gone."""

    type = "playlist.deleted"


@dataclass(frozen=True)
class PlaylistReordered(Happening):
    """Every rank was made anew; the order is the same. `ranks`: item id → rank."""

    type = "playlist.reordered"
    ranks: dict[str, str]


@dataclass(frozen=True)
class PlaylistRestored(Happening):
    """So much of the list is another that it must be read afresh."""

    type = "playlist.restored"


@dataclass(frozen=True)
class MessagePosted(Happening):
    """Somebody wrote in the thread. `message`: its shape. Once it is deleted, its text and its clip
    are blank here too."""

    type = "message.posted"
    message: Annotated[JSON, shapes.Message]


@dataclass(frozen=True)
class MessageEdited(Happening):
    """A message says something else. `message`: its shape, with `edited_at`."""

    type = "message.edited"
    message: Annotated[JSON, shapes.Message]


@dataclass(frozen=True)
class MessageDeleted(Happening):
    """A message is gone from the thread. `id`: the message's."""

    type = "message.deleted"
    id: str


@dataclass(frozen=True)
class TrackReviewed(Personal):
    """A reviewer decided about a track that the person added. `track`: its shape, with `status`
    and, where it was rejected, `review_reason`."""

    type = "track.reviewed"
    track: Annotated[JSON, shapes.Track]


@dataclass(frozen=True)
class MemberChanged(Happening):
    """Somebody's role in the playlist changed. `user`: {id, name}; `role`: None when they left."""

    type = "member.changed"
    user: Annotated[JSON, shapes.Person]
    role: str | None


@dataclass(frozen=True)
class TrackPlayed(Personal):
    """The person heard enough of a track for it to count. `track`: its id; `plays`: how often they
    played it by now."""

    type = "track.played"
    track: str
    plays: int


@dataclass(frozen=True)
class HistoryCleared(Personal):
    """The person cleared the history of what they heard."""

    type = "history.cleared"


@dataclass(frozen=True)
class SmartPlaylistChanged(Personal):
    """A smart playlist of the person is new, has other rules, or is gone. `id`: its id."""

    type = "smart.changed"
    id: str


@dataclass(frozen=True)
class SessionRevoked(Personal):
    """A session of the person ended. `session`: its id. Its sockets close."""

    type = "session.revoked"
    session: str


@dataclass(frozen=True)
class ImportChanged(Personal):
    """An import is new, in another state, or further on. `import_`: its shape; in the payload it
    is `import`. Told to its person and, but for progress, to admins."""

    type = "import.changed"
    import_: Annotated[JSON, shapes.Import]


@dataclass(frozen=True)
class ImportRemoved(Personal):
    """An import was taken off the list. `id`: the import's."""

    type = "import.removed"
    id: str


@dataclass(frozen=True)
class ImportsChanged(Personal):
    """Many imports changed at once: read the list again. `batch`: its id, or None for all."""

    type = "imports.changed"
    batch: str | None


@dataclass(frozen=True)
class ImportLooked(Personal):
    """A look at an address is over. `id`: the look's; `status`: completed or failed."""

    type = "import.looked"
    id: str
    status: str


@dataclass(frozen=True)
class DeviceChanged(Personal):
    """A device of the person is new, has another name, was forgotten, or a copy on it is new, in
    another state or gone. `id`: the device's. How far a download is, and the figures of its cache,
    are no event: a device tells them twice a minute, and they are read when somebody looks."""

    type = "device.changed"
    id: str


@dataclass(frozen=True)
class TaskChanged(Personal):
    """A task of the background work went wrong, went well again, or had its turn; for admins.

    `task`: `{name, last_started_at, last_finished_at, last_failed_at, error, failures, done}`.
    """

    type = "task.changed"
    task: Annotated[JSON, shapes.TaskFacts]


# What the feed is told after a commit; it reads the table itself, so a lost hint costs 20 ms.
_hints: list[Callable[[], object]] = []


def on_commit_hint(hint: Callable[[], object]) -> None:
    _hints.append(hint)


def no_more_hints(hint: Callable[[], object]) -> None:
    """Take a hint back, also one that was never given: what did not start may be stopped."""
    if hint in _hints:
        _hints.remove(hint)


def _give_hints() -> None:
    for hint in tuple(_hints):  # a feed that stops takes its own away, from another thread
        hint()


def record(
    happening: Happening,
    *,
    playlist: str | None = None,
    person: str | None = None,
    by: str | None = None,
) -> int:
    """Record what happened, in the write that is under way; answers its `seq`.

    `playlist` or `person` are the ids of whom it concerns, `by` that of who did it.
    """
    row = session().execute(
        insert(Event)
        .values(
            playlist_id=playlist,
            person_id=person,
            type=happening.type,
            payload=orjson.dumps(happening.payload()).decode(),
            actor_id=by,
            at=now(),
        )
        .returning(Event.seq)
    )
    after_commit(_give_hints)
    return int(row.scalar_one())


def newest_seq() -> int:
    """The newest event's number; 0 before the first."""
    return session().scalar(select(func.max(Event.seq))) or 0


def oldest_seq() -> int:
    """The oldest event that is kept; a client that missed older ones must read the list afresh."""
    return session().scalar(select(func.min(Event.seq))) or 0


def forget_old(keep: int) -> None:
    """Drop all but the newest `keep` events. One stays in any case: it is what the numbers that
    clients name are compared with."""
    forget(Event.seq, newest_seq() - max(keep, 1) + 1)


def epoch() -> str:
    """Names the history of this database; made with it, and anew when a backup is restored."""
    value = session().scalar(select(Fact.value).where(Fact.name == "epoch"))
    assert value, "the first migration writes the epoch"
    return value


def frame(seq: int, type_: str, payload_json: str) -> bytes:
    """One committed event as the text frame that clients get; `payload_json` is put in as it is."""
    return b'{"type":"%s","seq":%d,"payload":%s}' % (type_.encode(), seq, payload_json.encode())


def missed(playlist: str, since: int, *, newest: int) -> list[Event] | None:
    """The playlist's events after `since`, in order; None when they are no longer all there.

    They are not when some may have been forgotten, when they are more than REPLAY_AT_MOST, or when
    `since` is a number that this database has not given out. `newest` is that of the playlist's
    newest event, forgotten or not: who knows that one missed nothing of a list that lay quiet.
    """
    if since > newest_seq() or since < min(oldest_seq() - 1, newest):
        return None
    rows = session().scalars(
        select(Event)
        .where(Event.playlist_id == playlist, Event.seq > since)
        .order_by(Event.seq)
        .limit(REPLAY_AT_MOST + 1)
    )
    events = list(rows)
    return events if len(events) <= REPLAY_AT_MOST else None
