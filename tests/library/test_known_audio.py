"""Bytes that are here need not be sent, by those who may hear them; others learn nothing."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import update

from playlist_app.database import now, write
from playlist_app.library.models import AudioAlias, AudioFile, Status
from playlist_app.people.models import Role
from tests.cast import API, Person, ok, problem
from tests.counting import queries_of
from tests.library.shelf import set_status, shelve, somebody, stock
from tests.sounds import Sounds


@pytest.fixture
def copper(app: Flask, sounds: Sounds) -> dict[str, Any]:
    """A track of Alice's, published."""
    return shelve(app, "alice", sounds("mp3"), "Copper Wire")


def known(person: Person, *hashes: str) -> dict[str, Any]:
    answer = ok(person.get(f"{API}/audio/known?sha256={','.join(hashes)}"))
    return {item["sha256"]: item["track"] for item in answer["items"]}


def test_who_may_hear_it_is_told_the_track_that_is_there(
    alice: Person, bob: Person, copper: dict[str, Any]
) -> None:
    sha256 = copper["audio"]["sha256"]
    unknown = hashlib.sha256(b"new").hexdigest()
    assert known(bob, unknown, sha256) == {sha256: copper}
    assert known(alice, sha256) == {sha256: copper}


def test_ones_own_track_comes_first_and_then_the_oldest(
    alice: Person, bob: Person, charlie: Person, copper: dict[str, Any]
) -> None:
    sha256 = copper["audio"]["sha256"]
    own = ok(bob.post("/tracks", {"sha256": sha256, "title": "Mine"}), 201)
    assert known(bob, sha256)[sha256]["id"] == own["id"]
    assert known(charlie, sha256)[sha256]["id"] == copper["id"]


def test_who_may_not_hear_it_learns_nothing_and_can_do_nothing_with_the_hash(
    app: Flask, alice: Person, bob: Person, copper: dict[str, Any], happened: Any
) -> None:
    set_status(app, copper, Status.PENDING)
    sha256 = copper["audio"]["sha256"]
    unknown = hashlib.sha256(b"new").hexdigest()
    guest = somebody(app, "gustav", Role.GUEST)
    before = stock(app)
    for person in (bob, guest):
        assert known(person, sha256) == known(person, unknown) == {}
    as_unknown = problem(bob.post("/tracks", {"sha256": unknown, "title": "x"}), 404)
    assert problem(bob.post("/tracks", {"sha256": sha256, "title": "x"}), 404) == as_unknown
    problem(guest.post("/tracks", {"sha256": sha256, "title": "x"}), 403)
    assert stock(app) == before
    assert happened() == []
    assert known(alice, sha256)[sha256]["id"] == copper["id"]


def test_other_bytes_of_the_same_sound_are_known_too(
    app: Flask, bob: Person, copper: dict[str, Any]
) -> None:
    retagged = hashlib.sha256(b"the same with other tags").hexdigest()
    with app.app_context(), write() as tx:
        audio = tx.query(AudioFile).one()
        tx.add(AudioAlias(sha256=retagged, audio_id=audio.id))
    assert known(bob, retagged) == {retagged: copper}
    track = ok(bob.post("/tracks", {"sha256": retagged}), 201)
    assert track["audio"] == copper["audio"]
    set_status(app, copper, Status.PENDING)
    ok(bob.delete(f"/tracks/{track['id']}"), 204)
    assert known(bob, retagged) == {}


def test_known_bytes_make_a_new_track_without_being_sent(
    app: Flask, alice: Person, bob: Person, sounds: Sounds, happened: Any
) -> None:
    first = alice.uploads(sounds("mp3"))
    before = stock(app)
    track = ok(bob.post("/tracks", {"sha256": first["audio"]["sha256"], "title": "Again"}), 201)
    same = ("artist", "album", "genre", "year", "audio", "cover_url", "duration_seconds")
    assert {name: track[name] for name in same} == {name: first[name] for name in same}
    assert (track["title"], track["owner"]["name"]) == ("Again", "Bob")
    assert stock(app).files == before.files
    assert stock(app).rows == before.rows | {"track": 2}
    assert happened() == []


def test_bytes_without_a_track_need_a_title(alice: Person, app: Flask, sounds: Sounds) -> None:
    track = alice.uploads(sounds("mp3"))
    sha256 = track["audio"]["sha256"]
    with sounds("mp3").open("rb") as file:
        ok(
            alice.post(
                f"{API}/audio", data={"file": (file, "a.mp3")}, content_type="multipart/form-data"
            )
        )
    ok(alice.delete(f"/tracks/{track['id']}"), 204)
    assert known(alice, sha256) == {sha256: None}
    assert "title" in problem(alice.post("/tracks", {"sha256": sha256}), 422)["errors"]
    assert ok(alice.post("/tracks", {"sha256": sha256, "title": "Back"}), 201)["title"] == "Back"


def test_bytes_that_the_server_lost_are_asked_for_again(
    app: Flask, bob: Person, copper: dict[str, Any]
) -> None:
    with app.app_context(), write() as tx:
        tx.execute(update(AudioFile).values(lost_at=now()))
    assert known(bob, copper["audio"]["sha256"]) == {}


@pytest.mark.parametrize("asked", ["", "abc", "z" * 64, ",".join(["a" * 64] * 41), "A" * 64])
def test_what_is_no_hash_is_refused(alice: Person, asked: str) -> None:
    problem(alice.get(f"{API}/audio/known?sha256={asked}"), 422)


def test_asking_for_many_takes_no_more_queries(
    app: Flask, alice: Person, sounds: Sounds, copper: dict[str, Any]
) -> None:
    def queries(*hashes: str) -> int:
        return queries_of(app, lambda: known(alice, *hashes))

    hashes = [copper["audio"]["sha256"]]
    one = queries(*hashes)
    for pitch in (220.0, 330.0, 550.0):
        path = sounds("mp3", pitch=pitch)
        hashes.append(shelve(app, "alice", path)["audio"]["sha256"])
    assert queries(*hashes) <= one
