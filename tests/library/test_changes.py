"""Editing one track or many at once, and taking it back."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from flask import Flask

from playlist_app.people.models import Role
from tests.cast import Person, ok, problem
from tests.counting import queries_of
from tests.library.shelf import set_status, somebody, stock

JSON = dict[str, Any]


@pytest.fixture
def album(alice: Person) -> list[JSON]:
    return [
        alice.makes_track(f"Song {n}", artist=f"Artist {n}", album="Tides", genre="Folk", year=1990)
        for n in range(3)
    ]


def ids(tracks: list[JSON]) -> list[str]:
    return [track["id"] for track in tracks]


def edits(person: Person, tracks: list[JSON], **fields: Any) -> JSON:
    return ok(person.patch("/tracks", {"ids": ids(tracks), "fields": fields}))


def now(person: Person, tracks: list[JSON]) -> list[JSON]:
    return [ok(person.get(f"/tracks/{track['id']}")) for track in tracks]


def test_several_tracks_are_edited_at_once(alice: Person, album: list[JSON]) -> None:
    answer = edits(alice, album, artist="Mira Lund; Tobi Vale", year=2024, disc=2)
    assert answer["tracks"] == 3
    for before, after in zip(album, now(alice, album), strict=True):
        assert after == before | {
            "artist": "Mira Lund; Tobi Vale",
            "artists": ["Mira Lund", "Tobi Vale"],
            "year": 2024,
            "disc": 2,
        }
    assert len(ok(alice.get("/tracks?artist=tobi vale"))["items"]) == 3


def test_what_is_so_already_is_no_change(alice: Person, album: list[JSON], happened: Any) -> None:
    assert edits(alice, album, album="Tides") == {"change": None, "tracks": 0}
    assert happened() == []


def test_each_list_is_told_of_what_it_holds(
    alice: Person, bob: Person, charlie: Person, album: list[JSON], happened: Any
) -> None:
    one, two = bob.makes_playlist("One"), bob.makes_playlist("Two")
    for track in album[:2]:
        bob.adds(one, track)
    bob.adds(two, bob.makes_track("Bob's own"))
    edits(alice, album, year=2024)
    told = [payload["track"] for type_, payload in happened(one["id"]) if type_ == "track.updated"]
    assert sorted(ids(told)) == sorted(ids(album[:2]))
    assert {track["year"] for track in told} == {2024}
    assert "track.updated" not in [type_ for type_, _ in happened(two["id"])]
    problem(charlie.get(f"/playlists/{one['id']}"), 404)


def test_a_list_with_many_of_them_is_told_once(alice: Person, happened: Any) -> None:
    playlist = alice.makes_playlist()
    tracks = [alice.makes_track(f"Song {n}") for n in range(25)]
    for track in tracks:
        alice.adds(playlist, track)
    before = len(happened(playlist["id"]))
    edits(alice, tracks, year=2024)
    assert happened(playlist["id"])[before:] == [("playlist.restored", {})]


def test_the_number_of_queries_does_not_grow(app: Flask, alice: Person) -> None:
    tracks = [alice.makes_track(f"Song {n}") for n in range(60)]

    def queries(some: list[JSON], year: int) -> int:
        return queries_of(app, lambda: edits(alice, some, artist=f"A{year}; B{year}", year=year))

    edits(alice, tracks, artist="A; B")
    assert queries(tracks, 2001) <= queries(tracks[:3], 2002) + 2


# --- who may ------------------------------------------------------------------------------------


def test_nothing_changes_where_one_of_them_is_anothers(
    app: Flask, alice: Person, bob: Person, album: list[JSON], happened: Any
) -> None:
    mixed = [*album, bob.makes_track("Bob's")]
    before = stock(app)
    refused = problem(alice.patch("/tracks", {"ids": ids(mixed), "fields": {"year": 1}}), 403)
    assert "“Bob's”" in refused["detail"]
    problem(alice.post("/tracks/delete", {"ids": ids(mixed)}), 403)
    assert now(alice, album) == album
    assert stock(app) == before
    assert happened() == []


def test_a_reviewer_edits_and_deletes_those_of_others(
    app: Flask, dora: Person, album: list[JSON]
) -> None:
    assert edits(somebody(app, "rita", Role.REVIEWER), album, year=7)["tracks"] == 3
    assert ok(dora.post("/tracks/delete", {"ids": ids(album)})) == {"tracks": 3}
    assert ok(dora.get("/tracks"))["items"] == []


def test_what_one_may_not_see_is_not_there(
    app: Flask, alice: Person, bob: Person, nobody: Person, album: list[JSON]
) -> None:
    set_status(app, album[0], "pending")
    missing = {"ids": [str(uuid.uuid4())], "fields": {"year": 1}}
    hidden = {"ids": [album[0]["id"]], "fields": {"year": 1}}
    assert problem(bob.patch("/tracks", hidden), 404) == problem(bob.patch("/tracks", missing), 404)
    problem(nobody.patch("/tracks", hidden), 401)
    problem(nobody.post("/tracks/delete", {"ids": hidden["ids"]}), 401)
    assert ok(alice.get(f"/tracks/{album[0]['id']}"))["year"] == 1990


def test_a_value_that_cannot_be_changes_nothing(alice: Person, album: list[JSON]) -> None:
    for body, field in (
        ({"ids": [], "fields": {}}, "ids"),
        ({"ids": ["x"] * 1001, "fields": {}}, "ids"),
        ({"ids": ids(album)}, "fields"),
        ({"ids": ids(album), "fields": {"title": " "}}, "title"),
        ({"ids": ids(album), "fields": {"year": "soon"}}, "fields"),
        ({"ids": ids(album), "fields": {"artist": "New", "mood": "sad"}}, "fields"),
        ({"ids": ids(album), "fields": {"location": {"latitude": 91, "longitude": 0}}}, "fields"),
    ):
        assert field in problem(alice.patch("/tracks", body), 422)["errors"], body
    assert now(alice, album) == album


def test_a_deleted_track_leaves_its_lists(alice: Person, album: list[JSON], happened: Any) -> None:
    playlist = alice.makes_playlist()
    items = [alice.adds(playlist, track) for track in album]
    ok(alice.post("/tracks/delete", {"ids": ids(album)}))
    assert alice.titles(playlist) == []
    assert happened(playlist["id"])[-3:] == [
        ("track.removed", {"id": item["id"]}) for item in items
    ]


# --- undo ---------------------------------------------------------------------------------------


def test_undoing_restores_every_track_as_it_was(
    alice: Person, album: list[JSON], happened: Any
) -> None:
    playlist = alice.makes_playlist()
    alice.adds(playlist, album[0])
    location = {"latitude": 48.2, "longitude": 16.37, "accuracy_m": None}
    change = edits(
        alice, album, artist="A; B", album="", genre="Jazz", year=None, location=location
    )["change"]
    assert ok(alice.post(f"/changes/{change}/undo")) == {"tracks": 3}
    assert now(alice, album) == album
    assert happened(playlist["id"])[-1] == ("track.updated", {"track": album[0]})
    assert ok(alice.get("/tracks?artist=b"))["items"] == []


def test_what_was_changed_since_stays(alice: Person, dora: Person, album: list[JSON]) -> None:
    change = edits(alice, album, artist="A; B", year=2024)["change"]
    ok(dora.patch(f"/tracks/{album[0]['id']}", {"year": 1888}))
    ok(dora.patch(f"/tracks/{album[1]['id']}", {"artist": "C; D"}))
    alice.delete(f"/tracks/{album[2]['id']}")
    assert ok(alice.post(f"/changes/{change}/undo")) == {"tracks": 2}
    first, second = now(alice, album[:2])
    assert first == album[0] | {"year": 1888}
    assert second == album[1] | {"artist": "C; D", "artists": ["C", "D"]}


def test_undoing_twice_is_undoing_once(alice: Person, album: list[JSON]) -> None:
    change = edits(alice, album, year=2024)["change"]
    assert ok(alice.post(f"/changes/{change}/undo")) == {"tracks": 3}
    edits(alice, album, year=2024)
    assert ok(alice.post(f"/changes/{change}/undo")) == {"tracks": 0}
    assert {track["year"] for track in now(alice, album)} == {2024}


def test_a_change_is_undone_by_who_made_it_alone(
    alice: Person, bob: Person, dora: Person, nobody: Person, album: list[JSON]
) -> None:
    change = edits(alice, album, year=2024)["change"]
    for person in (bob, dora):
        theirs = problem(person.post(f"/changes/{change}/undo"), 404)
        assert theirs == problem(person.post(f"/changes/{uuid.uuid4()}/undo"), 404)
    problem(nobody.post(f"/changes/{change}/undo"), 401)
    assert {track["year"] for track in now(alice, album)} == {2024}
