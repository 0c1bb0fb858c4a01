"""The storage limit: a member's share, checked before bytes are taken."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from playlist_app.library import resumable
from tests.cast import Person, ok, problem
from tests.conftest import close, make_app
from tests.library.shelf import files, shelve, stock
from tests.library.test_resumable import asks_to_begin, begins, finishes, sends_all, sha256
from tests.sounds import Sounds

LIMIT = 200_000


@pytest.fixture
def small(data_folder: Path) -> Iterator[Flask]:
    """A server that gives each member 200 KB."""
    app = make_app(data_folder, storage_limit=LIMIT)
    yield app
    close(app)


@pytest.fixture
def cast(small: Flask, furnished: Any) -> dict[str, Person]:
    return {name: Person(small, name, token) for name, token in furnished[1].items()}


def test_ones_share_is_shown(small: Flask, cast: dict[str, Person], sounds: Sounds) -> None:
    path = sounds("mp3")
    assert ok(cast["alice"].get("/uploads"))["storage"] == {"used_bytes": 0, "limit_bytes": LIMIT}
    shelve(small, "alice", path)
    used = {"used_bytes": path.stat().st_size, "limit_bytes": LIMIT}
    assert ok(cast["alice"].get("/uploads"))["storage"] == used
    assert ok(cast["bob"].get("/uploads"))["storage"]["used_bytes"] == 0
    assert ok(cast["dora"].get("/uploads"))["storage"]["limit_bytes"] is None  # an admin


def test_without_the_setting_there_is_no_limit(alice: Person) -> None:
    assert ok(alice.get("/uploads"))["storage"] == {"used_bytes": 0, "limit_bytes": None}


def test_what_does_not_fit_is_refused_before_its_bytes(
    small: Flask, cast: dict[str, Person], sounds: Sounds
) -> None:
    alice = cast["alice"]
    data = sounds("wav", seconds=6.0).read_bytes()
    before = stock(small)
    refusal = problem(asks_to_begin(alice, data, "song.wav"), 413)
    assert "You may keep 0.2 MB of music here" in refusal["detail"]
    form = {"file": (io.BytesIO(data), "song.wav")}
    problem(alice.post("/tracks", data=form, content_type="multipart/form-data"), 413)
    assert stock(small) == before
    begins(cast["dora"], data, "song.wav")  # an admin has no limit


def test_what_is_coming_in_counts(cast: dict[str, Person], sounds: Sounds) -> None:
    data = sounds("mp3", seconds=6.0).read_bytes()
    assert LIMIT / 2 < len(data) * 2 < LIMIT * 2
    alice = cast["alice"]
    taken = []
    while (answer := asks_to_begin(alice, data)).status_code == 201:
        taken.append(answer.get_json())
    problem(answer, 413)
    assert len(taken) == LIMIT // len(data)
    alice.delete(f"/uploads/{taken[0]['id']}", headers={"Tus-Resumable": "1.0.0"})
    begins(alice, data)


def test_a_share_that_filled_up_meanwhile_takes_nothing_and_keeps_the_upload(
    small: Flask, cast: dict[str, Person], sounds: Sounds, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice = cast["alice"]
    data = sounds("mp3").read_bytes()
    upload = begins(alice, data)
    sends_all(alice, upload, data)
    other = shelve(small, "alice", sounds("mp3", seconds=LIMIT / 17_000, pitch=220.0))
    before = stock(small)
    problem(finishes(alice, upload), 413)
    assert stock(small) == before
    assert files(small, "uploads") == {f"uploads/{upload['id']}": len(data)}
    ok(alice.delete(f"/tracks/{other['id']}"), 204)
    ok(finishes(alice, upload), 201)


def test_a_second_track_on_the_same_bytes_takes_no_room(
    small: Flask, cast: dict[str, Person], sounds: Sounds
) -> None:
    alice, bob = cast["alice"], cast["bob"]
    track = shelve(small, "alice", sounds("mp3"))
    used = ok(alice.get("/uploads"))["storage"]["used_bytes"]
    ok(alice.post("/tracks", {"sha256": track["audio"]["sha256"], "title": "Again"}), 201)
    assert ok(alice.get("/uploads"))["storage"]["used_bytes"] == used
    # Of another's share it takes some, whether or not the bytes are here: that says nothing.
    ok(bob.post("/tracks", {"sha256": track["audio"]["sha256"]}), 201)
    assert ok(bob.get("/uploads"))["storage"]["used_bytes"] == used


def test_beginning_again_is_no_second_promise(cast: dict[str, Person], sounds: Sounds) -> None:
    data = sounds("mp3", seconds=6.0).read_bytes()
    for _ in range(5):
        begins(cast["alice"], data, sha256=sha256(data))
    assert resumable.OPEN_AT_MOST > 5
