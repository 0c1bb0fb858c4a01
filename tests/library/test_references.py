"""One audio file for one sound, kept as long as a track needs it."""

from __future__ import annotations

import hashlib
import io
import shutil
import struct
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from playlist_app.config import Settings
from playlist_app.database import new_id, now, session, write
from playlist_app.library import analysis, references
from playlist_app.library import scan as scanning
from playlist_app.library.models import AudioAlias, AudioFile, Cover, Track
from playlist_app.library.stored import audio_path
from playlist_app.people.models import User
from tests.cast import API, Person, ok, problem
from tests.library.shelf import files, set_status
from tests.sounds import Sounds


def id3v2(**frames: str) -> bytes:
    """An ID3v2.4 tag in front of an mp3."""
    body = b""
    for name, value in frames.items():
        data = b"\x03" + value.encode()
        body += name.encode() + _syncsafe(len(data)) + b"\0\0" + data
    return b"ID3\x04\0\0" + _syncsafe(len(body)) + body


def _syncsafe(size: int) -> bytes:
    return bytes(size >> shift & 0x7F for shift in (21, 14, 7, 0))


def id3v1(title: str) -> bytes:
    return struct.pack(">3s30s30s30s4s30sB", b"TAG", title.encode(), b"", b"", b"", b"", 255)


@pytest.fixture
def three_rips(sounds: Sounds, tmp_path: Path) -> list[Path]:
    """One song as mp3, with three sets of tags."""
    bare = sounds("mp3").read_bytes()
    sound = bare[10 + _size(bare) :]
    made = []
    for name, data in (
        ("first", bare),
        ("second", id3v2(TIT2="Lanterns, of paper", TPE1="Lund, Mira") + sound),
        ("third", id3v2(TIT2="Papirlykter") + sound + id3v1("Papirlykter")),
    ):
        path = tmp_path / f"{name}.mp3"
        path.write_bytes(data)
        made.append(path)
    return made


def _size(tagged: bytes) -> int:
    size = 0
    for byte in tagged[6:10]:
        size = size << 7 | byte
    return size


def age(app: Flask, days: float) -> None:
    """As if everything that is marked had been so for this long."""
    with app.app_context(), write() as tx:
        then = now() - timedelta(days=days)
        marked = AudioFile.unreferenced_since.is_not(None)
        tx.execute(update(AudioFile).where(marked).values(unreferenced_since=then))


def count_again(app: Flask) -> None:
    with app.app_context():
        references.count_again()


def of(person: Person, track: dict[str, Any]) -> dict[str, Any]:
    return ok(person.get(f"{API}/audio/by-hash/{track['audio']['sha256']}"))


def test_three_sets_of_tags_are_one_audio_file_until_the_last_track_goes(
    app: Flask, alice: Person, bob: Person, three_rips: list[Path]
) -> None:
    tracks = [
        person.uploads(rip) for person, rip in zip((alice, bob, bob), three_rips, strict=True)
    ]
    assert len({track["audio"]["sha256"] for track in tracks}) == 1
    assert {track["title"] for track in tracks} == {
        "Paper Lanterns",
        "Lanterns, of paper",
        "Papirlykter",
    }
    assert len(files(app, "audio")) == 1
    assert files(app, "incoming") == {}
    assert of(alice, tracks[0])["reference_count"] == 3
    for person, track in ((alice, tracks[0]), (bob, tracks[1])):
        ok(person.delete(f"/tracks/{track['id']}"), 204)
    count_again(app)
    age(app, 100)
    count_again(app)
    assert of(bob, tracks[2])["reference_count"] == 1
    assert bob.get(tracks[2]["audio"]["url"]).status_code == 200
    # After the last one, the grace period.
    ok(bob.delete(f"/tracks/{tracks[2]['id']}"), 204)
    count_again(app)
    age(app, 6.9)
    count_again(app)
    assert len(files(app, "audio")) == 1
    age(app, 7.1)
    count_again(app)
    assert files(app, "audio") == {}
    with app.app_context():
        assert session().scalars(select(AudioFile)).all() == []
        assert session().scalars(select(AudioAlias)).all() == []


def test_what_is_needed_again_in_time_stays(app: Flask, alice: Person, sounds: Sounds) -> None:
    track = alice.uploads(sounds("flac"))
    ok(alice.delete(f"/tracks/{track['id']}"), 204)
    count_again(app)
    age(app, 100)
    assert alice.uploads(sounds("flac"))["audio"] == track["audio"]
    count_again(app)
    assert alice.get(track["audio"]["url"]).status_code == 200
    with app.app_context():
        assert session().scalars(select(AudioFile.unreferenced_since)).all() == [None]


def test_bytes_that_were_sent_without_a_track_stay_for_the_grace_period(
    app: Flask, alice: Person, sounds: Sounds
) -> None:
    form = {"file": (io.BytesIO(sounds("flac").read_bytes()), "a.flac")}
    record = ok(alice.post(f"{API}/audio", data=form, content_type="multipart/form-data"), 201)
    count_again(app)
    assert ok(alice.get(f"{API}/audio/{record['id']}")) == record
    age(app, 8)
    count_again(app)
    problem(alice.get(f"{API}/audio/{record['id']}"), 404)
    assert files(app, "audio") == {}


def test_known_bytes_are_found_by_any_of_their_hashes_by_those_who_may_hear(
    app: Flask, alice: Person, charlie: Person, three_rips: list[Path]
) -> None:
    track = alice.uploads(three_rips[0])
    alice.uploads(three_rips[1])
    other = hashlib.sha256(three_rips[1].read_bytes()).hexdigest()
    assert other != track["audio"]["sha256"]
    assert ok(charlie.get(f"{API}/audio/by-hash/{other}")) == of(charlie, track)
    for hidden in ok(alice.get("/tracks"))["items"]:
        set_status(app, hidden, "pending")
    one, none = (
        charlie.get(f"{API}/audio/by-hash/{other}"),
        charlie.get(f"{API}/audio/by-hash/{'0' * 64}"),
    )
    assert problem(one, 404) == problem(none, 404)
    problem(charlie.get(f"/audio/{other}"), 404)


def test_the_analysis_finds_the_same_sound_in_files_that_were_scanned(
    app: Flask, alice: Person, bob: Person, dora: Person, three_rips: list[Path], happened: Any
) -> None:
    uploaded = alice.uploads(three_rips[0])
    folder = three_rips[1].parent / "music"
    folder.mkdir()
    for rip in three_rips[1:]:
        shutil.copy2(rip, folder)
    with app.app_context():
        report = scanning.scan(folder, User.named("dora"))
        assert report.counts["added"] == 2
    tracks = {track["title"]: track for track in ok(bob.get("/tracks"))["items"]}
    playlist = bob.makes_playlist()
    bob.adds(playlist, tracks["Papirlykter"])
    with app.app_context():
        while analysis.analyse_some():
            pass
    found = ok(bob.get("/tracks"))["items"]
    assert {track["audio"]["sha256"] for track in found} == {uploaded["audio"]["sha256"]}
    assert of(bob, uploaded)["reference_count"] == 3
    name, payload = happened(playlist["id"])[-1]
    assert (name, payload["track"]["audio"]) == ("track.updated", uploaded["audio"])
    # Files that were taken in place are their owner's, and stay; and a scan knows them again.
    assert sorted(path.name for path in folder.iterdir()) == ["second.mp3", "third.mp3"]
    assert len(files(app, "audio")) == 1
    with app.app_context():
        again = scanning.scan(folder, User.named("dora"))
    assert again.sentence == "2 files, 0 added, 2 unchanged, 0 broken"


def test_when_the_kept_bytes_go_others_with_their_sound_serve(
    app: Flask, bob: Person, three_rips: list[Path]
) -> None:
    folder = three_rips[0].parent / "music"
    folder.mkdir()
    kept, other = (Path(shutil.copy2(rip, folder)) for rip in three_rips[:2])

    def scan() -> None:
        with app.app_context():
            scanning.scan(folder, User.named("dora"))
            while analysis.analyse_some():
                pass

    scan()
    sha256 = {track["audio"]["sha256"] for track in ok(bob.get("/tracks"))["items"]}
    assert len(sha256) == 1
    served = bob.get(f"/audio/{sha256.pop()}").data
    gone, stays = (kept, other) if served == kept.read_bytes() else (other, kept)
    gone.unlink()
    scan()  # sees that they are gone
    scan()  # and takes the others
    tracks = ok(bob.get("/tracks"))["items"]
    assert len(tracks) == 2
    for track in tracks:
        assert bob.get(track["audio"]["url"]).data == stays.read_bytes()


def test_a_crash_between_row_and_bytes_leaves_what_is_found_again(
    app: Flask, alice: Person, sounds: Sounds
) -> None:
    config: Settings = app.config["JAMBOREE"]
    kept = alice.uploads(sounds("mp3"))
    stray = audio_path(config, "ab" * 32)
    stray.parent.mkdir(parents=True, exist_ok=True)
    stray.write_bytes(b"left over")
    with app.app_context():
        assert list(references.strays(config)) == [stray]
        assert references.remove_strays(config) == 1
    assert not stray.exists()
    assert alice.get(kept["audio"]["url"]).status_code == 200
    assert alice.get(kept["cover_url"]).status_code == 200


def test_bytes_that_came_back_before_they_were_removed_stay(
    app: Flask, alice: Person, sounds: Sounds, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The row is gone, the bytes not yet, and somebody sends them again."""
    track = alice.uploads(sounds("flac"))
    ok(alice.delete(f"/tracks/{track['id']}"), 204)
    count_again(app)
    age(app, 8)
    really = references._remove

    def late(paths: Any) -> None:
        alice.uploads(sounds("flac"))
        really(paths)

    monkeypatch.setattr(references, "_remove", late)
    count_again(app)
    assert alice.get(track["audio"]["url"]).status_code == 200


def test_files_in_place_are_never_removed(app: Flask, dora: Person, sounds: Sounds) -> None:
    path = sounds("mp3")
    before = path.read_bytes()
    with app.app_context():
        scanning.scan(path, User.named("dora"))
    ok(dora.delete(f"/tracks/{ok(dora.get('/tracks'))['items'][0]['id']}"), 204)
    count_again(app)
    age(app, 8)
    count_again(app)
    with app.app_context():
        assert session().scalars(select(AudioFile)).all() == []
        report = scanning.scan(path, User.named("dora"))
    assert path.read_bytes() == before
    assert report.sentence == "1 files, 0 added, 1 unchanged, 0 broken"


def test_a_cover_goes_with_the_last_track_that_shows_it(
    app: Flask, alice: Person, sounds: Sounds
) -> None:
    track = alice.uploads(sounds("mp3"))
    ok(alice.delete(f"/tracks/{track['id']}"), 204)
    with app.app_context(), write() as tx:
        tx.execute(update(Cover).values(created_at=now() - timedelta(days=8)))
    count_again(app)
    assert files(app, "covers") == {}


def test_marking_takes_as_many_queries_for_many_files_as_for_few(app: Flask) -> None:
    with app.app_context():
        owner = User.named("alice")
        with write() as tx:
            for number in range(250):
                audio = AudioFile(
                    id=new_id(),
                    sha256=f"{number:064}",
                    size_bytes=1,
                    format="mp3",
                    codec="mp3",
                    bitrate=1,
                    duration_seconds=1.0,
                    chunk_hashes=b"",
                )
                tx.add(audio)
                tx.flush()
                if number % 2:
                    tx.add(Track.draft(owner, audio, title=str(number)))
        references.count_again()
        marked = select(AudioFile.sha256).where(AudioFile.unreferenced_since.is_not(None))
        assert len(session().scalars(marked).all()) == 125
