"""What the calls about a playlist's past answer."""

from __future__ import annotations

from typing import TypedDict

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


Timeline = Listed[Line]
