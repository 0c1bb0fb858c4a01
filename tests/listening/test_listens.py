"""What was heard: recorded once, counted rightly, and nobody else's."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from playlist_app.database import iso, session
from playlist_app.listening.models import Listen, Plays, counts
from tests.cast import Person, ok, problem
from tests.listening.hearing import a_listen, hears, history, reports


def plays(app: Flask, person: Person) -> dict[str, int]:
    """Counts as they are kept, which must be what the listens add up to."""
    with app.app_context():
        kept: dict[str, int] = {
            row.track_id: row.count
            for row in session().scalars(select(Plays).where(Plays.user_id == person.id))
        }
        counted = session().execute(
            select(Listen.track_id, func.count())
            .where(Listen.user_id == person.id, Listen.is_play, Listen.track_id.is_not(None))
            .group_by(Listen.track_id)
        )
        assert kept == {row[0]: row[1] for row in counted}
        return kept


def test_a_listen_is_recorded_and_told_to_its_person_alone(
    app: Flask, alice: Person, charlie: Person, happened: Any
) -> None:
    track = alice.makes_track("Paper Lanterns", duration_seconds=200)
    listen = a_listen(track, 62.5, finished=True)
    assert reports(charlie, listen) == [{"id": listen["id"], "status": "applied"}]

    [seen] = history(charlie)
    assert seen["track"]["id"] == track["id"]
    assert (seen["title"], seen["artist"]) == ("Paper Lanterns", "Mira Lund")
    assert (seen["seconds"], seen["finished"], seen["counts"]) == (62.5, True, True)
    assert seen["added_by"]["name"] == "Alice"
    assert happened()[-1] == ("track.played", {"track": track["id"], "plays": 1})
    assert plays(app, charlie) == {track["id"]: 1}
    assert history(alice) == [], "nobody else's"


def test_admins_see_nobodys_history(alice: Person, dora: Person) -> None:
    hears(alice, alice.makes_track("Paper Lanterns"))
    assert history(dora) == []


def test_the_same_report_again_changes_nothing(app: Flask, alice: Person, happened: Any) -> None:
    track = alice.makes_track("Paper Lanterns")
    listen = a_listen(track)
    reports(alice, listen)
    before = happened()
    assert reports(alice, listen, listen)[1]["status"] == "satisfied"
    assert plays(app, alice) == {track["id"]: 1}
    assert happened() == before


def test_a_listen_grows_and_counts_once_whatever_the_order(app: Flask, alice: Person) -> None:
    track = alice.makes_track("Paper Lanterns", duration_seconds=200)
    first = a_listen(track, 12.0)
    later = first | {"seconds": 45.0}
    last = first | {"seconds": 200.0, "finished": True}
    for report in (first, last, later, last):
        reports(alice, report)
    [seen] = history(alice)
    assert (seen["seconds"], seen["finished"]) == (200.0, True)
    assert plays(app, alice) == {track["id"]: 1}


def test_the_same_id_of_two_people_are_two_listens(alice: Person, bob: Person) -> None:
    listen = a_listen(alice.makes_track("Paper Lanterns"), 60.0)
    reports(alice, listen)
    assert reports(bob, listen | {"seconds": 50.0})[0]["status"] == "applied"
    assert history(alice)[0]["seconds"] == 60.0
    assert history(bob)[0]["seconds"] == 50.0


@pytest.mark.parametrize(
    ("seconds", "length", "is_play"),
    [(29.9, 200, False), (30, 200, True), (30, None, True), (9, 20, False), (10, 20, True)],
)
def test_thirty_seconds_or_half_of_it_count(
    seconds: float, length: float | None, is_play: bool
) -> None:
    assert counts(seconds, length) is is_play


def test_what_one_may_not_hear_is_not_recorded(
    app: Flask, alice: Person, charlie: Person, happened: Any
) -> None:
    from tests.library.shelf import set_status

    track = alice.makes_track("Secret")
    set_status(app, track, "pending")
    before = happened()
    assert reports(charlie, a_listen(track))[0]["status"] == "rejected"
    assert reports(charlie, a_listen({"id": "nothing"}))[0]["status"] == "rejected"
    assert history(charlie) == []
    assert happened() == before


def test_a_history_outlives_its_tracks(app: Flask, alice: Person) -> None:
    track = alice.makes_track("Paper Lanterns")
    hears(alice, track)
    ok(alice.delete(f"/tracks/{track['id']}"), 204)
    [seen] = history(alice)
    assert (seen["track"], seen["title"]) == (None, "Paper Lanterns")
    assert plays(app, alice) == {}


def test_who_added_it_is_who_put_it_into_the_playlist_it_was_heard_in(
    alice: Person, bob: Person, charlie: Person
) -> None:
    track = alice.makes_track("Paper Lanterns")
    playlist = alice.makes_playlist()
    alice.invites(playlist, bob)
    bob.adds(playlist, track)
    hears(alice, track, playlist=playlist["id"])
    assert history(alice)[0]["added_by"]["name"] == "Bob"
    assert history(alice)[0]["playlist"] == playlist["id"]
    # A playlist that one does not see says nothing of itself.
    hears(charlie, track, playlist=playlist["id"])
    assert history(charlie)[0]["added_by"]["name"] == "Alice"
    assert history(charlie)[0]["playlist"] is None


def test_a_wrong_clock_puts_nothing_into_the_future(alice: Person) -> None:
    track = alice.makes_track("Paper Lanterns")
    hears(alice, track, at="2199-01-01T00:00:00Z")
    assert history(alice)[0]["at"] <= iso(datetime.now(UTC))


def test_clearing_forgets_everything_and_what_comes_late(
    app: Flask, alice: Person, bob: Person, happened: Any
) -> None:
    track = alice.makes_track("Paper Lanterns")
    held_back = a_listen(track, ago=100)
    sent = a_listen(track, ago=200)
    reports(alice, sent)
    hears(bob, track)
    here = {"device": "phone", "track": track["id"], "second": 5}
    ok(alice.call("PUT", "/listening", json=here))
    assert alice.delete("/listens").status_code == 204
    assert history(alice) == []
    assert plays(app, alice) == {}
    assert happened()[-1] == ("history.cleared", {})
    assert alice.get("/listening").status_code == 204
    # A device that was away, or whose answer got lost, brings nothing back.
    assert [one["status"] for one in reports(alice, held_back, sent)] == ["satisfied"] * 2
    assert history(alice) == []
    assert len(history(bob)) == 1
    hears(alice, track)
    assert len(history(alice)) == 1


def test_a_history_comes_a_page_at_a_time(alice: Person) -> None:
    track = alice.makes_track("Paper Lanterns")
    at = datetime.now(UTC) - timedelta(hours=1)
    for _ in range(5):  # at one moment, as a device that was away reports
        hears(alice, track, at=iso(at))
    first = ok(alice.get("/listens?limit=2"))
    second = ok(alice.get(f"/listens?limit=3&cursor={first['next_cursor']}"))
    seen = [item["id"] for item in first["items"] + second["items"]]
    assert len(set(seen)) == 5
    assert second["next_cursor"] is None
    problem(alice.get("/listens?cursor=nonsense"), 422)


@pytest.mark.parametrize(
    "wrong",
    [
        {"seconds": -1},
        {"seconds": 10**9},
        {"seconds": "many"},
        {"id": "mine"},
        {"at": "yesterday"},
        {"at": "2026-11-21T10:00:00"},
        {"finished": "maybe"},
    ],
)
def test_a_report_that_makes_no_sense_changes_nothing(
    alice: Person, wrong: dict[str, Any], happened: Any
) -> None:
    listen = a_listen(alice.makes_track("Paper Lanterns")) | wrong
    before = happened()
    problem(alice.post("/listens", {"device": "phone", "items": [listen]}), 422)
    assert history(alice) == []
    assert happened() == before
