"""Playlists as files that other programs read, and such files as playlists."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import m3u8
import pytest
import xspf_lib
from flask import Flask
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from tests.cast import Browser, Person, ok, problem
from tests.counting import queries_of
from tests.library.shelf import set_status, shelve
from tests.sounds import Sounds

TITLES = ["Paper Lanterns", "Ein „Lied“ & <mehr>", "A wish", "Čtvrtá; píseň, 100%"]


@pytest.fixture
def playlist(app: Flask, alice: Person, sounds: Sounds) -> dict[str, Any]:
    """Three songs, and a wish without audio between them."""
    made = alice.makes_playlist("Friday: kitchen")
    for number, title in enumerate(TITLES):
        track = (
            alice.makes_track(title, artist="Mira Lund")
            if title == "A wish"
            else shelve(app, "alice", sounds("mp3", pitch=300.0 + number), title)
        )
        alice.adds(made, track)
    return made


def exported(person: Person, playlist: dict[str, Any], kind: str) -> bytes:
    answer = person.get(f"/playlists/{playlist['id']}/export?format={kind}")
    assert answer.status_code == 200
    data: bytes = answer.data
    return data


def hashes(person: Person, playlist: dict[str, Any]) -> list[str | None]:
    return [
        item["track"]["audio"] and item["track"]["audio"]["sha256"]
        for item in ok(person.get(f"/playlists/{playlist['id']}/items"))["items"]
    ]


def imported(
    person: Person, data: bytes, name: str = "list.m3u8", *, key: str | None = None, **fields: str
) -> Any:
    boundary, body = encode_multipart({**fields, "file": FileStorage(io.BytesIO(data), name)})
    return person.post(
        "/playlists/import",
        data=body,
        content_type=f"multipart/form-data; boundary={boundary}",
        headers={"Idempotency-Key": key} if key else {},
    )


# --- taken away, read by others -----------------------------------------------------------------


def test_others_read_the_m3u8(alice: Person, playlist: dict[str, Any]) -> None:
    read = m3u8.loads(exported(alice, playlist, "m3u8").decode())
    assert [(part.title, part.duration) for part in read.segments] == [
        (title, 2.0) for title in TITLES if title != "A wish"
    ]
    assert read.segments[0].uri == "01 Paper Lanterns.mp3"


def test_others_read_the_xspf(alice: Person, playlist: dict[str, Any], tmp_path: Any) -> None:
    file = tmp_path / "list.xspf"
    file.write_bytes(exported(alice, playlist, "xspf"))
    read = xspf_lib.Playlist.parse(file)
    assert (read.title, read.creator) == ("Friday: kitchen", "Alice")
    assert [track.title for track in read.trackList] == TITLES
    wanted = [f"urn:sha256:{hash_}" if hash_ else None for hash_ in hashes(alice, playlist)]
    assert [next(iter(track.identifier or []), None) for track in read.trackList] == wanted


def test_the_jspf_says_the_same(alice: Person, playlist: dict[str, Any]) -> None:
    read = json.loads(exported(alice, playlist, "jspf"))["playlist"]
    assert [track["title"] for track in read["track"]] == TITLES
    assert [track.get("duration") for track in read["track"]] == pytest.approx(
        [2000, 2000, None, 2000], abs=60
    )


def test_what_one_may_not_hear_is_in_no_list(
    app: Flask, alice: Person, bob: Person, playlist: dict[str, Any], sounds: Sounds
) -> None:
    alice.invites(playlist, bob)
    secret = shelve(app, "alice", sounds("mp3", pitch=555.0), "Secret")
    alice.adds(playlist, secret)
    set_status(app, secret, "pending")
    for kind in ("xspf", "jspf", "m3u8"):
        assert b"Secret" not in exported(bob, playlist, kind)
        assert b"Secret" in exported(alice, playlist, kind)


# --- taken in -----------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["m3u8", "xspf", "jspf"])
def test_what_was_taken_away_comes_back_in_its_order(
    alice: Person, bob: Person, charlie: Person, playlist: dict[str, Any], kind: str
) -> None:
    answer = imported(bob, exported(alice, playlist, kind), f"list.{kind}")
    assert answer.status_code == 201
    said = answer.json
    assert (said["playlist"]["title"], said["playlist"]["my_role"]) == ("Friday: kitchen", "owner")
    titles = [title for title in TITLES if kind != "m3u8" or title != "A wish"]
    assert bob.titles(said["playlist"]) == titles
    by = dict.fromkeys(titles, "hash") | ({"A wish": "tags"} if kind != "m3u8" else {})
    assert {entry["title"]: entry["found_by"] for entry in said["entries"]} == by
    assert said["missing"] == 0
    events = ok(bob.get(f"/playlists/{said['playlist']['id']}/events"))["items"]
    assert [event["type"] for event in events] == [
        "playlist.updated",
        *["track.added"] * len(titles),
    ]
    problem(charlie.get(f"/playlists/{said['playlist']['id']}"), 404)


def test_it_can_be_taken_back(alice: Person, playlist: dict[str, Any]) -> None:
    made = imported(alice, exported(alice, playlist, "xspf")).json["playlist"]
    assert alice.post(f"/playlists/{made['id']}/undo", json={}).status_code == 200
    assert alice.titles(made) == []


def test_sent_twice_it_is_one_playlist(alice: Person, playlist: dict[str, Any]) -> None:
    data, key = exported(alice, playlist, "xspf"), str(uuid4())
    first, second = (imported(alice, data, key=key) for _ in range(2))
    assert first.json == second.json
    assert second.headers["Idempotency-Replayed"] == "true"
    names = [one["title"] for one in ok(alice.get("/playlists"))["items"]]
    assert names.count("Friday: kitchen") == 2


@pytest.mark.parametrize(
    ("line", "title"),
    [
        ("#EXTINF:2,Mira Lund - Copper Wire\nx.mp3", "Copper Wire"),
        ("#EXTINF:4,MIRA LUND - Copper Wire\nx.mp3", "Copper Wire"),
        ("#EXTINF:-1,Copper Wire\nx.mp3", "Copper Wire"),
        ("C:\\Music\\03 - Mira Lund - Copper Wire.mp3", "Copper Wire"),
        ("../a%20b/Copper%20Wire.ogg", "Copper Wire"),
        ("#EXTINF:2,Mira Lund - Low - High\nx.mp3", "Low - High"),
    ],
)
def test_songs_are_known_by_what_is_said_of_them(
    app: Flask, alice: Person, sounds: Sounds, line: str, title: str
) -> None:
    for name, pitch in (("Copper Wire", 500.0), ("Low - High", 520.0)):
        shelve(app, "alice", sounds("mp3", pitch=pitch), name, artist="Mira Lund")
    [entry] = imported(alice, f"#EXTM3U\n{line}\n".encode()).json["entries"]
    assert (entry["title"], entry["found_by"]) == (title, "tags")


@pytest.mark.parametrize(
    "line",
    [
        "#EXTINF:2,Somebody Else - Copper Wire\nx.mp3",
        "#EXTINF:240,Mira Lund - Copper Wire\nx.mp3",  # a live version, perhaps
        "#EXTINF:2,Twice\nx.mp3",  # two artists have one of this name
    ],
)
def test_another_song_is_not_taken_for_it(
    app: Flask, alice: Person, sounds: Sounds, line: str
) -> None:
    shelve(app, "alice", sounds("mp3", pitch=500.0), "Copper Wire", artist="Mira Lund")
    for pitch, artist in ((510.0, "One"), (520.0, "Two")):
        shelve(app, "alice", sounds("mp3", pitch=pitch), "Twice", artist=artist)
    said = imported(alice, f"#EXTM3U\n{line}\n".encode()).json
    assert (said["missing"], said["entries"][0]["track_id"]) == (1, None)
    assert said["playlist"]["item_count"] == 0


def test_nobody_finds_by_it_what_they_may_not_see(
    app: Flask, alice: Person, bob: Person, sounds: Sounds
) -> None:
    track = shelve(app, "alice", sounds("mp3"), "Secret")
    set_status(app, track, "pending")
    sha256 = ok(alice.get(f"/tracks/{track['id']}"))["audio"]["sha256"]
    data = f"#EXTM3U\n#EXTINF:2,Secret\n#JAMBOREE-ID:urn:sha256:{sha256}\nx.mp3\n".encode()
    unknown = data.replace(sha256.encode(), b"0" * 64).replace(b"Secret", b"Nobody")
    first, second = (imported(bob, each).json for each in (data, unknown))
    assert first["missing"] == second["missing"] == 1


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "no songs"),
        (b"\0\1\2binary", "no playlist"),
        (b"#EXTM3U\n", "no songs"),
        (b"{}", "no playlist"),
        (b'{"playlist": []}', "no playlist"),
        (b'{"playlist": {"track": [1, null]}}', "no playlist"),
        (b"<playlist><trackList>", "no playlist"),
        (b"<html></html>", "no playlist"),
        (b'<!DOCTYPE x [<!ENTITY a "aaaa">]><playlist>&a;</playlist>', "no playlist"),
        (b"<playlist version='1' xmlns='http://xspf.org/ns/0/'/>", "no songs"),
        (b"x.mp3\n" * 10_001, "at most 10,000"),
        (b"#" * 8_000_001, "at most 8 MB"),
    ],
)
def test_what_is_no_playlist_is_refused_and_makes_none(
    alice: Person, data: bytes, words: str
) -> None:
    said = problem(imported(alice, data, "x"), 422)
    assert words in said["errors"]["file"][0]
    assert ok(alice.get("/playlists"))["items"] == []


def test_guests_and_strangers_make_none(nobody: Person, alice: Person) -> None:
    assert imported(nobody, b"x.mp3").status_code == 401
    assert problem(alice.post("/playlists/import", json={}), 422)


def test_a_long_file_takes_no_more_queries_than_a_short_one(
    app: Flask, alice: Person, sounds: Sounds
) -> None:
    def take(count: int) -> Callable[[], Any]:
        lines = "".join(f"#EXTINF:2,Nobody - Song {n}\n{n}.mp3\n" for n in range(count))
        return lambda: imported(alice, f"#EXTM3U\n{lines}".encode())

    take(1)()
    assert queries_of(app, take(3000)) == queries_of(app, take(3))


# --- the pages ----------------------------------------------------------------------------------


def test_the_page_says_what_is_missing(app: Flask, alice: Person, playlist: dict[str, Any]) -> None:
    data = exported(alice, playlist, "m3u8") + b"#EXTINF:9,Who - <b>What</b>\nx.mp3\n"
    file = FileStorage(io.BytesIO(data), "x.m3u8")
    page = Browser(app, alice).submits("/playlists/import", file=file, title="Mine")
    assert page.status_code == 201
    assert "3 of 4 songs" in page.text
    assert "&lt;b&gt;What&lt;/b&gt;" in page.text
    assert [one["title"] for one in ok(alice.get("/playlists"))["items"]].count("Mine") == 1
