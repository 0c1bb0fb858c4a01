"""Reading lists: whole, fresh, and with a number of queries that does not grow."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Flask

from playlist_app.live import events
from tests.cast import Person, ok, problem
from tests.counting import queries_of


def counted(app: Flask, door: Callable[[dict[str, Any]], Any], playlist: dict[str, Any]) -> int:
    """The queries of a door that was opened once before."""
    assert door(playlist).status_code == 200
    return queries_of(app, lambda: door(playlist))


def filled(alice: Person, count: int) -> dict[str, Any]:
    playlist = alice.makes_playlist(f"{count} tracks")
    for number in range(count):
        alice.adds(playlist, alice.makes_track(f"Track {number:03}"))
    return playlist


def test_lists_of_5_and_of_500_items_take_the_same_number_of_queries(
    app: Flask, alice: Person
) -> None:
    small, large = filled(alice, 5), filled(alice, 500)
    doors: list[Callable[[dict[str, Any]], Any]] = [
        lambda p: alice.get(f"/playlists/{p['id']}/items"),
        lambda p: alice.get(f"/playlists/{p['id']}/offline"),
        lambda p: alice.page(f"/playlists/{p['id']}"),
        lambda p: alice.page(f"/playlists/{p['id']}/add?search=track"),
    ]
    for door in doors:
        few, many = counted(app, door, small), counted(app, door, large)
        assert few == many
        assert few <= 16  # a manifest has the thread and the snapshots in it
    rows = alice.page(f"/playlists/{large['id']}").get_data(as_text=True)
    assert rows.count('<li class="row"') == 501  # and the template


def test_two_or_twenty_playlists_take_the_same_number_of_queries(app: Flask, alice: Person) -> None:
    def of_both_ways() -> list[int]:
        ways = (lambda: alice.get("/playlists"), lambda: alice.page("/"))
        return [queries_of(app, way) for way in ways]

    for _ in range(2):
        filled(alice, 2)
    few = of_both_ways()
    for _ in range(18):
        filled(alice, 2)

    assert of_both_ways() == few


def test_an_unchanged_list_answers_304_and_a_changed_one_does_not(
    alice: Person, bob: Person
) -> None:
    playlist = filled(alice, 3)
    alice.invites(playlist, bob)
    path = f"/playlists/{playlist['id']}/items"
    first = alice.get(path)
    etag = first.headers["ETag"]

    assert alice.get(path, headers={"If-None-Match": etag}).status_code == 304
    # The list holds one's own votes, so another person's copy is another.
    assert bob.get(path, headers={"If-None-Match": etag}).status_code == 200

    item = first.get_json()["items"][0]
    ok(bob.post(f"{path}/{item['id']}/vote", {"direction": "up"}))
    changed = alice.get(path, headers={"If-None-Match": etag})
    assert changed.status_code == 200
    assert changed.get_json()["seq"] > first.get_json()["seq"]


def test_a_list_says_up_to_which_event_it_is_true(alice: Person, happened: Any) -> None:
    playlist = filled(alice, 2)

    listed = ok(alice.get(f"/playlists/{playlist['id']}/items"))

    assert listed["next_cursor"] is None
    missed = ok(alice.get(f"/playlists/{playlist['id']}/events?since={listed['seq']}"))
    assert missed == {"items": [], "next_cursor": None, "seq": listed["seq"]}
    everything = ok(alice.get(f"/playlists/{playlist['id']}/events"))
    assert [e["type"] for e in everything["items"]] == [t for t, _ in happened(playlist["id"])]
    assert everything["seq"] == listed["seq"]


def test_who_asks_for_events_that_are_forgotten_is_told_to_read_the_list(
    app: Flask, alice: Person, charlie: Person
) -> None:
    playlist = filled(alice, 3)
    path = f"/playlists/{playlist['id']}"
    with app.app_context():
        events.forget_old(keep=2)
    newest = ok(alice.get(path))["seq"]

    for since in ("", "?since=0", f"?since={newest - 3}"):
        refused = problem(alice.get(f"{path}/events{since}"), 410)
        assert "read the list again" in refused["detail"]
        problem(charlie.get(f"{path}/events{since}"), 404)
    missed = ok(alice.get(f"{path}/events?since={newest - 2}"))["items"]
    assert [event["seq"] for event in missed] == [newest - 1, newest]
    problem(alice.get(f"{path}/events?since={newest + 1}"), 410)


def test_who_read_a_list_that_lay_quiet_since_can_follow_from_there(
    app: Flask, alice: Person
) -> None:
    """Its events are forgotten, but it says itself that there were no newer ones: else who was
    told to read it again would be told so for ever."""
    quiet, busy = filled(alice, 2), filled(alice, 2)
    with app.app_context():
        events.forget_old(keep=1)
    path = f"/playlists/{quiet['id']}"
    since = ok(alice.get(f"{path}/items"))["seq"]

    missed = ok(alice.get(f"{path}/events?since={since}"))
    assert missed == {"items": [], "next_cursor": None, "seq": since}
    problem(alice.get(f"{path}/events?since={since - 1}"), 410)
    assert since < ok(alice.get(f"/playlists/{busy['id']}"))["seq"]


def test_an_edited_track_reaches_every_list_that_holds_it(
    alice: Person, bob: Person, happened: Any
) -> None:
    track = alice.makes_track("Paper Lantern")
    playlists = [alice.makes_playlist("One"), alice.makes_playlist("Two")]
    for playlist in playlists:
        alice.adds(playlist, track)
    before = alice.get(f"/playlists/{playlists[0]['id']}/items").headers["ETag"]

    ok(alice.patch(f"/tracks/{track['id']}", {"title": "Paper Lanterns"}))

    for playlist in playlists:
        type_, payload = happened(playlist["id"])[-1]
        assert (type_, payload["track"]["title"]) == ("track.updated", "Paper Lanterns")
        assert alice.titles(playlist) == ["Paper Lanterns"]
    assert alice.get(f"/playlists/{playlists[0]['id']}/items").headers["ETag"] != before


def test_a_deleted_track_leaves_every_list(alice: Person, happened: Any) -> None:
    track = alice.makes_track("Paper Lanterns")
    playlist = alice.makes_playlist()
    item = alice.adds(playlist, track)

    assert alice.delete(f"/tracks/{track['id']}").status_code == 204

    assert alice.titles(playlist) == []
    assert happened(playlist["id"])[-1] == ("track.removed", {"id": item["id"]})
