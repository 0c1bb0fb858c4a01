"""Renditions: asked for, made, served under the right of their original, and kept in a budget."""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from playlist_app.database import session, write
from playlist_app.library import rendering
from playlist_app.library.decoding.analyse import answer as analysis_of
from playlist_app.library.models import AudioFile
from playlist_app.library.rendering import keep_within_budget, make_one, tidy
from playlist_app.library.renditions import Rendition
from playlist_app.library.upload import audio_path
from tests.cast import API, Person, ok, problem
from tests.conftest import close, make_app
from tests.library.odd_files import silent_film
from tests.library.shelf import set_status, shelve
from tests.library.test_analysis import analyse, spoil
from tests.library.test_formats import TAKEN
from tests.sounds import Sounds

WEB, SMALL = "web-playable", "offline-small"


def make(app: Flask) -> None:
    """All that is asked for."""
    with app.app_context():
        while make_one():
            pass


def ask(person: Person, track: dict[str, Any], profile: str = WEB) -> Any:
    path = f"{API}/audio/by-hash/{track['audio']['sha256']}/renditions"
    return person.post(path, {"profile": profile})


def record(person: Person, track: dict[str, Any]) -> dict[str, Any]:
    return ok(person.get(f"{API}/audio/by-hash/{track['audio']['sha256']}"))


def made(app: Flask, person: Person, track: dict[str, Any], profile: str = WEB) -> dict[str, Any]:
    assert ask(person, track, profile).status_code in (200, 202)
    make(app)
    return ok(ask(person, track, profile))


def cached(app: Flask) -> dict[str, Path]:
    folder = app.config["JAMBOREE"].cache_folder / "renditions"
    return {path.name: path for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def alac(app: Flask, alice: Person, sounds: Sounds) -> dict[str, Any]:
    """Alice's, in a format that most browsers don't play; looked into, and analysed."""
    track = alice.uploads(sounds("alac", seconds=3.0))
    analyse(app)
    return track


# --- made ---------------------------------------------------------------------------------------


def test_what_few_browsers_play_is_made_playable_ahead(
    app: Flask, alice: Person, alac: dict[str, Any], happened: Any
) -> None:
    playlist = alice.makes_playlist()
    alice.adds(playlist, alac)
    [wish] = record(alice, alac)["renditions"]
    assert (wish["profile"], wish["status"], wish["url"]) == (WEB, "preparing", None)
    assert ok(alice.get(f"/tracks/{alac['id']}"))["audio"]["playable"] is None
    make(app)
    [ready] = record(alice, alac)["renditions"]
    assert ready["status"] == "ready"
    audio = ok(alice.get(f"/tracks/{alac['id']}"))["audio"]
    assert audio["plays"] == "somewhere"
    assert audio["mimetype"] == 'audio/mp4; codecs="alac"'
    assert audio["playable"] == {
        "sha256": ready["sha256"],
        "url": ready["url"],
        "size_bytes": ready["size_bytes"],
        "format": "m4a",
        "mimetype": 'audio/mp4; codecs="mp4a.40.2"',
    }
    # Lists hear of it: somebody may be waiting for it.
    kind, payload = happened(playlist["id"])[-1]
    assert (kind, payload["track"]["audio"]) == ("track.updated", audio)


def test_what_browsers_play_is_not_made_before_somebody_asks(
    app: Flask, alice: Person, sounds: Sounds
) -> None:
    kinds = ("mp3", "m4a", "flac", "wav", "ogg", "opus", "webm")
    tracks = [shelve(app, "alice", sounds(kind), kind) for kind in kinds]
    analyse(app)
    make(app)
    assert [record(alice, track)["renditions"] for track in tracks] == [[]] * len(tracks)
    assert cached(app) == {}


def test_every_format_becomes_one_that_every_browser_plays(
    app: Flask, alice: Person, sounds: Sounds
) -> None:
    # Each of another pitch: the same samples in a WAV and in an AIFF are one sound, stored once.
    tracks = {
        kind: shelve(app, "alice", sounds(kind, seconds=3.0, pitch=300.0 + number), kind)
        for number, kind in enumerate(TAKEN)
    }
    analyse(app)
    for track in tracks.values():
        ask(alice, track)
    make(app)
    for kind, track in tracks.items():
        rendition = ok(ask(alice, track))
        answer = alice.get(rendition["url"])
        assert (answer.status_code, answer.mimetype) == (200, "audio/mp4"), kind
        assert len(answer.data) == rendition["size_bytes"], kind
        assert hashlib.sha256(answer.data).hexdigest() == rendition["sha256"], kind
        # The index goes first, so that it plays while it comes.
        assert answer.data.index(b"moov") < answer.data.index(b"mdat"), kind
        found = analysis_of(bytes(cached(app)[rendition["sha256"]]).hex())
        assert (found["format"], found["codec"]) == ("m4a", "aac"), kind
        assert found["duration_seconds"] == pytest.approx(3.0, abs=0.05), kind
        assert found["loudness_lufs"] == pytest.approx(-16, abs=0.3), kind


def test_what_was_not_analysed_yet_is_levelled_all_the_same(
    app: Flask, alice: Person, sounds: Sounds
) -> None:
    rendition = made(app, alice, shelve(app, "alice", sounds("flac", seconds=3.0)))
    found = analysis_of(bytes(cached(app)[rendition["sha256"]]).hex())
    assert found["loudness_lufs"] == pytest.approx(-16, abs=0.3)


def test_what_is_turned_up_does_not_clip(app: Flask, alice: Person, tmp_path: Path) -> None:
    """Quiet, with one loud knock: 12 dB more would be far over full scale."""
    import numpy as np

    from tests.sounds import write_samples

    rate = 44_100
    time_ = np.arange(4 * rate) / rate
    wave = 0.02 * np.sin(2 * np.pi * 440 * time_)
    wave[2 * rate : 2 * rate + 2000] = 0.9 * np.sin(2 * np.pi * 1000 * time_[:2000])
    write_samples(tmp_path / "knock.wav", wave, rate)
    rendition = made(app, alice, shelve(app, "alice", tmp_path / "knock.wav"))
    from playlist_app.library.decoding.loudness import Meter
    from playlist_app.library.decoding.transcode import _frames

    meter = Meter(true_peak=True)
    for frame in _frames(cached(app)[rendition["sha256"]]):
        meter.add(frame)
    meter.end()
    assert meter.true_peak
    assert meter.true_peak < 1.0
    assert meter.lufs
    assert meter.lufs > -24  # it was at -34


def test_a_small_one_is_small_and_stands_beside_the_other(
    app: Flask, alice: Person, alac: dict[str, Any]
) -> None:
    web, small = made(app, alice, alac), made(app, alice, alac, SMALL)
    assert small["size_bytes"] < 0.6 * web["size_bytes"]
    assert [r["profile"] for r in record(alice, alac)["renditions"]] == [SMALL, WEB]
    # Only the one for browsers is what players are given.
    track = ok(alice.get(f"/tracks/{alac['id']}"))
    assert track["audio"]["playable"]["sha256"] == web["sha256"]


def test_asking_twice_makes_one(app: Flask, alice: Person, bob: Person, sounds: Sounds) -> None:
    track = shelve(app, "alice", sounds("opus"))
    assert ask(alice, track).status_code == 202
    assert ask(bob, track).status_code == 202
    make(app)
    assert ok(ask(alice, track)) == ok(ask(bob, track))
    with app.app_context():
        assert session().scalar(select(func.count()).select_from(Rendition)) == 1


def test_the_same_file_gives_the_same_bytes(app: Flask, alice: Person, sounds: Sounds) -> None:
    """So that what is made again after the cache was emptied is what devices have."""
    track = shelve(app, "alice", sounds("opus"))
    first = made(app, alice, track)
    cached(app)[first["sha256"]].unlink()
    assert ask(alice, track).status_code == 202
    make(app)
    assert ok(ask(alice, track)) == first
    assert alice.get(first["url"]).status_code == 200


# --- who may ------------------------------------------------------------------------------------


def test_a_rendition_is_for_those_who_may_hear_the_original(
    app: Flask, alice: Person, charlie: Person, nobody: Person, alac: dict[str, Any]
) -> None:
    rendition = made(app, alice, alac)
    assert charlie.get(rendition["url"]).status_code == 200
    set_status(app, alac, "pending")
    assert alice.get(rendition["url"]).status_code == 200
    unknown = charlie.get(f"/audio/{'0' * 64}")
    hidden = charlie.get(rendition["url"])
    assert problem(hidden, 404) == problem(unknown, 404)
    assert problem(ask(charlie, alac), 404)
    assert nobody.get(rendition["url"]).status_code in (302, 401)


def test_a_rendition_is_served_in_ranges_and_for_good(
    app: Flask, alice: Person, alac: dict[str, Any]
) -> None:
    rendition = made(app, alice, alac)
    part = alice.get(rendition["url"], headers={"Range": "bytes=100-199"})
    assert part.status_code == 206
    assert part.headers["Content-Range"] == f"bytes 100-199/{rendition['size_bytes']}"
    assert len(part.data) == 100
    assert "immutable" in part.headers["Cache-Control"]
    again = alice.get(rendition["url"], headers={"If-None-Match": f'"{rendition["sha256"]}"'})
    assert again.status_code == 304


@pytest.mark.parametrize("body", [{}, {"profile": "loud"}, {"profile": None}])
def test_what_is_no_profile_is_refused(alice: Person, alac: dict[str, Any], body: Any) -> None:
    path = f"{API}/audio/by-hash/{alac['audio']['sha256']}/renditions"
    assert "profile" in problem(alice.post(path, body), 422)["errors"]


# --- what can't be made -------------------------------------------------------------------------


def test_what_can_not_be_made_says_why(
    app: Flask, alice: Person, sounds: Sounds, tmp_path: Path
) -> None:
    track = shelve(app, "alice", sounds("opus"))
    silent_film(tmp_path / "film.mp4")
    spoil(app, track, (tmp_path / "film.mp4").read_bytes())
    failed = made(app, alice, track)
    assert (failed["status"], failed["url"]) == ("failed", None)
    assert "no sound" in failed["error"]
    assert cached(app) == {}


def test_a_file_that_ends_the_process_twice_can_not_be_made(
    app: Flask, alice: Person, sounds: Sounds, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    track = shelve(app, "alice", sounds("opus"))
    (tmp_path / "python").write_text("#!/bin/sh\necho ready\nread line\nkill -9 $$\n")
    (tmp_path / "python").chmod(0o700)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    failed = made(app, alice, track)
    assert (failed["status"], failed["error"]) == ("failed", rendering.GAVE_UP)
    assert cached(app) == {}


def test_a_full_disk_lets_them_wait(
    app: Flask, alice: Person, sounds: Sounds, monkeypatch: pytest.MonkeyPatch
) -> None:
    track = shelve(app, "alice", sounds("opus"))
    ask(alice, track)
    usage = shutil.disk_usage("/")._replace(free=99_000_000)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    with pytest.raises(rendering.DiskFull):
        make(app)
    monkeypatch.undo()
    make(app)
    assert ok(ask(alice, track))["status"] == "ready"


def test_what_a_killed_worker_left_is_no_obstacle(
    app: Flask, alice: Person, sounds: Sounds
) -> None:
    track = shelve(app, "alice", sounds("opus"))
    ask(alice, track)
    with app.app_context():
        id_ = session().scalar(select(Rendition.id))
    folder = app.config["JAMBOREE"].cache_folder / "renditions"
    folder.mkdir()
    (folder / f"making-{id_}").write_bytes(b"half of it")
    make(app)
    assert ok(ask(alice, track))["status"] == "ready"
    assert set(cached(app)) == {ok(ask(alice, track))["sha256"]}


def test_audio_that_is_not_there_waits_until_it_is_back(
    app: Flask, alice: Person, sounds: Sounds
) -> None:
    track = shelve(app, "alice", sounds("opus"))
    ask(alice, track)
    path = audio_path(app.config["JAMBOREE"], track["audio"]["sha256"])
    away = shutil.move(path, path.with_name("away"))
    make(app)
    assert "has lost this audio" in problem(ask(alice, track), 404)["detail"]
    shutil.move(away, path)
    with app.app_context(), write() as tx:
        tx.execute(update(AudioFile).values(lost_at=None))
    make(app)
    assert ok(ask(alice, track))["status"] == "ready"


# --- the cache ----------------------------------------------------------------------------------


def test_a_cache_that_was_deleted_is_filled_again(
    app: Flask, alice: Person, bob: Person, alac: dict[str, Any]
) -> None:
    rendition = made(app, alice, alac)
    shutil.rmtree(app.config["JAMBOREE"].cache_folder / "renditions")
    # Who asks for the bytes sets it going.
    assert problem(bob.get(rendition["url"]), 503)["title"] == "One moment"
    assert record(alice, alac)["renditions"][0]["status"] == "preparing"
    make(app)
    assert bob.get(rendition["url"]).status_code == 200


def test_tidying_makes_again_what_is_missing_and_removes_what_nobody_knows(
    app: Flask, alice: Person, alac: dict[str, Any]
) -> None:
    rendition = made(app, alice, alac)
    cached(app)[rendition["sha256"]].unlink()
    stray = app.config["JAMBOREE"].cache_folder / "renditions" / "ab" / ("ab" * 32)
    stray.parent.mkdir()
    stray.write_bytes(b"of a track that was deleted")
    with app.app_context():
        tidy()
    assert cached(app) == {}
    make(app)
    assert set(cached(app)) == {rendition["sha256"]}


def test_what_was_not_played_longest_goes_when_the_budget_is_spent(
    data_folder: Path, alice: Person, sounds: Sounds
) -> None:
    app = make_app(data_folder, renditions_budget=250_000)  # each has about 74,000 bytes
    person = Person(app, "alice", alice.token)
    tracks = [
        shelve(app, "alice", sounds("opus", seconds=3.0, pitch=pitch), f"Tone {pitch}")
        for pitch in (300.0, 400.0, 500.0)
    ]
    old = [made(app, person, track) for track in tracks]
    for age, rendition in zip((3, 5, 4), old, strict=True):
        used_at = time.time() - age * rendering.IN_USE
        os.utime(cached(app)[rendition["sha256"]], (used_at, used_at))
    person.get(old[1]["url"])  # played now, so it is not the oldest any more
    new = made(app, person, shelve(app, "alice", sounds("opus", seconds=3.0, pitch=600.0), "New"))
    assert set(cached(app)) == {old[0]["sha256"], old[1]["sha256"], new["sha256"]}
    # Who wants it again gets it again.
    assert record(person, tracks[2])["renditions"] == []
    assert ok(person.get(f"/tracks/{tracks[2]['id']}"))["audio"]["playable"] is None
    assert made(app, person, tracks[2])["sha256"] == old[2]["sha256"]
    close(app)


def test_what_may_be_playing_stays_however_small_the_budget(
    data_folder: Path, alice: Person, sounds: Sounds
) -> None:
    app = make_app(data_folder, renditions_budget=1000)
    person = Person(app, "alice", alice.token)
    rendition = made(app, person, shelve(app, "alice", sounds("opus")))
    with app.app_context():
        keep_within_budget()
    assert set(cached(app)) == {rendition["sha256"]}
    close(app)
