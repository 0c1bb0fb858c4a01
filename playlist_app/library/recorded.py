"""Where tracks were recorded: those inside of a box, and those near a place, the nearest first."""

from __future__ import annotations

import math
import re

from sqlalchemy import ColumnElement, and_, or_, select

from playlist_app.database import session
from playlist_app.library.models import Track, visible_to
from playlist_app.library.places import HALF_AROUND, Box, Place
from playlist_app.people.models import User
from playlist_app.refusals import Invalid


def in_box(text: str) -> ColumnElement[bool]:
    """A condition on Track, of "south,west,north,east" in degrees; where west is the larger, the
    box lies over the date line. Raises Invalid."""
    sentence = "A box is south,west,north,east in degrees, such as 47.9,16.1,48.4,16.6."
    south, west, north, east = _numbers("box", text, 4, sentence)
    if not (Place(south, west).is_on_earth and Place(north, east).is_on_earth):
        raise Invalid.field(
            "box", "Latitudes go from -90 to 90, longitudes from -180 to 180 degrees."
        )
    if south > north:
        raise Invalid.field("box", "The south of a box can't lie north of its north.")
    return _inside(Box(south, west, north, east))


def near(text: str, person: User) -> list[int]:
    """The numbers of the tracks near a place, of "latitude,longitude,metres", the nearest first,
    of those that this person may see. Raises Invalid."""
    sentence = "A place is latitude,longitude,metres, such as 48.2,16.37,500."
    latitude, longitude, metres = _numbers("near", text, 3, sentence)
    centre = Place(latitude, longitude)
    if not centre.is_on_earth:
        raise Invalid.field(
            "near", "Latitudes go from -90 to 90, longitudes from -180 to 180 degrees."
        )
    if not 0 <= metres <= math.ceil(HALF_AROUND):
        raise Invalid.field(
            "near", "A distance is from 0 to 20,015,115 metres: half around the Earth."
        )
    # The index gives what lies in the box around the circle; the circle itself is computed here,
    # as not every SQLite has a sine.
    rows = session().execute(
        select(Track.number, Track.latitude, Track.longitude).where(
            visible_to(person), _inside(Box.around(centre, metres))
        )
    )
    distances = ((centre.metres_to(lat or 0.0, lon or 0.0), number) for number, lat, lon in rows)
    return [number for distance, number in sorted(distances) if distance <= metres]


def _inside(box: Box) -> ColumnElement[bool]:
    west, east = Track.longitude >= box.west, Track.longitude <= box.east
    return and_(
        Track.latitude.between(box.south, box.north),
        or_(west, east) if box.is_over_the_date_line else and_(west, east),
    )


def _numbers(field: str, text: str, count: int, sentence: str) -> list[float]:
    parts = [part.strip() for part in text.split(",")]
    if len(parts) != count or not all(re.fullmatch(r"[+-]?\d{1,9}(\.\d{1,20})?", p) for p in parts):
        raise Invalid.field(field, sentence)
    return [float(part) for part in parts]
