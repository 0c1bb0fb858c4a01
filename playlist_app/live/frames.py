"""The frames that pass by without a number (SPEC §3), as types: what they hold, for the reference
and for the tests. The committed ones are in `events.py`."""

from __future__ import annotations

from typing import Any, NotRequired, TypedDict

from playlist_app.shapes import Count, Moment, Person, PlaylistRole


class You(TypedDict):
    """Who sits on this socket; in a playlist with their role in it."""

    id: str
    name: str
    role: NotRequired[PlaylistRole]


class Established(TypedDict):
    """The first frame. `seq` is the newest event at that moment and no cursor; `epoch` names the
    history of the database."""

    seq: Count
    epoch: str
    server_time: Moment
    you: You


class Presence(TypedDict):
    """Who is here: the first 50 by name. At most once a second."""

    count: Count
    people: list[Person]


class Resync(TypedDict):
    """Too much was missed, or the history is another: read the list afresh, and go on from its
    `seq`."""

    seq: Count


class LibraryChanged(TypedDict):
    """Tracks are new, others or gone: lists of the library can be read again. At most once a
    second, on `/ws/me`."""

    version: Count


class Pong(TypedDict):
    """The answer to a ping, with its `ts`."""

    ts: Any
    server_time: Moment


class Error(TypedDict):
    """A frame that is not taken; after several the socket is closed with 1008."""

    detail: str


class Ping(TypedDict):
    """Whether anybody is there; `ts` comes back as it is."""

    ts: NotRequired[Any]


class Here(TypedDict):
    """Which device this is, so that the room can tell its own."""

    device: str


PASSING: dict[str, type[Any]] = {
    "connection.established": Established,
    "presence": Presence,
    "resync": Resync,
    "library.changed": LibraryChanged,
    "pong": Pong,
    "error": Error,
}
TAKEN: dict[str, type[Any]] = {"ping": Ping, "here": Here}
