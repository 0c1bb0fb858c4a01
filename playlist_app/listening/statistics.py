"""Statistics of what one person heard: theirs alone, counted when they look.

A fixed number of queries over the listens of one person, by an index; nothing is counted ahead of
time (docs/decisions: statistics when they are looked at).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Integer, String, and_, cast, func, literal, select

from playlist_app.database import iso, now, session
from playlist_app.library.models import Track, visible_to
from playlist_app.listening.models import Listen
from playlist_app.people.models import User

JSON = dict[str, Any]

RANGES = {"week": 7, "month": 30, "year": 365, "all": None}  # days
TOP = 10
WEEKS_SHOWN = 53
OFFSET_AT_MOST = 14 * 60  # minutes; the Line Islands


@dataclass(frozen=True)
class Asked:
    """Which time, and how far the reader's clock is from UTC, in minutes (east is positive)."""

    range: str = "month"
    offset: int = 0

    @property
    def since(self) -> datetime | None:
        """Midnight of the reader, so many days ago."""
        days = RANGES[self.range]
        if days is None:
            return None
        local = now() + timedelta(minutes=self.offset)
        midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
        return midnight - timedelta(minutes=self.offset, days=days - 1)

    @property
    def today(self) -> date:
        return (now() + timedelta(minutes=self.offset)).date()

    def local(self, format_: str) -> ColumnElement[str]:
        """When a listen began, by the reader's clock, in strftime's form."""
        shift = f"{self.offset:+d} minutes"
        return func.strftime(format_, cast(Listen.at, String), literal(shift))


def statistics_of(person: User, asked: Asked) -> JSON:
    """Everything the page shows; lists are sorted, most first, at most TOP of each."""
    mine = Listen.user_id == person.id
    since = asked.since
    within = and_(mine, Listen.at >= since) if since else mine
    plays = func.count().filter(Listen.is_play)
    seconds = func.sum(Listen.seconds)
    totals = (
        session()
        .execute(
            select(
                plays,
                func.coalesce(seconds, 0.0),
                func.count(Listen.track_id.distinct()).filter(Listen.is_play),
                func.count(Listen.artist.distinct()).filter(Listen.is_play, Listen.artist != ""),
                func.min(Listen.at),
            ).where(within)
        )
        .one()
    )

    def top(*columns: Any, where: ColumnElement[bool] | None = None) -> list[Any]:
        query = select(*columns, plays.label("plays"), seconds.label("seconds")).where(within)
        if where is not None:
            query = query.where(where)
        query = query.group_by(*columns).having(plays > 0)
        return list(session().execute(query.order_by(plays.desc(), seconds.desc()).limit(TOP)))

    tracks = top(Listen.track_id, Listen.title, Listen.artist)
    artists = top(Listen.artist, where=Listen.artist != "")
    genres = top(Listen.genre, where=Listen.genre != "")
    adders = top(Listen.added_by_id, where=Listen.added_by_id.is_not(None))
    days = _days(mine, asked)
    return {
        "range": asked.range,
        "offset": asked.offset,
        "since": iso(since or totals[4]) if since or totals[4] else None,
        "plays": totals[0],
        "seconds": round(totals[1], 1),
        "track_count": totals[2],
        "artist_count": totals[3],
        "tracks": _with_shapes(tracks, person),
        "artists": [_counted(row, name=row[0]) for row in artists],
        "genres": [_counted(row, name=row[0]) for row in genres],
        "added_by": _with_names(adders),
        **_by_the_clock(within, asked),
        "weeks": _weeks(days, asked, since),
        "streak": _streak(set(days), asked.today),
        "on_this_day": _on_this_day(mine, asked),
    }


def _counted(row: Any, **fields: Any) -> JSON:
    return {**fields, "plays": row.plays, "seconds": round(row.seconds, 1)}


def _with_shapes(rows: list[Any], person: User) -> list[JSON]:
    """Tracks as they are now; of those that are gone, or not theirs to see, what was noted."""
    ids = {row[0] for row in rows}
    found = session().scalars(select(Track).where(Track.id.in_(ids), visible_to(person)))
    shapes = {track.id: track.shape() for track in found}
    return [_counted(r, track=shapes.get(r[0]), title=r[1], artist=r[2]) for r in rows]


def _with_names(rows: list[Any]) -> list[JSON]:
    ids = {row[0] for row in rows}
    found = session().execute(select(User.id, User.name).where(User.id.in_(ids)))
    names = {row[0]: row[1] for row in found}
    return [_counted(r, person={"id": r[0], "name": names.get(r[0], "")}) for r in rows]


def _by_the_clock(within: ColumnElement[bool], asked: Asked) -> JSON:
    """Seconds by hour of the day, and by weekday from Monday on."""
    weekday, hour = (cast(asked.local(part), Integer) for part in ("%w", "%H"))
    rows = session().execute(
        select(weekday, hour, func.sum(Listen.seconds)).where(within).group_by(weekday, hour)
    )
    hours, weekdays = [0.0] * 24, [0.0] * 7
    for day, at, heard in rows:
        hours[at] += heard
        weekdays[(day - 1) % 7] += heard  # SQLite's weeks begin with Sunday
    return {"hours": [round(s, 1) for s in hours], "weekdays": [round(s, 1) for s in weekdays]}


def _days(mine: ColumnElement[bool], asked: Asked) -> dict[date, float]:
    """Seconds of each day on which anything was heard, ever: what a streak is counted by."""
    day = asked.local("%Y-%m-%d")
    rows = session().execute(select(day, func.sum(Listen.seconds)).where(mine).group_by(day))
    return {date.fromisoformat(text): heard for text, heard in rows}


def _weeks(days: dict[date, float], asked: Asked, since: datetime | None) -> list[JSON]:
    """Seconds of each week, by its Monday, without a gap; the newest last."""
    last = asked.today - timedelta(days=asked.today.weekday())
    first = (since + timedelta(minutes=asked.offset)).date() if since else min(days, default=last)
    first = max(first - timedelta(days=first.weekday()), last - timedelta(weeks=WEEKS_SHOWN - 1))
    weeks = {first + timedelta(weeks=n): 0.0 for n in range((last - first).days // 7 + 1)}
    for day, heard in days.items():
        monday = day - timedelta(days=day.weekday())
        if monday in weeks:
            weeks[monday] += heard
    return [{"week": day.isoformat(), "seconds": round(s, 1)} for day, s in weeks.items()]


def _streak(days: Iterable[date], today: date) -> JSON:
    """Days in a row with music: up to today (or yesterday: today is not over), and at most."""
    longest = run = current = 0
    before: date | None = None
    for day in sorted(days):
        run = run + 1 if before == day - timedelta(days=1) else 1
        longest = max(longest, run)
        before = day
    if before and before >= today - timedelta(days=1):
        current = run
    return {"days": current, "longest": longest}


def _on_this_day(mine: ColumnElement[bool], asked: Asked) -> list[JSON]:
    """What was heard most on this day of earlier years, one a year."""
    year, day = asked.local("%Y"), asked.local("%m-%d")
    today = asked.today
    rows = session().execute(
        select(year, Listen.title, Listen.artist, func.sum(Listen.seconds).label("heard"))
        .where(mine, day == today.strftime("%m-%d"), year < str(today.year), Listen.is_play)
        .group_by(year, Listen.title, Listen.artist)
        .order_by(year.desc(), func.sum(Listen.seconds).desc())
    )
    best: dict[str, JSON] = {}
    for heard_in, title, artist, _ in rows:
        best.setdefault(heard_in, {"year": int(heard_in), "title": title, "artist": artist})
    return list(best.values())[:TOP]
