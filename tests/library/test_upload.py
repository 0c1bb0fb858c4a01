"""Uploading: what is read of a file, where its bytes go, and that they go there once."""

from __future__ import annotations

import hashlib
import io
import stat
import struct
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.datastructures import Headers
from werkzeug.test import EnvironBuilder, run_wsgi_app

from playlist_app.database import session
from playlist_app.library.models import CHUNK, AudioFile
from playlist_app.people.models import Role
from tests.cast import API, Person, ok, problem
from tests.library.odd_files import (
    noise_png,
    text_frame,
    with_id3,
    with_id3v1,
    with_picture,
)
from tests.library.shelf import files, somebody, stock
from tests.sounds import Sounds

CODECS = {
    "mp3": "mp3",
    "m4a": "aac",
    "ogg": "vorbis",
    "opus": "opus",
    "flac": "flac",
    "wav": "pcm_s16le",
}


def send(person: Person, data: bytes, name: str = "song.mp3", **fields: Any) -> dict[str, Any]:
    form = {"file": (io.BytesIO(data), name), **fields}
    return ok(person.post("/tracks", data=form, content_type="multipart/form-data"), 201)


@pytest.mark.parametrize("format_", CODECS)
def test_every_format_is_read(alice: Person, sounds: Sounds, format_: str) -> None:
    path = sounds(format_)
    track = alice.uploads(path)
    said = {name: track[name] for name in ("title", "artist", "album", "genre", "year")}
    assert said == {
        "title": "Paper Lanterns",
        "artist": "Mira Lund",
        "album": "Night Market",
        "genre": "Folk",
        "year": 2024,
    }
    assert track["duration_seconds"] == pytest.approx(2.0, abs=0.06)
    assert track["duration_formatted"] == "0:02"
    assert (track["status"], track["owner"]["name"]) == ("published", "Alice")
    assert track["cover_url"]
    assert track["audio"]["format"] == format_
    record = ok(alice.get(f"{API}/audio/by-hash/{track['audio']['sha256']}"))
    assert record["codec"] == CODECS[format_]
    assert record["size_bytes"] == path.stat().st_size
    assert record["bitrate"] == pytest.approx(path.stat().st_size * 8 / 2.0, rel=0.05)
    assert alice.get(track["audio"]["url"]).data == path.read_bytes()


def test_an_upload_is_in_the_library_of_all_members(
    alice: Person, bob: Person, nobody: Person, sounds: Sounds, happened: Any
) -> None:
    track = alice.uploads(sounds("mp3"))
    assert ok(bob.get(f"/tracks/{track['id']}")) == track
    assert ok(bob.get("/tracks"))["items"] == [track]
    problem(nobody.get(f"/tracks/{track['id']}"), 401)
    assert happened() == []  # it stands in no playlist yet


def test_bytes_are_stored_once_by_their_hash_for_nobody_elses_eyes(
    app: Flask, data_folder: Path, alice: Person, sounds: Sounds
) -> None:
    path = sounds("mp3")
    track = alice.uploads(path)
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    assert track["audio"]["sha256"] == sha256
    stored = data_folder / "media" / "audio" / sha256[:2] / sha256
    assert stored.read_bytes() == path.read_bytes()
    assert len(files(app, "covers")) == 2
    for file in (data_folder / "media").rglob("*"):
        assert stat.S_IMODE(file.stat().st_mode) == (0o700 if file.is_dir() else 0o600), file


def test_nothing_is_left_where_files_come_in(
    app: Flask, data_folder: Path, alice: Person, sounds: Sounds
) -> None:
    alice.uploads(sounds("mp3"))
    assert files(app, "incoming") == {}
    assert list((data_folder / "media" / "incoming").iterdir()) == []


def test_each_mebibyte_has_its_own_hash(app: Flask, alice: Person, sounds: Sounds) -> None:
    path = sounds("wav", seconds=13.0)
    data = path.read_bytes()
    assert len(data) > 2 * CHUNK
    track = alice.uploads(path)
    with app.app_context():
        audio = session().scalar(select(AudioFile))
        assert audio
        hashes = audio.chunk_hashes
    pieces = [data[at : at + 1024 * 1024] for at in range(0, len(data), 1024 * 1024)]
    assert hashes == b"".join(hashlib.sha256(piece).digest() for piece in pieces)
    assert track["audio"]["sha256"] == hashlib.sha256(data).hexdigest()


def test_the_same_bytes_again_are_another_track_on_the_same_audio(
    app: Flask, alice: Person, bob: Person, sounds: Sounds
) -> None:
    first = alice.uploads(sounds("mp3"))
    second = bob.uploads(sounds("mp3"), title="Bob's name for it")
    assert first["id"] != second["id"]
    assert first["audio"] == second["audio"]
    assert (second["title"], second["owner"]["name"]) == ("Bob's name for it", "Bob")
    assert stock(app).rows["audio_file"] == 1
    assert len(files(app, "audio")) == 1
    assert files(app, "incoming") == {}
    record = ok(bob.get(f"{API}/audio/by-hash/{first['audio']['sha256']}"))
    assert record["reference_count"] == 2


def test_what_a_person_says_goes_before_the_tags(alice: Person, sounds: Sounds) -> None:
    track = alice.uploads(sounds("mp3"), title="  My   title ", genre="Jazz", year="1959", album="")
    said = [track[name] for name in ("title", "artist", "album", "genre", "year")]
    assert said == ["My title", "Mira Lund", "Night Market", "Jazz", 1959]


def test_without_tags_the_name_of_the_file_is_the_title(alice: Person, sounds: Sounds) -> None:
    path = sounds("mp3", tagged=False)
    assert send(alice, path.read_bytes(), "07_夜の\u3000電車.MP3")["title"] == "07 夜の 電車"


@pytest.mark.parametrize("name", ["song", "-rf.mp3", "🎺\u200d%2e%2e%2f.mp3"])
def test_a_file_may_be_called_as_people_call_files(
    app: Flask, alice: Person, sounds: Sounds, name: str
) -> None:
    send(alice, sounds("mp3").read_bytes(), name)
    assert len(files(app)) == 3


def test_a_guest_adds_nothing(app: Flask, sounds: Sounds) -> None:
    guest = somebody(app, "gus", Role.GUEST)
    before = stock(app)
    problem(guest.sends(sounds("mp3")), 403)
    with sounds("mp3").open("rb") as file:
        form = {"file": (file, "song.mp3")}
        problem(guest.post(f"{API}/audio", data=form, content_type="multipart/form-data"), 403)
    problem(guest.post("/tracks", {"title": "Without audio"}), 403)
    assert stock(app) == before


def test_nobody_adds_nothing(app: Flask, nobody: Person, sounds: Sounds) -> None:
    before = stock(app)
    problem(nobody.sends(sounds("mp3")), 401)
    assert stock(app) == before


# --- tags as they come --------------------------------------------------------------------------


def test_control_characters_in_tags_are_left_out(alice: Person, sounds: Sounds) -> None:
    frames = (
        text_frame(b"TIT2", "Paper\x07\nLan\u202eterns\u2028")
        + text_frame(b"TPE1", "\x1b[31mMira")
        + text_frame(b"TCON", "Folk\x00\x01")
    )
    track = send(alice, with_id3(sounds("mp3").read_bytes(), frames))
    assert track["title"] == "Paper Lan terns"
    assert track["artist"] == "[31mMira"
    assert track["genre"] == "Folk"


def test_tags_that_are_too_long_are_cut(alice: Person, sounds: Sounds) -> None:
    frames = text_frame(b"TIT2", "t" * 5000) + text_frame(b"TCON", "g" * 5000)
    track = send(alice, with_id3(sounds("mp3").read_bytes(), frames))
    assert (track["title"], track["genre"]) == ("t" * 300, "G" + "g" * 59)


@pytest.mark.parametrize("year", ["²²²²", "-300"])
def test_a_year_that_is_none_is_left_out(alice: Person, sounds: Sounds, year: str) -> None:
    track = send(alice, with_id3(sounds("mp3").read_bytes(), text_frame(b"TYER", year)))
    assert track["year"] is None


def test_old_tags_that_are_not_utf_8_are_read_as_they_were_meant(
    alice: Person, sounds: Sounds
) -> None:
    mp3 = with_id3v1(sounds("mp3").read_bytes(), b"Caf\xe9 \x96 Nuit", b"Bj\xf6rk")
    track = send(alice, mp3)
    assert (track["title"], track["artist"]) == ("Café – Nuit", "Björk")


@pytest.mark.parametrize("behind", [b"LYRICSBEGIN and so on" * 50, bytes(5000)])
def test_what_lies_behind_the_end_of_an_mp3_is_passed_over(
    alice: Person, sounds: Sounds, behind: bytes
) -> None:
    track = send(alice, sounds("mp3").read_bytes() + behind)
    assert track["duration_seconds"] == pytest.approx(2.0, abs=0.07)


# --- covers -------------------------------------------------------------------------------------


def test_a_cover_of_ten_megabytes_is_stored_small(
    app: Flask, alice: Person, sounds: Sounds
) -> None:
    picture = noise_png()
    assert len(picture) > 10_000_000
    send(alice, with_picture(sounds("mp3").read_bytes(), picture))
    assert all(size < 600_000 for size in files(app, "covers").values())


# --- memory -------------------------------------------------------------------------------------


SILENCE = 40_000_000  # bytes


def wav_header(size: int) -> bytes:
    """Of CD sound of so many bytes."""
    rate = struct.pack("<IHHIIHH", 16, 1, 2, 44_100, 176_400, 4, 16)
    return (
        struct.pack("<4sI8s", b"RIFF", 36 + size, b"WAVEfmt ")
        + rate
        + struct.pack("<4sI", b"data", size)
    )


class Streamed(io.RawIOBase):
    """A form with four minutes of silence, made while it is read."""

    def __init__(self) -> None:
        head = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.wav"\r\n\r\n'
        tail = b"\r\n--x--\r\n"
        self.parts: list[Any] = [head, wav_header(SILENCE), SILENCE, tail]
        self.size = len(head) + len(wav_header(SILENCE)) + SILENCE + len(tail)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if not self.parts:
            return 0
        part = self.parts.pop(0)
        is_silence = isinstance(part, int)
        whole = part if is_silence else len(part)
        count = min(len(buffer), whole)
        buffer[:count] = bytes(count) if is_silence else part[:count]
        if count < whole:
            self.parts.insert(0, part - count if is_silence else part[count:])
        return count


def test_a_large_file_costs_little_memory(app: Flask, alice: Person) -> None:
    body = Streamed()
    environ = EnvironBuilder(
        "/api/v1/tracks", method="POST", headers=Headers(alice.headers)
    ).get_environ()
    environ |= {
        "CONTENT_TYPE": "multipart/form-data; boundary=x",
        "CONTENT_LENGTH": str(body.size),
        "wsgi.input": io.BufferedReader(body),
    }
    tracemalloc.start()
    answer, status, _ = run_wsgi_app(app, environ, buffered=True)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert status == "201 CREATED", b"".join(answer)
    assert peak < 5_000_000
