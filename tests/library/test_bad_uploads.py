"""What is not audio, not whole, too large, or does not fit: told clearly, and nothing is left."""

from __future__ import annotations

import errno
import io
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any

import numpy as np
import pytest
from flask import Flask
from sqlalchemy import event
from sqlalchemy.exc import OperationalError
from werkzeug.datastructures import Headers
from werkzeug.test import EnvironBuilder, run_wsgi_app

from playlist_app.database import db
from playlist_app.library import inspection
from tests.cast import API, Person, problem
from tests.conftest import close, make_app
from tests.library.odd_files import silent_film
from tests.library.shelf import files, stock
from tests.sounds import Sounds, picture

Send = Callable[..., Any]


@pytest.fixture(autouse=True)
def nothing_changes(app: Flask) -> Iterator[None]:
    """Around every test here: no row more, no file more, wherever in media/."""
    before = stock(app)
    yield
    assert stock(app) == before


@pytest.fixture
def send(alice: Person) -> Send:
    def send(data: bytes, name: str = "song.mp3", **fields: Any) -> Any:
        form = {"file": (io.BytesIO(data), name), **fields}
        return alice.post("/tracks", data=form, content_type="multipart/form-data")

    return send


# --- not audio ----------------------------------------------------------------------------------

WMA = bytes.fromhex("3026b2758e66cf11a6d900aa0062ce6c")
NOT_AUDIO = {
    "text": b"Dear diary, today I learned what an mp3 is not.\n" * 100,
    "a picture": picture(kind="PNG"),
    "a document": b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<< /Type /Catalog >>\nendobj\n",
    "a page": b"<!doctype html><script>alert(1)</script>",
    "a picture with a script": b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
    "a playlist that names other files": b"#EXTM3U\n#EXTINF:10,\nfile:///etc/passwd\n",
    "a list for FFmpeg": b"ffconcat version 1.0\nfile /etc/passwd\n",
    "noise after an mp3's beginning": b"ID3\x03\x00\x00\x00\x00\x00\x00" + b"\x55\xaa" * 5000,
    "noise after an mp3's frame": b"\xff\xfb\x90\x00" + b"\x00\x11" * 50,
    "noise after a flac's beginning": b"fLaC" + b"\x12\x34" * 5000,
    "noise after a wav's beginning": b"RIFF\xff\xff\x00\x00WAVE" + b"\x12\x34" * 5000,
    "noise after an ogg's beginning": b"OggS" + b"\x12\x34" * 5000,
    "noise after an mp4's beginning": b"\x00\x00\x00\x18ftypM4A " + b"\x12\x34" * 5000,
    "noise after an aiff's beginning": b"FORM\x00\x00\x27\x10AIFF" + b"\x12\x34" * 5000,
    "noise after a wma's beginning": WMA + b"\x12\x34" * 5000,
    "noise after a webm's beginning": b"\x1aE\xdf\xa3\x9fB\x82\x84webm" + b"\x12\x34" * 5000,
    "noise after a wavpack's beginning": b"wvpk" + b"\x12\x34" * 5000,
    "noise after an aac's frame": b"\xff\xf1\x50\x80\x20\xff\xfc" + b"\x00\x11" * 50,
    "noise after an mp2's frame": b"\xff\xfd\x80\x04" + b"\x00\x11" * 50,
    "only a beginning": b"ID3",
    "one byte": b"\xff",
}


@pytest.mark.parametrize("what", NOT_AUDIO)
def test_what_is_not_audio_is_refused(send: Send, what: str) -> None:
    refusal = problem(send(NOT_AUDIO[what]), 422)
    assert refusal["title"] in ("That can't be played", "That file is not whole")
    assert refusal["errors"]["file"] == [refusal["detail"]]


def test_an_empty_file_is_refused(send: Send) -> None:
    assert problem(send(b""), 422)["detail"] == "This file is empty."


def test_a_film_without_sound_is_refused(send: Send, tmp_path: Path) -> None:
    silent_film(tmp_path / "film.mp4")
    refusal = problem(send((tmp_path / "film.mp4").read_bytes(), "film.mp4"), 422)
    assert refusal["detail"] == "There is no sound in this file."


CUT = [
    "mp3",
    "m4a",
    "ogg",
    "opus",
    "flac",
    "wav",
    "alac",
    "aiff",
    "aifc",
    "wma",
    "webm",
    "mka",
    "wv",
]


@pytest.mark.parametrize("format_", CUT)
def test_a_file_that_is_cut_in_half_is_refused(send: Send, sounds: Sounds, format_: str) -> None:
    path = sounds(format_, seconds=6.0)
    data = path.read_bytes()
    refusal = problem(send(data[: len(data) // 2], f"song{path.suffix}"), 422)
    assert refusal["title"] == "That file is not whole"
    assert "cut off" in refusal["detail"] or "damaged" in refusal["detail"]


def test_an_mp3_of_which_half_is_noise_is_refused(send: Send, sounds: Sounds) -> None:
    data = bytearray(sounds("mp3", seconds=6.0).read_bytes())
    noise = np.random.default_rng(3)
    for start in range(2000, len(data) - 500, 1000):
        data[start : start + 500] = noise.bytes(500)
    assert problem(send(bytes(data)), 422)["title"] == "That file is not whole"


# --- names and sizes ----------------------------------------------------------------------------


def test_audio_that_is_called_something_else_is_refused(send: Send, sounds: Sounds) -> None:
    for name in ("song.png", "song.mp3.exe", "song.html", "song.MP3.PNG"):
        refusal = problem(send(sounds("mp3").read_bytes(), name), 422)
        assert "is not taken for audio" in refusal["detail"], name


def test_a_name_that_is_a_path_or_endless_is_refused(
    data_folder: Path, send: Send, sounds: Sounds
) -> None:
    around = sorted(data_folder.parent.iterdir())
    for name in (
        "../../song.mp3",
        "/etc/song.mp3",
        "..\\\\song.mp3",
        "x" * 300 + ".mp3",
        "a\x00b.mp3",
        "a\x1bb.mp3",
    ):
        refusal = problem(send(sounds("mp3").read_bytes(), name), 422)
        assert "name can't be used" in refusal["detail"], name
    assert sorted(data_folder.parent.iterdir()) == around


def test_a_file_over_the_limit_is_refused_with_the_limit(
    data_folder: Path, alice: Person, sounds: Sounds
) -> None:
    app = make_app(data_folder, upload_limit=1_000_000)
    person = Person(app, "alice", alice.token)
    refusal = problem(person.sends(sounds("wav", seconds=6.0)), 413)
    assert refusal["detail"] == "Files have at most 1 MB here."
    # Far over it, it isn't even received.
    assert sounds("wav", seconds=18.0).stat().st_size > 3_000_000
    problem(person.sends(sounds("wav", seconds=18.0)), 413)
    close(app)


# --- not a form with a file ---------------------------------------------------------------------


@pytest.mark.parametrize("where", ["/tracks", f"{API}/audio"])
def test_a_form_without_a_file_is_refused(alice: Person, sounds: Sounds, where: str) -> None:
    bodies: list[dict[str, Any]] = [
        {"title": "Nothing here"},
        {"file": "a text named file"},
        {"file": (io.BytesIO(b""), "")},  # what a browser sends when no file was chosen
        {"audio": (io.BytesIO(sounds("mp3").read_bytes()), "song.mp3")},
    ]
    for body in bodies:
        answer = alice.post(where, data=body, content_type="multipart/form-data")
        assert "file" in problem(answer, 422)["errors"]


@pytest.mark.parametrize(
    "fields",
    [
        {"year": "soon"},
        {"year": "-1"},
        {"title": "x" * 301},
        {"genre": "x" * 61},
        {"mood": "sad"},
        {"title": "\u200e\u2029"},  # found out only once the bytes are in their place
    ],
)
def test_fields_that_cannot_be_refuse_the_file_with_them(
    send: Send, sounds: Sounds, fields: dict[str, str]
) -> None:
    assert set(problem(send(sounds("mp3").read_bytes(), **fields), 422)["errors"]) == set(fields)


def cut_off(person: Person, app: Flask, whole: bytes, part: int) -> str:
    """The status that a client gets which hangs up in the middle of its upload."""
    sent = EnvironBuilder(
        method="POST", data={"file": (io.BytesIO(whole), "song.wav")}
    ).get_environ()
    with sent["wsgi.input"] as form:
        body = form.read()
    environ = EnvironBuilder(
        "/api/v1/tracks", method="POST", headers=Headers(person.headers)
    ).get_environ()
    environ |= {
        "CONTENT_TYPE": sent["CONTENT_TYPE"],
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": io.BytesIO(body[:part]),
    }
    _, status, _ = run_wsgi_app(app, environ, buffered=True)
    return status


@pytest.mark.parametrize("part", [0, 100, 500_000])
def test_an_upload_that_breaks_off_leaves_nothing(
    app: Flask, alice: Person, sounds: Sounds, part: int
) -> None:
    whole = sounds("wav", seconds=6.0).read_bytes()
    assert cut_off(alice, app, whole, part) == "400 BAD REQUEST"
    assert files(app, "incoming") == {}


def test_a_form_that_never_ends_is_refused(app: Flask, alice: Person) -> None:
    body = b'--x\r\nContent-Disposition: form-data; name="file"; filename="song.mp3"\r\n\r\nID3'
    answer = alice.post("/tracks", data=body, content_type="multipart/form-data; boundary=x")
    assert 400 <= answer.status_code < 500
    assert answer.mimetype == "application/problem+json"


# --- a full disk --------------------------------------------------------------------------------


def no_space(*_: Any) -> Any:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


class FullDisk:
    """A file on a disk that is full after so many writes."""

    def __init__(self, file: IO[bytes], writes: int) -> None:
        self._file = file
        self._left = writes

    def write(self, data: bytes) -> int:
        self._left -= 1
        return self._file.write(data) if self._left >= 0 else no_space()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)


@pytest.mark.parametrize("writes", [0, 5])
def test_a_disk_that_fills_up_while_receiving_is_told(
    send: Send, sounds: Sounds, monkeypatch: pytest.MonkeyPatch, writes: int
) -> None:
    fdopen = os.fdopen

    def opened(handle: int, mode: str = "r", *more: Any, **options: Any) -> Any:
        file = fdopen(handle, mode, *more, **options)
        return FullDisk(file, writes) if mode == "w+b" else file

    monkeypatch.setattr(os, "fdopen", opened)
    refusal = problem(send(sounds("wav", seconds=6.0).read_bytes(), "song.wav"), 507)
    assert refusal["title"] == "The server's disk is full"


def test_a_disk_that_fills_up_at_the_end_is_told(
    send: Send, sounds: Sounds, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "fsync", no_space)
    problem(send(sounds("mp3").read_bytes()), 507)


def test_a_disk_that_is_nearly_full_takes_no_upload(
    send: Send, sounds: Sounds, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage("/")._replace(free=99_000_000)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    problem(send(sounds("mp3").read_bytes()), 507)


def test_a_disk_that_is_full_when_the_rows_are_written_leaves_no_file(
    app: Flask, send: Send, sounds: Sounds
) -> None:
    """SQLite finds out last: at the commit, when the bytes are in their place already."""

    def full(_: object) -> None:
        raise OperationalError("COMMIT", {}, Exception("database or disk is full"))

    with app.app_context():
        engine = db.engine
    event.listen(engine, "commit", full)
    try:
        with pytest.raises(OperationalError):
            send(sounds("mp3").read_bytes())
    finally:
        event.remove(engine, "commit", full)
    assert files(app) == {}


# --- the process that looks into files ----------------------------------------------------------


@pytest.fixture
def instead(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Let a shell script stand for the Python that looks into a file."""

    def instead(script: str) -> None:
        path = tmp_path / "python"
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o700)
        monkeypatch.setattr(sys, "executable", str(path))

    return instead


def test_a_file_that_kills_the_decoder_is_refused(
    send: Send, sounds: Sounds, instead: Callable[[str], None]
) -> None:
    instead("kill -9 $$")
    assert "can't be read" in problem(send(sounds("mp3").read_bytes()), 422)["detail"]


def test_a_file_that_takes_too_long_is_refused_and_its_process_ended(
    send: Send,
    sounds: Sounds,
    instead: Callable[[str], None],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    instead(f"echo $$ > {tmp_path}/pid; exec sleep 60")
    monkeypatch.setattr(inspection, "SECONDS", 0.5)
    assert "too long" in problem(send(sounds("mp3").read_bytes()), 422)["detail"]
    pid = (tmp_path / "pid").read_text().strip()
    assert subprocess.run(["ps", "-p", pid], capture_output=True, check=False).returncode == 1
