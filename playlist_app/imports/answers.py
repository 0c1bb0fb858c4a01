"""What the calls about imports, sources and wishes answer."""

from __future__ import annotations

from typing import Literal, NotRequired, TypedDict

from playlist_app.shapes import Count, Import, Listed, Moment, Person, Seconds


class Budget(TypedDict):
    """What one imported today, and may; null: no limit."""

    items: Count
    items_at_most: int | None
    bytes: Count
    bytes_at_most: int | None
    resets_at: Moment


class Imports(TypedDict):
    """Imports, with how many there are of each status."""

    items: list[Import]
    next_cursor: str | None
    counts: dict[str, Count]
    quota: Budget


class Enqueued(Import):
    """The first import; `imports` are all that were asked for."""

    imports: list[Import]


class Entry(TypedDict):
    """Something to import that a look found."""

    id: str
    key: str
    url: str
    title: str
    artist: str
    duration_seconds: Seconds | None
    size_bytes: int | None


class Look(TypedDict):
    """A look at an address; what it found is there once it is completed."""

    id: str
    url: str
    status: Literal["queued", "active", "completed", "failed"]
    error_class: str | None
    error: str | None
    created_at: Moment
    kind: NotRequired[Literal["single", "playlist", "feed"]]
    title: NotRequired[str]
    count: NotRequired[Count]
    entries: NotRequired[list[Entry]]
    duration_seconds: NotRequired[Seconds | None]
    size_bytes: NotRequired[int | None]


class Changed(TypedDict):
    """How many imports it changed."""

    changed: Count


class SourcePlaylist(TypedDict):
    """The playlist that a source fills, where one may see it."""

    id: str
    title: str


class Source(TypedDict):
    """A channel, feed or remote playlist that is imported again and again; `url` is for admins."""

    id: str
    url: str | None
    host: str
    title: str
    kind: str
    playlist: SourcePlaylist | None
    owner: Person
    every_minutes: int
    depth: int | None
    quality: Literal["best", "small"]
    enabled: bool
    is_checking: bool
    last_checked_at: Moment | None
    next_check_at: Moment | None
    failures: Count
    error: str | None
    items: int
    vanished: Count
    created_at: Moment


class SourceEntry(TypedDict):
    """What a source lists."""

    key: str
    title: str
    first_seen_at: Moment
    vanished_at: Moment | None
    status: str | None
    error: str | None
    track_id: str | None


class SourceWithEntries(Source):
    """A source, and a page of what it lists."""

    listed: Listed[SourceEntry]


class Wish(TypedDict):
    """Something that waits to be imported, and how many want it."""

    id: str
    title: str
    artist: str
    host: str
    duration_seconds: Seconds | None
    status: str
    person: Person
    wishes: Count
    my_wish: bool


class Wished(TypedDict):
    """How many want it now."""

    id: str
    wishes: Count
    my_wish: bool


Sources = Listed[Source]
Wishes = Listed[Wish]
