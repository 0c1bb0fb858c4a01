"""What the charts of the statistics page are drawn from: labels and seconds, in words."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask_babel import format_date
from flask_babel import gettext as _

JSON = dict[str, Any]
Bar = tuple[str, str, float]  # a short label, a long one, seconds


def hours_of(statistics: JSON) -> list[Bar]:
    return [(str(h), f"{h:02}:00", s) for h, s in enumerate(statistics["hours"])]


def weekdays_of(statistics: JSON) -> list[Bar]:
    monday = date(2024, 1, 1)
    days = [monday.replace(day=1 + n) for n in range(7)]
    return [
        (format_date(day, "EEE"), format_date(day, "EEEE"), seconds)
        for day, seconds in zip(days, statistics["weekdays"], strict=True)
    ]


def weeks_of(statistics: JSON) -> list[Bar]:
    found = []
    for week in statistics["weeks"]:
        monday = date.fromisoformat(week["week"])
        label = format_date(monday, "d MMM")
        found.append((label, format_date(monday, "d MMMM yyyy"), week["seconds"]))
    return found


def listened(seconds: float) -> str:
    """Seconds as people say them: "40 s", "12 min", "3 h 5 min"."""
    if seconds < 60:
        return str(_("%(count)s s", count=round(seconds)))
    minutes = round(seconds / 60)
    if minutes < 60:
        return str(_("%(count)s min", count=minutes))
    return str(_("%(hours)s h %(minutes)s min", hours=minutes // 60, minutes=minutes % 60))
