"""What the calls about the library, uploads and curation answer."""

from __future__ import annotations

from typing import Literal, TypedDict

from playlist_app.shapes import Count, Hash, Listed, Moment, Problem, Seconds, Track


class Rendition(TypedDict):
    """An audio file transcoded for a purpose."""

    profile: Literal["web-playable", "offline-small"]
    status: Literal["preparing", "ready", "gone", "failed"]
    sha256: Hash | None
    url: str | None
    size_bytes: int | None
    error: str | None


class AudioFile(TypedDict):
    """The record of an audio file; `reference_count`: the tracks of it that one may see."""

    id: str
    sha256: Hash
    url: str
    size_bytes: int
    format: str
    codec: str | None
    bitrate: int | None
    duration_seconds: Seconds | None
    source_url: str | None
    reference_count: Count
    loudness_lufs: float | None
    renditions: list[Rendition]
    created_at: Moment


class Chunks(TypedDict):
    """A file with the SHA-256 of each of its chunks. `of`: the hash of the track's own audio, which
    `sha256` is as well, unless this is a rendition; null while that is made."""

    sha256: Hash | None
    of: Hash
    url: str | None
    size_bytes: int
    format: str
    status: Literal["ready", "preparing"]
    chunk_size: int
    chunks: list[Hash]


class Known(TypedDict):
    """Bytes that were asked about, and the track that is there of them."""

    sha256: Hash
    track: Track | None


class Lost(TypedDict):
    """Audio that the server lost, and the numbers of the chunks that are missing."""

    sha256: Hash
    size_bytes: int
    chunk_size: int
    missing: list[int]


class Peaks(TypedDict):
    """How loud it is from beginning to end: 400 values of 0 to 255, or none yet."""

    peaks: list[int]


class Genre(TypedDict):
    """A category of the library, with how many tracks of it one sees."""

    id: str
    name: str
    track_count: Count


class RenamedGenre(Genre):
    """The genre that there is now; `change`: by which it can be undone."""

    change: str | None


class Edited(TypedDict):
    """Of how many tracks something changed, and the change by which it can be undone."""

    change: str | None
    tracks: Count


class Done(TypedDict):
    """With how many tracks it was done."""

    tracks: Count


class LyricsLine(TypedDict):
    """A line, and the second at which it begins, where that is known."""

    at: float | None
    text: str


class Lyrics(TypedDict):
    """The lyrics as they were written, and line by line."""

    text: str
    synced: bool
    lines: list[LyricsLine]


class Upload(TypedDict):
    """A resumable upload: `offset` bytes of it are here."""

    id: str
    name: str
    size_bytes: int
    offset: Count
    sha256: str | None
    modified: int | None
    track_id: str | None
    problem: Problem | None
    created_at: Moment
    changed_at: Moment
    expires_at: Moment


class Storage(TypedDict):
    """How much one stored, and may store; null: no limit."""

    used_bytes: Count
    limit_bytes: int | None


class Uploads(TypedDict):
    """One's own unfinished uploads."""

    items: list[Upload]
    next_cursor: str | None
    storage: Storage


Tracks = Listed[Track]
Genres = Listed[Genre]
KnownAudio = Listed[Known]
LostAudio = Listed[Lost]
