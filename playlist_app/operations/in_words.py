"""Sizes, counts and times as the command line and warnings say them."""

from __future__ import annotations

from datetime import datetime, timedelta

from playlist_app.database import now

SIZES = (("TB", 10**12), ("GB", 10**9), ("MB", 10**6), ("kB", 10**3))


def size(count: float) -> str:
    """Bytes, to three figures or so."""
    for name, unit in SIZES:
        if abs(count) >= unit:
            return f"{count / unit:.1f} {name}"
    return f"{count:.0f} bytes"


def things(count: int, thing: str, several: str = "") -> str:
    """ "1 track", "1,200 tracks"."""
    return f"{count:,} {thing if count == 1 else several or thing + 's'}"


def ago(moment: datetime) -> str:
    """ "3 hours ago"."""
    passed = now() - moment
    for span, thing in (
        (timedelta(days=1), "day"),
        (timedelta(hours=1), "hour"),
        (timedelta(minutes=1), "minute"),
    ):
        if passed >= span:
            return f"{things(int(passed / span), thing)} ago"
    return "just now"
