"""The shapes that several calls and the live channel share (SPEC §5), as types.

What the API answers and what events carry is described once, in such types: here, and in the
`answers.py` of each slice. The documents at `/api/docs/` are made of them, and the tests hold every
answer and every event to them.
"""

from __future__ import annotations

from typing import Annotated, Any, Generic, Literal, NotRequired, TypedDict, TypeVar

from msgspec import Meta

T = TypeVar("T")

Moment = Annotated[str, Meta(extra_json_schema={"format": "date-time"})]  # ISO 8601, in UTC
Hash = Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]  # SHA-256
Count = Annotated[int, Meta(ge=0)]
Seconds = Annotated[float, Meta(ge=0)]


class Listed(TypedDict, Generic[T]):
    """A page of a list; `next_cursor` goes into `cursor` for the next, and is null on the last."""

    items: list[T]
    next_cursor: str | None


class Person(TypedDict):
    """Somebody, as others see them."""

    id: str
    name: str


class Problem(TypedDict):
    """Why something was not done (RFC 9457): `detail` is a sentence for people, `errors` has one
    or more for each field."""

    type: str
    title: str
    status: int
    detail: str
    errors: NotRequired[dict[str, Any]]
    csrf: NotRequired[bool]
    request_id: NotRequired[str]


class Location(TypedDict):
    """Where something was recorded: degrees of WGS 84, and how far off that may be in metres."""

    latitude: float
    longitude: float
    accuracy_m: float | None


class Playable(TypedDict):
    """A version of an audio file that every browser plays."""

    sha256: Hash
    url: str
    size_bytes: int | None
    format: str
    mimetype: str


class TrackAudio(TypedDict):
    """The audio of a track. Where `plays` is "somewhere", ask the browser about `mimetype`, and
    take `playable` where it does not know that. `mimetype` is null for what no browser is asked
    about."""

    sha256: Hash
    url: str
    size_bytes: int | None
    format: str
    bitrate: int | None
    mimetype: str | None
    plays: Literal["everywhere", "somewhere"]
    playable: Playable | None
    broken: str | None


class Track(TypedDict):
    """A track of the library."""

    id: str
    title: str
    artist: str
    album: str
    genre: str
    year: int | None
    duration_seconds: Seconds | None
    duration_formatted: str
    cover_url: str | None
    status: Literal["pending", "published", "rejected"]
    audio: TrackAudio | None
    location: Location | None
    owner: Person
    created_at: Moment
    artists: list[str]
    album_artist: str
    disc: int | None
    track_number: int | None
    compilation: bool
    review_reason: str | None


class Item(TypedDict):
    """A track's place in a playlist. `position` counts from 1 in the order shown now; `rank` is
    what manual order sorts by."""

    id: str
    track: Track
    rank: str
    position: Annotated[int, Meta(ge=1)]
    votes: int
    up: Count
    down: Count
    added_by: Person
    added_at: Moment
    is_playing: bool
    played_at: Moment | None


class MyItem(Item):
    """An item in an answer to a person: with their own vote."""

    my_vote: Literal["up", "down"] | None


Who = Literal["everybody", "editors", "nobody"]


class Party(TypedDict):
    """Who may do what in a playlist beside its editors, and the limits of a party; null: none.
    `names`: whether it is told who added what; `skip_share`: per cent of those present; `fallback`:
    the playlist of which is played when this one runs dry."""

    add: Who
    down: Who
    reorder: Who
    remove: Who
    skip: Who
    names: bool
    max_waiting: int | None
    track_minutes: int | None
    artist_minutes: int | None
    longest_minutes: int | None
    skip_share: int
    fallback: str | None


class Playlist(TypedDict):
    """A playlist, without its items; `seq` is its newest event."""

    id: str
    title: str
    description: str
    owner: Person
    visibility: Literal["private", "members", "link"]
    order_mode: Literal["manual", "votes", "fair"]
    consume: bool
    party: Party
    seq: Count
    item_count: Count
    duration_seconds: Seconds
    created_at: Moment
    updated_at: Moment


PlaylistRole = Literal["owner", "host", "editor", "voter", "viewer"]


class MyPlaylist(Playlist):
    """A playlist in an answer to a person: with their role in it."""

    my_role: PlaylistRole


class Clip(TrackAudio):
    """A clip of sound that goes with a message: heard by those who can read the thread."""

    duration_seconds: Seconds


class Message(TypedDict):
    """A message of a playlist's thread; `snapshot` is the id of the list as it stood then."""

    id: str
    author: Person
    text: str
    snapshot: str | None
    audio: Clip | None
    created_at: Moment
    edited_at: Moment | None


class Speaker(TypedDict):
    """The device that plays aloud."""

    device: str
    name: str


class Turns(TypedDict):
    """How many turns a person has had in a playlist where people take turns, and when the last
    began."""

    turns: Count
    last: str


class Turn(Turns):
    """Whose turn it is: the id of who added what is on, and how many they have had."""

    adder: str


class Batch(TypedDict):
    """What was imported together."""

    id: str
    title: str
    url: str


class Import(TypedDict):
    """One audio file that the server fetches, or fetched."""

    id: str
    batch: Batch
    position: int
    person: Person
    playlist_id: str | None
    url: str
    host: str
    title: str
    artist: str
    duration_seconds: Seconds | None
    quality: Literal["best", "small"]
    status: Literal["queued", "active", "paused", "completed", "failed", "cancelled", "ignored"]
    progress: Annotated[float, Meta(ge=0, le=1)]
    bytes_done: Count
    bytes_total: int | None
    attempts: Count
    error_class: str | None
    error: str | None
    wishes: Count
    track_id: str | None
    waits_until: Moment | None
    created_at: Moment
    started_at: Moment | None
    finished_at: Moment | None


class TaskFacts(TypedDict):
    """How a task of the background work went: `failures` counts those in a row, `done` the steps
    that found something to do."""

    name: str
    last_started_at: Moment | None
    last_finished_at: Moment | None
    last_failed_at: Moment | None
    error: str | None
    failures: Count
    done: Count
