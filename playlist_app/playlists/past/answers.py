"""What the calls about a playlist's past answer."""

from __future__ import annotations

from typing import Literal, TypedDict

from playlist_app.shapes import Count, Listed, Moment, Person


class Line(TypedDict):
    """Something that happened: `text` goes on after the name of `who`. `change` is its id where it
    can be taken back, and `undone` whether it was."""

    seq: Count
    at: Moment
    who: Person | None
    kind: str
    text: str
    change: str | None
    undone: bool


class Undone(TypedDict):
    """What an undo came to: `change`, by which it can be taken back in turn, or null where there
    was nothing; how many changes it took back; what stays as it is and why, in sentences; and the
    newest event."""

    change: str | None
    undone: Count
    left_out: list[str]
    seq: Count


class Cleared(TypedDict):
    """The change by which it can be taken back, or null where the list was empty."""

    change: str | None
    removed: Count
    seq: Count


class Snapshot(TypedDict):
    """The list as it stood at one moment. `kind` says why it was taken: by `hand`, with a
    `message`, or by itself before a `restore`, a `clear` or an `undo` of much."""

    id: str
    kind: Literal["hand", "message", "restore", "clear", "undo"]
    text: str
    by: Person | None
    item_count: Count
    created_at: Moment


class SnapshotItem(TypedDict):
    """A song in a snapshot, as it was called then; `here`: it is in the library still."""

    item: str
    track: str
    title: str
    artist: str
    here: bool


class WholeSnapshot(Snapshot):
    """A snapshot with its songs, in their order."""

    items: list[SnapshotItem]


class Difference(TypedDict):
    """A song that differs between a snapshot and now: its place `then` and `now`, from 1."""

    item: str
    track: str
    title: str
    artist: str
    then: int | None
    now: int | None


class Compared(TypedDict):
    """What came since a snapshot, what went, and what stands elsewhere."""

    added: list[Difference]
    removed: list[Difference]
    moved: list[Difference]


class Restored(TypedDict):
    """What a restore came to: `change`, by which it can be taken back, or null where the list was
    so already; what could not be restored, in sentences; the snapshot that was taken before."""

    change: str | None
    left_out: list[str]
    before: str | None
    seq: Count


class Blocked(TypedDict):
    """Somebody who is kept out of the playlist."""

    user: Person
    since: Moment


class Blocking(Blocked):
    """What blocking came to: `change` takes back what was taken out with it."""

    change: str | None


Timeline = Listed[Line]
Snapshots = Listed[Snapshot]
AllBlocked = Listed[Blocked]
