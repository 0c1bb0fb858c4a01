"""The hash of the sound alone: the same for the same music under other tags, and only then."""

from __future__ import annotations

import shutil
from pathlib import Path

import av
import pytest
from flask import Flask
from sqlalchemy import select

from playlist_app.database import session
from playlist_app.library.formats import FORMATS
from playlist_app.library.models import AudioFile
from playlist_app.library.sound import sound_sha256
from tests.cast import Person
from tests.library.odd_files import text_frame, with_id3, with_id3v1, with_picture, without_id3
from tests.sounds import Sounds, picture


def sound_of(path: Path, format_: str | None = None) -> str:
    return sound_sha256(path, FORMATS[format_ or path.suffix.lstrip(".")].demuxer)


def retagged(source: Path, target: Path, **tags: str) -> Path:
    """The same packets in a new file with other tags, as a tagging program would write it."""
    with (
        av.open(str(source)) as old,
        av.open(str(target), "w", format=old.format.name.split(",")[0]) as new,
    ):
        stream = new.add_stream_from_template(old.streams.audio[0])
        (stream if "ogg" in old.format.name else new).metadata.update(tags)
        for packet in old.demux(old.streams.audio[0]):
            if packet.size:
                packet.stream = stream
                new.mux(packet)
    return target


def test_an_mp3_under_any_tags_is_one_sound(sounds: Sounds, tmp_path: Path) -> None:
    data = sounds("mp3").read_bytes()
    bare = without_id3(data)
    title = text_frame(b"TIT2", "Another name entirely")
    versions = {
        "as it was": data,
        "bare": bare,
        "another title": with_id3(data, title),
        "with a picture": with_picture(data, picture(kind="PNG")),
        "tags of 1996": with_id3v1(data, b"Another", b"Name"),
        "padded": with_id3(data, title + bytes(5000)),
        "zeros behind it": bare + bytes(4096),
        "ape tags": bare + b"APETAGEX\xd0\x07\x00\x00" + b"Title\x00Another" * 20,
        "both ends": with_id3(with_id3v1(data, b"Another", b"Name"), title),
    }
    found = {}
    for name, content in versions.items():
        path = tmp_path / f"{name}.mp3"
        path.write_bytes(content)
        found[name] = sound_of(path)
    assert set(found.values()) == {sound_of(sounds("mp3"))}, found


@pytest.mark.parametrize("format_", ["m4a", "ogg", "opus", "flac", "wav"])
def test_other_tags_are_no_other_sound(sounds: Sounds, tmp_path: Path, format_: str) -> None:
    one = sounds(format_)
    other = retagged(one, tmp_path / f"other.{format_}", title="Another name", comment="x" * 3000)
    assert one.read_bytes() != other.read_bytes()
    assert sound_of(one) == sound_of(other)


@pytest.mark.parametrize("format_", ["mp3", "m4a", "ogg", "opus", "flac", "wav"])
def test_other_music_is_another_sound(sounds: Sounds, format_: str) -> None:
    assert sound_of(sounds(format_)) != sound_of(sounds(format_, pitch=441.0))


def test_one_byte_of_music_less_is_another_sound(sounds: Sounds, tmp_path: Path) -> None:
    data = bytearray(sounds("mp3", tagged=False).read_bytes())
    data[len(data) // 2] ^= 1
    (tmp_path / "one bit.mp3").write_bytes(data)
    assert sound_of(tmp_path / "one bit.mp3") != sound_of(sounds("mp3", tagged=False))


@pytest.mark.parametrize("format_", ["mp3", "m4a", "flac"])
def test_a_picture_is_no_other_sound(sounds: Sounds, format_: str) -> None:
    assert sound_of(sounds(format_)) == sound_of(sounds(format_, cover=picture(kind="JPEG")))


@pytest.mark.parametrize("format_", ["mp3", "m4a", "ogg", "opus", "flac", "wav"])
def test_an_upload_knows_its_sound(
    app: Flask, alice: Person, sounds: Sounds, tmp_path: Path, format_: str
) -> None:
    path = tmp_path / f"song.{format_}"
    cover = picture() if format_ in ("mp3", "m4a", "flac") else None
    shutil.copyfile(sounds(format_, cover=cover), path)
    alice.uploads(path)
    with app.app_context():
        assert session().scalars(select(AudioFile.sound_sha256)).all() == [sound_of(path)]
