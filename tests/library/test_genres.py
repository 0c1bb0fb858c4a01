"""Genres: counted, renamed and merged by a reviewer, and that taken back."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from flask import Flask

from playlist_app.people.models import Role
from tests.cast import Person, ok, problem
from tests.library.shelf import somebody, stock

JSON = dict[str, Any]


@pytest.fixture
def rita(app: Flask) -> Person:
    """A reviewer."""
    return somebody(app, "rita", Role.REVIEWER)


@pytest.fixture
def tracks(alice: Person) -> list[JSON]:
    genres = ("Folk", "Folk", "Folk-Rock", "Jazz", "")
    return [alice.makes_track(f"Song {n}", genre=genre) for n, genre in enumerate(genres)]


def counts(person: Person) -> dict[str, int]:
    return {genre["name"]: genre["track_count"] for genre in ok(person.get("/genres"))["items"]}


def genre_id(person: Person, name: str) -> str:
    found = {genre["name"]: genre["id"] for genre in ok(person.get("/genres"))["items"]}
    return str(found[name])


def renames(person: Person, name: str, to: str) -> JSON:
    return ok(person.patch(f"/genres/{genre_id(person, name)}", {"name": to}))


def test_a_genre_is_the_same_however_it_is_spelled(alice: Person) -> None:
    first = alice.makes_track("One", genre="Hip-Hop")
    assert alice.makes_track("Two", genre="hip hop")["genre"] == first["genre"] == "Hip-Hop"
    assert counts(alice) == {"Hip-Hop": 2}
    assert len(ok(alice.get("/tracks?genre=HIPHOP"))["items"]) == 2


@pytest.mark.usefixtures("tracks")
def test_a_renamed_genre_is_so_on_every_track(rita: Person, bob: Person) -> None:
    answer = renames(rita, "Folk", "Field Songs")
    assert (answer["name"], answer["track_count"]) == ("Field Songs", 2)
    assert counts(bob) == {"Field Songs": 2, "Folk-Rock": 1, "Jazz": 1}
    assert len(ok(bob.get("/tracks?genre=field songs"))["items"]) == 2
    assert len(ok(bob.get("/tracks?search=field"))["items"]) == 2
    assert ok(rita.post(f"/changes/{answer['change']}/undo")) == {"tracks": 2}
    assert counts(bob) == {"Folk": 2, "Folk-Rock": 1, "Jazz": 1}


@pytest.mark.usefixtures("tracks")
def test_a_genre_can_be_spelled_another_way(rita: Person) -> None:
    assert renames(rita, "Folk-Rock", "folk rock")["name"] == "folk rock"
    assert renames(rita, "folk rock", "folk rock")["change"] is None


def test_a_name_that_another_genre_has_makes_them_one(
    rita: Person, bob: Person, tracks: list[JSON], happened: Any
) -> None:
    playlist = bob.makes_playlist()
    bob.adds(playlist, tracks[0])
    bob.adds(playlist, tracks[3])
    jazz = genre_id(rita, "Jazz")
    answer = renames(rita, "Folk", "jazz")
    assert (answer["id"], answer["name"], answer["track_count"]) == (jazz, "Jazz", 3)
    assert counts(bob) == {"Folk-Rock": 1, "Jazz": 3}
    told = happened(playlist["id"])[-1]
    assert (told[0], told[1]["track"]["genre"]) == ("track.updated", "Jazz")
    # And back, but for the track that has yet another by now, and not for the one that was Jazz.
    ok(rita.patch(f"/tracks/{tracks[1]['id']}", {"genre": "Dub"}))
    assert ok(rita.post(f"/changes/{answer['change']}/undo")) == {"tracks": 1}
    assert counts(bob) == {"Dub": 1, "Folk": 1, "Folk-Rock": 1, "Jazz": 1}
    assert happened(playlist["id"])[-1][1]["track"] == tracks[0]


def test_many_tracks_of_one_list_are_one_event(rita: Person, alice: Person, happened: Any) -> None:
    playlist = alice.makes_playlist()
    for number in range(25):
        alice.adds(playlist, alice.makes_track(f"Song {number}", genre="Folk"))
    before = len(happened(playlist["id"]))
    renames(rita, "Folk", "Dub")
    assert happened(playlist["id"])[before:] == [("playlist.restored", {})]


@pytest.mark.usefixtures("tracks")
def test_only_a_reviewer_changes_genres(
    app: Flask, alice: Person, nobody: Person, happened: Any
) -> None:
    before = stock(app)
    path = f"/genres/{genre_id(alice, 'Folk')}"
    problem(alice.patch(path, {"name": "Dub"}), 403)
    problem(nobody.patch(path, {"name": "Dub"}), 401)
    assert stock(app) == before
    assert happened() == []


@pytest.mark.usefixtures("tracks")
def test_a_name_that_cannot_be_changes_nothing(rita: Person) -> None:
    path = f"/genres/{genre_id(rita, 'Folk')}"
    for body in ({"name": " "}, {"name": "g" * 61}, {}, {"name": 5}):
        assert "name" in problem(rita.patch(path, body), 422)["errors"]
    problem(rita.patch(f"/genres/{uuid.uuid4()}", {"name": "Dub"}), 404)
    assert counts(rita) == {"Folk": 2, "Folk-Rock": 1, "Jazz": 1}


@pytest.mark.usefixtures("tracks")
def test_a_name_that_is_taken_meanwhile_stops_the_undoing(rita: Person, alice: Person) -> None:
    change = renames(rita, "Folk", "Dub")["change"]
    alice.makes_track("New", genre="Folk")
    problem(rita.post(f"/changes/{change}/undo"), 409)
    assert counts(rita)["Dub"] == 2
