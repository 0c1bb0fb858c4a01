"""Tracks: made without audio, changed by who may, and gone from every list when deleted."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from flask import Flask

from playlist_app.library.shapes import duration_text
from playlist_app.library.texts import clean_text, sort_key
from playlist_app.people.models import Role
from playlist_app.refusals import Invalid
from tests.cast import Person, ok, problem
from tests.library.shelf import files, set_status, shelve, somebody, stock
from tests.sounds import Sounds


@pytest.fixture
def track(alice: Person) -> dict[str, Any]:
    """Alice's, without audio."""
    return alice.makes_track("Paper Lanterns", album="Night Market", genre="Folk", year=2024)


# --- making -------------------------------------------------------------------------------------


def test_a_track_can_be_made_without_audio(alice: Person, bob: Person, happened: Any) -> None:
    body = {"title": "Live at ours", "artist": "Bob's band", "duration_seconds": 187.5}
    track = ok(alice.post("/tracks", body), 201)
    assert ok(bob.get(f"/tracks/{track['id']}")) == track
    assert track == {
        "id": track["id"],
        "title": "Live at ours",
        "artist": "Bob's band",
        "album": "",
        "genre": "",
        "year": None,
        "duration_seconds": 187.5,
        "duration_formatted": "3:08",
        "cover_url": None,
        "status": "published",
        "audio": None,
        "location": None,
        "owner": {"id": alice.id, "name": "Alice"},
        "created_at": track["created_at"],
        "artists": ["Bob's band"],
        "album_artist": "",
        "disc": None,
        "track_number": None,
        "compilation": False,
        "review_reason": None,
    }
    assert happened() == []


def test_a_track_of_the_wrong_shape_is_refused_field_by_field(app: Flask, alice: Person) -> None:
    before = stock(app)
    for body, field in (
        ({}, "title"),
        ({"title": ""}, "title"),
        ({"title": " \u200e "}, "title"),
        ({"title": "x" * 301}, "title"),
        ({"title": 5}, "title"),
        ({"title": "x", "mood": "sad"}, "mood"),
        ({"title": "x", "year": "soon"}, "year"),
        ({"title": "x", "year": 10_000}, "year"),
        ({"title": "x", "duration_seconds": -1}, "duration_seconds"),
        ({"title": "x", "genre": "g" * 61}, "genre"),
        ({"title": "x", "status": "published"}, "status"),
        ({"title": "x", "owner": {"id": "1"}}, "owner"),
        ([], "_schema"),
    ):
        assert set(problem(alice.post("/tracks", body), 422)["errors"]) == {field}, body
    assert stock(app) == before


def test_what_is_neither_json_nor_a_form_is_refused(app: Flask, alice: Person) -> None:
    before = stock(app)
    problem(alice.call("POST", "/tracks", data=b"{", content_type="application/json"), 400)
    problem(alice.call("POST", "/tracks", data=b"title=x", content_type="text/plain"), 415)
    problem(alice.call("POST", "/tracks"), 415)
    assert stock(app) == before


def test_json_is_never_as_large_as_an_upload(alice: Person) -> None:
    body = b'{"title": "' + b"x" * 3_000_000 + b'"}'
    problem(alice.call("POST", "/tracks", data=body, content_type="application/json"), 413)


# --- changing -----------------------------------------------------------------------------------


def test_who_added_a_track_can_change_it(alice: Person, track: dict[str, Any]) -> None:
    fields = {"title": "Lanterns", "artist": "M. Lund", "album": "", "genre": "Jazz", "year": 2025}
    changed = ok(alice.patch(f"/tracks/{track['id']}", fields))
    assert changed == track | fields | {"artists": ["M. Lund"]}
    assert ok(alice.get(f"/tracks/{track['id']}")) == changed


def test_what_is_not_named_stays(alice: Person, track: dict[str, Any]) -> None:
    assert ok(alice.patch(f"/tracks/{track['id']}", {})) == track
    assert ok(alice.patch(f"/tracks/{track['id']}", {"artist": ""})) == track | {
        "artist": "",
        "artists": [],
    }


def test_a_year_can_be_taken_away(alice: Person, track: dict[str, Any]) -> None:
    assert ok(alice.patch(f"/tracks/{track['id']}", {"year": None}))["year"] is None


def test_reviewers_and_admins_can_change_any_track(
    app: Flask, dora: Person, track: dict[str, Any]
) -> None:
    for person in (somebody(app, "rita", Role.REVIEWER), dora):
        ok(person.patch(f"/tracks/{track['id']}", {"title": f"By {person.name}"}))


def test_others_see_a_track_and_cannot_change_it(
    app: Flask, bob: Person, nobody: Person, track: dict[str, Any], happened: Any
) -> None:
    before = stock(app)
    problem(bob.patch(f"/tracks/{track['id']}", {"title": "Bob's"}), 403)
    problem(bob.delete(f"/tracks/{track['id']}"), 403)
    problem(nobody.patch(f"/tracks/{track['id']}", {"title": "Nobody's"}), 401)
    problem(nobody.delete(f"/tracks/{track['id']}"), 401)
    assert ok(bob.get(f"/tracks/{track['id']}")) == track
    assert stock(app) == before
    assert happened() == []


def test_a_track_that_one_may_not_see_is_not_there_whatever_one_tries(
    app: Flask, alice: Person, bob: Person, dora: Person, track: dict[str, Any]
) -> None:
    set_status(app, track, "pending")
    there, missing = f"/tracks/{track['id']}", f"/tracks/{uuid.uuid4()}"
    assert problem(bob.get(there), 404) == problem(bob.get(missing), 404)
    for answers in (
        [bob.patch(path, {"title": "x"}) for path in (there, missing)],
        [bob.delete(path) for path in (there, missing)],
    ):
        assert problem(answers[0], 404) == problem(answers[1], 404)
    assert ok(bob.get("/tracks"))["items"] == []
    assert ok(bob.get("/genres"))["items"] == []
    assert ok(alice.get(there))["status"] == ok(dora.get(there))["status"] == "pending"


def test_a_change_that_cannot_be_changes_nothing(
    alice: Person, track: dict[str, Any], happened: Any
) -> None:
    for body, field in (
        ({"title": ""}, "title"),
        ({"title": None}, "title"),
        ({"artist": "New", "title": "\u2028"}, "title"),
        ({"genre": "Brand new", "year": 12345}, "year"),
        ({"id": "1"}, "id"),
        ({"duration_seconds": 5}, "duration_seconds"),
    ):
        refused = problem(alice.patch(f"/tracks/{track['id']}", body), 422)
        assert set(refused["errors"]) == {field}, body
    assert ok(alice.get(f"/tracks/{track['id']}")) == track
    assert [genre["name"] for genre in ok(alice.get("/genres"))["items"]] == ["Folk"]
    assert happened() == []


def test_a_change_reaches_every_playlist_that_holds_the_track(
    alice: Person, bob: Person, charlie: Person, track: dict[str, Any], happened: Any
) -> None:
    one, other, third = bob.makes_playlist("One"), bob.makes_playlist("Two"), bob.makes_playlist()
    for playlist in (one, other):
        bob.adds(playlist, track)
    changed = ok(alice.patch(f"/tracks/{track['id']}", {"title": "Lanterns"}))
    for playlist in (one, other):
        assert happened(playlist["id"])[-1] == ("track.updated", {"track": changed})
        assert bob.titles(playlist) == ["Lanterns"]
        # Who follows the list learns of it: it is newer than before.
        assert ok(bob.get(f"/playlists/{playlist['id']}"))["seq"] > playlist["seq"]
        problem(charlie.get(f"/playlists/{playlist['id']}/items"), 404)
    assert "track.updated" not in [type_ for type_, _ in happened(third["id"])]


# --- deleting -----------------------------------------------------------------------------------


def test_a_deleted_track_leaves_every_list_with_an_event(
    alice: Person, bob: Person, track: dict[str, Any], happened: Any
) -> None:
    playlist = bob.makes_playlist()
    item = bob.adds(playlist, track)
    kept = bob.adds(playlist, alice.makes_track("Stays"))
    assert alice.delete(f"/tracks/{track['id']}").status_code == 204
    assert happened(playlist["id"])[-1] == ("track.removed", {"id": item["id"]})
    assert bob.titles(playlist) == [kept["track"]["title"]]
    for person in (alice, bob):
        problem(person.get(f"/tracks/{track['id']}"), 404)
    problem(alice.delete(f"/tracks/{track['id']}"), 404)


def test_a_track_that_plays_can_be_deleted_and_the_room_goes_on(
    alice: Person, bob: Person, track: dict[str, Any]
) -> None:
    playlist = bob.makes_playlist()
    playing = bob.adds(playlist, track)
    following = bob.adds(playlist, alice.makes_track("Next"))
    path = f"/playlists/{playlist['id']}"
    ok(bob.patch(f"{path}/items/{playing['id']}", {"is_playing": True}))
    assert alice.delete(f"/tracks/{track['id']}").status_code == 204
    assert ok(bob.get(f"{path}/room"))["item"]["id"] == following["id"]


def test_what_was_played_stays_in_the_history_of_a_deleted_track(
    alice: Person, bob: Person, track: dict[str, Any]
) -> None:
    playlist = bob.makes_playlist()
    item = bob.adds(playlist, track)
    path = f"/playlists/{playlist['id']}"
    ok(bob.patch(f"{path}/items/{item['id']}", {"is_playing": True}))
    ok(bob.post(f"{path}/room/next", {"from": item["id"]}))
    alice.delete(f"/tracks/{track['id']}")
    assert "Paper Lanterns" in bob.get(f"{path}/history").get_data(as_text=True)


def test_the_audio_of_a_deleted_track_stays_for_the_others_that_have_it(
    app: Flask, alice: Person, bob: Person, sounds: Sounds
) -> None:
    track = shelve(app, "alice", sounds("mp3"))
    other = bob.uploads(sounds("mp3"))
    alice.delete(f"/tracks/{track['id']}")
    assert ok(bob.get(f"/tracks/{other['id']}"))["audio"] == track["audio"]
    assert bob.get(track["audio"]["url"]).status_code == 200
    assert len(files(app, "audio")) == 1


def test_the_audio_of_the_last_track_is_heard_by_nobody(
    app: Flask, alice: Person, bob: Person, sounds: Sounds
) -> None:
    track = shelve(app, "alice", sounds("mp3"))
    alice.delete(f"/tracks/{track['id']}")
    for person in (alice, bob):
        problem(person.get(track["audio"]["url"]), 404)


# --- genres -------------------------------------------------------------------------------------


def test_genres_are_one_whatever_their_case(alice: Person, charlie: Person) -> None:
    for name, genre in (("a", "Folk"), ("b", "folk"), ("c", "FOLK"), ("d", "Jazz"), ("e", "")):
        alice.makes_track(name, genre=genre)
    genres = ok(charlie.get("/genres"))
    assert [(g["name"], g["track_count"]) for g in genres["items"]] == [("Folk", 3), ("Jazz", 1)]
    assert genres["next_cursor"] is None


# --- texts --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "clean"),
    [
        ("  two\t\n words ", "two words"),
        ("bell\x07 and nul\x00", "bell and nul"),
        ("left\u202eright\u2069", "left right"),
        ("lines\u2028and\u2029more\x85", "lines and more"),
        ("Ame\u0301lie", "Amélie"),  # as files of a Mac write it
        ("\u1112\u1161\u11ab", "한"),
        ("夜の\u3000電車", "夜の 電車"),
        ("👩\u200d🎤", "👩\u200d🎤"),
    ],
)
def test_a_text_becomes_one_clean_line(given: str, clean: str) -> None:
    assert clean_text(given, "title") == clean


def test_a_text_that_is_too_long_names_its_field() -> None:
    with pytest.raises(Invalid) as refused:
        clean_text("x" * 301, "album")
    assert set(refused.value.errors) == {"album"}


def test_accents_and_case_do_not_count_in_sorting() -> None:
    assert sorted(["Zoo", "élan", "Eland", "Über", "uber"], key=sort_key) == [
        "élan",
        "Eland",
        "Über",
        "uber",
        "Zoo",
    ]


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (None, ""),
        (0, "0:00"),
        (59.6, "1:00"),
        (222, "3:42"),
        (3725, "1:02:05"),
        (86399.6, "24:00:00"),
    ],
)
def test_durations_read_like_those_of_a_player(seconds: float | None, text: str) -> None:
    assert duration_text(seconds) == text
