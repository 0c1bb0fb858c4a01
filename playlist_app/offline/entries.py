"""The audio of a copy: one entry a file, as the original or as its small rendition.

A small rendition that is not there yet stands as `preparing`, and who asks for the manifest has it
made. Where it would not be smaller, or can't be made, the entry is the original's. Among originals
stands the small one of what the device says it can't play: better that than silence.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import and_, bindparam, select

from playlist_app.config import settings
from playlist_app.database import Id, session
from playlist_app.library.formats import played_by, plays_hardly_anywhere
from playlist_app.library.models import CHUNK, AudioFile, Track
from playlist_app.library.renditions import (
    FORMAT,
    QUALITIES,
    Profile,
    Rendition,
    State,
    ask_small,
    rendition_path,
)
from playlist_app.playlists.items import Item
from playlist_app.playlists.models import Playlist
from playlist_app.playlists.order import OrderMode, ordering
from playlist_app.playlists.room import Room

JSON = dict[str, Any]

BESIDE_SOUND = 0.02  # of a rendition: what its container takes, at most


class Quality(StrEnum):
    """In which quality a device takes a playlist along."""

    ORIGINAL = "original"
    SMALL = "small"


class Wanted(NamedTuple):
    """What a device asks for. `asked`: what it plays of what not all browsers do, by the names of
    `formats.ASKED`; None: it does not say."""

    quality: Quality
    asked: frozenset[str] | None = None

    @property
    def label(self) -> str:
        """What tells it from others in an ETag: another answer may name other files."""
        if self.asked is None:
            return self.quality
        names = ",".join(sorted(self.asked)).encode()
        return f"{self.quality}-{hashlib.blake2s(names, digest_size=4).hexdigest()}"

    def can_play(self, file: File) -> bool:
        if self.asked is not None:
            return f"{file.format}-{file.codec}" in played_by(self.asked)
        return self.quality == Quality.ORIGINAL or not plays_hardly_anywhere(
            file.format, file.codec
        )

    def may_take_small(self, file: File) -> bool:
        """Whether it matters for this device how a file's small rendition is."""
        return self.quality == Quality.SMALL or not self.can_play(file)


class File(NamedTuple):
    """An audio file that a list plays, and what is known of its small rendition."""

    id: str
    sha256: str
    size_bytes: int
    format: str
    codec: str
    duration_seconds: float
    chunk_hashes: bytes
    analysed_at: datetime | None
    state: str | None
    small_sha256: str | None
    small_bytes: int | None
    small_hashes: bytes | None
    changed_at: datetime | None
    place: int | None

    def estimate(self) -> int:
        """Bytes that the small rendition will have, at most; of mono it has fewer."""
        seconds = self.duration_seconds
        if not seconds:
            return self.size_bytes
        return round(seconds * QUALITIES[Profile.SMALL].bits / 8 * (1 + BESIDE_SOUND))

    def is_taken_as_it_is(self, wanted: Wanted) -> bool:
        """Whether a copy takes the original: because it is to, because that is small itself, or
        all there is.

        A rendition that is larger and heard is better than an original that is silent.
        """
        if self.state == State.FAILED:
            return True
        if not wanted.can_play(self):
            return False
        if wanted.quality == Quality.ORIGINAL:
            return True
        if self.state in (State.READY, State.GONE):
            return (self.small_bytes or 0) >= self.size_bytes
        return bool(self.duration_seconds) and self.estimate() >= self.size_bytes

    def entry(self, wanted: Wanted) -> JSON:
        if self.is_taken_as_it_is(wanted):
            return self._entry(self.sha256, self.size_bytes, self.format, self.chunk_hashes)
        if self.state == State.READY and self.small_sha256:
            size, hashes = self.small_bytes or 0, self.small_hashes or b""
            return self._entry(self.small_sha256, size, FORMAT, hashes)
        return {
            "sha256": None,
            "of": self.sha256,
            "url": None,
            "size_bytes": self.estimate(),
            "format": FORMAT,
            "status": "preparing",
            "chunk_size": CHUNK,
            "chunks": [],
        }

    def size(self, wanted: Wanted) -> int:
        """What it takes on a device, as its entry says; of what is gone, what it will take."""
        if self.is_taken_as_it_is(wanted):
            return self.size_bytes
        return self.small_bytes or self.estimate()

    def _entry(self, sha256: str, size: int, format_: str, hashes: bytes) -> JSON:
        return {
            "sha256": sha256,
            "of": self.sha256,
            "url": f"{settings().path_prefix}/audio/{sha256}",
            "size_bytes": size,
            "format": format_,
            "status": "ready",
            "chunk_size": CHUNK,
            "chunks": [hashes[i : i + 32].hex() for i in range(0, len(hashes), 32)],
        }


_FILES: Any = select(
    AudioFile.id,
    AudioFile.sha256,
    AudioFile.size_bytes,
    AudioFile.format,
    AudioFile.codec,
    AudioFile.duration_seconds,
    AudioFile.chunk_hashes,
    AudioFile.analysed_at,
    Rendition.status,
    Rendition.sha256,
    Rendition.size_bytes,
    Rendition.chunk_hashes,
    Rendition.changed_at,
    Rendition.place,
)
_SMALL = and_(Rendition.audio_id == AudioFile.id, Rendition.profile == Profile.SMALL)
_OF_LIST = (
    _FILES.select_from(Item)
    .join(Room, Room.playlist_id == Item.playlist_id)
    .join(Track, Track.id == Item.track_id)
    .join(AudioFile, AudioFile.id == Track.audio_id)
    .outerjoin(Rendition, _SMALL)
    .where(Item.playlist_id == bindparam("playlist", type_=Id))
)
_IN_ORDER = {mode: _OF_LIST.order_by(*ordering(mode, Item, Room.item_id)) for mode in OrderMode}
_ONE = (
    _FILES.select_from(AudioFile)
    .outerjoin(Rendition, _SMALL)
    .where(AudioFile.id == bindparam("audio", type_=Id))
)


_SMALL_COPY = Wanted(Quality.SMALL)


def files_of(playlist: Playlist) -> list[File]:
    """Each audio file of a list once, in the order in which it would be played. One query."""
    query = _IN_ORDER[OrderMode(playlist.order_mode)]
    files: dict[str, File] = {}
    for row in session().execute(query, {"playlist": playlist.id}):
        files.setdefault(row[0], File(*row))
    return list(files.values())


def ask_for(
    files: list[File], wanted: Wanted = _SMALL_COPY, given: Collection[str] | None = None
) -> bool:
    """Have made what is missing of the small renditions, in this order; answers whether any was.

    What was never made is missing in any case. What the cache gave up is only wanted again where
    its entry is `given` (SHA-256 of originals; None: all): devices that have it don't come for it,
    and a cache that is smaller than all copies would else go round for ever.
    """
    missing = {
        file.id: place
        for place, file in enumerate(files, start=1)
        if not file.is_taken_as_it_is(wanted) and _is_missing(file, place, given)
    }
    ask_small(missing)
    return bool(missing)


def ask_for_all_of(playlist: Playlist) -> None:
    """Somebody takes a small copy along: what is missing is made ahead, first what plays first."""
    ask_for(files_of(playlist))


def ask_for_one(audio_id: str) -> None:
    """As the first of what somebody takes along: it was just added, and may be played next."""
    ask_for([File(*session().execute(_ONE, {"audio": audio_id}).one())])


def _is_missing(file: File, place: int, given: Collection[str] | None) -> bool:
    if file.state is None:
        return True
    if file.state == State.PREPARING:
        return (file.place or 0) > place
    if given is not None and file.sha256 not in given:
        return False
    if file.state == State.READY and file.small_sha256:
        return not rendition_path(settings(), file.small_sha256).exists()
    return file.state == State.GONE
