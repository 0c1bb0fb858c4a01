"""The fields of the library that rules ask for, and how each becomes a condition on Track.

Everything is SQLAlchemy's: what a person wrote is only ever a bound value.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select

from playlist_app.library.curation.lyrics import Lyrics
from playlist_app.library.formats import FORMATS
from playlist_app.library.models import AudioFile, Status, Track, TrackArtist
from playlist_app.listening.models import Plays
from playlist_app.listening.smart.operators import (
    DATE,
    FLAG,
    NUMBER,
    TEXT,
    Operator,
    Wrong,
    choices,
    opposite,
)
from playlist_app.people.models import User
from playlist_app.playlists.finding import listed_for
from playlist_app.playlists.items import Item
from playlist_app.playlists.models import Playlist

Condition = ColumnElement[bool]
# What a rule asks, of an operator and what was given, for a person.
Ask = Callable[[Operator, Any, User], Condition]


class Kind(StrEnum):
    """What a field's values are; the editor shows it by this."""

    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    FLAG = "flag"
    FORMAT = "format"
    STATUS = "status"
    PERSON = "person"
    PLAYLIST = "playlist"


@dataclass(frozen=True)
class Field:
    kind: Kind
    operators: list[Operator]
    ask: Ask

    def operator(self, name: str) -> Operator | None:
        return next((one for one in self.operators if one.name == name), None)


def _column(column: Any, kind: Kind, operators: list[Operator]) -> Field:
    return Field(kind, operators, lambda operator, value, _: operator.ask(column, value))


def _artist(operator: Operator, value: Any, _: User) -> Condition:
    """Any of the artists of a track; not so is none of them."""
    positive = {"is_not": "is", "contains_not": "contains"}.get(operator.name)
    asked = next(one for one in TEXT if one.name == (positive or operator.name))
    one_of = select(TrackArtist.place).where(
        TrackArtist.track_id == Track.id, asked.ask(TrackArtist.key, value)
    )
    found = or_(asked.ask(Track.artist_key, value), one_of.exists())
    return opposite(found) if positive else found


def _one_of(known: Mapping[str, Any] | type[StrEnum], what: str) -> Callable[[Any], str]:
    names = [str(name) for name in known]

    def read(value: Any) -> str:
        if value not in names:
            raise Wrong(f"This is one of {', '.join(names)}: {what}.")
        return str(value)

    return read


def _an_id(value: Any) -> str:
    if not isinstance(value, str) or not value or len(value) > 36:
        raise Wrong("Choose one.")
    return value


def _playlist(operator: Operator, value: Any, person: User) -> Condition:
    """In a playlist that the person sees; one that they don't see holds nothing."""
    held = (
        select(Item.id)
        .join(Playlist, Playlist.id == Item.playlist_id)
        .where(Item.track_id == Track.id, Playlist.id == value, listed_for(person))
        .exists()
    )
    return held if operator.name == "is" else opposite(held)


FIELDS: dict[str, Field] = {
    "title": _column(Track.title_key, Kind.TEXT, TEXT),
    "artist": Field(Kind.TEXT, TEXT, _artist),
    "album": _column(Track.album_key, Kind.TEXT, TEXT),
    "genre": _column(func.lower(Track.genre_name), Kind.TEXT, TEXT),
    "year": _column(Track.year, Kind.NUMBER, NUMBER),
    "duration_seconds": _column(Track.duration_seconds, Kind.NUMBER, NUMBER),
    "added": _column(Track.created_at, Kind.DATE, DATE),
    "added_by": _column(Track.owner_id, Kind.PERSON, choices(_an_id)),
    "format": _column(
        AudioFile.format, Kind.FORMAT, choices(_one_of(FORMATS, "the format of the file"))
    ),
    "bitrate": _column(AudioFile.bitrate / 1000, Kind.NUMBER, NUMBER),
    "loudness": _column(AudioFile.loudness_lufs, Kind.NUMBER, NUMBER),
    "plays": _column(func.coalesce(Plays.count, 0), Kind.NUMBER, NUMBER),
    "last_played": _column(Plays.last_at, Kind.DATE, DATE),
    "played": _column(func.coalesce(Plays.count, 0) > 0, Kind.FLAG, FLAG),
    "audio": _column(Track.audio_id.is_not(None), Kind.FLAG, FLAG),
    "cover": _column(Track.cover_id.is_not(None), Kind.FLAG, FLAG),
    "lyrics": _column(
        select(Lyrics.track_id).where(Lyrics.track_id == Track.id).exists(), Kind.FLAG, FLAG
    ),
    "located": _column(Track.latitude.is_not(None), Kind.FLAG, FLAG),
    "compilation": _column(Track.compilation, Kind.FLAG, FLAG),
    "status": _column(
        Track.status, Kind.STATUS, choices(_one_of(Status, "where it stands with reviewers"))
    ),
    "playlist": Field(Kind.PLAYLIST, choices(_an_id), _playlist),
}

# What a smart playlist may be ordered by (with a - before: the other way round), of columns that
# its listing joins.
ORDERS: dict[str, Any] = {
    "title": Track.title_key,
    "artist": Track.artist_key,
    "album": Track.album_key,
    "year": func.coalesce(Track.year, 0),
    "duration_seconds": func.coalesce(Track.duration_seconds, 0.0),
    "added": Track.created_at,
    "plays": func.coalesce(Plays.count, 0),
    "last_played": Plays.last_at,  # what was never played is the oldest
}
