"""The records of audio files, and that knowing a hash or an address is no right to them."""

from __future__ import annotations

import hashlib
import io
import uuid
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import update

from playlist_app.database import write
from playlist_app.library.models import AudioFile
from tests.cast import API, Person, ok, problem
from tests.library.shelf import files, set_status, shelve, stock
from tests.sounds import Sounds

AUDIO = f"{API}/audio"


def send(person: Person, path: Path) -> Any:
    form = {"file": (io.BytesIO(path.read_bytes()), path.name)}
    return person.post(AUDIO, data=form, content_type="multipart/form-data")


@pytest.fixture
def track(app: Flask, sounds: Sounds) -> dict[str, Any]:
    """Alice's, published."""
    return shelve(app, "alice", sounds("mp3"))


@pytest.fixture
def pending(app: Flask, track: dict[str, Any]) -> dict[str, Any]:
    """Alice's, waiting for a reviewer."""
    set_status(app, track, "pending")
    return track


def give_address(app: Flask, track: dict[str, Any], url: str) -> None:
    with app.app_context(), write() as tx:
        of_track = AudioFile.sha256 == track["audio"]["sha256"]
        tx.execute(update(AudioFile).where(of_track).values(source_url=url))


def test_new_bytes_are_created_and_known_ones_answered(
    app: Flask, alice: Person, bob: Person, sounds: Sounds, happened: Any
) -> None:
    path = sounds("flac")
    created = ok(send(alice, path), 201)
    assert ok(send(alice, path)) == created
    # To Bob they are new: that Alice sent them is not his to know. They are stored once.
    assert ok(send(bob, path), 201) == ok(send(bob, path)) == created
    assert created["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
    assert created["reference_count"] == 0
    assert len(files(app, "audio")) == 1
    assert stock(app).rows["track"] == 0
    assert happened() == []


def test_a_record_tells_all_about_the_bytes(alice: Person, sounds: Sounds) -> None:
    path = sounds("flac")
    record = ok(send(alice, path), 201)
    assert set(record) == {
        "id",
        "sha256",
        "url",
        "size_bytes",
        "format",
        "codec",
        "bitrate",
        "duration_seconds",
        "source_url",
        "reference_count",
        "loudness_lufs",
        "renditions",
        "created_at",
    }
    assert record["url"] == f"/audio/{record['sha256']}"
    assert (record["format"], record["codec"]) == ("flac", "flac")
    assert record["size_bytes"] == path.stat().st_size
    assert record["duration_seconds"] == pytest.approx(2.0, abs=0.01)


def test_who_sent_bytes_has_them_and_others_do_not(
    alice: Person, bob: Person, sounds: Sounds
) -> None:
    record = ok(send(alice, sounds("flac")), 201)
    assert ok(alice.get(f"{AUDIO}/{record['id']}")) == record
    assert ok(alice.get(f"{AUDIO}/by-hash/{record['sha256']}")) == record
    assert alice.get(record["url"]).status_code == 200
    for path in (f"{AUDIO}/{record['id']}", f"{AUDIO}/by-hash/{record['sha256']}", record["url"]):
        problem(bob.get(path), 404)


def test_a_published_track_makes_its_audio_known_to_all_members(
    app: Flask, track: dict[str, Any], charlie: Person
) -> None:
    give_address(app, track, "https://radio.example/one.mp3")
    by_hash = ok(charlie.get(f"{AUDIO}/by-hash/{track['audio']['sha256'].upper()}"))
    by_id = ok(charlie.get(f"{AUDIO}/{by_hash['id'].upper()}"))
    by_url = ok(charlie.get(f"{AUDIO}/by-url?url=https%3A%2F%2Fradio.example%2Fone.mp3"))
    assert by_hash == by_id == by_url


def test_audio_that_one_may_not_hear_answers_as_if_there_were_none(
    app: Flask, alice: Person, charlie: Person, pending: dict[str, Any]
) -> None:
    give_address(app, pending, "https://radio.example/one.mp3")
    sha256 = pending["audio"]["sha256"]
    record = ok(alice.get(f"{AUDIO}/by-hash/{sha256}"))
    for hidden, unknown in (
        (f"{AUDIO}/{record['id']}", f"{AUDIO}/{uuid.uuid4()}"),
        (f"{AUDIO}/by-hash/{sha256}", f"{AUDIO}/by-hash/{'0' * 64}"),
        (
            f"{AUDIO}/by-url?url=https://radio.example/one.mp3",
            f"{AUDIO}/by-url?url=https://radio.example/two.mp3",
        ),
        (f"/audio/{sha256}", f"/audio/{'0' * 64}"),
    ):
        one, other = charlie.get(hidden), charlie.get(unknown)
        assert problem(one, 404) == problem(other, 404)
        assert one.data == other.data
        assert list(one.headers.keys()) == list(other.headers.keys())


def test_sending_bytes_that_one_could_not_hear_gives_them_and_stores_nothing_twice(
    app: Flask, charlie: Person, pending: dict[str, Any], sounds: Sounds
) -> None:
    before = files(app)
    assert send(charlie, sounds("mp3")).status_code in (200, 201)
    assert charlie.get(pending["audio"]["url"]).status_code == 200
    assert files(app, "audio") == {k: v for k, v in before.items() if k.startswith("audio")}
    # The track is still not theirs to see.
    problem(charlie.get(f"/tracks/{pending['id']}"), 404)


def test_sending_bytes_does_not_tell_that_somebody_else_sent_them_in_secret(
    charlie: Person, pending: dict[str, Any], sounds: Sounds
) -> None:
    assert pending["status"] == "published"  # it was, when it was made
    answer = send(charlie, sounds("mp3"))
    assert answer.status_code == 201
    assert answer.get_json()["reference_count"] == 0


def test_an_address_that_nothing_came_from_finds_nothing(alice: Person, sounds: Sounds) -> None:
    ok(send(alice, sounds("flac")), 201)
    problem(alice.get(f"{AUDIO}/by-url"), 404)
    problem(alice.get(f"{AUDIO}/by-url?url="), 404)


@pytest.mark.parametrize("id_", ["1", "x", "%00", "é"])
def test_an_id_that_is_none_finds_nothing(alice: Person, id_: str) -> None:
    problem(alice.get(f"{AUDIO}/{id_}"), 404)
    problem(alice.get(f"{AUDIO}/by-hash/{id_}"), 404)
