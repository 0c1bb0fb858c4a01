"""Forms about tracks: what was typed into their fields, as fields of description.py."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _

from playlist_app.library.places import place_in_text
from playlist_app.refusals import Invalid

TEXTS = ("title", "artist", "album", "album_artist", "genre")
NUMBERS = ("year", "disc", "track_number")


def fields_in(form: Mapping[str, str]) -> dict[str, Any]:
    """The fields that were changed: those whose value differs from what the form showed, which
    stands beside it as `was_<field>`. Raises Invalid."""
    fields: dict[str, Any] = {}
    for name in (*TEXTS, *NUMBERS, "location", "compilation"):
        typed = form.get(name)
        if typed is None or typed.strip() == form.get(f"was_{name}"):
            continue
        fields[name] = _value(name, typed.strip())
    return fields


def _value(name: str, text: str) -> Any:
    if name in TEXTS:
        return text
    if name == "compilation":
        return text == "yes"
    if not text:
        return None
    return location_in(text) if name == "location" else _number(name, text)


def _number(name: str, text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,4}", text):
        raise Invalid.field(name, _("This is a number of at most four digits."))
    return int(text)


def location_in(text: str) -> dict[str, Any]:
    """A place as it was pasted; a geo address may say how far off it is (`;u=12`, RFC 5870).
    Raises Invalid."""
    place = place_in_text(text)
    if not place:
        raise Invalid.field("location", _("A place is latitude and longitude, as in 48.2, 16.37."))
    location: dict[str, Any] = {"latitude": place.latitude, "longitude": place.longitude}
    if off := re.search(r";u=(\d{1,7}(?:\.\d+)?)(?:;|$)", text.strip()):
        location["accuracy_m"] = float(off[1])
    return location
