"""Duplicates: several tracks of one person that are one song, made one.

One song: the same sound, called the same by the same artist. What sounds the same is one audio file
already, where it was read through; here the lines of the library follow.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select, tuple_

from playlist_app.database import session, write
from playlist_app.library import rules
from playlist_app.library.models import AudioFile, Track
from playlist_app.library.references import merge_same_sound


@dataclass(frozen=True)
class Duplicates:
    """The same song several times. `kept` is the track that stays: the oldest."""

    kept: str
    others: tuple[str, ...]
    title: str
    artist: str
    owner: str

    def shape(self) -> dict[str, Any]:
        return vars(self) | {"others": list(self.others)}


def find() -> list[Duplicates]:
    """All there are; one query for however many."""
    same = (Track.owner_id, Track.audio_id, Track.title_key, Track.artist_key)
    several = (
        select(*same).where(Track.audio_id.is_not(None)).group_by(*same).having(func.count() > 1)
    )
    tracks = session().scalars(
        select(Track).where(tuple_(*same).in_(several)).order_by(Track.number)
    )
    groups: defaultdict[tuple[Any, ...], list[Track]] = defaultdict(list)
    for track in tracks:
        key = (track.owner_id, track.audio_id, track.title_key, track.artist_key)
        groups[key].append(track)
    return [
        Duplicates(
            kept=group[0].id,
            others=tuple(track.id for track in group[1:]),
            title=group[0].title,
            artist=group[0].artist,
            owner=group[0].owner.name,
        )
        for group in groups.values()
    ]


def merge_sounds() -> int:
    """Make one file of those with one sound, where that was not done; answers of how many."""
    twice = (
        select(AudioFile.sound_sha256)
        .where(AudioFile.sound_sha256.is_not(None))
        .group_by(AudioFile.sound_sha256)
        .having(func.count() > 1)
    )
    sounds = session().scalars(twice).all()
    for sound in sounds:
        with write() as tx:
            one = tx.scalars(select(AudioFile).where(AudioFile.sound_sha256 == sound)).first()
            if one:
                merge_same_sound(one)
    return len(sounds)


def merge(duplicates: Duplicates) -> int:
    """The one that stays takes the others' places in lists and history; answers how many went."""
    merged = 0
    with write() as tx:
        kept = tx.scalar(select(Track).where(Track.id == duplicates.kept))
        for other in duplicates.others if kept else ():
            gone = tx.scalar(select(Track).where(Track.id == other))
            if not kept or not gone or gone.audio_id != kept.audio_id:
                continue  # edited or deleted meanwhile
            for replace in rules.replacing:
                replace(gone.id, kept.id, kept.owner)
            gone.delete(kept.owner)
            merged += 1
    return merged
