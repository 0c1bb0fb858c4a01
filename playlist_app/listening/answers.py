"""What the calls about listening and smart playlists answer."""

from __future__ import annotations

from typing import Any, Literal, NotRequired, TypedDict

from playlist_app.shapes import Count, Listed, Moment, Person, Seconds, Track


class Reported(TypedDict):
    """What came of one report."""

    id: str
    status: Literal["applied", "satisfied", "rejected"]


class ReportedListens(TypedDict):
    """One result a report, in order."""

    results: list[Reported]


class Listen(TypedDict):
    """Something that one heard; `counts`: enough of it to be a play."""

    id: str
    track: Track | None
    title: str
    artist: str
    genre: str
    added_by: Person | None
    playlist: str | None
    at: Moment
    seconds: Seconds
    finished: bool
    counts: bool
    device: str


class NamedPlaylist(TypedDict):
    """A playlist, by its title."""

    id: str
    title: str


class Place(TypedDict):
    """What one listened to last, where in it, and what comes next."""

    track: Track
    second: Seconds
    queue: list[Track]
    playlist: NamedPlaylist | None
    device: str
    device_name: str
    at: Moment


class Kept(TypedDict):
    """Whether it was kept: what is known and later stands."""

    kept: bool


class Counted(TypedDict):
    """How often and how long."""

    plays: Count
    seconds: Seconds


class CountedTrack(Counted):
    """A track, as it is now or as it was noted."""

    track: Track | None
    title: str
    artist: str


class CountedName(Counted):
    """An artist or a genre."""

    name: str


class CountedPerson(Counted):
    """Who had added what one heard."""

    person: Person


class Week(TypedDict):
    """A week, by its Monday."""

    week: str
    seconds: Seconds


class Streak(TypedDict):
    """Days in a row with music, now and at most."""

    days: Count
    longest: Count


class ThatDay(TypedDict):
    """What was heard most on this day of an earlier year."""

    year: int
    title: str
    artist: str


class Statistics(TypedDict):
    """What one heard, counted."""

    range: str
    offset: int
    since: Moment | None
    plays: Count
    seconds: Seconds
    track_count: Count
    artist_count: Count
    tracks: list[CountedTrack]
    artists: list[CountedName]
    genres: list[CountedName]
    added_by: list[CountedPerson]
    hours: list[Seconds]
    weekdays: list[Seconds]
    weeks: list[Week]
    streak: Streak
    on_this_day: list[ThatDay]


class Rule(TypedDict):
    """`value` is a text, a number, two of them for between, or true or false."""

    field: str
    operator: str
    value: Any


class SmartPlaylist(TypedDict):
    """A playlist that finds its tracks by rules."""

    id: str
    title: str
    match: Literal["all", "any"]
    rules: list[Rule]
    order: str
    limit: int
    created_at: Moment
    updated_at: Moment
    track_count: NotRequired[Count]
    duration_seconds: NotRequired[Seconds]


class Preview(TypedDict):
    """What rules would hold: how much, and the first of it."""

    track_count: Count
    duration_seconds: Seconds
    items: list[Track]


Listens = Listed[Listen]
SmartPlaylists = Listed[SmartPlaylist]
SmartTracks = Listed[Track]
