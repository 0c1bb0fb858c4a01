"""The room: what plays, where it stands, and who plays it aloud; and what was played."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text

from playlist_app.database import session
from tests.cast import Person, ok, problem

Happened = Any


@pytest.fixture
def playlist(alice: Person, bob: Person) -> dict[str, Any]:
    made = alice.makes_playlist()
    alice.invites(made, bob)
    return made


@pytest.fixture
def items(alice: Person, playlist: Any) -> dict[str, dict[str, Any]]:
    return {
        t: alice.adds(playlist, alice.makes_track(t, duration_seconds=100)) for t in ("A", "B", "C")
    }


def room(person: Person, playlist: Any, call: str = "", body: Any = None) -> Any:
    path = f"/playlists/{playlist['id']}/room"
    return person.post(f"{path}/{call}", body or {}) if call else person.get(path)


def plays(person: Person, playlist: Any) -> str | None:
    item = ok(room(person, playlist))["item"]
    return item["track"]["title"] if item else None


def test_play_begins_with_the_first_and_everybody_is_told(
    alice: Person, bob: Person, charlie: Person, playlist: Any, items: Any, happened: Happened
) -> None:
    problem(room(charlie, playlist, "play"), 404)
    problem(room(charlie, playlist), 404)

    state = ok(room(bob, playlist, "play"))

    assert state["item"]["id"] == items["A"]["id"]
    assert state["item"]["is_playing"] is True
    assert (state["playing"], state["position_ms"], state["speaker"]) == (True, 0, None)
    type_, payload = happened(playlist["id"])[-1]
    assert type_ == "track.playing"
    assert (payload["id"], payload["playing"]) == (items["A"]["id"], True)
    assert plays(alice, playlist) == "A"


def test_an_empty_list_has_nothing_to_play(alice: Person, playlist: Any) -> None:
    problem(room(alice, playlist, "play"), 409)


def test_any_item_can_be_played(alice: Person, bob: Person, playlist: Any, items: Any) -> None:
    path = f"/playlists/{playlist['id']}/items/{items['B']['id']}"

    item = ok(bob.patch(path, {"is_playing": True}))

    assert item["is_playing"] is True
    assert item["played_at"] is not None
    assert plays(alice, playlist) == "B"


def test_at_most_one_item_plays(alice: Person, playlist: Any, items: Any) -> None:
    for title in "ABC":
        path = f"/playlists/{playlist['id']}/items/{items[title]['id']}"
        ok(alice.patch(path, {"is_playing": True}))

    listed = ok(alice.get(f"/playlists/{playlist['id']}/items"))["items"]
    assert [item["track"]["title"] for item in listed if item["is_playing"]] == ["C"]


def test_the_clock_goes_on_while_it_plays_and_stands_while_it_pauses(
    app: Flask, alice: Person, playlist: Any, items: Any
) -> None:
    ok(room(alice, playlist, "play"))
    with app.app_context():  # as if that had been 40 seconds ago
        engine = app.extensions["sqlalchemy"].engine
        with engine.connect().execution_options(write=True) as connection:
            connection.execute(text("UPDATE room SET at = datetime(at, '-40 seconds')"))
            connection.commit()

    paused = ok(room(alice, playlist, "pause"))

    assert 40_000 <= paused["position_ms"] < 45_000
    assert paused["playing"] is False
    goes_on = ok(room(alice, playlist, "play"))
    assert goes_on["position_ms"] == paused["position_ms"]


def test_seeking(alice: Person, playlist: Any, items: Any, happened: Happened) -> None:
    problem(room(alice, playlist, "seek", {"position_ms": 5000}), 409)
    ok(room(alice, playlist, "play"))

    assert ok(room(alice, playlist, "seek", {"position_ms": 61_500}))["position_ms"] == 61_500

    assert happened(playlist["id"])[-1][1]["position_ms"] == 61_500
    for bad in (100_001, -1, "5", None, 1.5):
        problem(room(alice, playlist, "seek", {"position_ms": bad}), 422)


def test_next_goes_through_the_list_and_stops_at_its_end(
    alice: Person, playlist: Any, items: Any, happened: Happened
) -> None:
    ok(room(alice, playlist, "play"))
    heard = []
    for title in ("A", "B", "C"):
        heard.append(plays(alice, playlist))
        ok(room(alice, playlist, "next", {"from": items[title]["id"]}))

    assert heard == ["A", "B", "C"]
    assert plays(alice, playlist) is None
    assert happened(playlist["id"])[-1][1]["id"] is None
    assert alice.titles(playlist) == ["A", "B", "C"]


def test_a_late_next_answers_the_room_as_it_is(
    alice: Person, bob: Person, playlist: Any, items: Any, happened: Happened
) -> None:
    ok(room(alice, playlist, "play"))
    ok(room(alice, playlist, "next", {"from": items["A"]["id"]}))
    events = happened()

    late = ok(room(bob, playlist, "next", {"from": items["A"]["id"]}))

    assert late["item"]["id"] == items["B"]["id"]
    assert happened() == events


def test_ten_devices_that_report_the_same_end_advance_once(
    alice: Person, bob: Person, playlist: Any, items: Any, happened: Happened
) -> None:
    ok(room(alice, playlist, "play"))
    count = len(happened())

    def report(person: Person) -> None:
        ok(room(person, playlist, "next", {"from": items["A"]["id"]}))

    threads = [threading.Thread(target=report, args=((alice, bob)[n % 2],)) for n in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert plays(alice, playlist) == "B"
    assert [type_ for type_, _ in happened()[count:]] == ["track.playing"]


def test_by_votes_the_best_that_was_not_played_yet_comes_next(alice: Person, bob: Person) -> None:
    playlist = alice.makes_playlist(order_mode="votes")
    alice.invites(playlist, bob, "voter")
    items = {t: alice.adds(playlist, alice.makes_track(t)) for t in "ABC"}
    for title, people in (("B", [alice, bob]), ("C", [alice])):
        for person in people:
            path = f"/playlists/{playlist['id']}/items/{items[title]['id']}/vote"
            ok(person.post(path, {"direction": "up"}))

    heard = []
    ok(room(alice, playlist, "play"))
    while (now := plays(alice, playlist)) is not None:
        heard.append(now)
        ok(room(alice, playlist, "next", {"from": items[now]["id"]}))

    assert heard == ["B", "C", "A"]


def test_a_list_that_consumes_drops_what_was_played(
    alice: Person, playlist: Any, items: Any, happened: Happened
) -> None:
    ok(alice.patch(f"/playlists/{playlist['id']}", {"consume": True}))
    ok(room(alice, playlist, "play"))

    ok(room(alice, playlist, "next", {"from": items["A"]["id"]}))

    assert alice.titles(playlist) == ["B", "C"]
    assert happened(playlist["id"])[-1] == ("track.removed", {"id": items["A"]["id"]})


def test_the_speaker_is_taken_and_handed_over(
    alice: Person, bob: Person, charlie: Person, playlist: Any, items: Any, happened: Happened
) -> None:
    problem(room(charlie, playlist, "speaker", {"device": "x"}), 404)
    ok(room(alice, playlist, "speaker", {"device": "laptop", "name": "Kitchen laptop"}))
    ok(room(alice, playlist, "play"))

    state = ok(room(bob, playlist, "speaker", {"device": "phone", "name": "Bob's phone"}))

    assert state["speaker"] == {"device": "phone", "name": "Bob's phone"}
    assert state["playing"] is True
    assert happened(playlist["id"])[-1][1]["speaker"]["device"] == "phone"
    released = ok(room(bob, playlist, "speaker", {"device": None}))
    assert (released["speaker"], released["playing"]) == (None, False)


@pytest.mark.parametrize("call", ["play", "pause", "next", "seek", "speaker"])
def test_who_only_votes_does_not_control_the_room(
    alice: Person, charlie: Person, playlist: Any, items: Any, call: str
) -> None:
    alice.invites(playlist, charlie, "voter")
    bodies = {"next": {"from": None}, "seek": {"position_ms": 1}, "speaker": {"device": "x"}}

    problem(room(charlie, playlist, call, bodies.get(call)), 403)


# --- history ------------------------------------------------------------------------------------


def test_history_keeps_what_was_played_also_when_it_is_gone(
    alice: Person, bob: Person, charlie: Person, playlist: Any, items: Any
) -> None:
    ok(room(bob, playlist, "play"))
    ok(room(bob, playlist, "next", {"from": items["A"]["id"]}))
    alice.delete(f"/playlists/{playlist['id']}/items/{items['A']['id']}")
    assert alice.delete(f"/tracks/{items['A']['track']['id']}").status_code == 204

    history = ok(alice.get(f"/playlists/{playlist['id']}/history"))["items"]

    assert [play["title"] for play in history] == ["B", "A"]
    assert history[1]["track_id"] is None
    assert history[1]["added_by"] == {"id": alice.id, "name": "Alice"}
    problem(charlie.get(f"/playlists/{playlist['id']}/history"), 404)


def test_history_shows_the_last_twenty(
    app: Flask, alice: Person, playlist: Any, items: Any
) -> None:
    for turn in range(23):
        item = items["ABC"[turn % 3]]
        path = f"/playlists/{playlist['id']}/items/{item['id']}"
        ok(alice.patch(path, {"is_playing": True}))

    history = ok(alice.get(f"/playlists/{playlist['id']}/history"))["items"]

    assert len(history) == 20
    assert history[0]["title"] == "ABC"[22 % 3]
    with app.app_context():
        assert session().scalar(text("SELECT count(*) FROM play")) == 23
