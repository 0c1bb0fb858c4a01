"""A playlist taken away: a zip of its songs in order, or their list."""

from __future__ import annotations

import io
import threading
import zipfile
from functools import partial
from typing import Any

import pytest
from flask import Flask

from playlist_app.playlists import export
from tests.cast import Person, ok, problem
from tests.counting import queries_of
from tests.library.shelf import files, set_status, shelve
from tests.sounds import Sounds


@pytest.fixture
def playlist(app: Flask, alice: Person, sounds: Sounds) -> dict[str, Any]:
    """Three songs, and a wish without audio between them."""
    playlist = alice.makes_playlist("Friday: kitchen")
    alice.adds(playlist, shelve(app, "alice", sounds("mp3"), "One"))
    alice.adds(playlist, alice.makes_track("A wish"))
    alice.adds(playlist, shelve(app, "alice", sounds("flac"), "Two / Deux"))
    alice.adds(playlist, shelve(app, "alice", sounds("wav"), "Drei"))
    return playlist


NAMES = ["01 One.mp3", "03 Two _ Deux.flac", "04 Drei.wav"]


def taken(person: Person, playlist: dict[str, Any], kind: str = "zip") -> Any:
    return person.get(f"/playlists/{playlist['id']}/export?format={kind}")


def test_a_zip_holds_the_songs_in_their_order_and_their_list(
    alice: Person, playlist: dict[str, Any], sounds: Sounds
) -> None:
    answer = taken(alice, playlist)
    assert (answer.status_code, answer.mimetype) == (200, "application/zip")
    assert 'filename="Friday_ kitchen.zip"' in answer.headers["Content-Disposition"]
    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == [*NAMES, "Friday_ kitchen.m3u8", "Friday_ kitchen.xspf"]
        assert archive.read("04 Drei.wav") == sounds("wav").read_bytes()
        assert archive.read("01 One.mp3").startswith(b"ID3")
        assert archive.read("Friday_ kitchen.m3u8").decode() == taken(
            alice, playlist, "m3u8"
        ).get_data(as_text=True)


def test_a_list_names_the_files_that_lie_beside_it(alice: Person, playlist: dict[str, Any]) -> None:
    answer = taken(alice, playlist, "m3u8")
    assert answer.mimetype == "audio/mpegurl"
    lines = answer.get_data(as_text=True).splitlines()
    assert [line for line in lines if not line.startswith("#JAMBOREE-ID:urn:sha256:")] == [
        "#EXTM3U",
        "#PLAYLIST:Friday: kitchen",
        "#EXTINF:2,One",
        NAMES[0],
        "#EXTINF:2,Two / Deux",
        NAMES[1],
        "#EXTINF:2,Drei",
        NAMES[2],
    ]


def test_what_one_may_not_hear_is_left_out(
    app: Flask, alice: Person, bob: Person, playlist: dict[str, Any], sounds: Sounds
) -> None:
    alice.invites(playlist, bob)
    secret = shelve(app, "alice", sounds("mp3", pitch=555.0), "Secret")
    alice.adds(playlist, secret)
    set_status(app, secret, "pending")
    assert "Secret" not in taken(bob, playlist, "m3u8").get_data(as_text=True)
    assert "Secret" in taken(alice, playlist, "m3u8").get_data(as_text=True)


def test_an_outsider_gets_nothing(
    charlie: Person, nobody: Person, playlist: dict[str, Any]
) -> None:
    unknown = problem(charlie.get("/playlists/none/export"), 404)
    assert problem(taken(charlie, playlist), 404) == unknown
    assert taken(nobody, playlist).status_code == 401


def test_a_list_without_audio_has_nothing_to_take(alice: Person) -> None:
    playlist = alice.makes_playlist()
    alice.adds(playlist, alice.makes_track("A wish"))
    assert "no audio" in problem(taken(alice, playlist), 404)["detail"]


def test_another_kind_is_refused(alice: Person, playlist: dict[str, Any]) -> None:
    assert "format" in problem(taken(alice, playlist, "exe"), 422)["errors"]


def test_it_is_made_while_it_is_sent_and_leaves_nothing(
    app: Flask, alice: Person, playlist: dict[str, Any]
) -> None:
    before = files(app)
    cache = app.config["JAMBOREE"].cache_folder
    client = app.test_client()
    path = f"/api/v1/playlists/{playlist['id']}/export"
    answer = client.get(path, headers=alice.headers)  # not read to its end
    pieces = answer.iter_encoded()
    first = next(pieces)
    assert len(first) < 100_000
    assert not list(cache.rglob("*.zip"))
    answer.close()
    assert files(app) == before
    assert list((cache / "exports").glob("*")) == []


def test_only_so_many_are_sent_at_a_time_and_who_hangs_up_makes_room(
    app: Flask, alice: Person, playlist: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export, "_running", threading.BoundedSemaphore(1))
    path = f"/api/v1/playlists/{playlist['id']}/export"
    first = app.test_client().get(path, headers=alice.headers)
    next(first.iter_encoded())
    assert problem(taken(alice, playlist), 503)["title"] == "One moment"
    first.close()
    assert taken(alice, playlist).status_code == 200
    assert taken(alice, playlist).status_code == 200


@pytest.mark.parametrize("how", ["logged out", "removed"])
def test_who_loses_what_let_them_in_gets_no_further_song(
    app: Flask, alice: Person, bob: Person, playlist: dict[str, Any], how: str
) -> None:
    alice.invites(playlist, bob)
    answer = app.test_client().get(
        f"/api/v1/playlists/{playlist['id']}/export", headers=bob.headers
    )
    pieces = answer.iter_encoded()
    begun = next(pieces)

    if how == "logged out":
        ok(bob.post("/users/logout"), 204)
    else:
        ok(alice.delete(f"/playlists/{playlist['id']}/members/{bob.id}"), 204)

    with pytest.raises(ConnectionResetError):  # gunicorn hangs up
        for piece in pieces:
            begun += piece
    answer.close()
    assert b"01 One.mp3" in begun
    assert b"Drei.wav" not in begun
    assert taken(alice, playlist).status_code == 200  # and its place is free again


def test_a_file_that_goes_away_meanwhile_does_not_break_the_rest(
    app: Flask, alice: Person, playlist: dict[str, Any], sounds: Sounds
) -> None:
    answer = app.test_client().get(
        f"/api/v1/playlists/{playlist['id']}/export", headers=alice.headers
    )
    pieces = answer.iter_encoded()
    data = next(pieces)
    media = app.config["JAMBOREE"].media_folder
    size = sounds("wav").stat().st_size
    for name, length in files(app, "audio").items():
        if length == size:
            (media / name).unlink()
    data += b"".join(pieces)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        assert archive.namelist()[:2] == NAMES[:2]


def test_the_number_of_queries_does_not_grow_with_the_songs(
    app: Flask, alice: Person, sounds: Sounds
) -> None:
    counts = []
    for many in (2, 12):
        playlist = alice.makes_playlist(f"{many}")
        for number in range(many):
            track = (
                shelve(app, "alice", sounds("mp3", pitch=300.0 + number), f"{many} {number}")
                if many == 2
                else alice.makes_track(f"{many} {number}")
            )
            alice.adds(playlist, track)
        counts.append(queries_of(app, partial(taken, alice, playlist, "m3u8")))
    assert counts[1] <= counts[0]
