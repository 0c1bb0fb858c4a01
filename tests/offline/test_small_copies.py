"""Copies of small renditions: made for who asks, and what stands for what is not made."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from flask import Flask
from sqlalchemy import select, update

from playlist_app.database import now, session, write
from playlist_app.library import rendering
from playlist_app.library.decoding.analyse import answer as analysis_of
from playlist_app.library.models import AudioFile
from playlist_app.library.renditions import Profile, Rendition, State, rendition_path
from tests.cast import Person, problem
from tests.offline.asking import again, asked, ids, make_all, manifest
from tests.sounds import Sounds, write_samples

JSON = dict[str, Any]


def renditions(app: Flask) -> list[Any]:
    """(SHA-256 of the original, status) of the small ones, in the order in which they are made."""
    with app.app_context():
        rows = session().execute(
            select(AudioFile.sha256, Rendition.status)
            .join(AudioFile, AudioFile.id == Rendition.audio_id)
            .where(Rendition.profile == Profile.SMALL)
            .order_by(Rendition.place, Rendition.asked_at)
        )
        return [tuple(row) for row in rows]


def test_a_small_copy_is_made_by_who_asks_and_then_is_there(
    app: Flask, alice: Person, bob: Person, playlist: JSON, sounds: Sounds
) -> None:
    path = sounds("wav", seconds=20.0)
    track = alice.uploads(path)
    alice.adds(playlist, track)
    original = track["audio"]

    first = manifest(bob, playlist, quality="small")

    [entry] = first["audio"]
    estimate = entry.pop("size_bytes")
    assert entry == {
        "sha256": None,
        "of": original["sha256"],
        "url": None,
        "format": "m4a",
        "status": "preparing",
        "chunk_size": 2**20,
        "chunks": [],
    }
    assert first["whole"] and first["size_bytes"] == estimate < path.stat().st_size / 5
    assert renditions(app) == [(original["sha256"], "preparing")]
    assert asked(bob, playlist, first["etag"], quality="small").status_code == 304

    make_all(app)
    then = again(bob, playlist, first)

    [entry] = then["audio"]
    assert (entry["of"], entry["status"], entry["format"]) == (original["sha256"], "ready", "m4a")
    assert then["items"] == [] and then["whole"] is False
    data = bob.get(entry["url"]).data
    assert len(data) == entry["size_bytes"] == then["size_bytes"] <= estimate
    assert hashlib.sha256(data).hexdigest() == entry["sha256"] != original["sha256"]
    assert entry["chunks"] == [hashlib.sha256(data).hexdigest()]
    assert asked(bob, playlist, then["etag"], quality="small").status_code == 304
    assert manifest(bob, playlist)["audio"][0]["sha256"] == original["sha256"]


def test_a_copy_of_originals_has_nothing_to_do_with_renditions(
    app: Flask, alice: Person, playlist: JSON, sounds: Sounds
) -> None:
    item = alice.adds(playlist, alice.uploads(sounds("wav", seconds=20.0)))
    before = manifest(alice, playlist)
    manifest(alice, playlist, quality="small")
    assert asked(alice, playlist, before["etag"]).status_code == 304
    alice.adds(playlist, alice.makes_track("Copper Wire"))
    found = again(alice, playlist, before)
    assert (found["audio"], item["id"] in ids(found)) == ([], False)


def test_a_small_copy_is_levelled_in_loudness(
    app: Flask, alice: Person, playlist: JSON, tmp_path: Path
) -> None:
    """A quiet one and a loud one come out alike, also where nobody had listened to them before."""
    rate = 44_100
    for number, loudness in enumerate((0.1, 0.9)):
        wave = loudness * np.sin(2 * np.pi * (300 + 40 * number) * np.arange(20 * rate) / rate)
        write_samples(tmp_path / f"{number}.wav", wave, rate)
        alice.adds(playlist, alice.uploads(tmp_path / f"{number}.wav", title=f"Tone {number}"))
    manifest(alice, playlist, quality="small")
    make_all(app)
    entries = manifest(alice, playlist, quality="small")["audio"]
    assert len(entries) == 2
    for entry in entries:
        path = rendition_path(app.config["JAMBOREE"], entry["sha256"])
        assert analysis_of(bytes(path).hex())["loudness_lufs"] == pytest.approx(-16, abs=0.5)


def test_what_would_not_be_smaller_is_the_original(
    app: Flask, alice: Person, playlist: JSON, sounds: Sounds
) -> None:
    """A file of 64 kbit/s does not become better, nor smaller."""
    track = alice.uploads(sounds("mp3", seconds=20.0))
    alice.adds(playlist, track)
    with app.app_context(), write() as tx:
        tx.execute(update(AudioFile).values(size_bytes=100_000))

    [entry] = manifest(alice, playlist, quality="small")["audio"]

    assert entry["sha256"] == entry["of"] == track["audio"]["sha256"]
    assert (entry["format"], entry["status"]) == ("mp3", "ready")
    assert renditions(app) == []


def test_one_that_turned_out_larger_or_failed_is_the_original(
    app: Flask, alice: Person, playlist: JSON, sounds: Sounds
) -> None:
    alice.adds(playlist, alice.uploads(sounds("wav", seconds=20.0)))
    first = manifest(alice, playlist, quality="small")
    make_all(app)
    for values in ({"size_bytes": 10_000_000}, {"status": State.FAILED}):
        with app.app_context(), write() as tx:
            tx.execute(update(Rendition).values(**values, changed_at=now()))
        [entry] = again(alice, playlist, first)["audio"]
        assert entry["sha256"] == entry["of"]
        assert entry["status"] == "ready"
    assert [status for _, status in renditions(app)] == ["failed"]  # and is not tried again


def test_what_was_evicted_is_preparing_again_for_who_comes_new(
    app: Flask, alice: Person, bob: Person, playlist: JSON, sounds: Sounds
) -> None:
    """Who has it sees no change: a cache smaller than all copies would else never rest."""
    alice.adds(playlist, alice.uploads(sounds("wav", seconds=20.0)))
    manifest(alice, playlist, quality="small")
    make_all(app)
    before = manifest(alice, playlist, quality="small")
    url, sha256 = before["audio"][0]["url"], before["audio"][0]["sha256"]
    with app.app_context():
        rendering._take_away(sha256)

    assert asked(alice, playlist, before["etag"], quality="small").status_code == 304
    alice.adds(playlist, alice.makes_track("Copper Wire"))
    assert again(alice, playlist, before)["audio"] == []
    assert renditions(app)[0][1] == "gone"
    [entry] = manifest(bob, playlist, quality="small")["audio"]
    assert (entry["status"], entry["sha256"]) == ("preparing", None)
    problem(bob.get(url), 503)
    make_all(app)
    assert bob.get(url).status_code == 200  # the same file gives the same bytes


def test_asking_for_the_bytes_of_an_evicted_one_has_it_made(
    app: Flask, alice: Person, charlie: Person, playlist: JSON, sounds: Sounds
) -> None:
    """A device that was half way, and comes back with the manifest it has."""
    alice.adds(playlist, alice.uploads(sounds("wav", seconds=20.0)))
    manifest(alice, playlist, quality="small")
    make_all(app)
    before = manifest(alice, playlist, quality="small")
    with app.app_context():
        rendering._take_away(before["audio"][0]["sha256"])
    problem(alice.get(before["audio"][0]["url"]), 503)
    assert [status for _, status in renditions(app)] == ["preparing"]
    assert again(alice, playlist, before)["audio"][0]["status"] == "preparing"


def test_a_cache_that_was_deleted_is_noticed(
    app: Flask, alice: Person, playlist: JSON, sounds: Sounds
) -> None:
    alice.adds(playlist, alice.uploads(sounds("wav", seconds=20.0)))
    manifest(alice, playlist, quality="small")
    make_all(app)
    with app.app_context():
        [sha256] = session().scalars(select(Rendition.sha256))
        rendition_path(app.config["JAMBOREE"], str(sha256)).unlink()
    [entry] = manifest(alice, playlist, quality="small")["audio"]
    assert entry["status"] == "preparing"
