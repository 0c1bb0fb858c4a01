"""A track taken away as a file: what is in it is what the library says now."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any
from urllib.parse import quote

import av
import pytest
from flask import Flask
from PIL import Image
from tinytag import TinyTag

from playlist_app.library.export import file_name
from playlist_app.library.formats import FORMATS
from playlist_app.library.sound import sound_sha256
from tests.cast import Browser, Person, ok, problem
from tests.library.odd_files import with_id3v1
from tests.library.shelf import files, set_status, shelve
from tests.sounds import Sounds, picture

SAID = {
    "title": "Another name: «naïve» 雨",
    "artist": "Mira Lund",
    "album": "Night Market",
    "genre": "Folk",
    "year": 2021,
}
LYRICS = "First line\nSecond line – ünï"


@pytest.fixture
def alices(app: Flask, alice: Person) -> Browser:
    return Browser(app, alice)


def described(alice: Person, track: dict[str, Any]) -> dict[str, Any]:
    ok(alice.patch(f"/tracks/{track['id']}", SAID))
    ok(alice.call("PUT", f"/tracks/{track['id']}/lyrics", json={"text": LYRICS}))
    return ok(alice.get(f"/tracks/{track['id']}"))


def download(browser: Browser, track: dict[str, Any]) -> Any:
    return browser.opens(f"/library/{track['id']}/download", buffered=True)


@pytest.mark.parametrize("format_", ["mp3", "m4a", "flac", "ogg", "opus", "alac", "mp2"])
def test_a_file_holds_what_the_library_says_now(
    app: Flask, alice: Person, alices: Browser, sounds: Sounds, tmp_path: Path, format_: str
) -> None:
    source = sounds(format_, cover=picture() if format_ == "mp3" else None)
    track = described(alice, alice.uploads(source))
    answer = download(alices, track)
    assert answer.status_code == 200
    path = tmp_path / f"taken{source.suffix}"
    path.write_bytes(answer.data)
    assert answer.content_length == len(answer.data)

    tag = TinyTag.get(path, image=True)
    assert (tag.title, tag.artist, tag.album, tag.genre, str(tag.year)[:4]) == (
        SAID["title"],
        SAID["artist"],
        SAID["album"],
        SAID["genre"],
        "2021",
    )
    if format_ != "mp2":
        assert tag.duration == pytest.approx(2.0, abs=0.06)
    lyrics = [text for name, texts in tag.other.items() if "lyrics" in name for text in texts]
    assert lyrics == [LYRICS]
    image = tag.images.any
    assert image
    assert Image.open(io.BytesIO(image.data)).size == (640, 640)
    # What sounds is what it was.
    demuxer = FORMATS[track["audio"]["format"]].demuxer
    assert sound_sha256(path, demuxer) == sound_sha256(source, demuxer)
    with av.open(str(path), format=demuxer) as container:
        assert sum(frame.samples for frame in container.decode(audio=0)) > 80_000
    assert list((app.config["JAMBOREE"].cache_folder / "exports").glob("*")) == []


@pytest.mark.parametrize("format_", ["wav", "aiff", "wma", "webm"])
def test_what_has_no_place_for_tags_is_given_as_it_is(
    app: Flask, alices: Browser, sounds: Sounds, format_: str
) -> None:
    path = sounds(format_)
    assert download(alices, shelve(app, "alice", path)).data == path.read_bytes()


def test_a_file_is_called_as_its_track_is(alice: Person, alices: Browser, sounds: Sounds) -> None:
    track = described(alice, alice.uploads(sounds("mp3")))
    header = download(alices, track).headers["Content-Disposition"]
    name = "Mira Lund - Another name_ «naïve» 雨.mp3"
    assert header.endswith(f"filename*=UTF-8''{quote(name, safe='')}".replace("%2D", "-"))
    assert 'attachment; filename="Mira Lund - Another name_ naive' in header


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("AC/DC: Live?", "AC_DC_ Live_"),
        ("../../etc/passwd", "_.._etc_passwd"),
        ("line\nbreak\x00\u202e", "line break"),
        ("...", "Untitled"),
        ("x" * 300, "x" * 120),
        ("  spaced   out  ", "spaced out"),
    ],
)
def test_a_name_of_a_file_is_one_everywhere(text: str, name: str) -> None:
    assert file_name(text) == name


def test_old_tags_are_gone(alice: Person, alices: Browser, sounds: Sounds, tmp_path: Path) -> None:
    path = tmp_path / "old.mp3"
    path.write_bytes(with_id3v1(sounds("mp3").read_bytes(), b"Before", b"Nobody"))
    track = described(alice, alice.uploads(path))
    data = download(alices, track).data
    assert b"Before" not in data
    assert data[-128:-125] != b"TAG"


def test_who_may_not_hear_it_can_not_take_it_away(
    app: Flask, charlie: Person, nobody: Person, sounds: Sounds
) -> None:
    track = shelve(app, "alice", sounds("mp3"))
    set_status(app, track, "pending")
    hidden = download(Browser(app, charlie), track)
    unknown = download(Browser(app, charlie), {"id": "none"})
    for answer in (hidden, unknown):
        assert answer.status_code == 404
        assert b"isn&#39;t here, or isn&#39;t shared with you" in answer.data
    assert download(Browser(app), track).status_code in (302, 401)


def test_a_track_without_audio_or_with_lost_audio_says_so(
    app: Flask, alice: Person, alices: Browser, sounds: Sounds
) -> None:
    wish = alice.makes_track("A wish")
    assert b"no audio to take away" in download(alices, wish).data
    lost = shelve(app, "alice", sounds("flac"))
    media = app.config["JAMBOREE"].media_folder
    for name in files(app, "audio"):
        (media / name).unlink()
    assert download(alices, lost).status_code == 404


def test_what_is_asked_for_but_not_read_leaves_nothing(
    app: Flask, alice: Person, sounds: Sounds
) -> None:
    track = shelve(app, "alice", sounds("flac"))
    answer = alice.page(f"/library/{track['id']}/download", "HEAD")
    assert answer.status_code == 200
    assert answer.data == b""
    assert list((app.config["JAMBOREE"].cache_folder / "exports").glob("*")) == []


def test_a_file_that_can_not_be_written_anew_is_given_as_it_is(
    app: Flask, alices: Browser, sounds: Sounds, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    import sys

    track = shelve(app, "alice", sounds("flac"))
    (tmp_path / "python").write_text("#!/bin/sh\necho ready\nread line\nkill -9 $$\n")
    (tmp_path / "python").chmod(0o700)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    assert download(alices, track).data == sounds("flac").read_bytes()


def test_the_page_of_a_track_offers_it(
    app: Flask, alice: Person, alices: Browser, sounds: Sounds
) -> None:
    track = shelve(app, "alice", sounds("mp3"))
    page = alices.opens(f"/library/{track['id']}").get_data(as_text=True)
    assert f'href="/library/{track["id"]}/download"' in page
    wish = alice.makes_track("A wish")
    assert f"{wish['id']}/download" not in alices.opens(f"/library/{wish['id']}").get_data(
        as_text=True
    )
    assert problem(alice.get("/tracks/none"), 404)
