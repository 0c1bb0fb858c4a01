"""The formats that are taken, known by their first bytes."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

from playlist_app.library.formats import (
    FORMATS,
    plays_everywhere,
    plays_hardly_anywhere,
    sniffed_in,
    type_of,
)
from tests.cast import API, Person, ok
from tests.library.odd_files import text_frame, with_id3
from tests.sounds import Sounds

TAKEN = {
    "mp3": ("mp3", "mp3"),
    "m4a": ("m4a", "aac"),
    "ogg": ("ogg", "vorbis"),
    "opus": ("opus", "opus"),
    "flac": ("flac", "flac"),
    "wav": ("wav", "pcm_s16le"),
    "alac": ("m4a", "alac"),
    "aiff": ("aiff", "pcm_s16be"),
    "aifc": ("aiff", "pcm_s16le"),
    "wma": ("wma", "wmav2"),
    "webm": ("webm", "opus"),
    "mka": ("mka", "flac"),
    "aac": ("aac", "aac"),
    "mp2": ("mp2", "mp2"),
    "wv": ("wavpack", "wavpack"),
}


@pytest.mark.parametrize("format_", TAKEN)
def test_every_format_is_taken_for_what_it_is(alice: Person, sounds: Sounds, format_: str) -> None:
    track = alice.uploads(sounds(format_, seconds=3.0))
    record = ok(alice.get(f"{API}/audio/by-hash/{track['audio']['sha256']}"))
    assert (record["format"], record["codec"]) == TAKEN[format_]
    assert record["duration_seconds"] == pytest.approx(3.0, abs=0.05)
    served = alice.get(track["audio"]["url"])
    assert served.mimetype == FORMATS[record["format"]].mimetype


def test_a_name_says_nothing_about_the_format(
    alice: Person, sounds: Sounds, tmp_path: Path
) -> None:
    path = shutil.copyfile(sounds("aiff"), tmp_path / "song.mp3")
    assert alice.uploads(path)["audio"]["format"] == "aiff"


@pytest.mark.parametrize("format_", ["aac", "flac", "mp3"])
def test_a_tag_in_front_hides_no_format(sounds: Sounds, tmp_path: Path, format_: str) -> None:
    path = tmp_path / "song"
    path.write_bytes(with_id3(sounds(format_).read_bytes(), text_frame(b"TIT2", "Behind")))
    found = sniffed_in(path)
    assert found and found.name == format_


@pytest.mark.parametrize("format_", ["aac", "flac"])
def test_a_tag_in_front_is_no_reason_to_refuse(
    alice: Person, sounds: Sounds, tmp_path: Path, format_: str
) -> None:
    path = tmp_path / f"song.{format_}"
    path.write_bytes(with_id3(sounds(format_).read_bytes(), text_frame(b"TIT2", "Behind")))
    assert alice.uploads(path)["audio"]["format"] == format_


def test_a_recording_that_does_not_say_how_long_it_is_is_known_as_one(
    alice: Person, sounds: Sounds, tmp_path: Path
) -> None:
    """As MediaRecorder writes WebM: browsers can't seek in it, so it is no WebM to them."""
    data = bytearray(sounds("webm").read_bytes())
    at = data.index(b"\x44\x89\x88")  # the element Duration becomes one that means nothing
    data[at : at + 11] = b"\xec\x89" + bytes(9)
    path = tmp_path / "recorded.webm"
    path.write_bytes(data)
    track = alice.uploads(path)
    assert track["audio"]["format"] == "mka"
    assert track["duration_seconds"] == pytest.approx(2.0, abs=0.05)


@pytest.mark.parametrize(
    ("of", "everywhere", "hardly", "asks"),
    [
        (("mp3", "mp3"), True, False, "audio/mpeg"),
        (("m4a", "aac"), True, False, 'audio/mp4; codecs="mp4a.40.2"'),
        (("wav", "pcm_s16le"), True, False, "audio/wav"),
        (("wav", "adpcm_ms"), False, True, None),
        (("m4a", "alac"), False, True, 'audio/mp4; codecs="alac"'),
        (("opus", "opus"), False, False, 'audio/ogg; codecs="opus"'),
        (("webm", "opus"), False, False, 'audio/webm; codecs="opus"'),
        (("wma", "wmav2"), False, True, None),
        (("aac", "aac"), False, True, None),
        (("mp3", ""), True, False, "audio/mpeg"),
    ],
)
def test_who_plays_what(of: tuple[str, str], everywhere: bool, hardly: bool, asks: Any) -> None:
    assert plays_everywhere(*of) is everywhere
    assert plays_hardly_anywhere(*of) is hardly
    assert type_of(*of) == asks
