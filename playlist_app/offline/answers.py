"""What the calls of offline devices answer."""

from __future__ import annotations

from typing import Any, Literal, NotRequired, TypedDict

from playlist_app.library.answers import Chunks, Lyrics
from playlist_app.playlists.answers import RoomState
from playlist_app.playlists.past.answers import Snapshot
from playlist_app.shapes import Count, Listed, Message, Moment, MyItem, MyPlaylist


class CopiedSnapshot(Snapshot):
    """A snapshot with the ids of its tracks, in their order; null where the device has them, or the
    snapshot is older than the newest 50."""

    tracks: list[str] | None


class Song(TypedDict):
    """What a track in a snapshot was called."""

    title: str
    artist: str


class Manifest(TypedDict):
    """An offline copy: `whole`, or what is new since what the device has. `lyrics` by the id of
    their track; `removed` are items that left; `messages` are the newest of the thread; `songs` by
    the ids of the tracks in `snapshots`."""

    playlist: MyPlaylist
    seq: Count
    epoch: str
    quality: Literal["original", "small"]
    whole: bool
    items: list[MyItem]
    removed: list[str]
    audio: list[Chunks]
    covers: list[str]
    lyrics: dict[str, Lyrics]
    room: RoomState
    messages: list[Message]
    snapshots: list[CopiedSnapshot]
    songs: dict[str, Song]
    size_bytes: Count


class Result(TypedDict):
    """What came of one operation; `problem` says why it was not applied."""

    id: str
    status: Literal["applied", "satisfied", "conflict", "rejected"]
    seq: int | None
    replayed: bool
    item: NotRequired[MyItem]
    playlist: NotRequired[MyPlaylist]
    problem: NotRequired[dict[str, Any]]


class Synced(TypedDict):
    """One result an operation, in order."""

    results: list[Result]
    seq: Count
    epoch: str


class DeviceCopy(TypedDict):
    """What a device holds of a playlist."""

    device: str
    playlist: str
    status: Literal["active", "completed"]
    quality: Literal["original", "small"]
    state: str
    tracks: Count
    tracks_safe: Count
    size_bytes: Count
    bytes_safe: Count
    seq: Count
    checked_at: Moment | None
    problem: str | None
    updated_at: Moment


class TitledCopy(DeviceCopy):
    """A copy with the title of its playlist, where one may still see that."""

    title: str | None


class Device(TypedDict):
    """One browser profile that a person uses, with its copies."""

    id: str
    name: str
    kind: str
    figures: dict[str, Any]
    created_at: Moment
    last_seen_at: Moment
    copies: list[TitledCopy]


Devices = Listed[Device]
Copies = Listed[TitledCopy]
