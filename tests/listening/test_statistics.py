"""Statistics: counted rightly, by the reader's clock, of one's own alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask

from playlist_app.database import iso
from playlist_app.listening.statistics import Asked, _streak
from tests.cast import Browser, Person, ok, problem
from tests.counting import queries_of
from tests.listening.hearing import a_listen, hears, reports


def figures(person: Person, **asked: Any) -> dict[str, Any]:
    query = "&".join(f"{name}={value}" for name, value in asked.items())
    return ok(person.get(f"/statistics?{query}"))


def test_what_was_heard_is_counted(alice: Person, bob: Person) -> None:
    lanterns = alice.makes_track("Paper Lanterns", genre="Folk", duration_seconds=200)
    wire = bob.makes_track("Copper Wire", artist="Night Market", genre="Dub", duration_seconds=200)
    hears(alice, lanterns, 3)
    hears(alice, wire)
    reports(alice, a_listen(wire, 12.0))  # heard, but no play
    hears(bob, wire, 5)

    seen = figures(alice)
    assert (seen["plays"], seen["seconds"]) == (4, 252.0)
    assert (seen["track_count"], seen["artist_count"]) == (2, 2)
    assert [(t["title"], t["plays"]) for t in seen["tracks"]] == [
        ("Paper Lanterns", 3),
        ("Copper Wire", 1),
    ]
    assert seen["tracks"][0]["track"]["id"] == lanterns["id"]
    assert [(a["name"], a["plays"]) for a in seen["artists"]] == [
        ("Mira Lund", 3),
        ("Night Market", 1),
    ]
    assert [g["name"] for g in seen["genres"]] == ["Folk", "Dub"]
    assert [(a["person"]["name"], a["plays"]) for a in seen["added_by"]] == [
        ("Alice", 3),
        ("Bob", 1),
    ]
    assert seen["streak"] == {"days": 1, "longest": 1}
    assert round(sum(seen["hours"]), 1) == round(sum(seen["weekdays"]), 1) == 252.0
    assert round(sum(week["seconds"] for week in seen["weeks"]), 1) == 252.0


def test_nobody_else_counts_and_admins_see_nothing(alice: Person, dora: Person) -> None:
    hears(alice, alice.makes_track("Paper Lanterns"))
    assert figures(dora, range="all")["plays"] == 0


def test_ranges_end_where_they_say(alice: Person) -> None:
    track = alice.makes_track("Paper Lanterns")
    for days in (1, 10, 100, 300):
        hears(alice, track, ago=days * 86_400)
    counts = {name: figures(alice, range=name)["plays"] for name in ("week", "month", "year")}
    assert counts == {"week": 1, "month": 2, "year": 4}
    problem(alice.get("/statistics?range=century"), 422)


def test_hours_and_days_are_the_readers(alice: Person) -> None:
    track = alice.makes_track("Paper Lanterns")
    yesterday = datetime.now(UTC).replace(hour=23, minute=30) - timedelta(days=1)
    hears(alice, track, at=iso(yesterday))
    utc, east = figures(alice), figures(alice, offset=60)
    assert utc["hours"][23] == 60.0
    assert utc["weekdays"][yesterday.weekday()] == 60.0
    assert east["hours"][0] == 60.0
    assert east["weekdays"][(yesterday.weekday() + 1) % 7] == 60.0
    problem(alice.get("/statistics?offset=9000"), 422)


def test_on_this_day_remembers_earlier_years(app: Flask, alice: Person) -> None:
    from sqlalchemy import update

    from playlist_app.database import write
    from playlist_app.listening.models import Listen

    track = alice.makes_track("Paper Lanterns")
    hears(alice, track)
    today = datetime.now(UTC)
    with app.app_context(), write() as tx:  # longer ago than a device may report
        before = today.replace(year=today.year - 4) if today.month != 2 else today
        tx.execute(update(Listen).values(at=before))
    expected = [] if today.month == 2 else [before.year]
    assert [one["year"] for one in figures(alice)["on_this_day"]] == expected


@pytest.mark.parametrize(
    ("ago", "days", "longest"),
    [([], 0, 0), ([0], 1, 1), ([1, 2], 2, 2), ([2, 3], 0, 2), ([0, 2, 3, 4], 1, 3)],
)
def test_a_streak_is_days_in_a_row_up_to_now(ago: list[int], days: int, longest: int) -> None:
    today = Asked().today
    heard = {today - timedelta(days=n) for n in ago}
    assert _streak(heard, today) == {"days": days, "longest": longest}


def test_the_number_of_queries_does_not_grow(app: Flask, alice: Person) -> None:
    def queries() -> int:
        return queries_of(app, lambda: figures(alice, range="all"))

    hears(alice, alice.makes_track("Paper Lanterns"))
    few = queries()
    for number in range(12):
        track = alice.makes_track(f"Track {number}", artist=f"Artist {number}", genre=f"G{number}")
        hears(alice, track, 2, ago=number * 86_400)
    assert queries() == few


def test_the_page_says_it_also_without_eyes(app: Flask, alice: Person) -> None:
    browser = Browser(app, alice)
    assert "Nothing was heard" in browser.opens("/you/statistics").get_data(as_text=True)
    track = alice.makes_track("Paper <b>Lanterns</b>")
    hears(alice, track, 2)
    page = browser.opens("/you/statistics?range=all").get_data(as_text=True)
    assert "Paper &lt;b&gt;Lanterns" in page
    assert "2 plays" in page
    assert "<caption>By hour</caption>" in page


def test_one_reads_ones_history_and_clears_it(app: Flask, alice: Person) -> None:
    browser = Browser(app, alice)
    hears(alice, alice.makes_track("Paper Lanterns"))
    assert "Paper Lanterns" in browser.opens("/you/history").get_data(as_text=True)
    browser.submits("/you/history/clear", seen_at="/you/history")
    assert "Nothing yet" in browser.opens("/you/history").get_data(as_text=True)
