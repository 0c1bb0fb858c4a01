"""Party settings: who may do what, and the limits, which say which they are and until when."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text

from playlist_app.database import write
from tests.cast import Browser, Person, ok, problem

JSON = dict[str, Any]
Happened = Any


@pytest.fixture
def playlist(alice: Person, bob: Person) -> JSON:
    made = alice.makes_playlist()
    alice.invites(made, bob, "voter")
    return made


def sets(person: Person, playlist: JSON, **values: Any) -> JSON:
    return ok(person.patch(f"/playlists/{playlist['id']}/party", values))


def tries(person: Person, playlist: JSON, track: JSON) -> Any:
    return person.post(f"/playlists/{playlist['id']}/items", {"track_id": track["id"]})


def plays(person: Person, playlist: JSON, item: JSON) -> None:
    ok(person.patch(f"/playlists/{playlist['id']}/items/{item['id']}", {"is_playing": True}))


def test_a_host_takes_a_preset_and_the_room_is_told(
    alice: Person, bob: Person, charlie: Person, playlist: JSON, happened: Happened
) -> None:
    path = f"/playlists/{playlist['id']}/party"
    problem(charlie.get(path), 404)
    problem(charlie.patch(path, {"preset": "party"}), 404)
    problem(bob.patch(path, {"preset": "party"}), 403)
    assert ok(bob.get(path))["add"] == "editors"

    party = sets(alice, playlist, preset="party")

    assert (party["order_mode"], party["consume"], party["max_waiting"]) == ("fair", True, 3)
    kind, payload = happened(playlist["id"])[-1]
    assert kind == "playlist.updated"
    assert payload["playlist"]["party"] == {
        name: value for name, value in party.items() if name not in ("order_mode", "consume")
    }
    events = happened()
    sets(alice, playlist, preset="party")
    assert happened() == events  # the same again tells nobody
    assert sets(alice, playlist, preset="open_bar", max_waiting=5)["max_waiting"] == 5
    assert sets(alice, playlist, preset="living_room")["max_waiting"] is None


def test_who_votes_adds_moves_and_removes_as_the_settings_say(
    alice: Person, bob: Person, playlist: JSON
) -> None:
    one, two = (alice.adds(playlist, alice.makes_track(name)) for name in ("One", "Two"))
    items = f"/playlists/{playlist['id']}/items"
    new = alice.makes_track("New")
    problem(tries(bob, playlist, new), 403)
    problem(bob.patch(f"{items}/{two['id']}", {"index": 0}), 403)
    problem(bob.delete(f"{items}/{one['id']}"), 403)
    problem(bob.post(f"/playlists/{playlist['id']}/room/next", {"from": None}), 403)

    sets(alice, playlist, add="everybody", reorder="everybody", remove="everybody")
    sets(alice, playlist, skip="everybody")

    mine = ok(tries(bob, playlist, new), 201)
    ok(bob.patch(f"{items}/{two['id']}", {"index": 0}))
    assert bob.delete(f"{items}/{one['id']}").status_code == 204
    assert alice.titles(playlist) == ["Two", "New"]
    plays(alice, playlist, two)
    room = ok(bob.post(f"/playlists/{playlist['id']}/room/next", {"from": two["id"]}))
    assert room["item"]["id"] == mine["id"]
    alice.invites(playlist, bob, "viewer")
    problem(bob.delete(f"{items}/{two['id']}"), 403)


def test_nobody_votes_down_where_nobody_may(alice: Person, bob: Person, playlist: JSON) -> None:
    item = alice.adds(playlist, alice.makes_track("One"))
    vote = f"/playlists/{playlist['id']}/items/{item['id']}/vote"
    sets(alice, playlist, down="nobody")

    for person in (alice, bob):
        assert "votes down" in problem(person.post(vote, {"direction": "down"}), 403)["detail"]
        ok(person.post(vote, {"direction": "up"}))

    sets(alice, playlist, down="editors")
    problem(bob.post(vote, {"direction": "down"}), 403)
    assert ok(alice.post(vote, {"direction": "down"}))["votes"] == 0


def test_so_many_songs_wait_a_person(
    alice: Person, bob: Person, playlist: JSON, happened: Happened
) -> None:
    sets(alice, playlist, add="everybody", max_waiting=2)
    tracks = [alice.makes_track(f"Song {n}", f"A{n}", duration_seconds=180) for n in range(5)]
    first = alice.adds(playlist, tracks[0])
    mine = [ok(tries(bob, playlist, track), 201) for track in tracks[1:3]]
    events = happened()

    refused = problem(tries(bob, playlist, tracks[3]), 409)

    assert (refused["limit"], refused["until"]) == ("max_waiting", None)
    assert "at most 2 songs" in refused["detail"]
    assert happened() == events and len(alice.titles(playlist)) == 3
    plays(alice, playlist, first)
    until = datetime.fromisoformat(problem(tries(bob, playlist, tracks[3]), 409)["until"])
    assert timedelta(seconds=170) < until - datetime.now(UTC) <= timedelta(seconds=180)
    alice.adds(playlist, tracks[4])  # hosts are not bound
    plays(alice, playlist, mine[0])
    ok(tries(bob, playlist, tracks[3]), 201)


def test_a_song_rests_before_it_comes_again(
    app: Flask, alice: Person, bob: Person, playlist: JSON
) -> None:
    ok(alice.patch(f"/playlists/{playlist['id']}", {"consume": True}))
    sets(alice, playlist, add="everybody", track_minutes=60, artist_minutes=15)
    track = alice.makes_track("One", "Mira Lund")
    other, third = alice.makes_track("Two", "mira lund"), alice.makes_track("Three", "Olu Ade")
    item = alice.adds(playlist, track)
    plays(alice, playlist, item)
    ok(alice.post(f"/playlists/{playlist['id']}/room/next", {"from": item["id"]}))

    refused = problem(tries(bob, playlist, track), 409)

    assert refused["limit"] == "track_minutes" and "60 min" in refused["detail"]
    left = datetime.fromisoformat(refused["until"]) - datetime.now(UTC)
    assert timedelta(minutes=59) < left <= timedelta(minutes=60)
    assert problem(tries(bob, playlist, other), 409)["limit"] == "artist_minutes"
    ok(tries(bob, playlist, third), 201)
    with app.app_context(), write() as tx:
        tx.execute(text("UPDATE play SET played_at = datetime(played_at, '-61 minutes')"))
    ok(tries(bob, playlist, track), 201)


def test_long_songs_are_refused(alice: Person, bob: Person, playlist: JSON) -> None:
    sets(alice, playlist, add="everybody", longest_minutes=7)
    long = alice.makes_track("Long", duration_seconds=421)

    refused = problem(tries(bob, playlist, long), 409)

    assert refused["limit"] == "longest_minutes" and "at most 7 minutes" in refused["detail"]
    ok(tries(bob, playlist, alice.makes_track("Short", duration_seconds=419)), 201)


def test_what_was_added_offline_meets_the_same_limits(
    alice: Person, bob: Person, playlist: JSON
) -> None:
    sets(alice, playlist, add="everybody", max_waiting=1)
    tracks = [alice.makes_track(f"Song {n}") for n in range(2)]
    operations = [
        {
            "id": str(uuid.uuid4()),
            "kind": "add",
            "at": "2026-11-21T20:00:00Z",
            "base_seq": 1,
            "playlist": playlist["id"],
            "track": track["id"],
        }
        for track in tracks
    ]
    body = {"device": str(uuid.uuid4()), "operations": operations}

    results = ok(bob.post("/sync", body))["results"]

    assert [one["status"] for one in results] == ["applied", "rejected"]
    assert results[1]["problem"]["limit"] == "max_waiting"


def test_no_event_names_anybody_where_names_are_not_shown(
    alice: Person, bob: Person, charlie: Person, playlist: JSON, happened: Happened
) -> None:
    sets(alice, playlist, add="everybody", names=False)
    assert happened(playlist["id"])[-1][0] == "playlist.restored"
    since = ok(alice.get(f"/playlists/{playlist['id']}"))["seq"]
    ok(alice.patch(f"/playlists/{playlist['id']}", {"order_mode": "fair"}))

    item = ok(tries(bob, playlist, alice.makes_track("One")), 201)
    again = ok(tries(bob, playlist, alice.makes_track("Two")), 201)
    alice.invites(playlist, charlie, "voter")
    plays(alice, playlist, item)

    assert item["added_by"]["name"] == "" and item["added_by"]["id"] != bob.id
    assert item["added_by"] == again["added_by"]
    for kind, payload in happened(playlist["id"], since):
        told = str({**payload, "playlist": None})  # whose playlist it is is known
        assert "Bob" not in told and "Charlie" not in told, kind
        assert bob.id not in told, kind
    for person, shown in ((bob, set()), (alice, {"Alice", "Bob"})):  # the hosts still see who
        lines = ok(person.get(f"/playlists/{playlist['id']}/timeline"))["items"]
        assert {line["who"]["name"] for line in lines if line["who"]} == shown
        assert ("Charlie" in str(lines)) == bool(shown)
    room = ok(alice.get(f"/playlists/{playlist['id']}/room"))
    assert list(room["turns"]) == [item["added_by"]["id"]]
    [played] = ok(alice.get(f"/playlists/{playlist['id']}/history"))["items"]
    assert played["added_by"] == item["added_by"]
    assert "salt" not in str(ok(alice.get(f"/playlists/{playlist['id']}/party")))
    assert bob.delete(f"/playlists/{playlist['id']}/items/{again['id']}").status_code == 204
    sets(alice, playlist, names=True)
    items = ok(alice.get(f"/playlists/{playlist['id']}/items"))["items"]
    assert items[0]["added_by"] == {"id": bob.id, "name": "Bob"}


def test_another_list_is_played_when_this_one_runs_dry(
    alice: Person, bob: Person, playlist: JSON, happened: Happened
) -> None:
    other = alice.makes_playlist("House music")
    houses = {alice.adds(other, alice.makes_track(f"House {n}"))["track"]["title"] for n in "123"}
    sets(alice, playlist, fallback=other["id"])
    item = alice.adds(playlist, alice.makes_track("Mine"))
    path = f"/playlists/{playlist['id']}/room"
    plays(alice, playlist, item)
    heard, current = set(), item["id"]
    for _ in range(3):
        room = ok(alice.post(f"{path}/next", {"from": current}))
        assert room["playing"]
        heard.add(room["item"]["track"]["title"])
        current = room["item"]["id"]

    assert heard == houses  # none of them twice before all were
    assert len(alice.titles(playlist)) == 2  # what came of itself goes when it has played
    kinds = [kind for kind, _ in happened(playlist["id"])[-3:]]
    assert kinds == ["track.added", "track.playing", "track.removed"]
    mine = alice.adds(playlist, alice.makes_track("Next"))
    assert ok(alice.post(f"{path}/next", {"from": current}))["item"]["id"] == mine["id"]
    assert alice.titles(other) and len(alice.titles(other)) == 3


def test_a_list_that_the_owner_sees_no_more_is_not_played(
    alice: Person, bob: Person, playlist: JSON
) -> None:
    bobs = bob.makes_playlist("Bob's")
    bob.adds(bobs, bob.makes_track("Secret"))
    problem(alice.patch(f"/playlists/{playlist['id']}/party", {"fallback": bobs["id"]}), 404)
    bob.invites(bobs, alice, "viewer")
    sets(alice, playlist, fallback=bobs["id"])
    assert bob.delete(f"/playlists/{bobs['id']}/members/{alice.id}").status_code == 204
    item = alice.adds(playlist, alice.makes_track("Mine"))
    plays(alice, playlist, item)

    room = ok(alice.post(f"/playlists/{playlist['id']}/room/next", {"from": item["id"]}))

    assert room["item"] is None and not room["playing"]


@pytest.mark.parametrize(
    "values",
    [
        {"add": "nobody"},
        {"add": "the neighbours"},
        {"max_waiting": 0},
        {"max_waiting": 1001},
        {"track_minutes": -1},
        {"longest_minutes": 601},
        {"skip_share": 0},
        {"skip_share": 101},
        {"preset": "wedding"},
        {"names": "yes"},
    ],
)
def test_settings_that_can_not_be(
    alice: Person, playlist: JSON, happened: Happened, values: JSON
) -> None:
    events = happened()
    problem(alice.patch(f"/playlists/{playlist['id']}/party", values), 422)
    assert happened() == events


def test_the_page_works_without_scripts(app: Flask, alice: Person, playlist: JSON) -> None:
    browser = Browser(app, alice)
    path = f"/playlists/{playlist['id']}/party"

    assert browser.submits(path, preset="open_bar").status_code == 303
    party = ok(alice.get(path))
    assert (party["down"], party["names"]) == ("nobody", False)
    fields = {"add": "editors", "down": "everybody", "max_waiting": "", "longest_minutes": "9"}
    assert browser.submits(path, names="on", **fields).status_code == 303

    party = ok(alice.get(path))
    assert (party["add"], party["max_waiting"], party["longest_minutes"]) == ("editors", None, 9)
    assert party["names"]
    assert browser.submits(path, longest_minutes="soon").status_code == 422
