"""What the analysis notes of a file; what it does with files that can't be decoded, or end it."""

from __future__ import annotations

import shutil
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from flask import Flask
from sqlalchemy import select, update

from playlist_app.database import session, write
from playlist_app.library import analysis
from playlist_app.library.analysis import analyse_some
from playlist_app.library.apart import Apart, Gone, NotStarted, Stopped
from playlist_app.library.models import AudioFile
from playlist_app.library.upload import audio_path
from tests.cast import API, Person, ok, problem
from tests.library.shelf import set_status, shelve
from tests.library.test_formats import TAKEN
from tests.sounds import Sounds

ABOUT_A_SINE = -9.3  # LUFS, of the loudest part of the tone that tests use


def analyse(app: Flask) -> None:
    """All that waits."""
    with app.app_context():
        while analyse_some():
            pass


def only_audio(app: Flask) -> AudioFile:
    with app.app_context():
        audio = session().scalars(select(AudioFile)).one()
        assert audio.peaks is None or audio.peaks is not None  # loads it
        return audio


def spoil(app: Flask, track: dict[str, Any], data: bytes) -> None:
    """Other bytes under the hash of a track's: a file that was broken when it was scanned."""
    sha256 = track["audio"]["sha256"]
    audio_path(app.config["JAMBOREE"], sha256).write_bytes(data)
    with app.app_context(), write() as tx:
        of_track = AudioFile.sha256 == sha256
        tx.execute(update(AudioFile).where(of_track).values(size_bytes=len(data)))


@pytest.mark.parametrize("format_", TAKEN)
def test_every_format_is_decoded_and_measured(app: Flask, sounds: Sounds, format_: str) -> None:
    path = sounds(format_, seconds=3.0)
    shelve(app, "alice", path)
    analyse(app)
    audio = only_audio(app)
    assert (audio.format, audio.codec) == TAKEN[format_]
    assert audio.broken is None
    assert audio.duration_seconds == pytest.approx(3.0, abs=0.05)
    assert audio.loudness_lufs == pytest.approx(ABOUT_A_SINE, abs=0.7)
    assert audio.sound_sha256
    assert audio.analysed_at


def test_peaks_swell_and_fade_as_the_sound_does(app: Flask, sounds: Sounds) -> None:
    shelve(app, "alice", sounds("flac", seconds=3.0))
    analyse(app)
    peaks = only_audio(app).peaks
    assert peaks
    assert len(peaks) == 400
    expected = np.sin(np.pi * (np.arange(400) + 0.5) / 400)
    assert np.abs(np.frombuffer(peaks, np.uint8) / 255 - expected).max() < 0.05


def test_peaks_are_for_those_who_may_hear_the_track(
    app: Flask, alice: Person, charlie: Person, sounds: Sounds
) -> None:
    track = shelve(app, "alice", sounds("flac", seconds=3.0))
    path = f"/tracks/{track['id']}/peaks"
    assert ok(alice.get(path)) == {"peaks": []}
    analyse(app)
    values = ok(charlie.get(path))["peaks"]
    assert len(values) == 400
    assert max(values) == 255
    set_status(app, track, "pending")
    assert problem(charlie.get(path), 404) == problem(charlie.get("/tracks/none/peaks"), 404)
    assert ok(alice.get(path))["peaks"] == values


def test_a_track_without_audio_has_no_peaks(alice: Person) -> None:
    track = alice.makes_track("A wish")
    assert ok(alice.get(f"/tracks/{track['id']}/peaks")) == {"peaks": []}


def test_a_track_is_as_long_as_its_sound(app: Flask, alice: Person, sounds: Sounds) -> None:
    """Who encodes mp3 pads it: by its packets this one is 30 ms too long."""
    track = alice.uploads(sounds("mp3", seconds=3.0))
    analyse(app)
    after = ok(alice.get(f"/tracks/{track['id']}"))
    assert after["duration_seconds"] == pytest.approx(3.0, abs=0.001)
    record = ok(alice.get(f"{API}/audio/by-hash/{track['audio']['sha256']}"))
    assert record["duration_seconds"] == after["duration_seconds"]
    assert record["loudness_lufs"] == pytest.approx(ABOUT_A_SINE, abs=0.7)


def test_lists_hear_of_another_length_and_of_nothing_else(
    app: Flask, alice: Person, sounds: Sounds, happened: Any
) -> None:
    playlist = alice.makes_playlist()
    right = shelve(app, "alice", sounds("flac", seconds=2.0), "Right")  # shelved as 2 s
    wrong = shelve(app, "alice", sounds("flac", seconds=5.0), "Wrong")
    for track in (right, wrong):
        alice.adds(playlist, track)
    before = len(happened(playlist["id"]))
    analyse(app)
    [(kind, payload)] = happened(playlist["id"])[before:]
    assert (kind, payload["track"]["id"]) == ("track.updated", wrong["id"])
    assert payload["track"]["duration_formatted"] == "0:05"


def test_silence_has_no_loudness(app: Flask, tmp_path: Path) -> None:
    import wave

    path = tmp_path / "silence.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(44_100)
        file.writeframes(bytes(2 * 44_100))
    shelve(app, "alice", path)
    analyse(app)
    audio = only_audio(app)
    assert (audio.loudness_lufs, audio.peaks, audio.broken) == (None, bytes(400), None)


@pytest.mark.parametrize(
    ("what", "spoiled", "reason"),
    [
        ("cut in half", lambda data: data[: len(data) // 2], "cut off"),
        ("noise", lambda data: b"fLaC" + b"\x12\x34" * 5000, "can't be read"),
        ("a text", lambda _: b"Dear diary, " * 100, "not one of the formats"),
        (
            "noise after the beginning",
            lambda data: data[:5000] + np.random.default_rng(2).bytes(len(data) - 5000),
            "",
        ),
    ],
)
def test_what_does_not_decode_is_marked_with_the_reason(
    app: Flask,
    alice: Person,
    sounds: Sounds,
    what: str,
    spoiled: Callable[[bytes], bytes],
    reason: str,
) -> None:
    source = sounds("flac", seconds=6.0)
    track = shelve(app, "alice", source)
    spoil(app, track, spoiled(source.read_bytes()))
    analyse(app)
    audio = only_audio(app)
    assert audio.broken, what
    assert reason in audio.broken
    assert audio.analysed_at


def test_a_file_that_is_not_there_waits_and_is_not_called_broken(
    app: Flask, alice: Person, sounds: Sounds
) -> None:
    track = shelve(app, "alice", sounds("flac"))
    path = audio_path(app.config["JAMBOREE"], track["audio"]["sha256"])
    away = shutil.move(path, path.with_name("away"))
    analyse(app)
    audio = only_audio(app)
    assert audio.lost_at
    assert (audio.broken, audio.analysed_at) == (None, None)
    # It is back, and whoever found it says so.
    shutil.move(away, path)
    with app.app_context(), write() as tx:
        tx.execute(update(AudioFile).values(lost_at=None))
    analyse(app)
    assert only_audio(app).analysed_at


def test_many_files_are_done_however_many_one_process_is_asked_about(
    app: Flask, sounds: Sounds, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(analysis, "AT_ONCE", 2)
    for pitch in (300.0, 400.0, 500.0, 600.0, 700.0):
        shelve(app, "alice", sounds("flac", pitch=pitch), f"Tone {pitch}")
    analyse(app)
    with app.app_context():
        assert None not in session().scalars(select(AudioFile.loudness_lufs)).all()


# --- the process that decodes -------------------------------------------------------------------


@pytest.fixture
def instead(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Let a shell script stand for the Python that decodes. It is there when it has said so."""

    def instead(script: str) -> None:
        path = tmp_path / "python"
        path.write_text(f"#!/bin/sh\necho ready\n{script}\n")
        path.chmod(0o700)
        monkeypatch.setattr(sys, "executable", str(path))

    return instead


# The program that decodes, as it is, but for one file.
DIES_OF = """
import os, runpy, sys

def questions(file):
    for line in file:
        if "{path}" in line:
            open("{times}", "a").write("x")
            os.kill(os.getpid(), 9)
        yield line

sys.argv, sys.stdin = sys.argv[1:], questions(sys.stdin)
runpy.run_path(sys.argv[0], run_name="__main__")
"""


def test_a_file_that_kills_the_decoder_twice_is_broken_and_the_others_are_not(
    app: Flask, sounds: Sounds, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    good = shelve(app, "alice", sounds("flac"), "Good")
    evil = shelve(app, "alice", sounds("flac", pitch=666.0), "Evil")
    path = str(audio_path(app.config["JAMBOREE"], evil["audio"]["sha256"])).encode().hex()
    (tmp_path / "evil.py").write_text(DIES_OF.format(path=path, times=tmp_path / "times"))
    real = sys.executable
    (tmp_path / "python").write_text(f'#!/bin/sh\nexec {real} -I {tmp_path}/evil.py "$2" "$3"\n')
    (tmp_path / "python").chmod(0o700)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    analyse(app)
    with app.app_context():
        found = {audio.sha256: audio.broken for audio in session().scalars(select(AudioFile)).all()}
    assert found == {
        good["audio"]["sha256"]: None,
        evil["audio"]["sha256"]: analysis.GAVE_UP,
    }
    assert (tmp_path / "times").read_text() == "xx"


def test_what_decodes_and_does_not_even_start_marks_nothing(
    app: Flask, sounds: Sounds, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelve(app, "alice", sounds("flac"))
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with pytest.raises(NotStarted):
        analyse(app)
    audio = only_audio(app)
    assert (audio.broken, audio.analysed_at, audio.analysis_attempts) == (None, None, 0)


def test_a_worker_that_is_told_to_stop_puts_back_what_it_had(
    app: Flask, sounds: Sounds, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelve(app, "alice", sounds("flac"))
    told = threading.Event()
    told.set()
    monkeypatch.setattr(analysis, "stopping", told)
    with app.app_context():
        analyse_some()
    audio = only_audio(app)
    assert (audio.broken, audio.analysed_at, audio.analysis_attempts) == (None, None, 0)


def test_a_question_that_takes_too_long_is_ended(instead: Callable[[str], None]) -> None:
    instead("exec sleep 60")
    with Apart("analyse") as apart, pytest.raises(Gone, match="too long"):
        apart.ask({"path": ""}, 0.3)


def test_who_waits_for_an_answer_can_be_told_to_stop(instead: Callable[[str], None]) -> None:
    instead("exec sleep 60")
    stop = threading.Event()
    threading.Timer(0.3, stop.set).start()
    with Apart("analyse", stop=stop) as apart, pytest.raises(Stopped):
        apart.ask({"path": ""}, 30)


def test_a_process_that_ended_is_started_again(sounds: Sounds) -> None:
    path = bytes(sounds("flac")).hex()
    with Apart("analyse") as apart:
        apart.end()
        first = apart.ask({"path": path}, 30)
        apart.end()
        assert apart.ask({"path": path}, 30) == first
