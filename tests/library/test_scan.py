"""`flask library scan`: a folder comes into the library, and again only what is new or changed."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from playlist_app.config import ROOT
from playlist_app.database import session
from playlist_app.library import scan as scanning
from playlist_app.library import watching
from playlist_app.library.models import AudioFile, Track
from playlist_app.library.scan import AnotherScan, NoFolder, Report
from playlist_app.library.scanned import ScannedFile
from playlist_app.people.models import User
from tests.cast import Person, ok, problem
from tests.conftest import close, make_app
from tests.library.shelf import files, shelve
from tests.sounds import Sounds, write


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "music"
    made.mkdir()
    return made


@pytest.fixture
def three(folder: Path, sounds: Sounds) -> Path:
    """An mp3, a flac and an opus, and what lies beside music."""
    (folder / "Mira Lund").mkdir()
    shutil.copy2(sounds("mp3"), folder / "Mira Lund" / "lanterns.MP3")
    shutil.copy2(sounds("flac", title="Tin Roof"), folder / "Mira Lund" / "roof.flac")
    shutil.copy2(sounds("opus", tagged=False), folder / "rain_on_glass.opus")
    (folder / "cover.jpg").write_bytes(b"no audio")
    (folder / "._rain_on_glass.mp3").write_bytes(b"what a Mac leaves")
    return folder


@pytest.fixture
def scan(app: Flask) -> Any:
    """Scan a folder as Dora, the admin."""

    def run(path: Path, **how: Any) -> Report:
        with app.app_context():
            return scanning.scan(path, User.named("dora"), **how)

    return run


def tracks(person: Person) -> dict[str, dict[str, Any]]:
    return {track["title"]: track for track in ok(person.get("/tracks?limit=200"))["items"]}


def bytes_of(person: Person, track: dict[str, Any]) -> bytes:
    answer = person.get(track["audio"]["url"])
    assert answer.status_code == 200
    return bytes(answer.data)


def put(path: Path, like: Path) -> None:
    """Other bytes in the same place, at another time."""
    before = path.stat().st_mtime_ns
    path.write_bytes(like.read_bytes())
    os.utime(path, ns=(before + 10**9, before + 10**9))


def test_files_come_in_with_their_tags_and_play_from_where_they_lie(
    app: Flask, three: Path, scan: Any, bob: Person, nobody: Person
) -> None:
    report = scan(three)
    assert report.sentence == "3 files, 3 added, 0 unchanged, 0 broken"
    found = tracks(bob)
    assert set(found) == {"Paper Lanterns", "Tin Roof", "rain on glass"}
    lanterns = found["Paper Lanterns"]
    assert (lanterns["artist"], lanterns["album"]) == ("Mira Lund", "Night Market")
    assert (lanterns["genre"], lanterns["year"]) == ("Folk", 2024)
    assert lanterns["owner"]["name"] == "Dora"
    assert lanterns["duration_seconds"] == pytest.approx(2.0, abs=0.1)
    assert bytes_of(bob, lanterns) == (three / "Mira Lund" / "lanterns.MP3").read_bytes()
    assert found["rain on glass"]["audio"]["format"] == "opus"
    assert files(app) == {}
    assert [track["title"] for track in ok(bob.get("/tracks?search=lant"))["items"]] == [
        "Paper Lanterns"
    ]
    assert nobody.get(lanterns["audio"]["url"]).status_code == 401


def test_what_did_not_change_is_not_opened_again(three: Path, scan: Any, alice: Person) -> None:
    scan(three)
    before = tracks(alice)
    # Were it opened, it would be found to be other bytes.
    roof = three / "Mira Lund" / "roof.flac"
    about = roof.stat()
    roof.write_bytes(b"\0" * about.st_size)
    os.utime(roof, ns=(about.st_atime_ns, about.st_mtime_ns))
    assert scan(three).sentence == "3 files, 0 added, 3 unchanged, 0 broken"
    assert tracks(alice) == before


def test_copied_files_play_also_when_the_folder_is_gone(
    app: Flask, three: Path, scan: Any, bob: Person
) -> None:
    lanterns = (three / "Mira Lund" / "lanterns.MP3").read_bytes()
    assert scan(three, copy=True).counts["added"] == 3
    assert len(files(app, "audio")) == 3
    assert files(app, "incoming") == {}
    shutil.rmtree(three)
    three.mkdir()
    assert scan(three).counts["missing"] == 3
    assert bytes_of(bob, tracks(bob)["Paper Lanterns"]) == lanterns


def test_a_moved_file_keeps_its_track_its_votes_and_plays_on(
    three: Path, scan: Any, alice: Person, bob: Person
) -> None:
    scan(three)
    playlist = alice.makes_playlist()
    track = tracks(alice)["Tin Roof"]
    item = alice.adds(playlist, track)
    ok(alice.post(f"/playlists/{playlist['id']}/items/{item['id']}/vote", {"direction": "up"}))
    (three / "new").mkdir()
    (three / "Mira Lund" / "roof.flac").rename(three / "new" / "tin.flac")
    report = scan(three)
    assert (report.counts["moved"], report.counts["missing"], report.counts["added"]) == (1, 0, 0)
    assert tracks(bob)["Tin Roof"] == track
    bytes_of(bob, track)
    items = ok(alice.get(f"/playlists/{playlist['id']}/items"))["items"]
    assert [(found["track"]["id"], found["votes"]) for found in items] == [(track["id"], 1)]
    assert scan(three).sentence == "3 files, 0 added, 3 unchanged, 0 broken"


def test_a_folder_can_be_renamed(three: Path, scan: Any, bob: Person) -> None:
    scan(three)
    before = tracks(bob)
    (three / "Mira Lund").rename(three / "A first folder")
    assert scan(three).counts["moved"] == 2
    assert tracks(bob) == before
    for track in before.values():
        bytes_of(bob, track)


def test_a_changed_file_is_the_same_track_with_other_bytes(
    three: Path, scan: Any, alice: Person, bob: Person, sounds: Sounds, happened: Any
) -> None:
    scan(three)
    track = tracks(alice)["Tin Roof"]
    playlist = alice.makes_playlist()
    alice.adds(playlist, track)
    put(three / "Mira Lund" / "roof.flac", sounds("flac", title="Copper Roof", pitch=300.0))
    assert scan(three).counts["changed"] == 1
    changed = tracks(bob)["Copper Roof"]
    assert changed["id"] == track["id"]
    assert changed["audio"]["sha256"] != track["audio"]["sha256"]
    bytes_of(bob, changed)
    problem(bob.get(track["audio"]["url"]), 404)
    name, payload = happened(playlist["id"])[-1]
    assert (name, payload["track"]["title"]) == ("track.updated", "Copper Roof")


def test_what_somebody_edited_is_not_written_over(
    three: Path, scan: Any, bob: Person, dora: Person, sounds: Sounds
) -> None:
    scan(three)
    track = tracks(dora)["Tin Roof"]
    ok(dora.patch(f"/tracks/{track['id']}", {"title": "Roof, live"}))
    put(three / "Mira Lund" / "roof.flac", sounds("flac", title="Copper Roof", pitch=300.0))
    scan(three)
    assert "Roof, live" in tracks(bob)


def test_a_missing_file_keeps_its_track_and_comes_back(
    app: Flask, three: Path, scan: Any, bob: Person
) -> None:
    scan(three)
    track = tracks(bob)["Tin Roof"]
    away = three.parent / "away.flac"
    (three / "Mira Lund" / "roof.flac").rename(away)
    assert scan(three).counts["missing"] == 1
    assert tracks(bob)["Tin Roof"] == track
    problem(bob.get(track["audio"]["url"]), 404)
    with app.app_context():
        assert session().scalar(
            select(AudioFile.lost_at).where(AudioFile.sha256 == track["audio"]["sha256"])
        )
    assert scan(three).counts["missing"] == 0
    away.rename(three / "Mira Lund" / "roof.flac")
    scan(three)
    bytes_of(bob, track)


def test_a_deleted_track_does_not_come_back(three: Path, scan: Any, dora: Person) -> None:
    scan(three)
    ok(dora.delete(f"/tracks/{tracks(dora)['Tin Roof']['id']}"), 204)
    assert scan(three).counts["added"] == 0
    assert "Tin Roof" not in tracks(dora)


def test_copies_are_one_track_on_one_audio_file(
    app: Flask, three: Path, scan: Any, bob: Person, sounds: Sounds
) -> None:
    shutil.copy2(sounds("mp3"), three / "again.mp3")
    report = scan(three)
    assert (report.counts["added"], report.counts["copies"]) == (3, 1)
    assert len(tracks(bob)) == 3
    # Whichever of them goes, the other is played.
    (three / "Mira Lund" / "lanterns.MP3").unlink()
    scan(three)
    bytes_of(bob, tracks(bob)["Paper Lanterns"])
    (three / "again.mp3").unlink()
    scan(three)
    problem(bob.get(tracks(bob)["Paper Lanterns"]["audio"]["url"]), 404)


def test_bytes_that_were_uploaded_are_not_taken_twice(
    app: Flask, three: Path, scan: Any, bob: Person, sounds: Sounds
) -> None:
    shelve(app, "alice", sounds("mp3"))
    report = scan(three)
    assert (report.counts["added"], report.counts["copies"]) == (2, 1)
    with app.app_context():
        assert session().scalar(select(func.count(AudioFile.id))) == 3
    (three / "Mira Lund" / "lanterns.MP3").unlink()
    scan(three)
    bytes_of(bob, tracks(bob)["Paper Lanterns"])


def test_an_upload_of_bytes_that_vanished_from_the_folder_brings_them_back(
    three: Path, scan: Any, alice: Person, bob: Person, sounds: Sounds
) -> None:
    scan(three)
    (three / "Mira Lund" / "lanterns.MP3").unlink()
    scan(three)
    track = tracks(bob)["Paper Lanterns"]
    problem(bob.get(track["audio"]["url"]), 404)
    assert alice.uploads(sounds("mp3"))["audio"] == track["audio"]
    bytes_of(bob, track)


def test_broken_files_are_listed_and_end_nothing(
    three: Path, scan: Any, sounds: Sounds, bob: Person
) -> None:
    (three / "empty.mp3").touch()
    (three / "text.ogg").write_text("no music")
    (three / "noise.flac").write_bytes(b"fLaC" + os.urandom(2000))
    (three / "silent.mp3").write_bytes(b"ID3\x04\0\0\0\0\0\0" + b"\0" * 500)
    report = scan(three)
    assert report.sentence == "7 files, 3 added, 0 unchanged, 4 broken"
    reasons = {Path(path).name: reason for path, reason in report.problems}
    assert reasons["empty.mp3"] == "This file is empty."
    assert "not one of the formats" in reasons["text.ogg"]
    assert "no sound" in reasons["silent.mp3"]
    assert "noise.flac" in reasons
    again = scan(three)
    assert again.sentence == "7 files, 0 added, 3 unchanged, 4 broken"
    assert sorted(again.problems) == sorted(report.problems)
    # One that was mended is taken.
    put(three / "empty.mp3", sounds("mp3", title="Mended", pitch=330.0))
    assert scan(three).counts["added"] == 1
    bytes_of(bob, tracks(bob)["Mended"])


def test_a_file_that_breaks_keeps_its_track_until_it_is_whole_again(
    three: Path, scan: Any, bob: Person, sounds: Sounds
) -> None:
    scan(three)
    track = tracks(bob)["Tin Roof"]
    roof = three / "Mira Lund" / "roof.flac"
    whole = roof.read_bytes()
    put(roof, three / "cover.jpg")
    assert scan(three).counts["broken"] == 1
    problem(bob.get(track["audio"]["url"]), 404)
    roof.write_bytes(whole)
    scan(three)
    assert tracks(bob)["Tin Roof"] == track
    bytes_of(bob, track)


def test_links_that_lead_out_are_not_followed(
    three: Path, scan: Any, sounds: Sounds, bob: Person
) -> None:
    outside = three.parent / "private"
    outside.mkdir()
    shutil.copy2(sounds("mp3", title="Secret"), outside / "secret.mp3")
    (three / "out.mp3").symlink_to(outside / "secret.mp3")
    (three / "folder").symlink_to(outside)
    (three / "up.mp3").symlink_to("../private/secret.mp3")
    (three / "nowhere.mp3").symlink_to(three / "not there.mp3")
    report = scan(three)
    assert report.sentence == "3 files, 3 added, 0 unchanged, 0 broken"
    assert "Secret" not in tracks(bob)
    assert {Path(path).name for path, _ in report.problems} == {
        "out.mp3",
        "up.mp3",
        "nowhere.mp3",
    }


def test_a_link_put_in_a_files_place_serves_nothing(
    three: Path, scan: Any, bob: Person, tmp_path: Path
) -> None:
    scan(three)
    track = tracks(bob)["Tin Roof"]
    roof = three / "Mira Lund" / "roof.flac"
    about, secret = roof.stat(), tmp_path / "secret"
    secret.write_bytes(b"s" * about.st_size)
    os.utime(secret, ns=(about.st_atime_ns, about.st_mtime_ns))
    roof.unlink()
    roof.symlink_to(secret)
    problem(bob.get(track["audio"]["url"]), 404)
    # Nor does one in the place of its folder.
    roof.unlink()
    (three / "Mira Lund").rename(tmp_path / "elsewhere")
    shutil.copy2(secret, tmp_path / "elsewhere" / "roof.flac")
    (three / "Mira Lund").symlink_to(tmp_path / "elsewhere")
    problem(bob.get(track["audio"]["url"]), 404)


def test_links_inside_and_loops_end(three: Path, scan: Any, sounds: Sounds, bob: Person) -> None:
    (three / "loop").symlink_to(three)
    (three / "Mira Lund" / "self").symlink_to("self")
    (three / ".store").mkdir()
    shutil.copy2(sounds("mp3", title="Annexed", pitch=222.0), three / ".store" / "x")
    (three / "annexed.mp3").symlink_to(".store/x")
    assert scan(three).sentence == "4 files, 4 added, 0 unchanged, 0 broken"
    bytes_of(bob, tracks(bob)["Annexed"])
    assert scan(three).sentence == "4 files, 0 added, 4 unchanged, 0 broken"


def test_names_that_are_not_utf8_are_readable_and_play(
    folder: Path, scan: Any, sounds: Sounds, bob: Person
) -> None:
    odd = os.fsencode(folder) + b"/caf\xe9 \x01 noir.mp3"
    shutil.copy2(os.fsencode(sounds("mp3", tagged=False)), odd)
    deep = os.fsencode(folder) + b"/\xff\xfe"
    os.mkdir(deep)
    (folder / "bad").write_bytes(b"")
    os.rename(folder / "bad", deep + b"/\xc3(.ogg")
    report = scan(folder)
    assert report.sentence == "2 files, 1 added, 0 unchanged, 1 broken"
    assert report.problems[0][0].encode()
    bytes_of(bob, tracks(bob)["café noir"])
    assert scan(folder).sentence == "2 files, 0 added, 1 unchanged, 1 broken"


def test_what_may_not_be_read_is_listed_and_taken_once_it_may(
    three: Path, scan: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The system's own answer, which root, as whom these tests may run, never gets.
    closed, really = os.fsencode(three / "Mira Lund" / "roof.flac"), os.open

    def refuse(path: Any, *how: Any) -> int:
        if path == closed:
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        return really(path, *how)

    with monkeypatch.context() as patched:
        patched.setattr(os, "open", refuse)
        report = scan(three)
    assert (report.counts["added"], report.counts["broken"]) == (2, 1)
    assert "permissions" in report.problems[0][1]
    assert scan(three).counts["added"] == 1


def test_a_folder_that_can_not_be_looked_into_loses_no_tracks(
    three: Path, scan: Any, bob: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    scan(three)
    closed, really = os.fsencode(three / "Mira Lund"), os.scandir

    def refuse(path: Any) -> Any:
        if path == closed:
            raise PermissionError(13, "Permission denied")
        return really(path)

    monkeypatch.setattr(os, "scandir", refuse)
    report = scan(three)
    assert report.counts["missing"] == 0
    assert "permissions" in report.problems[0][1]


def test_a_folder_that_is_not_there_says_so(three: Path, scan: Any, bob: Person) -> None:
    scan(three)
    three.rename(three.parent / "unmounted")
    with pytest.raises(NoFolder):
        scan(three)
    (three.parent / "unmounted").rename(three)
    bytes_of(bob, tracks(bob)["Tin Roof"])


def test_one_file_can_be_scanned_alone(three: Path, scan: Any) -> None:
    assert scan(three / "rain_on_glass.opus").sentence == "1 files, 1 added, 0 unchanged, 0 broken"
    assert scan(three).sentence == "3 files, 2 added, 1 unchanged, 0 broken"
    assert scan(three / "rain_on_glass.opus").counts["missing"] == 0


def test_the_servers_own_files_are_never_scanned(app: Flask, scan: Any, sounds: Sounds) -> None:
    folder: Path = app.config["JAMBOREE"].data_folder
    shutil.copy2(sounds("mp3"), folder / "backups" / "copy.mp3")
    assert scan(folder.parent).counts["files"] == 0


def test_of_two_scans_at_once_one_says_so(app: Flask, three: Path, scan: Any) -> None:
    def second() -> bool:
        with pytest.raises(AnotherScan):
            scan(three, wait=False)
        return False

    assert scan(three, stop=second).counts["added"] == 3


def test_a_scan_that_was_stopped_goes_on_where_it_was(
    folder: Path, scan: Any, sounds: Sounds
) -> None:
    for number in range(3):
        (folder / str(number)).mkdir()
        shutil.copy2(sounds("mp3", pitch=400.0 + number), folder / str(number) / "a.mp3")
    stops = iter((False, True))
    first = scan(folder, stop=lambda: next(stops))
    assert first.sentence == "1 files, 1 added, 0 unchanged, 0 broken"
    report = scan(folder)
    assert report.sentence == "3 files, 2 added, 1 unchanged, 0 broken"
    assert report.counts["missing"] == 0


def test_a_disk_that_is_full_leaves_nothing_half(
    app: Flask, three: Path, scan: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from playlist_app.library import incoming

    monkeypatch.setattr(incoming, "SPARE", 10**18)
    with pytest.raises(incoming.NoRoom):
        scan(three, copy=True)
    assert files(app) == {}


def test_long_recordings_cost_no_memory_and_little_time(
    folder: Path, scan: Any, bob: Person
) -> None:
    """Ten hours: as a WAV it is nothing but a header and a hole in the disk."""
    size = 10 * 3600 * 8000
    header = (
        b"RIFF" + (size + 36).to_bytes(4, "little") + b"WAVEfmt \x10\0\0\0\x01\0\x01\0"
        b"\x40\x1f\0\0\x40\x1f\0\0\x01\0\x08\0data" + size.to_bytes(4, "little")
    )
    with (folder / "night.wav").open("wb") as file:
        file.write(header)
        file.truncate(len(header) + size)
    report = scan(folder)
    assert report.counts["added"] == 1, report.problems
    track = tracks(bob)["night"]
    assert track["duration_formatted"] == "10:00:00"
    part = bob.get(track["audio"]["url"], headers={"Range": "bytes=200000000-200000003"})
    assert (part.status_code, part.data) == (206, b"\0\0\0\0")


@pytest.fixture
def prepared(app: Flask) -> Iterator[dict[str, str]]:
    yield os.environ | {"JAMBOREE_DATA": str(app.config["JAMBOREE"].data_folder)}


def flask(environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "flask", "--app", "app", "library", *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_the_command_ends_with_its_sentence(prepared: dict[str, str], three: Path) -> None:
    done = flask(prepared, "scan", str(three))
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "3 files, 3 added, 0 unchanged, 0 broken"
    again = flask(prepared, "scan", str(three), "--json", "--owner", "alice")
    assert '"unchanged": 3' in again.stdout
    wrong = flask(prepared, "scan", str(three / "not there"))
    assert wrong.returncode == 1
    assert "nothing at" in wrong.stderr
    assert "Traceback" not in wrong.stderr


def test_formats_that_no_tags_are_read_of_come_in_by_their_names(
    folder: Path, scan: Any, sounds: Sounds, bob: Person
) -> None:
    shutil.copy2(sounds("webm"), folder / "from the web.webm")
    assert scan(folder).counts["added"] == 1
    assert tracks(bob)["from the web"]["duration_seconds"] is None


def test_a_scan_that_is_killed_goes_on_where_it_was(
    app: Flask, folder: Path, sounds: Sounds, prepared: dict[str, str], scan: Any, bob: Person
) -> None:
    sound = sounds("mp3").read_bytes()
    for number in range(400):
        (folder / f"{number}.mp3").write_bytes(sound + number.to_bytes(4, "big"))
    command = [sys.executable, "-m", "flask", "--app", "app", "library", "scan", str(folder)]
    running = subprocess.Popen(command, cwd=ROOT, env=prepared, stdout=subprocess.DEVNULL)
    try:
        with app.app_context():
            while not (taken := session().scalar(select(func.count(ScannedFile.number)))):
                session().rollback()
                assert running.poll() is None, "it was done before it was killed"
    finally:
        running.kill()
        running.wait()
    report = scan(folder)
    assert report.counts["files"] == 400
    assert report.counts["unchanged"] >= taken
    assert report.counts["added"] == 400 - report.counts["unchanged"]
    assert scan(folder).sentence == "400 files, 0 added, 400 unchanged, 0 broken"
    assert len(files(app)) == 0
    with app.app_context():
        for table in (Track, AudioFile, ScannedFile):
            assert session().scalar(select(func.count()).select_from(table)) == 400


def test_watched_folders_are_taken_in_and_a_missing_one_is_told(
    data_folder: Path, three: Path, furnished: Any
) -> None:
    watched = os.pathsep.join([str(three.parent / "not there"), str(three)])
    app = make_app(data_folder, watch=watched)
    try:
        with app.app_context():
            with pytest.raises(watching.NotWatched, match="not there"):
                watching.look()
            assert session().scalar(select(func.count(Track.number))) == 3
            assert session().scalar(select(Track.owner_id).limit(1)) == User.named("dora").id
    finally:
        close(app)


def test_lyrics_come_from_the_tags_or_from_the_file_beside(
    folder: Path, scan: Any, bob: Person
) -> None:
    tagged = {"title": "Tagged", "lyrics": "[00:01.00]in the tag"}
    write(folder / "one.mp3", "mp3", seconds=1.0, pitch=300.0, tags=tagged)
    write(folder / "two.flac", "flac", seconds=1.0, pitch=400.0, tags={"title": "Beside"})
    (folder / "two.lrc").write_text("[00:02.00]beside the music")
    scan(folder)
    scan(folder)
    for title, line in (("Tagged", "in the tag"), ("Beside", "beside the music")):
        lyrics = ok(bob.get(f"/tracks/{tracks(bob)[title]['id']}/lyrics"))
        assert [one["text"] for one in lyrics["lines"]] == [line]
