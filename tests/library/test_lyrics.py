"""Lyrics: read from LRC, from tags and from files; written by who may; and shown to who hears."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from playlist_app.library.curation.lrc import Line, lines_of, written
from playlist_app.library.curation.lyrics import lyrics_beside
from playlist_app.people.models import Role
from tests.cast import Browser, Person, ok, problem
from tests.library.shelf import set_status, somebody
from tests.sounds import write

LRC = "[ti:Song]\n[00:12.50]The lanterns hang\n[00:15][01:15.5]above the street"
NONE = {"text": "", "synced": False, "lines": []}


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("", []),
        ("one\n\ntwo", [(None, "one"), (None, ""), (None, "two")]),
        ("[00:01.00]one\n[00:03]two", [(1.0, "one"), (3.0, "two")]),
        ("[00:03]two\n[00:01.5]one", [(1.5, "one"), (3.0, "two")]),
        ("[00:01.00][00:05:25]again", [(1.0, "again"), (5.25, "again")]),
        ("[90:00.123]late", [(5400.123, "late")]),
        ("[offset:+500]\n[00:01.00]sooner", [(0.5, "sooner")]),
        ("[offset:-500]\n[00:01.00]later", [(1.5, "later")]),
        ("[offset:5000]\n[00:01.00]never before the start", [(0.0, "never before the start")]),
        ("[ar:Mira]\n[00:01.00]<00:01.00>The <00:01.50>moon", [(1.0, "The moon")]),
        ("[Chorus]\nla la", [(None, "[Chorus]"), (None, "la la")]),
        ("[00:01.00]sung\na note between", [(1.0, "sung")]),
        ("[00:01.00]", [(1.0, "")]),
        ("[xx:01]no time", [(None, "[xx:01]no time")]),
    ],
)
def test_lines_are_read_with_their_times(text: str, lines: list[tuple[Any, str]]) -> None:
    assert lines_of(text) == [Line(*line) for line in lines]


def test_lines_are_written_as_they_are_read() -> None:
    lines = [Line(0.0, "one"), Line(75.25, "two"), Line(6000.5, "three")]
    assert lines_of(written(lines)) == lines
    assert written([Line(1.0, "one"), Line(None, "two")]) == "one\ntwo"


@pytest.mark.parametrize("format_", ["mp3", "m4a", "flac", "opus"])
def test_the_lyrics_in_a_file_come_with_it(alice: Person, tmp_path: Path, format_: str) -> None:
    path = tmp_path / f"sung.{format_}"
    tags = {"title": "Song", "lyrics": LRC}
    write(path, format_, seconds=1.0, pitch=330.0, tags=tags)
    track = alice.uploads(path)
    lyrics = ok(alice.get(f"/tracks/{track['id']}/lyrics"))
    assert lyrics["synced"]
    assert [line["at"] for line in lyrics["lines"]] == [12.5, 15.0, 75.5]


def test_lyrics_are_written_replaced_and_taken_away(
    app: Flask, alice: Person, bob: Person, happened: Any
) -> None:
    path = f"/tracks/{alice.makes_track('Song')['id']}/lyrics"
    assert ok(bob.get(path)) == NONE
    plain = ok(alice.call("PUT", path, json={"text": "\ufeffone\r\ntwo \r\n\r\n"}))
    assert plain == {
        "text": "one\ntwo",
        "synced": False,
        "lines": [{"at": None, "text": "one"}, {"at": None, "text": "two"}],
    }
    assert ok(bob.get(path)) == plain
    lines = [{"at": 1.5, "text": "one"}, {"at": 62.25, "text": "two"}]
    synced = ok(alice.call("PUT", path, json={"lines": lines}))
    assert synced == {
        "text": "[00:01.50]one\n[01:02.25]two",
        "synced": True,
        "lines": lines,
    }
    rita = somebody(app, "rita", Role.REVIEWER)
    assert ok(rita.call("PUT", path, json=synced)) == synced  # what was answered can be sent back
    assert ok(alice.call("PUT", path, json={"text": " \n"})) == NONE
    assert happened() == []


def test_only_who_may_edit_the_track_writes_its_lyrics(
    app: Flask, alice: Person, bob: Person, nobody: Person
) -> None:
    track = alice.makes_track("Song")
    path = f"/tracks/{track['id']}/lyrics"
    text = ok(alice.call("PUT", path, json={"text": "hers"}))
    problem(bob.call("PUT", path, json={"text": "his"}), 403)
    problem(nobody.call("PUT", path, json={"text": "x"}), 401)
    problem(nobody.get(path), 401)
    assert ok(alice.get(path)) == text
    set_status(app, track, "pending")
    missing = f"/tracks/{uuid.uuid4()}/lyrics"
    assert problem(bob.get(path), 404) == problem(bob.get(missing), 404)
    hidden = problem(bob.call("PUT", path, json={"text": "x"}), 404)
    assert hidden == problem(bob.call("PUT", missing, json={"text": "x"}), 404)


def test_lyrics_that_cannot_be_change_nothing(alice: Person) -> None:
    path = f"/tracks/{alice.makes_track('Song')['id']}/lyrics"
    for body, field in (
        ({}, "text"),
        ({"text": 5}, "text"),
        ({"text": "x" * 100_001}, "text"),
        ({"lines": [{"at": -1, "text": "x"}]}, "lines"),
        ({"lines": [{"at": 1}]}, "lines"),
        ({"lines": [{"text": "x"}] * 5001}, "lines"),
    ):
        assert field in problem(alice.call("PUT", path, json=body), 422)["errors"], str(body)[:50]
    assert ok(alice.get(path)) == NONE


def test_lyrics_go_with_their_track(app: Flask, alice: Person) -> None:
    track = alice.makes_track("Song")
    ok(alice.call("PUT", f"/tracks/{track['id']}/lyrics", json={"text": "x"}))
    assert alice.delete(f"/tracks/{track['id']}").status_code == 204
    problem(alice.get(f"/tracks/{track['id']}/lyrics"), 404)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_a_file_beside_the_music_is_read(tmp_path: Path, encoding: str) -> None:
    song = tmp_path / "song.mp3"
    assert lyrics_beside(song) == ""
    (tmp_path / "song.lrc").write_bytes("[00:01.00]Träume\r\n".encode(encoding))
    assert lyrics_beside(song) == "[00:01.00]Träume"


def test_a_link_or_a_large_file_beside_the_music_is_left_alone(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("secret")
    (tmp_path / "one.lrc").symlink_to(secret)
    (tmp_path / "two.lrc").write_bytes(b"x" * 500_000)
    (tmp_path / "three.lrc").mkdir()
    for name in ("one", "two", "three"):
        assert lyrics_beside(tmp_path / f"{name}.mp3") == ""


def test_lyrics_are_shown_and_written_on_the_page_of_a_track(app: Flask, alice: Person) -> None:
    path = f"/library/{alice.makes_track('Song')['id']}"
    browser = Browser(app, alice)
    assert "Add lyrics" in browser.opens(path).get_data(as_text=True)
    browser.submits(f"{path}/lyrics", seen_at=path, text="[00:01.00]<b>one\n[00:02.00]")
    page = browser.opens(path).get_data(as_text=True)
    assert '<li data-at="1.0"><button type="button">&lt;b&gt;one</button></li>' in page
    assert "Music without words" in page


def test_a_copy_on_a_device_has_the_lyrics_and_hears_of_new_ones(
    alice: Person, charlie: Person, happened: Any
) -> None:
    playlist = alice.makes_playlist()
    track = alice.makes_track("Song")
    alice.adds(playlist, track)
    alice.adds(playlist, alice.makes_track("Instrumental"))
    lyrics = ok(alice.call("PUT", f"/tracks/{track['id']}/lyrics", json={"text": LRC}))
    manifest = ok(alice.get(f"/playlists/{playlist['id']}/offline"))
    assert manifest["lyrics"] == {track["id"]: lyrics}
    assert happened(playlist["id"])[-1] == ("track.updated", {"track": track})
    problem(charlie.get(f"/playlists/{playlist['id']}/offline"), 404)
