"""Importing files that lie at an address: each way it can go, and what is left after it."""

from __future__ import annotations

import hashlib
import io
import struct
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest
from flask import Flask
from PIL import Image

from tests.cast import API, Person, ok
from tests.imports import web as ways
from tests.imports.web import Web
from tests.library.odd_files import bomb_png, with_picture
from tests.library.shelf import files, stock
from tests.sounds import Sounds

Work = Callable[..., int]


def imports(person: Person, url: str, **fields: Any) -> str:
    return str(ok(person.post("/imports", {"url": url, **fields}), 201)["id"])


def seen(person: Person, import_id: str) -> dict[str, Any]:
    return ok(person.get(f"/imports/{import_id}"))


@pytest.fixture
def song(sounds: Sounds) -> bytes:
    return sounds("mp3", seconds=8.0).read_bytes()


def test_a_file_becomes_a_track(
    app: Flask,
    alice: Person,
    charlie: Person,
    web: Web,
    song: bytes,
    work: Work,
    left: Callable[[], list[str]],
    happened: Any,
) -> None:
    playlist = alice.makes_playlist()
    since = len(happened())
    id_ = imports(alice, web.put("/a/one.mp3", song), playlist_id=playlist["id"])
    assert work() == 1
    row = seen(alice, id_)
    assert (row["status"], row["progress"], row["error"]) == ("completed", 1.0, None)
    assert row["bytes_done"] == row["bytes_total"] == len(song)
    track = ok(alice.get(f"/tracks/{row['track_id']}"))
    assert (track["title"], track["owner"]["name"]) == ("Paper Lanterns", "Alice")
    assert alice.get(track["audio"]["url"]).data == song
    assert alice.titles(playlist) == ["Paper Lanterns"]
    assert left() == []
    states = [p["import"]["status"] for t, p in happened()[since:] if t == "import.changed"]
    assert [*dict.fromkeys(states)] == ["queued", "active", "completed"]
    assert charlie.get(f"/imports/{id_}").status_code == 404


def test_without_tags_the_file_gives_the_title(
    alice: Person, web: Web, sounds: Sounds, work: Work
) -> None:
    url = web.put("/x/07_night%20train.mp3", sounds("mp3", tagged=False).read_bytes())
    id_ = imports(alice, url)
    work()
    assert seen(alice, id_)["title"] == "07 night train"


def test_a_known_address_is_not_fetched_again(
    alice: Person, bob: Person, web: Web, song: bytes, work: Work
) -> None:
    url = web.put("/one.mp3", song)
    first, second = imports(alice, url), imports(bob, url)
    work()
    again = imports(alice, url)
    work()
    tracks = {seen(p, i)["track_id"] for p, i in ((alice, first), (bob, second), (alice, again))}
    assert len(tracks) == 1
    assert len(web.asked_for("/one.mp3")) == 1
    record = ok(bob.get(f"{API}/audio/by-url?url={url}"))
    assert record["sha256"] == hashlib.sha256(song).hexdigest()


def test_the_same_bytes_from_elsewhere_are_the_track_that_is_there(
    app: Flask, alice: Person, web: Web, song: bytes, work: Work
) -> None:
    ids = [imports(alice, web.put(path, song)) for path in ("/one.mp3", "/two.mp3")]
    work()
    assert len({seen(alice, id_)["track_id"] for id_ in ids}) == 1
    assert stock(app).rows["track"] == 1
    other = web.url("/two.mp3")
    assert ok(alice.get(f"{API}/audio/by-url?url={other}"))["reference_count"] == 1


@pytest.mark.parametrize("status", [404, 410])
def test_what_is_gone_becomes_a_tombstone(
    app: Flask, alice: Person, web: Web, song: bytes, work: Work, later: Any, status: int
) -> None:
    id_ = imports(alice, web.put("/one.mp3", song, way=ways.says(status, 1)))
    assert work() == 1
    row = seen(alice, id_)
    assert (row["status"], row["error_class"]) == ("ignored", "gone")
    assert str(status) in row["error"]
    later()
    assert work() == 0
    ok(alice.post(f"/imports/{id_}/retry"))
    assert work() == 1
    assert seen(alice, id_)["status"] == "completed"


@pytest.mark.parametrize("status", [403, 429, 500, 503])
def test_what_is_blocked_is_tried_again_later(
    alice: Person, web: Web, song: bytes, work: Work, later: Any, status: int
) -> None:
    id_ = imports(alice, web.put("/one.mp3", song, way=ways.says(status, 2)))
    for attempt in (1, 2):
        assert work() == 1
        row = seen(alice, id_)
        assert (row["status"], row["error_class"], row["attempts"]) == (
            "queued",
            "blocked",
            attempt,
        )
        assert row["waits_until"]
        assert work() == 0
        later()
    assert work() == 1
    assert seen(alice, id_)["status"] == "completed"


def test_after_so_many_attempts_it_has_failed_and_can_be_retried(
    alice: Person, web: Web, song: bytes, work: Work, later: Any, left: Any
) -> None:
    id_ = imports(alice, web.put("/one.mp3", song, way=ways.says(500, 3)))
    for _ in range(3):
        work()
        later()
    row = seen(alice, id_)
    assert (row["status"], row["attempts"]) == ("failed", 3)
    assert left() == []
    assert ok(alice.post("/imports/retry", {}))["changed"] == 1
    work()
    assert seen(alice, id_)["status"] == "completed"


@pytest.mark.parametrize("form", ["seconds", "date"])
def test_retry_after_is_honoured(
    alice: Person, web: Web, song: bytes, work: Work, form: str
) -> None:
    moment = datetime.now(UTC) + timedelta(seconds=900)
    value = "900" if form == "seconds" else format_datetime(moment, usegmt=True)
    id_ = imports(alice, web.put("/one.mp3", song, way=ways.says(429, 1, Retry_After=value)))
    other = imports(alice, web.put("/two.mp3", song))
    work()
    until = datetime.fromisoformat(seen(alice, id_)["waits_until"])
    assert timedelta(seconds=-30) < until - moment < timedelta(seconds=30)
    # The host asked for it, so all of it is left alone.
    assert seen(alice, other)["status"] == "queued"
    assert web.asked_for("/two.mp3") == []


def test_a_host_that_refuses_is_left_alone_and_tried_with_one(
    alice: Person, web: Web, song: bytes, work: Work, later: Any
) -> None:
    paths = [f"/{number}.mp3" for number in range(8)]
    for path in paths:
        imports(alice, web.put(path, song, way=ways.says(403)))
    assert work() == 3
    assert len(web.asked) == 3
    later()
    assert work() == 1


def test_a_broken_connection_goes_on_where_it_was(
    alice: Person, web: Web, song: bytes, work: Work, later: Any
) -> None:
    half = len(song) // 2
    id_ = imports(alice, web.put("/one.mp3", song, way=ways.breaks_off(half)))
    work()
    row = seen(alice, id_)
    assert (row["status"], row["error_class"]) == ("queued", "broken")
    later()
    work()
    assert seen(alice, id_)["status"] == "completed"
    second = web.asked_for("/one.mp3")[1]
    assert second.headers["Range"].startswith("bytes=")
    assert 0 < second.sent <= len(song) - half + 65_536


def test_without_ranges_it_begins_anew(
    alice: Person, web: Web, song: bytes, work: Work, later: Any
) -> None:
    way = ways.breaks_off(len(song) // 2, ranges=False)
    id_ = imports(alice, web.put("/one.mp3", song, way=way))
    work()
    later()
    work()
    row = seen(alice, id_)
    assert row["status"] == "completed"
    assert web.asked_for("/one.mp3")[1].sent == len(song)
    track = ok(alice.get(f"/tracks/{row['track_id']}"))
    assert alice.get(track["audio"]["url"]).data == song


def test_a_file_that_changed_meanwhile_begins_anew(
    alice: Person, web: Web, song: bytes, sounds: Sounds, work: Work, later: Any
) -> None:
    id_ = imports(alice, web.put("/one.mp3", song, way=ways.breaks_off(len(song) // 2)))
    work()
    other = sounds("mp3", seconds=9.0, pitch=300.0).read_bytes()
    web.files["/one.mp3"] = (other, "audio/mpeg")
    later()
    work()
    track = ok(alice.get(f"/tracks/{seen(alice, id_)['track_id']}"))
    assert alice.get(track["audio"]["url"]).data == other


@pytest.mark.parametrize(
    "way",
    [
        pytest.param(lambda: ways.stalls(5000), id="a stall"),
        pytest.param(lambda: ways.stalls(0), id="a stall after the head"),
        pytest.param(lambda: ways.resets(50_000), id="a reset"),
        pytest.param(lambda: ways.resets(0), id="a reset after the head"),
        pytest.param(lambda: ways.promises(5000, 1), id="less than promised"),
        pytest.param(lambda: ways.promises(-50_000, 1), id="more than promised"),
    ],
)
def test_a_connection_that_is_not_what_it_says_is_tried_again(
    alice: Person, web: Web, song: bytes, work: Work, later: Any, left: Any, way: Any
) -> None:
    id_ = imports(alice, web.put("/one.mp3", song, way=way()))
    work()
    row = seen(alice, id_)
    assert (row["status"], row["error_class"]) == ("queued", "broken"), row
    later()
    work()
    assert seen(alice, id_)["status"] == "completed"
    assert left() == []


def test_a_server_that_is_not_there_is_tried_again(alice: Person, work: Work, later: Any) -> None:
    id_ = imports(alice, "http://127.0.0.1:1999/one.mp3")
    work()
    row = seen(alice, id_)
    assert (row["status"], row["error_class"]) == ("queued", "broken")
    assert "can't be reached" in row["error"]


@pytest.mark.parametrize(
    ("data", "kind", "says"),
    [
        (b"Dear diary\n" * 1000, "audio/mpeg", "formats that can be played"),
        (b"\xff\xfb\x90\x00" + b"\x00\x11" * 5000, "audio/mpeg", ""),
        (b"", "audio/mpeg", "empty"),
    ],
)
def test_what_is_not_audio_has_failed(
    app: Flask, alice: Person, web: Web, work: Work, left: Any, data: bytes, kind: str, says: str
) -> None:
    id_ = imports(alice, web.put("/one.mp3", data, kind))
    work()
    row = seen(alice, id_)
    assert (row["status"], row["error_class"]) == ("failed", "refused"), row
    assert says in row["error"]
    assert left() == []
    assert files(app) == {}


class TestLimits:
    @pytest.fixture
    def settings_of_imports(self) -> dict[str, Any]:
        return {"upload_limit": 200_000, "import_items_a_day": 2, "import_hours": 1}

    @pytest.mark.parametrize("way", [None, ways.without_ranges, ways.without_end])
    def test_what_is_too_large_is_refused(
        self, app: Flask, alice: Person, web: Web, work: Work, left: Any, way: Any
    ) -> None:
        data = b"\xff\xfb\x90\x00" + bytes(1_000_000)
        id_ = imports(alice, web.put("/one.mp3", data, way=way))
        work()
        row = seen(alice, id_)
        assert (row["status"], row["error_class"]) == ("failed", "refused"), row
        assert "too large" in row["error"]
        assert left() == []

    def test_a_radio_station_is_refused(self, alice: Person, web: Web, work: Work) -> None:
        def station(visit: ways.Visit) -> None:
            visit.begins(200, None, Content_Type="audio/mpeg", icy_name="Radio Nowhere")
            visit.sends(b"\xff\xfb\x90\x00" + bytes(50_000))

        id_ = imports(alice, web.put("/listen.mp3", b"", way=station))
        work()
        assert "live stream" in seen(alice, id_)["error"]

    def test_the_days_budget_is_kept_and_told(
        self, alice: Person, bob: Person, web: Web, sounds: Sounds, work: Work
    ) -> None:
        ids = []
        for number in range(4):
            sound = sounds("mp3", pitch=300.0 + 50 * number).read_bytes()
            ids.append(imports(alice, web.put(f"/{number}.mp3", sound)))
        work()
        states = [seen(alice, id_)["status"] for id_ in ids]
        assert states == ["completed", "completed", "queued", "queued"]
        row = seen(alice, ids[3])
        assert "Your 2 imports of today are used up" in row["error"]
        quota = ok(alice.get("/imports"))["quota"]
        assert (quota["items"], quota["items_at_most"]) == (2, 2)
        assert row["waits_until"] == quota["resets_at"]
        # Removing what is done gives nothing back; and what is known costs nothing.
        alice.delete(f"/imports/{ids[0]}")
        assert ok(alice.get("/imports"))["quota"]["items"] == 2
        theirs = imports(bob, web.put("/9.mp3", sounds("mp3", pitch=900.0).read_bytes()))
        work()
        assert seen(bob, theirs)["status"] == "completed"


class TestLong:
    @pytest.fixture
    def settings_of_imports(self) -> dict[str, Any]:
        return {"import_hours": 1}

    def test_what_goes_on_for_hours_is_refused_and_leaves_nothing(
        self, alice: Person, web: Web, work: Work, left: Callable[[], list[str]]
    ) -> None:
        seconds, rate = 3700, 1000
        header = struct.pack("<IHHIIHH", 16, 1, 1, rate, rate, 1, 8)
        data = bytes(seconds * rate)
        body = b"WAVEfmt " + header + b"data" + struct.pack("<I", len(data)) + data
        wav = b"RIFF" + struct.pack("<I", len(body)) + body
        id_ = imports(alice, web.put("/night.wav", wav))
        work()
        row = seen(alice, id_)
        assert (row["status"], row["error_class"], row["track_id"]) == ("failed", "refused", None)
        assert row["error"] == "It is longer than one hour."
        assert left() == []


def test_a_picture_that_would_fill_the_memory_is_left_out(
    alice: Person, web: Web, song: bytes, work: Work
) -> None:
    id_ = imports(alice, web.put("/bomb.mp3", with_picture(song, bomb_png())))
    work()
    row = seen(alice, id_)
    assert row["status"] == "completed"
    cover = ok(alice.get(f"/tracks/{row['track_id']}"))["cover_url"]
    assert Image.open(io.BytesIO(alice.get(cover).data)).size == (640, 640)
