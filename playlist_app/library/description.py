"""What can be said about a track: its fields, checked, as the columns that keep them.

Fields: title, artist, artists, album, album_artist, genre (texts; `artists` a list of names); year,
disc, track_number (numbers, or None); compilation (true or false); location ({latitude, longitude,
accuracy_m}, or None). A text that is None is left as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from playlist_app.library.credits import artists_in, distinct
from playlist_app.library.places import Place
from playlist_app.library.texts import clean_text, sort_key
from playlist_app.refusals import Invalid

JSON = dict[str, Any]

LONGEST_GENRE = 60  # characters
LARGEST = 9999  # of years, discs and numbers


def columns(fields: Mapping[str, Any]) -> JSON:
    """The columns of Track that keep these fields; the genre as `genre_name`.

    Raises Invalid for a value that can't be used.
    """
    values: JSON = {}
    for name, value in fields.items():
        if value is not None or name in _CAN_BE_NONE:
            values |= _FIELDS[name](value)
    if fields.get("artists") is not None:
        values["artists"] = _lines(distinct(fields["artists"]))
    return values


def _title(text: str) -> JSON:
    title = clean_text(text, "title")
    if not title:
        raise Invalid.field("title", "A track needs a title.")
    return {"title": title, "title_key": sort_key(title)}


def _artist(text: str) -> JSON:
    artist = clean_text(text, "artist")
    return {
        "artist": artist,
        "artist_key": sort_key(artist),
        "artists": _lines(artists_in(artist)),
    }


def _lines(names: list[str]) -> str | None:
    return "\n".join(names) if len(names) > 1 else None


def _album(text: str) -> JSON:
    album = clean_text(text, "album")
    return {"album": album, "album_key": sort_key(album)}


def _number(name: str, sentence: str) -> Callable[[int | None], JSON]:
    def checked(value: int | None) -> JSON:
        if value is not None and not 0 <= value <= LARGEST:
            raise Invalid.field(name, sentence)
        return {name: value or 0}

    return checked


def _year(value: int | None) -> JSON:
    if value is not None and not 0 <= value <= LARGEST:
        raise Invalid.field("year", "A year has at most four digits.")
    return {"year": value}


def _location(value: Mapping[str, Any] | None) -> JSON:
    if value is None:
        return {"latitude": None, "longitude": None, "accuracy_m": None}
    place = Place(value["latitude"], value["longitude"])
    if not place.is_on_earth:
        raise Invalid.field(
            "location", "Latitudes go from -90 to 90, longitudes from -180 to 180 degrees."
        )
    return {
        "latitude": place.latitude,
        "longitude": place.longitude,
        "accuracy_m": value.get("accuracy_m"),
    }


_CAN_BE_NONE = {"year", "disc", "track_number", "location"}
_FIELDS: dict[str, Callable[[Any], JSON]] = {
    "title": _title,
    "artist": _artist,
    "artists": lambda _: {},  # after the line, which is split where nobody tells them apart
    "album": _album,
    "album_artist": lambda text: {"album_artist": clean_text(text, "album_artist")},
    "genre": lambda text: {"genre_name": clean_text(text, "genre", longest=LONGEST_GENRE)},
    "year": _year,
    "disc": _number("disc", "A disc's number has at most four digits."),
    "track_number": _number("track_number", "A track's number has at most four digits."),
    "compilation": lambda value: {"compilation": bool(value)},
    "location": _location,
}
NAMES = tuple(_FIELDS)
