"""The bytes at /audio/<sha256>: all of them or a range, for those who may hear them."""

from __future__ import annotations

import urllib.request
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from playlist_app.people import sessions
from playlist_app.people.models import Role
from tests.cast import Person, problem
from tests.conftest import close, make_app
from tests.library.shelf import set_status, shelve, somebody
from tests.serving import Client, Server
from tests.sounds import Sounds


@pytest.fixture
def data(sounds: Sounds) -> bytes:
    return sounds("mp3").read_bytes()


@pytest.fixture
def track(app: Flask, sounds: Sounds) -> dict[str, Any]:
    """Alice's, published, with these bytes."""
    return shelve(app, "alice", sounds("mp3"))


@pytest.fixture
def url(track: dict[str, Any]) -> str:
    return str(track["audio"]["url"])


def test_the_whole_file(bob: Person, url: str, data: bytes) -> None:
    answer = bob.get(url)
    assert answer.status_code == 200
    assert answer.data == data
    assert answer.mimetype == "audio/mpeg"
    assert answer.headers["Content-Length"] == str(len(data))
    assert answer.headers["Accept-Ranges"] == "bytes"
    assert answer.headers["ETag"] == f'"{url.removeprefix("/audio/")}"'


def test_it_may_be_kept_for_ever_but_by_this_person_alone(bob: Person, url: str) -> None:
    directives = bob.get(url).headers["Cache-Control"].split(", ")
    assert {"private", "immutable", "max-age=31536000"} == set(directives)


def test_a_range_answers_just_these_bytes(bob: Person, url: str, data: bytes) -> None:
    size = len(data)
    for asked, first, last in (
        ("bytes=0-99", 0, 99),
        ("bytes=1000-1999", 1000, 1999),
        ("bytes=-100", size - 100, size - 1),
        ("bytes=500-", 500, size - 1),
        ("bytes=0-0", 0, 0),
        ("bytes=-1", size - 1, size - 1),
        (f"bytes={size - 1}-", size - 1, size - 1),
        ("bytes=0-", 0, size - 1),
        (f"bytes=100-{size * 2}", 100, size - 1),
        (f"bytes=-{size}", 0, size - 1),
        (f"bytes=-{size * 2}", 0, size - 1),  # more than there is: all (RFC 9110, 14.1.2)
        ("bytes=0-99999999999999999999", 0, size - 1),
    ):
        answer = bob.get(url, headers={"Range": asked})
        assert answer.status_code == 206, asked
        assert answer.headers["Content-Range"] == f"bytes {first}-{last}/{size}", asked
        assert answer.data == data[first : last + 1], asked
        assert answer.headers["Content-Length"] == str(last + 1 - first), asked


def test_a_range_beyond_the_end_says_where_the_end_is(bob: Person, url: str, data: bytes) -> None:
    for asked in (f"bytes={len(data)}-", f"bytes={len(data) + 5}-{len(data) + 9}"):
        answer = bob.get(url, headers={"Range": asked})
        assert answer.status_code == 416
        assert answer.headers["Content-Range"] == f"bytes */{len(data)}"
        assert answer.data == b""


def test_several_ranges_or_none_that_makes_sense_answer_everything(
    bob: Person, url: str, data: bytes
) -> None:
    for asked in (
        "bytes=0-9,20-29",
        "bytes=a-b",
        "bytes=5-2",
        "bytes=",
        "bytes",
        "bytes=--5",
        "items=0-5",
        "bytes=0-5;",
        "",
    ):
        answer = bob.get(url, headers={"Range": asked})
        assert (answer.status_code, answer.data) == (200, data), asked


def test_a_range_of_what_one_has_already_begun_goes_on(
    bob: Person, url: str, data: bytes, track: dict[str, Any]
) -> None:
    fresh = {"Range": "bytes=10-19", "If-Range": f'"{track["audio"]["sha256"]}"'}
    assert bob.get(url, headers=fresh).data == data[10:20]
    for other in ('"something else"', "Wed, 21 Oct 2015 07:28:00 GMT"):
        answer = bob.get(url, headers={"Range": "bytes=10-19", "If-Range": other})
        assert (answer.status_code, answer.data) == (200, data), other


def test_who_has_it_already_gets_no_bytes(bob: Person, url: str, track: dict[str, Any]) -> None:
    etag = track["audio"]["sha256"]
    for known in (f'"{etag}"', f'W/"{etag}"', f'"other", "{etag}"', "*"):
        answer = bob.get(url, headers={"If-None-Match": known})
        assert (answer.status_code, answer.data) == (304, b""), known
    assert bob.get(url, headers={"If-None-Match": '"other"'}).status_code == 200


def test_head_tells_the_length_and_sends_nothing(bob: Person, url: str, data: bytes) -> None:
    answer = bob.call("HEAD", url)
    assert (answer.status_code, answer.data) == (200, b"")
    assert answer.headers["Content-Length"] == str(len(data))
    assert answer.headers["Accept-Ranges"] == "bytes"
    part = bob.call("HEAD", url, headers={"Range": "bytes=0-9"})
    assert (part.status_code, part.headers["Content-Length"], part.data) == (206, "10", b"")


def test_who_is_not_logged_in_gets_nothing(nobody: Person, url: str) -> None:
    for method in ("GET", "HEAD"):
        answer = nobody.call(method, url)
        assert answer.status_code == 401
        assert "ETag" not in answer.headers
    problem(nobody.get(url, headers={"Range": "bytes=0-0"}), 401)


def test_a_download_that_is_under_way_goes_no_further_than_the_session(
    app: Flask, bob: Person, url: str
) -> None:
    """Players and devices ask piece by piece, and each piece is asked for anew."""
    assert bob.get(url, headers={"Range": "bytes=0-99"}).status_code == 206
    with app.app_context():
        sessions.revoke_all(bob.id)
    problem(bob.get(url, headers={"Range": "bytes=100-199"}), 401)


def test_no_condition_gets_around_the_door(
    app: Flask, bob: Person, url: str, track: dict[str, Any]
) -> None:
    set_status(app, track, "pending")
    for headers in (
        {"If-None-Match": f'"{track["audio"]["sha256"]}"'},
        {"Range": "bytes=0-0"},
        {"Range": "bytes=99999999-"},
    ):
        problem(bob.get(url, headers=headers), 404)


def test_bytes_that_are_not_here_are_not_found(bob: Person) -> None:
    for path in ("0" * 64, "x", "..", "%2e%2e%2fapp.db", "A" * 64):
        assert bob.get(f"/audio/{path}").status_code == 404


def test_what_waits_for_review_is_heard_by_who_sent_it_and_by_reviewers(
    app: Flask,
    alice: Person,
    bob: Person,
    charlie: Person,
    dora: Person,
    url: str,
    track: dict[str, Any],
) -> None:
    reviewer = somebody(app, "rita", Role.REVIEWER)
    for status in ("pending", "rejected"):
        set_status(app, track, status)
        heard = [person.get(url).status_code for person in (alice, reviewer, dora)]
        assert heard == [200, 200, 200]
        for person in (bob, charlie):
            problem(person.get(url), 404)


def test_a_guest_hears_only_what_is_in_their_playlist(
    app: Flask, alice: Person, url: str, track: dict[str, Any], sounds: Sounds
) -> None:
    guest = somebody(app, "gus", Role.GUEST)
    other = shelve(app, "alice", sounds("flac"), "Not for guests")
    playlist = alice.makes_playlist()
    item = alice.adds(playlist, track)
    problem(guest.get(url), 404)
    alice.invites(playlist, guest, "voter")
    assert guest.get(url).status_code == 200
    problem(guest.get(other["audio"]["url"]), 404)
    assert alice.delete(f"/playlists/{playlist['id']}/items/{item['id']}").status_code == 204
    problem(guest.get(url), 404)


def test_a_file_that_was_lost_is_not_found(
    app: Flask, bob: Person, url: str, track: dict[str, Any]
) -> None:
    sha256 = track["audio"]["sha256"]
    (app.config["JAMBOREE"].media_folder / "audio" / sha256[:2] / sha256).unlink()
    problem(bob.get(url), 404)


def test_under_a_path_prefix_addresses_start_with_it(data_folder: Path, sounds: Sounds) -> None:
    app = make_app(data_folder, public_url="https://home.example/jamboree")
    track = shelve(app, "alice", sounds("mp3"))
    assert track["audio"]["url"].startswith("/jamboree/audio/")
    close(app)


def test_a_real_server_sends_the_same_bytes(
    server: Server, clients: dict[str, Client], sounds: Sounds
) -> None:
    """There the kernel sends them, past Python (sendfile)."""
    app = make_app(server.data)
    path = sounds("wav", seconds=6.0)
    url = server.url + shelve(app, "alice", path)["audio"]["url"]
    close(app)
    data = path.read_bytes()
    for asked, first, stop in (
        (None, 0, len(data)),
        ("bytes=300000-899999", 300_000, 900_000),
        ("bytes=-7", len(data) - 7, len(data)),
    ):
        headers = clients["bob"].headers | ({"Range": asked} if asked else {})
        with urllib.request.urlopen(urllib.request.Request(url, headers=headers)) as answer:
            assert answer.status == (206 if asked else 200)
            assert answer.read() == data[first:stop]
