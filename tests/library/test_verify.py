"""`flask library verify`: what the disk lost or changed is found; devices give it back."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, text

from playlist_app.config import Settings
from playlist_app.database import write
from playlist_app.library import scan as scanning
from playlist_app.library import verify as verifying
from playlist_app.library.models import CHUNK, AudioAlias, AudioFile
from playlist_app.library.stored import audio_path
from playlist_app.library.verify import Report
from playlist_app.people.models import User
from tests.cast import API, Person, ok, problem
from tests.library.shelf import files, set_status
from tests.library.test_scan import flask
from tests.sounds import Sounds


@pytest.fixture
def verify(app: Flask) -> Any:
    def run(**how: Any) -> Report:
        with app.app_context():
            return verifying.verify(**how)

    return run


@pytest.fixture
def track(alice: Person, sounds: Sounds) -> dict[str, Any]:
    """More than two chunks of it."""
    return alice.uploads(sounds("wav", seconds=14.0))


def place(app: Flask, track: dict[str, Any]) -> Path:
    return audio_path(app.config["JAMBOREE"], track["audio"]["sha256"])


def chunks(data: bytes) -> list[bytes]:
    return [data[at : at + CHUNK] for at in range(0, len(data), CHUNK)]


def give(person: Person, track: dict[str, Any], index: int, data: bytes) -> Any:
    path = f"{API}/audio/{track['audio']['sha256']}/chunks/{index}"
    return person.call("PUT", path, data=data, content_type="application/octet-stream")


def lost(person: Person) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = ok(person.get(f"{API}/audio/lost"))["items"]
    return items


def test_what_is_as_it_was_is_fine(verify: Any, track: dict[str, Any]) -> None:
    report = verify()
    assert report.sentence == "1 files, 1 fine, 0 missing, 0 damaged, 0 back, 0 stray"
    assert report.is_well
    assert (report.counts["references"], report.counts["unreferenced"]) == (1, 0)


@pytest.mark.parametrize("harm", ["gone", "cut", "changed"])
def test_what_the_disk_lost_is_found_and_not_served(
    app: Flask, verify: Any, track: dict[str, Any], bob: Person, harm: str
) -> None:
    path = place(app, track)
    data = bytearray(path.read_bytes())
    if harm == "gone":
        path.unlink()
    elif harm == "cut":
        path.write_bytes(data[:-1])
    else:
        data[1_500_000] ^= 1
        path.write_bytes(data)
    report = verify()
    assert not report.is_well
    assert report.counts["missing" if harm == "gone" else "damaged"] == 1
    problem(bob.get(track["audio"]["url"]), 404)
    assert [item["sha256"] for item in lost(bob)] == [track["audio"]["sha256"]]


def test_what_is_right_again_is_served_again(
    app: Flask, verify: Any, track: dict[str, Any], bob: Person
) -> None:
    path = place(app, track)
    path.rename(path.with_name("away"))
    assert verify().counts["missing"] == 1
    path.with_name("away").rename(path)
    assert verify().counts["back"] == 1
    assert bob.get(track["audio"]["url"]).status_code == 200
    assert lost(bob) == []


def test_a_sample_reads_so_many(verify: Any, alice: Person, sounds: Sounds) -> None:
    alice.uploads(sounds("mp3"))
    alice.uploads(sounds("flac"))
    assert verify(sample=1).counts["files"] == 1


def test_a_file_in_place_that_was_touched_is_the_same(
    app: Flask, verify: Any, sounds: Sounds, tmp_path: Path, bob: Person
) -> None:
    path = Path(shutil.copy2(sounds("mp3"), tmp_path / "a.mp3"))
    with app.app_context():
        scanning.scan(path, User.named("dora"))
    url = ok(bob.get("/tracks"))["items"][0]["audio"]["url"]
    path.touch()
    problem(bob.get(url), 404)  # it may be anything now
    assert verify().is_well
    assert bob.get(url).status_code == 200
    path.write_bytes(path.read_bytes()[::-1])
    assert verify().counts["damaged"] == 1


def test_strays_are_listed_and_removed_when_asked(
    app: Flask, verify: Any, track: dict[str, Any]
) -> None:
    config: Settings = app.config["JAMBOREE"]
    stray = config.media_folder / "audio" / "ab" / ("ab" * 32)
    stray.parent.mkdir(parents=True, exist_ok=True)
    stray.write_bytes(b"x")
    before = files(app)
    report = verify()
    assert [(p.kind, p.what) for p in report.problems] == [("stray", str(stray))]
    assert files(app) == before
    assert verify(repair=True).is_well
    assert not stray.exists()
    assert verify().problems == []


def test_references_that_lead_nowhere_are_found(
    app: Flask, verify: Any, track: dict[str, Any]
) -> None:
    with app.app_context(), write() as tx:
        tx.commit()
        driver = tx.connection().connection.driver_connection
        assert driver
        driver.execute("PRAGMA query_only = OFF")
        driver.execute("COMMIT")
        driver.execute("PRAGMA foreign_keys = OFF")
        driver.execute("DELETE FROM audio_file")
        driver.execute("PRAGMA foreign_keys = ON")
        driver.execute("BEGIN")
    assert any(found.kind == "references" for found in verify().problems)


def test_the_same_sound_twice_is_found_and_merged_when_asked(
    app: Flask, verify: Any, track: dict[str, Any], alice: Person, sounds: Sounds
) -> None:
    other = alice.uploads(sounds("mp3"))
    with app.app_context(), write() as tx:
        tx.execute(text("UPDATE audio_file SET sound_sha256 = :same"), {"same": "5" * 64})
        tx.add(
            AudioAlias(
                sha256=track["audio"]["sha256"], audio_id=tx.scalars(select(AudioFile.id)).first()
            )
        )
    assert {found.kind for found in verify().problems} == {"sound", "alias"}
    verify(repair=True)
    assert verify().problems == []
    tracks = ok(alice.get("/tracks"))["items"]
    assert {found["id"] for found in tracks} == {track["id"], other["id"]}
    assert len({found["audio"]["sha256"] for found in tracks}) == 1


def test_a_cover_that_is_gone_is_let_go_of(
    app: Flask, verify: Any, track: dict[str, Any], alice: Person
) -> None:
    shutil.rmtree(app.config["JAMBOREE"].media_folder / "covers")
    assert [found.kind for found in verify().problems] == ["cover"]
    assert verify(repair=True).is_well
    assert ok(alice.get(f"/tracks/{track['id']}"))["cover_url"] is None


# --- given back by devices -----------------------------------------------------------------------


@pytest.fixture
def data(app: Flask, track: dict[str, Any], verify: Any) -> bytes:
    """The bytes of the track, which the server lost."""
    path = place(app, track)
    data = path.read_bytes()
    path.unlink()
    verify()
    return data


def test_a_device_gives_lost_audio_back_chunk_by_chunk(
    app: Flask, track: dict[str, Any], data: bytes, bob: Person
) -> None:
    wanted = lost(bob)[0]
    assert wanted == {
        "sha256": track["audio"]["sha256"],
        "size_bytes": len(data),
        "chunk_size": CHUNK,
        "missing": [0, 1, 2],
    }
    pieces = chunks(data)
    assert ok(give(bob, track, 2, pieces[2]))["missing"] == [0, 1]
    assert ok(give(bob, track, 0, pieces[0]))["missing"] == [1]
    assert lost(bob)[0]["missing"] == [1]
    problem(bob.get(track["audio"]["url"]), 404)
    assert ok(give(bob, track, 1, pieces[1]))["missing"] == []
    assert bob.get(track["audio"]["url"]).data == data
    assert lost(bob) == []
    assert files(app, "healing") == {}
    # Sent twice, as the answer may have got lost.
    assert ok(give(bob, track, 1, pieces[1]))["missing"] == []


def test_other_bytes_are_not_taken(
    app: Flask, track: dict[str, Any], data: bytes, bob: Person
) -> None:
    pieces = chunks(data)
    wrong = bytearray(pieces[0])
    wrong[7] ^= 1
    for index, piece in (
        (0, bytes(wrong)),
        (1, pieces[0]),
        (0, b""),
        (3, b""),
        (0, pieces[0][1:]),
        (-1, b""),
    ):
        problem(give(bob, track, index, piece), 422)
    problem(give(bob, track, 0, pieces[0] + b"more"), 413)
    assert files(app, "healing") == {}


def test_who_may_not_hear_it_neither_learns_of_it_nor_gives_it(
    app: Flask, track: dict[str, Any], data: bytes, alice: Person, charlie: Person, nobody: Person
) -> None:
    set_status(app, track, "pending")
    assert lost(charlie) == []
    refused = problem(give(charlie, track, 0, chunks(data)[0]), 404)
    unknown = {"audio": {"sha256": "0" * 64}}
    assert refused == problem(give(charlie, unknown, 0, chunks(data)[0]), 404)
    assert nobody.get(f"{API}/audio/lost").status_code == 401
    assert len(lost(alice)) == 1


def test_damaged_bytes_are_replaced_and_a_folders_file_is_left_alone(
    app: Flask, verify: Any, sounds: Sounds, tmp_path: Path, bob: Person
) -> None:
    path = Path(shutil.copy2(sounds("mp3"), tmp_path / "a.mp3"))
    whole = path.read_bytes()
    with app.app_context():
        scanning.scan(path, User.named("dora"))
    track = ok(bob.get("/tracks"))["items"][0]
    path.write_bytes(b"something else")
    verify()
    assert ok(give(bob, track, 0, whole))["missing"] == []
    assert bob.get(track["audio"]["url"]).data == whole
    assert path.read_bytes() == b"something else"


def test_chunks_of_what_came_back_otherwise_are_forgotten(
    app: Flask, verify: Any, track: dict[str, Any], data: bytes, bob: Person
) -> None:
    ok(give(bob, track, 0, chunks(data)[0]))
    place(app, track).write_bytes(data)
    verify()
    assert files(app, "healing") == {}


def test_the_command_says_what_is_wrong_and_its_status_does(
    app: Flask, track: dict[str, Any]
) -> None:
    import os

    environment = os.environ | {"JAMBOREE_DATA": str(app.config["JAMBOREE"].data_folder)}
    assert flask(environment, "verify").returncode == 0
    place(app, track).unlink()
    done = flask(environment, "verify")
    assert done.returncode == 1
    assert done.stdout.splitlines()[-1] == "1 files, 0 fine, 1 missing, 0 damaged, 0 back, 0 stray"
    assert '"missing": 1' in flask(environment, "verify", "--json", "--sample", "5").stdout
