"""Sources: set up by admins, looked at when it is time, and what follows from what they list."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import orjson
import pytest
from flask import Flask
from sqlalchemy import select, update

from playlist_app.database import now, session, write
from playlist_app.imports import checking
from playlist_app.imports.models import Import, Look
from playlist_app.imports.sources import GIVES_UP_AFTER, Source, SourceItem
from playlist_app.imports.states import State
from playlist_app.library.models import Track
from playlist_app.people.models import User
from tests.cast import Browser, Person, ok, problem
from tests.counting import queries_of
from tests.imports import rows

FEED = "https://radio.example/feed.xml?key=secret"


def follow(dora: Person, **fields: Any) -> dict[str, Any]:
    return ok(dora.post("/sources", {"url": FEED, "title": "Radio kitchen", **fields}), 201)


def looks(app: Flask, numbers: list[int], *, kind: str = "feed", more: int = 0) -> None:
    """The source is looked at, and these entries are found; `more` are said to be there."""
    listed = dict(enumerate(rows.entries(100, "Episode")))
    found = {
        "title": "As it calls itself",
        "kind": kind,
        "count": len(numbers) + more,
        "entries": [listed[number] for number in numbers],
        "duration_seconds": None,
        "size_bytes": None,
    }
    ends(app, state=State.COMPLETED, found=orjson.dumps(found).decode())


def ends(app: Flask, **values: Any) -> None:
    """The time for a look has come; it ends like this, and is taken up."""
    with app.app_context():
        with write() as tx:
            tx.execute(update(Source).values(next_check_at=now()))
        assert checking.step()
        with write() as tx:
            waits = select(Look.id).where(Look.state == State.QUEUED)
            tx.execute(update(Look).where(Look.id.in_(waits)).values(**values))
        assert checking.step()
        assert not checking.step()


def imported(app: Flask) -> list[str]:
    with app.app_context():
        query = select(Import.title).order_by(Import.queued_at, Import.position)
        return list(session().scalars(query))


def vanished(app: Flask) -> set[str]:
    with app.app_context():
        query = select(SourceItem.title).where(SourceItem.vanished_at.is_not(None))
        return set(session().scalars(query))


# --- who ----------------------------------------------------------------------------------------


def test_an_admin_sets_up_what_members_look_at(dora: Person, bob: Person) -> None:
    source = follow(dora)
    address = f"/sources/{source['id']}"

    assert source["url"] == FEED
    seen = ok(bob.get(address))
    assert (seen["title"], seen["host"], seen["url"]) == ("Radio kitchen", "radio.example", None)
    assert "secret" not in bob.page(address).text
    assert bob.page("/sources").status_code == 200
    problem(bob.post("/sources", {"url": "https://radio.example/b"}), 403)
    problem(bob.patch(address, {"title": "Mine"}), 403)
    problem(bob.post(f"{address}/check"), 403)
    problem(bob.delete(address), 403)
    assert bob.page("/sources/new").status_code == 403


def test_a_playlist_that_one_may_not_see_is_not_named(
    app: Flask, dora: Person, charlie: Person
) -> None:
    playlist = dora.makes_playlist("For the two of us")
    source = follow(dora, playlist_id=playlist["id"])

    assert source["playlist"]["title"] == "For the two of us"
    assert ok(charlie.get(f"/sources/{source['id']}"))["playlist"] is None
    assert "For the two of us" not in charlie.page(f"/sources/{source['id']}").text


@pytest.mark.parametrize(
    "fields",
    [
        {"url": "file:///etc/passwd"},
        {"url": "http://10.0.0.1/feed"},
        {"url": "https://radio.example/", "every_minutes": 1},
        {"url": "https://radio.example/", "depth": -1},
        {"url": "https://radio.example/", "quality": "loud"},
    ],
)
def test_what_can_not_be_followed_is_refused(
    app: Flask, dora: Person, fields: dict[str, Any]
) -> None:
    problem(dora.post("/sources", fields), 422)
    assert ok(dora.get("/sources"))["items"] == []


def test_one_address_is_followed_once(dora: Person) -> None:
    follow(dora)
    problem(dora.post("/sources", {"url": FEED}), 409)


def test_the_forms_work_without_scripts(app: Flask, dora: Person) -> None:
    browser = Browser(app, dora)
    form = {"title": "Radio", "every_minutes": "60", "depth": "", "quality": "small"}
    made = browser.submits("/sources", seen_at="/sources/new", url=FEED, **form)
    assert made.status_code == 303
    changed = browser.submits(
        made.location, seen_at=f"{made.location}/edit", **form | {"title": "Other", "depth": "x"}
    )
    assert changed.status_code == 422
    browser.submits(made.location, seen_at=f"{made.location}/edit", **form | {"title": "Other"})
    [source] = ok(dora.get("/sources"))["items"]
    assert (source["title"], source["depth"], source["quality"]) == ("Other", None, "small")
    assert not source["enabled"]  # its box was not ticked
    gone = browser.submits(f"{made.location}/delete", seen_at=f"{made.location}/edit")
    assert gone.status_code == 303
    assert ok(dora.get("/sources"))["items"] == []


# --- what comes ---------------------------------------------------------------------------------


def test_the_newest_come_at_first_and_then_what_is_new(
    app: Flask, dora: Person, happened: Any
) -> None:
    playlist = dora.makes_playlist()
    source = follow(dora, depth=2, playlist_id=playlist["id"])

    looks(app, [10, 11, 12, 13])
    assert imported(app) == ["Episode 10", "Episode 11"]
    looks(app, [9, 10, 11, 12, 13])
    looks(app, [9, 10, 11, 12, 13])

    assert imported(app) == ["Episode 10", "Episode 11", "Episode 9"]
    assert ("import.changed") in {kind for kind, _ in happened()}
    with app.app_context():
        batch = session().scalars(select(Import)).first()
        assert batch and batch.batch.playlist_id == playlist["id"]
        assert batch.person_id == dora.id
    seen = ok(dora.get(f"/sources/{source['id']}"))
    assert (seen["items"], seen["vanished"], seen["failures"]) == (5, 0, 0)
    assert seen["kind"] == "feed"
    listed = seen["listed"]["items"]
    assert [one["title"] for one in listed][:2] == ["Episode 9", "Episode 10"]
    assert [one["status"] for one in listed] == ["queued"] * 3 + [None] * 2


def test_a_source_without_a_title_is_called_as_it_calls_itself(app: Flask, dora: Person) -> None:
    follow(dora, title="")
    looks(app, [1])

    assert ok(dora.get("/sources"))["items"][0]["title"] == "As it calls itself"


def test_what_vanished_there_stays_here_and_is_marked(
    app: Flask, dora: Person, alice: Person
) -> None:
    source = follow(dora)
    looks(app, [0, 1, 2], kind="playlist")
    with app.app_context(), write() as tx:
        track = Track.publish(User.named("dora"), title="Episode 1")
        row = tx.scalar(select(Import).where(Import.title == "Episode 1"))
        assert row
        row.state, row.track_id = State.COMPLETED, track.id
        track_id = track.id
    looks(app, [0, 2], kind="playlist")

    assert vanished(app) == {"Episode 1"}
    assert ok(alice.get(f"/tracks/{track_id}"))["title"] == "Episode 1"
    assert "no longer at the source" in alice.page(f"/library/{track_id}").text
    assert "no longer at the source" in alice.page(f"/sources/{source['id']}").text
    looks(app, [0, 1, 2], kind="playlist")
    assert vanished(app) == set()
    assert len(imported(app)) == 3


def test_a_track_is_known_to_its_source_after_its_import_left_the_list(
    app: Flask, dora: Person
) -> None:
    source = follow(dora)
    looks(app, [0])
    with app.app_context(), write() as tx:
        track = Track.publish(User.named("dora"), title="Episode 0")
        row = tx.scalar(select(Import))
        assert row
        row.state, row.track_id = State.COMPLETED, track.id
        track_id, import_id = track.id, row.id
    looks(app, [0])
    ok(dora.delete(f"/imports/{import_id}"), 204)

    [item] = ok(dora.get(f"/sources/{source['id']}"))["listed"]["items"]
    assert item["track_id"] == track_id
    looks(app, [0])
    assert imported(app) == []


def test_a_listing_that_is_cut_off_says_nothing_about_its_end(app: Flask, dora: Person) -> None:
    follow(dora)
    looks(app, [0, 1, 2], kind="playlist")
    looks(app, [0, 1], kind="playlist", more=1)

    assert vanished(app) == set()


# --- what goes wrong ----------------------------------------------------------------------------


def test_an_empty_listing_is_an_error_and_nothing_vanishes(app: Flask, dora: Person) -> None:
    follow(dora)
    looks(app, [0, 1], kind="playlist")
    looks(app, [], kind="playlist")

    [source] = ok(dora.get("/sources"))["items"]
    assert "empty" in source["error"]
    assert (source["items"], source["vanished"], source["failures"]) == (2, 0, 1)
    looks(app, [0, 1], kind="playlist")
    assert ok(dora.get("/sources"))["items"][0]["error"] is None


def test_one_piece_is_no_source(app: Flask, dora: Person) -> None:
    follow(dora)
    looks(app, [0], kind="single")

    assert "one piece" in ok(dora.get("/sources"))["items"][0]["error"]
    assert imported(app) == []


def test_a_source_that_fails_waits_longer_and_is_switched_off_in_the_end(
    app: Flask, dora: Person, bob: Person
) -> None:
    source = follow(dora, every_minutes=60)
    address = f"/sources/{source['id']}"
    waits = []
    for _ in range(GIVES_UP_AFTER):
        ends(app, state=State.FAILED, error="radio.example says no (403).")
        with app.app_context():
            row = session().scalars(select(Source)).one()
            waits.append(row.next_check_at - now())

    assert waits[0] <= timedelta(hours=1) < waits[1] <= timedelta(hours=2) < waits[2]
    assert max(waits) <= timedelta(days=1)
    seen = ok(dora.get(address))
    assert not seen["enabled"]
    assert seen["error"].startswith("radio.example says no (403).")
    assert "switched off" in bob.page(address).text
    problem(dora.post(f"{address}/check"), 409)
    with app.app_context():
        assert not checking.step()
    ok(dora.patch(address, {"enabled": True}))
    looks(app, [0])
    assert ok(dora.get(address))["error"] is None


def test_checking_now_does_not_wait_for_its_time(app: Flask, dora: Person) -> None:
    source = follow(dora)
    looks(app, [0])
    with app.app_context():
        assert not checking.step()
    ok(dora.post(f"/sources/{source['id']}/check"), 202)

    with app.app_context():
        assert checking.step()
    assert ok(dora.get(f"/sources/{source['id']}"))["is_checking"]


def test_a_look_that_was_forgotten_is_begun_anew(app: Flask, dora: Person) -> None:
    follow(dora)
    with app.app_context():
        assert checking.step()
        with write() as tx:
            tx.delete(tx.scalars(select(Look)).one())
        assert checking.step()
        assert session().scalars(select(Look)).one().state == State.QUEUED


def test_more_sources_take_no_more_queries(app: Flask, dora: Person, bob: Person) -> None:
    def queries() -> int:
        return queries_of(app, lambda: ok(bob.get("/sources")))

    playlist = dora.makes_playlist()
    follow(dora, playlist_id=playlist["id"])
    looks(app, [0, 1])
    ok(bob.get("/sources"))
    few = queries()
    for number in range(10):
        body = {"url": f"https://radio.example/{number}", "playlist_id": playlist["id"]}
        ok(dora.post("/sources", body), 201)
    assert queries() == few
