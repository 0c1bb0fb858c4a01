"""Covers for tracks that came without one, as a scan takes them in."""

from __future__ import annotations

import io
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import update

from playlist_app.database import write
from playlist_app.library.covering import cover_some
from playlist_app.library.models import AudioFile
from tests.cast import Person, ok
from tests.library.shelf import shelve
from tests.library.test_analysis import analyse
from tests.sounds import Sounds, picture

TEAL, RED = (0, 140, 160), (200, 30, 30)


def cover(app: Flask) -> None:
    with app.app_context():
        while cover_some():
            pass


def in_place(app: Flask, track: dict[str, Any], path: Path) -> None:
    """As if a scan had found it there."""
    with app.app_context(), write() as tx:
        about = path.stat()
        tx.execute(
            update(AudioFile)
            .where(AudioFile.sha256 == track["audio"]["sha256"])
            .values(path=bytes(path.resolve()), path_mtime_ns=about.st_mtime_ns)
        )


def colour_of(person: Person, track: dict[str, Any]) -> tuple[int, ...]:
    url = ok(person.get(f"/tracks/{track['id']}"))["cover_url"]
    assert url
    small = person.get(url.replace("/large.", "/small.")).data
    assert Image.open(io.BytesIO(small)).size == (160, 160)
    image = Image.open(io.BytesIO(person.get(url).data))
    assert image.size == (640, 640)
    found = image.convert("RGB").getpixel((300, 300))
    assert isinstance(found, tuple)
    return found


def is_about(colour: tuple[int, ...], expected: tuple[int, ...]) -> bool:
    return all(abs(one - other) < 12 for one, other in zip(colour, expected, strict=True))


def test_the_picture_in_the_file_comes_first(
    app: Flask, alice: Person, sounds: Sounds, tmp_path: Path, happened: Any
) -> None:
    path = shutil.copyfile(sounds("mp3", cover=picture(TEAL)), tmp_path / "song.mp3")
    (tmp_path / "cover.jpg").write_bytes(picture(RED))
    track = shelve(app, "alice", path)
    in_place(app, track, path)
    playlist = alice.makes_playlist()
    alice.adds(playlist, track)
    analyse(app)
    cover(app)
    assert is_about(colour_of(alice, track), TEAL)
    kind, payload = happened(playlist["id"])[-1]
    assert kind == "track.updated"
    assert payload["track"]["cover_url"]


def test_then_the_one_that_lies_beside_it(
    app: Flask, alice: Person, sounds: Sounds, tmp_path: Path
) -> None:
    path = shutil.copyfile(sounds("mp3"), tmp_path / "song.mp3")
    (tmp_path / "Folder.PNG").write_bytes(picture(RED, kind="PNG"))
    track = shelve(app, "alice", path)
    in_place(app, track, path)
    analyse(app)
    cover(app)
    assert is_about(colour_of(alice, track), RED)


def test_else_one_is_drawn_and_each_song_has_its_own(
    app: Flask, alice: Person, sounds: Sounds
) -> None:
    one = shelve(app, "alice", sounds("flac"), "One")
    two = shelve(app, "alice", sounds("flac", pitch=500.0), "Two")
    cover(app)
    assert ok(alice.get(f"/tracks/{one['id']}"))["cover_url"] is None  # not analysed yet
    analyse(app)
    cover(app)
    urls = {ok(alice.get(f"/tracks/{track['id']}"))["cover_url"] for track in (one, two)}
    assert None not in urls
    assert len(urls) == 2


def test_a_picture_that_ends_the_process_is_replaced_by_a_drawn_one(
    app: Flask, alice: Person, sounds: Sounds, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    track = shelve(app, "alice", sounds("mp3", cover=picture(TEAL)))
    analyse(app)
    (tmp_path / "evil.py").write_text(
        "import os, runpy, sys\n"
        "def questions(file):\n"
        "    for line in file:\n"
        '        if \'"path": ""\' not in line: os.kill(os.getpid(), 9)\n'
        "        yield line\n"
        "sys.argv, sys.stdin = sys.argv[1:], questions(sys.stdin)\n"
        "runpy.run_path(sys.argv[0], run_name='__main__')\n"
    )
    real = sys.executable
    (tmp_path / "python").write_text(f'#!/bin/sh\nexec {real} -I {tmp_path}/evil.py "$2" "$3"\n')
    (tmp_path / "python").chmod(0o700)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    cover(app)
    assert not is_about(colour_of(alice, track), TEAL)
    assert not list((app.config["JAMBOREE"].cache_folder / "covers-in-the-making").glob("*"))
