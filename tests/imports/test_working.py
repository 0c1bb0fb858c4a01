"""Imports while a worker is at them: what people do meanwhile, and several workers at once."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from playlist_app.config import Settings
from playlist_app.database import session, write
from playlist_app.imports import claims, cleaning, folders
from playlist_app.imports.models import Import, Origin
from playlist_app.library.models import Track
from playlist_app.live.events import Event
from playlist_app.work.worker import signs_of_life
from tests.cast import Person, ok
from tests.conftest import close, make_app
from tests.imports import web as ways
from tests.imports.conftest import SETTINGS, rows, until
from tests.imports.test_files import imports, seen
from tests.imports.test_lists import episodes
from tests.imports.web import Web
from tests.imports.worker import working
from tests.library.shelf import stock
from tests.sounds import Sounds


@pytest.fixture
def song(sounds: Sounds) -> bytes:
    return sounds("mp3", seconds=20.0).read_bytes()


def is_under_way(person: Person, id_: str) -> bool:
    row = seen(person, id_)
    return bool(row["status"] == "active" and row["bytes_done"] > 0)


def test_it_is_paused_and_goes_on_where_it_was(
    alice: Person, data_folder: Path, web: Web, song: bytes, left: Any
) -> None:
    id_ = imports(alice, web.put("/one.mp3", song, way=ways.slowly(4.0)))
    with working(data_folder):
        until(lambda: is_under_way(alice, id_))
        ok(alice.post(f"/imports/{id_}/pause"))
        until(lambda: web.asked[0].sent < len(song) and quiet(data_folder, id_))
        there = (data_folder / "media" / "imports" / id_ / "part").stat().st_size
        assert 0 < there < len(song)
        row = seen(alice, id_)
        assert (row["status"], row["attempts"]) == ("paused", 0)
        web.ways["/one.mp3"] = ways.slowly(0.1)
        ok(alice.post(f"/imports/{id_}/resume"))
        until(lambda: seen(alice, id_)["status"] == "completed")
        until(lambda: left() == [])  # what is over is cleared away after it is said
    assert web.asked[1].headers["Range"] == f"bytes={there}-"


def quiet(data: Path, id_: str) -> bool:
    """Nobody holds the folder any more."""
    folder = data / "media" / "imports" / id_
    return subprocess.run(["flock", "-n", str(folder), "true"], check=False).returncode == 0


def test_it_is_cancelled_and_nothing_is_left(
    app: Flask, alice: Person, data_folder: Path, web: Web, song: bytes, left: Any, happened: Any
) -> None:
    before = stock(app)
    id_ = imports(alice, web.put("/one.mp3", song, way=ways.slowly(10.0)))
    with working(data_folder):
        until(lambda: is_under_way(alice, id_))
        ok(alice.post(f"/imports/{id_}/cancel"))
        until(lambda: left() == [])
    assert seen(alice, id_)["status"] == "cancelled"
    assert web.asked[0].sent < len(song)
    assert stock(app).files == before.files
    last = [p["import"]["status"] for t, p in happened() if t == "import.changed"][-1]
    assert last == "cancelled"


def test_it_is_removed_while_it_comes(
    app: Flask, alice: Person, data_folder: Path, web: Web, song: bytes, left: Any
) -> None:
    id_ = imports(alice, web.put("/one.mp3", song, way=ways.slowly(10.0)))
    with working(data_folder):
        until(lambda: is_under_way(alice, id_))
        assert alice.delete(f"/imports/{id_}").status_code == 204
        until(lambda: left() == [])
    assert stock(app).rows["track"] == 0


def test_progress_is_told_to_its_person_alone(
    app: Flask, alice: Person, data_folder: Path, web: Web, song: bytes
) -> None:
    id_ = imports(alice, web.put("/one.mp3", song, way=ways.slowly(4.0)))
    with working(data_folder):
        until(lambda: seen(alice, id_)["status"] == "completed")
    with app.app_context():
        told = session().query(Event).filter(Event.type == "import.changed").all()
        progress = [event for event in told if '"status":"active"' in event.payload]
        theirs = [event for event in progress if event.person_id == alice.id]
        others = [event for event in progress if event.person_id != alice.id]
    assert 3 <= len(theirs) <= 9  # about once a second, not once a piece
    assert len(others) == 1  # to Dora, when it began


def test_a_worker_that_stops_hands_back_what_it_has(
    app: Flask, alice: Person, data_folder: Path, web: Web, song: bytes, left: Any
) -> None:
    id_ = imports(alice, web.put("/one.mp3", song, way=ways.slowly(20.0)))
    with working(data_folder) as workers:
        until(lambda: is_under_way(alice, id_))
        workers[0].stop()
        assert (seen(alice, id_)["status"], seen(alice, id_)["attempts"]) == ("queued", 0)
    web.ways["/one.mp3"] = ways.slowly(0.1)
    with working(data_folder):
        # The folder goes after the import is completed.
        until(lambda: seen(alice, id_)["status"] == "completed" and left() == [])
    assert web.asked[1].headers["Range"].startswith("bytes=")


def test_two_workers_never_take_the_same(
    app: Flask, alice: Person, data_folder: Path, web: Web, sounds: Sounds, left: Any
) -> None:
    paths = episodes(web, sounds, 12)
    for path in paths:
        imports(alice, web.url(path))
    with working(data_folder, count=2):
        until(lambda: {row.state for row in rows(app)} == {"completed"} and left() == [])
    assert [len(web.asked_for(path)) for path in paths] == [1] * 12
    assert stock(app).rows["track"] == 12


def test_what_comes_too_late_has_no_effect(
    app: Flask, alice: Person, web: Web, song: bytes
) -> None:
    id_ = imports(alice, web.put("/one.mp3", song))
    with app.app_context(), signs_of_life(app.config["JAMBOREE"]):
        row = claims.take()
        assert row and row.claim
        claim = row.claim
        assert claims.take() is None
        with write() as tx:
            tx.get_one(Import, id_).claim = "somebody else's"
        with pytest.raises(claims.Lost):
            claims.progress(id_, claim, 1, 2)
        with pytest.raises(claims.Lost):
            claims.give_back(id_, claim)
        assert not claims.stands(id_, claim)
    assert seen(alice, id_)["bytes_done"] == 0


def test_what_a_dead_worker_held_is_free_at_once(
    app: Flask, alice: Person, web: Web, song: bytes, work: Any
) -> None:
    id_ = imports(alice, web.put("/one.mp3", song))
    with app.app_context():
        with signs_of_life(app.config["JAMBOREE"]):
            assert claims.take()
        with write() as tx:
            tx.get_one(Import, id_).claimed_by = "a worker that was killed"
    assert seen(alice, id_)["status"] == "active"
    assert work() == 1
    assert seen(alice, id_)["status"] == "completed"


def test_who_has_least_under_way_goes_first_then_wishes_count(
    app: Flask, alice: Person, bob: Person
) -> None:
    first, second, third = (imports(alice, f"https://a.example/{n}.mp3") for n in range(3))
    theirs = imports(bob, "https://a.example/bobs.mp3")
    with app.app_context(), signs_of_life(app.config["JAMBOREE"]):
        with write() as tx:
            tx.get_one(Import, second).wishes = 2
        order = [row.id for row in (claims.take() for _ in range(4)) if row]
    assert order == [second, theirs, first, third]


def test_a_known_address_tells_nothing_to_who_may_not_hear_it(
    app: Flask, alice: Person, bob: Person, web: Web, song: bytes, work: Any
) -> None:
    url = web.put("/one.mp3", song)
    mine = imports(alice, url)
    work()
    with app.app_context(), write() as tx:
        tx.query(Track).update({"status": "pending"})
        assert tx.query(Origin).count() == 1
    theirs = imports(bob, url)
    work()
    assert seen(bob, theirs)["status"] == "completed"
    assert seen(bob, theirs)["track_id"] != seen(alice, mine)["track_id"]
    assert len(web.asked) == 2
    assert stock(app).rows["audio_file"] == 1


def test_permission_that_was_lost_meanwhile_is_told(
    app: Flask, alice: Person, bob: Person, web: Web, song: bytes, work: Any
) -> None:
    playlist = alice.makes_playlist()
    alice.invites(playlist, bob)
    id_ = imports(bob, web.put("/one.mp3", song), playlist_id=playlist["id"])
    ok(alice.delete(f"/playlists/{playlist['id']}/members/{bob.id}"), 204)
    work()
    row = seen(bob, id_)
    assert row["status"] == "completed" and row["track_id"]
    assert "not in the playlist" in row["error"]
    assert alice.titles(playlist) == []


def test_clean_up_leaves_what_is_under_way(
    app: Flask, alice: Person, web: Web, song: bytes, left: Any
) -> None:
    id_ = imports(alice, web.put("/one.mp3", song))
    with app.app_context():
        for name in (id_, "left-by-a-crash"):
            with folders.held(app.config["JAMBOREE"], name) as (folder, _):
                (folder / "part").write_bytes(b"some")
        cleaning.clean_up()
    assert left() == [f"imports/{id_}", f"imports/{id_}/part"]
    ok(alice.post(f"/imports/{id_}/cancel"))
    assert left() == []


class TestFullDisk:
    """On a disk of its own, a small one, where the machine lets us make one."""

    @pytest.fixture
    def app(self, data_folder: Path, tmp_path: Path) -> Iterator[Flask]:
        disk = tmp_path / "disk"
        disk.mkdir()
        options = ["-t", "tmpfs", "-o", "size=101m", "tmpfs", str(disk)]
        done = subprocess.run(["mount", *options], capture_output=True, check=False)
        if done.returncode:
            pytest.skip("no file system can be mounted here")
        shutil.copytree(data_folder / "media", disk, dirs_exist_ok=True)
        app = make_app(data_folder, **SETTINGS, media=str(disk))
        yield app
        if "import_proxy" in app.extensions:
            app.extensions["import_proxy"].stop()
        close(app)
        subprocess.run(["umount", str(disk)], check=True)

    def test_a_disk_that_fills_pauses_and_leaves_nothing(
        self, app: Flask, alice: Person, web: Web, sounds: Sounds, work: Any
    ) -> None:
        config: Settings = app.config["JAMBOREE"]
        song = sounds("wav", seconds=20.0).read_bytes()
        filling = config.media_folder / "other.bin"
        filling.write_bytes(bytes(99_000_000))
        id_ = imports(alice, web.put("/one.wav", song, "audio/wav"))
        work()
        row = seen(alice, id_)
        assert (row["status"], row["error_class"]) == ("paused", "disk"), row
        assert "no room" in row["error"]
        assert not list(config.media_folder.rglob("imports/*"))
        filling.unlink()
        ok(alice.post(f"/imports/{id_}/resume"))
        work()
        assert seen(alice, id_)["error_class"] == "disk"  # what stays free for the database
        assert not list(config.media_folder.rglob("imports/*"))
