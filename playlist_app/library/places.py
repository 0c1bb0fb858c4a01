"""Places on Earth: reading them from tags and from what people paste, and distances between them.

Latitude and longitude are degrees of WGS 84, north and east positive. Runs also where there is no
app (probe.py): no database here.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

EARTH = 6_371_008.8  # metres: the mean radius (IUGG)
HALF_AROUND = math.pi * EARTH

_ISO_6709 = re.compile(r"([+-]\d{2,6}(?:\.\d+)?)([+-]\d{3,7}(?:\.\d+)?)(?:[+-][\d.]+)?(?:CRS.*)?/?")
_NUMBER = r"([+-]?\d{1,3}(?:\.\d+)?)\s*°?\s*([NSEW]?)"
_PAIR = re.compile(rf"(?:geo:)?\s*{_NUMBER}\s*[,;\s]\s*{_NUMBER}(?:[,;].*)?", re.IGNORECASE)
# With a comma in the number, as in much of Europe, something else stands between the two.
_COMMAS = re.compile(r"([+-]?\d{1,3}),(\d+)\s*[;\s]\s*([+-]?\d{1,3}),(\d+)")
_PART = r"(\d{1,3})\s*°\s*(?:(\d{1,2}(?:\.\d+)?)\s*['′’]\s*)?(?:(\d{1,2}(?:\.\d+)?)\s*[\"″”]\s*)?"
_DEGREES = re.compile(rf"{_PART}([NS])[,;\s]*{_PART}([EW])", re.IGNORECASE)


@dataclass(frozen=True)
class Place:
    latitude: float
    longitude: float

    @property
    def is_on_earth(self) -> bool:
        return abs(self.latitude) <= 90 and abs(self.longitude) <= 180

    def metres_to(self, latitude: float, longitude: float) -> float:
        """Along the great circle, by the haversine formula (R. W. Sinnott, 1984)."""
        lat1, lat2 = math.radians(self.latitude), math.radians(latitude)
        half = math.sin((lat2 - lat1) / 2) ** 2
        turn = math.sin(math.radians(longitude - self.longitude) / 2) ** 2
        return (
            2
            * EARTH
            * math.asin(min(1.0, math.sqrt(half + math.cos(lat1) * math.cos(lat2) * turn)))
        )


@dataclass(frozen=True)
class Box:
    """All between south and north, and from west eastwards to east: over the date line where west
    is the larger."""

    south: float
    west: float
    north: float
    east: float

    @classmethod
    def around(cls, centre: Place, metres: float) -> Box:
        """The smallest that holds every place within that distance."""
        reach = math.degrees(metres / EARTH)
        south, north = centre.latitude - reach, centre.latitude + reach
        if south <= -90 or north >= 90:  # it holds a pole, and so every longitude
            return cls(max(south, -90.0), -180.0, min(north, 90.0), 180.0)
        # Meridians come nearer to each other towards the poles: the circle is widest not at its
        # centre but where one touches it.
        touch = math.sin(math.radians(reach)) / math.cos(math.radians(centre.latitude))
        width = math.degrees(math.asin(min(1.0, touch)))
        west, east = centre.longitude - width, centre.longitude + width
        return cls(south, _around(west), north, _around(east))

    @property
    def is_over_the_date_line(self) -> bool:
        return self.west > self.east


def _around(longitude: float) -> float:
    return (longitude + 180) % 360 - 180


def place_in_tag(text: str) -> Place | None:
    """A place as MP4 and QuickTime tag it: ISO 6709, "+48.2082+016.3738+171/"."""
    found = _ISO_6709.fullmatch(text.strip())
    return _on_earth(*(_sexagesimal(part) for part in found.groups())) if found else None


def place_in_text(text: str) -> Place | None:
    """A place as people paste it: "48.2, 16.37", "48,2; 16,37", "16.37 E 48.2 N", "geo:48.2,16.37",
    or with degrees, minutes and seconds."""
    text = text.strip()
    if found := _DEGREES.fullmatch(text):
        d1, m1, s1, ns, d2, m2, s2, ew = found.groups()
        return _on_earth(_signed(_minutes(d1, m1, s1), ns), _signed(_minutes(d2, m2, s2), ew))
    if found := _COMMAS.fullmatch(text):
        a, b, c, d = found.groups()
        return _on_earth(float(f"{a}.{b}"), float(f"{c}.{d}"))
    if found := _PAIR.fullmatch(text):
        first, side, second, other = found.groups()
        if side.upper() in ("E", "W") or other.upper() in ("N", "S"):
            first, side, second, other = second, other, first, side
        return _on_earth(_signed(float(first), side), _signed(float(second), other))
    return place_in_tag(text)


def _on_earth(latitude: float, longitude: float) -> Place | None:
    place = Place(round(latitude, 7), round(longitude, 7))  # a hundredth of a metre
    return place if place.is_on_earth else None


def _signed(value: float, side: str) -> float:
    return -value if side.upper() in ("S", "W") else value


def _minutes(degrees: str, minutes: str | None, seconds: str | None) -> float:
    return float(degrees) + float(minutes or 0) / 60 + float(seconds or 0) / 3600


def _sexagesimal(text: str) -> float:
    """ISO 6709: how many digits there are says whether minutes and seconds are among them."""
    sign = -1 if text.startswith("-") else 1
    whole, point, fraction = text[1:].partition(".")
    degrees = 2 + len(whole) % 2  # two digits of latitude, three of longitude
    parts = [whole[:degrees], *(whole[i : i + 2] for i in range(degrees, len(whole), 2))]
    parts[-1] += point + fraction
    return sign * math.fsum(float(part) / 60.0**power for power, part in enumerate(parts))
