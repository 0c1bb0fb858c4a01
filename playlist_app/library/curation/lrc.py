"""LRC: lyrics with the time at which each line begins, as files and tags carry them.

    [ti:Paper Lanterns]
    [offset:+250]
    [00:12.50]The lanterns hang
    [00:15.00][01:15.00]above the street

A line may have several times; times of words within a line (<00:12.70>) are left out. No format has
a standard for it: this takes what is common.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

MOST = 5000  # lines

_TIME = re.compile(r"\[(\d{1,3}):(\d{1,2})(?:[.:](\d{1,3}))?\]")
_OFFSET = re.compile(r"\[offset:\s*([+-]?\d{1,6})\s*\]", re.IGNORECASE)
_ABOUT = re.compile(r"\[[a-z#]+:[^\]]*\]", re.IGNORECASE)
_WORD = re.compile(r"<\d{1,3}:\d{1,2}(?:[.:]\d{1,3})?>\s?")


@dataclass(frozen=True)
class Line:
    """`at`: seconds from the beginning; None where nothing says it."""

    at: float | None
    text: str


def lines_of(text: str) -> list[Line]:
    """The lines of a text, in the order in which they are sung; without times where it has none,
    and then each line as it stands."""
    timed: list[Line] = []
    plain: list[Line] = []
    offset = next((int(found) / 1000 for found in _OFFSET.findall(text)), 0.0)
    for line in text.splitlines()[:MOST]:
        rest, times = line.strip(), []
        while found := _TIME.match(rest):
            minutes, seconds, fraction = found.groups()
            times.append(60 * int(minutes) + int(seconds) + float(f"0.{fraction or 0}"))
            rest = rest[found.end() :].lstrip()
        words = _WORD.sub("", rest).strip()
        # A positive offset makes lines come sooner.
        timed += [Line(round(max(0.0, at - offset), 3), words) for at in times]
        if not times and not _ABOUT.fullmatch(rest):
            plain.append(Line(None, words))
    if not timed:
        return plain
    return sorted(timed, key=lambda line: line.at or 0.0)[:MOST]


def written(lines: list[Line]) -> str:
    """Lines as LRC, or as plain text where one has no time."""
    if any(line.at is None for line in lines):
        return "\n".join(line.text for line in lines)
    return "\n".join(
        f"[{int(line.at or 0) // 60:02}:{(line.at or 0) % 60:05.2f}]{line.text}" for line in lines
    )
