"""Tags: from what a file says about itself, in whatever words its format has, to a track's fields.

Runs also where there is no app (probe.py): no database here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from playlist_app.library.credits import artists_in, distinct
from playlist_app.library.genre_names import genre_name
from playlist_app.library.places import place_in_tag
from playlist_app.library.texts import LONGEST, clean_text

LONGEST_LYRICS = 100_000  # characters; what is longer is no song's

# A field → what FFmpeg, tinytag and taggers call it, the best first; compared without case, spaces,
# hyphens and underscores.
_NAMES = {
    "title": ("title",),
    "artist": ("artist",),
    "artists": ("artists",),
    "album_artist": ("albumartist",),
    "album": ("album",),
    "genre": ("genre",),
    "date": ("date", "year", "originaldate", "originalyear", "tdor", "creationtime"),
    "track_number": ("track", "tracknumber"),
    "disc": ("disc", "discnumber"),
    "compilation": ("compilation", "itunescompilation", "tcmp", "cpil"),
    "lyrics": ("syncedlyrics", "lyrics", "unsyncedlyrics", "uslt"),
    "location": ("location", "com.apple.quicktime.location.iso6709", "geolocation"),
}
_LANGUAGE = re.compile(r"^(lyrics|unsyncedlyrics|location)[-:.][a-z]{2,3}$")
_VARIOUS = {"various", "various artists", "va", "v.a.", "verschiedene interpreten", "divers"}
_LARGEST = 9999  # of the numbers of tracks, discs and years


def track_fields(raw: Mapping[str, object]) -> dict[str, Any]:
    """The fields of a track, of what a tag reader found: those alone that are there.

    `raw` holds texts, numbers, or lists of them where a tag stands several times. The answer holds
    title, artist, artists (the names one by one), album, album_artist, genre: texts, clean and cut
    where they are too long; year, disc, track_number: numbers; compilation: True; lyrics: text of
    several lines, plain or LRC; location: {latitude, longitude}.
    """
    found = _by_name(raw)

    def first(field: str) -> str:
        return next((text for name in _NAMES[field] for text in found.get(name, ())), "")

    def number(field: str) -> int | None:
        return _leading(first(field))

    fields: dict[str, Any] = {
        name: clean_text(first(name)[:LONGEST], name) for name in ("title", "album", "album_artist")
    }
    fields |= _artists(found.get("artist", []), found.get("artists", []), fields["album_artist"])
    fields["genre"] = clean_text(genre_name(first("genre"))[:60], "genre")
    fields["year"] = next(filter(None, map(_year, _all(found, "date"))), None)
    fields["disc"], fields["track_number"] = number("disc"), number("track_number")
    fields["compilation"] = first("compilation").lower() in ("1", "true", "yes") or (
        fields["album_artist"].casefold() in _VARIOUS
    )
    fields["lyrics"] = first("lyrics").strip()[:LONGEST_LYRICS]
    if place := next(filter(None, map(place_in_tag, _all(found, "location"))), None):
        fields["location"] = {"latitude": place.latitude, "longitude": place.longitude}
    return {name: value for name, value in fields.items() if value}


def _by_name(raw: Mapping[str, object]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for key, value in raw.items():
        name = _LANGUAGE.sub(r"\1", key.casefold())
        name = re.sub(r"[\s_-]", "", name)
        values: Iterable[object] = value if isinstance(value, list | tuple) else (value,)
        texts = [as_meant(str(one)) for one in values if one is not None]
        found.setdefault(name, []).extend(text for text in texts if text.strip())
    return found


def _all(found: Mapping[str, list[str]], field: str) -> Iterable[str]:
    return (text for name in _NAMES[field] for text in found.get(name, ()))


def _artists(lines: list[str], listed: list[str], album_artist: str) -> dict[str, Any]:
    """The line that is shown, and the artists in it. A tag that stands several times is not split
    any further: whoever wrote it told them apart. Taggers also list the artists beside the line."""
    lines = distinct(lines)
    names = lines if len(lines) > 1 else artists_in(lines[0]) if lines else []
    listed = distinct(listed if len(listed) > 1 else listed[0].split(";") if listed else [])
    shown = "; ".join(lines) or "; ".join(listed) or album_artist
    shown = re.sub(r"\s*;\s*", "; ", shown)
    names = (listed if len(listed) > len(names) else names) or distinct([shown])
    return {"artist": clean_text(shown[:LONGEST], "artist"), "artists": names}


def _year(text: str) -> int | None:
    """The year of a date, however it is written: "2024-05-01", "1 May 2024", "20240501"."""
    found = re.search(r"(?<!\d)(1\d{3}|2[01]\d{2})(?=\d{4}(?!\d)|(?!\d))", text)
    return int(found[1]) if found else None


def _leading(text: str) -> int | None:
    """The number that a text begins with: "4/12" is 4, and "0" says nothing."""
    found = re.match(r"\s*(\d{1,6})", text, re.ASCII)
    value = int(found[1]) if found else 0
    return value if 0 < value <= _LARGEST else None


def as_meant(text: str) -> str:
    """What is not UTF-8 (ID3v1, WAV) is mostly Windows-1252; nothing else is left of half
    characters, which could not be stored."""
    try:
        text.encode()
    except UnicodeEncodeError:
        pass
    else:
        return text
    try:
        return text.encode(errors="surrogateescape").decode("cp1252", errors="replace")
    except UnicodeEncodeError:
        return text.encode(errors="replace").decode()
