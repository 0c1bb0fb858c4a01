"""Which track of the library an entry of a file means: by its hash, else by what is said of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import orjson
from sqlalchemy import Select, func, select, union_all

from playlist_app.database import session
from playlist_app.library.models import AudioAlias, AudioFile, Status, Track, visible_to
from playlist_app.library.texts import sort_key
from playlist_app.people.models import User
from playlist_app.playlists.exchange.entry import Entry

# Seconds that two files of one song may differ in length; a live version differs by more.
APART = 7.0


class By(StrEnum):
    HASH = "hash"
    TAGS = "tags"


@dataclass(frozen=True)
class Candidate:
    """A track, as far as it takes to tell whether it is meant."""

    id: str
    number: int
    title: str
    artist: str
    title_key: str
    artist_key: str
    album_key: str
    duration_seconds: float | None
    audio_id: str | None


_COLUMNS = tuple(getattr(Track, name) for name in Candidate.__dataclass_fields__)


@dataclass(frozen=True)
class Match:
    entry: Entry
    track: Candidate | None = None
    by: By | None = None


def match(entries: Sequence[Entry], person: User) -> list[Match]:
    """For each entry the track that it means, of those that this person may add to a list. Two
    queries, however many entries there are."""
    by_hash = _with_hashes({hash_ for entry in entries for hash_ in entry.hashes}, person)
    rest = [entry for entry in entries if not by_hash.keys() & set(entry.hashes)]
    titles = {sort_key(title) for entry in rest for _artist, title in entry.ways_to_read}
    by_title = _with_titles(titles - {""}, person)
    return [_one(entry, by_hash, by_title) for entry in entries]


def _one(
    entry: Entry,
    by_hash: Mapping[str, Candidate],
    by_title: Mapping[str, Sequence[Candidate]],
) -> Match:
    for hash_ in entry.hashes:
        if hash_ in by_hash:
            return Match(entry, by_hash[hash_], By.HASH)
    for artist, title in entry.ways_to_read:
        same = [
            found
            for found in by_title.get(sort_key(title), ())
            if (not artist or sort_key(artist) == found.artist_key)
            and _apart(entry, found) <= APART
        ]
        # Where nobody says whose song it is, there must be one answer.
        if same and (artist or len({found.artist_key for found in same}) == 1):
            return Match(entry, min(same, key=lambda found: _unlike(entry, found)), By.TAGS)
    return Match(entry)


def _apart(entry: Entry, found: Candidate) -> float:
    if entry.duration_seconds is None or found.duration_seconds is None:
        return 0.0
    return abs(entry.duration_seconds - found.duration_seconds)


def _unlike(entry: Entry, found: Candidate) -> tuple[bool, bool, float, int]:
    is_of_another_album = bool(entry.album) and sort_key(entry.album) != found.album_key
    return found.audio_id is None, is_of_another_album, _apart(entry, found), found.number


def _with_hashes(hashes: set[str], person: User) -> dict[str, Candidate]:
    """By hashes of bytes, of other bytes with their sound, and of sound."""
    if not hashes:
        return {}
    asked = _these(hashes)
    of_bytes = select(AudioFile.sha256.label("hash"), AudioFile.id.label("audio"))
    of_sound = select(AudioFile.sound_sha256, AudioFile.id)
    of_others = select(AudioAlias.sha256, AudioAlias.audio_id)
    known = union_all(
        of_bytes.where(AudioFile.sha256.in_(asked)),
        of_sound.where(AudioFile.sound_sha256.in_(asked)),
        of_others.where(AudioAlias.sha256.in_(asked)),
    ).subquery()
    rows = session().execute(
        _addable(person).add_columns(known.c.hash).join(known, known.c.audio == Track.audio_id)
    )
    found: dict[str, Candidate] = {}
    for *values, hash_ in rows:
        found.setdefault(hash_, _candidate(values))
    return found


def _with_titles(keys: set[str], person: User) -> dict[str, list[Candidate]]:
    if not keys:
        return {}
    found: dict[str, list[Candidate]] = {}
    for values in session().execute(_addable(person).where(Track.title_key.in_(_these(keys)))):
        track = _candidate(values)
        found.setdefault(track.title_key, []).append(track)
    return found


def _addable(person: User) -> Select[tuple[object, ...]]:
    return (
        select(*_COLUMNS)
        .where(visible_to(person), Track.status == Status.PUBLISHED)
        .order_by(Track.number)
    )


def _candidate(values: Sequence[Any]) -> Candidate:
    return Candidate(*values)


def _these(values: Iterable[str]) -> Select[tuple[str]]:
    """A query of these: as many as there are, where parameters of a query are limited."""
    return select(func.json_each(orjson.dumps(list(values)).decode()).table_valued("value").c.value)
