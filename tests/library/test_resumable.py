"""Resumable uploads: tus 1.0.0, what is on the disk is the truth, and one track in the end."""

from __future__ import annotations

import base64
import errno
import fcntl
import hashlib
import io
import os
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, select, update
from sqlalchemy.exc import OperationalError
from werkzeug.datastructures import Headers
from werkzeug.test import EnvironBuilder, TestResponse, run_wsgi_app

from playlist_app.config import settings
from playlist_app.database import db, now, session, write
from playlist_app.library import pieces, resumable
from playlist_app.library.resumable import KEPT_FOR, PIECE_AT_MOST, Upload, forget_expired
from playlist_app.people.models import Role
from tests.cast import API, Person, ok, problem
from tests.conftest import close, make_app
from tests.library.shelf import files, somebody, stock
from tests.sounds import Sounds

OCTETS = "application/offset+octet-stream"
TUS = {"Tus-Resumable": "1.0.0"}


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def asks_to_begin(
    person: Person, data: bytes, name: str = "song.mp3", headers: Any = None, **said: str
) -> TestResponse:
    said = {"filename": name} | said
    pairs = [f"{key} {base64.b64encode(text.encode()).decode()}" for key, text in said.items()]
    given = {"Upload-Length": str(len(data)), "Upload-Metadata": ",".join(pairs)}
    return person.post("/uploads", headers=TUS | given | (headers or {}))


def begins(person: Person, data: bytes, name: str = "song.mp3", **said: str) -> dict[str, Any]:
    return ok(asks_to_begin(person, data, name, **said), 201)


def sends(
    person: Person, upload: dict[str, Any], data: bytes, at: int, **headers: str
) -> TestResponse:
    given = TUS | {"Upload-Offset": str(at), "Content-Type": OCTETS} | headers
    return person.call("PATCH", f"/uploads/{upload['id']}", data=data, headers=given)


def sends_all(person: Person, upload: dict[str, Any], data: bytes) -> None:
    answer = sends(person, upload, data, 0)
    assert answer.status_code == 204, answer.get_data(as_text=True)


def finishes(person: Person, upload: dict[str, Any], **fields: Any) -> TestResponse:
    return person.post(f"/uploads/{upload['id']}/finish", fields)


def offset(person: Person, upload: dict[str, Any]) -> int:
    answer = person.call("HEAD", f"/uploads/{upload['id']}", headers=TUS)
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Upload-Length"] == str(upload["size_bytes"])
    return int(answer.headers["Upload-Offset"])


@pytest.fixture
def song(sounds: Sounds) -> bytes:
    return sounds("mp3", seconds=6.0).read_bytes()


@pytest.fixture
def uploads(app: Flask) -> Path:
    config: Any = app.config["JAMBOREE"]
    return Path(config.media_folder / "uploads")


# --- from the beginning to the track ------------------------------------------------------------


def test_a_file_in_pieces_becomes_a_track(
    app: Flask, alice: Person, bob: Person, song: bytes, happened: Any
) -> None:
    answer = asks_to_begin(alice, song, "song.mp3", sha256=sha256(song), modified="1763719200000")
    upload = ok(answer, 201)
    assert answer.headers["Location"] == f"{API}/uploads/{upload['id']}"
    assert answer.headers["Tus-Resumable"] == "1.0.0"
    assert (upload["name"], upload["size_bytes"]) == ("song.mp3", len(song))
    assert (upload["offset"], upload["modified"]) == (0, 1763719200000)

    at = 0
    for piece in (song[:10_000], song[10_000:10_001], song[10_001:]):
        taken = sends(alice, upload, piece, at)
        at += len(piece)
        assert (taken.status_code, taken.data) == (204, b"")
        assert taken.headers["Upload-Offset"] == str(at) == str(offset(alice, upload))
        assert taken.headers["Upload-Expires"].endswith("GMT")
    track = ok(finishes(alice, upload), 201)

    assert track["title"] == "Paper Lanterns"
    assert track["audio"]["sha256"] == sha256(song)
    assert bob.get(track["audio"]["url"]).data == song
    assert ok(bob.get("/tracks"))["items"] == [track]
    assert happened() == []  # it stands in no playlist yet
    assert files(app, "uploads") == files(app, "incoming") == {}
    assert ok(alice.get("/uploads"))["items"] == []
    chunks = ok(alice.get(f"{API}/audio/by-hash/{sha256(song)}"))
    assert chunks["size_bytes"] == len(song)


def test_what_is_said_at_the_end_goes_before_the_tags(alice: Person, song: bytes) -> None:
    upload = begins(alice, song)
    sends_all(alice, upload, song)
    problem(finishes(alice, upload, title="x" * 301), 422)
    track = ok(finishes(alice, upload, title="Lanterns (live)"), 201)
    assert (track["title"], track["artist"]) == ("Lanterns (live)", "Mira Lund")


def test_finishing_again_answers_the_same_track(app: Flask, alice: Person, song: bytes) -> None:
    upload = begins(alice, song)
    sends_all(alice, upload, song)
    track = ok(finishes(alice, upload), 201)
    before = stock(app)
    assert ok(finishes(alice, upload), 201) == track
    assert offset(alice, upload) == len(song)  # a client that asks how far it is, is told: whole
    assert problem(sends(alice, upload, b"more", len(song)), 409)["offset"] == len(song)
    assert stock(app) == before
    ok(alice.delete(f"/tracks/{track['id']}"), 204)
    problem(finishes(alice, upload), 404)


def test_beginning_again_goes_on_with_what_is_here(app: Flask, alice: Person, song: bytes) -> None:
    upload = begins(alice, song, sha256=sha256(song))
    sends(alice, upload, song[:5000], 0)
    again = begins(alice, song, "renamed.mp3", sha256=sha256(song))
    assert (again["id"], again["offset"]) == (upload["id"], 5000)
    # Without a hash nobody knows whether it is the same file.
    assert begins(alice, song)["id"] != upload["id"]
    assert len(ok(alice.get("/uploads"))["items"]) == 2


def test_a_beginning_that_is_sent_twice_is_one(alice: Person, song: bytes) -> None:
    key = {"Idempotency-Key": "5f0c3f5a-8f0e-4f7f-9b61-0d2f6d4b9d10"}
    first, again = (asks_to_begin(alice, song, headers=key) for _ in range(2))
    assert again.headers["Location"] == first.headers["Location"]
    assert len(ok(alice.get("/uploads"))["items"]) == 1


def test_the_server_says_what_it_speaks(alice: Person, nobody: Person) -> None:
    answer = alice.call("OPTIONS", "/uploads")
    assert answer.status_code in (200, 204)
    assert answer.headers["Tus-Version"] == "1.0.0"
    assert answer.headers["Tus-Extension"] == "creation,checksum,termination,expiration"
    assert answer.headers["Tus-Max-Size"] == "500000000"
    assert "sha1" in answer.headers["Tus-Checksum-Algorithm"].split(",")
    problem(nobody.call("OPTIONS", "/uploads"), 401)


def test_a_track_on_bytes_that_others_have_too_is_a_track_of_its_own(
    app: Flask, alice: Person, bob: Person, song: bytes
) -> None:
    for person in (alice, bob):
        upload = begins(person, song, sha256=sha256(song))
        sends_all(person, upload, song)
        ok(finishes(person, upload), 201)
    assert len(files(app, "audio")) == 1
    assert len(ok(bob.get("/tracks"))["items"]) == 2


# --- where it goes on ---------------------------------------------------------------------------


@pytest.mark.parametrize("at", [0, 4999, 5001, 10**15 - 1])
def test_a_piece_for_another_place_is_refused_with_the_place(
    alice: Person, song: bytes, at: int
) -> None:
    upload = begins(alice, song)
    sends(alice, upload, song[:5000], 0)
    assert problem(sends(alice, upload, song[:100], at), 409)["offset"] == 5000
    assert offset(alice, upload) == 5000


@pytest.mark.parametrize("at", ["", "-1", "1e3", "²", "ten", "9" * 400])
def test_a_place_that_is_no_number_is_refused(alice: Person, song: bytes, at: str) -> None:
    upload = begins(alice, song)
    problem(
        sends(alice, upload, song[:100], 0, **{"Upload-Offset": at.encode().decode("latin1")}), 400
    )
    assert offset(alice, upload) == 0


def test_more_than_was_announced_is_refused(alice: Person, song: bytes) -> None:
    upload = begins(alice, song)
    problem(sends(alice, upload, song + b"x", 0), 413)
    sends(alice, upload, song[:-1], 0)
    problem(sends(alice, upload, b"xx", len(song) - 1), 413)
    assert offset(alice, upload) == len(song) - 1


def test_a_piece_has_at_most_8_mib(alice: Person) -> None:
    upload = begins(alice, bytes(PIECE_AT_MOST + 1), "song.wav")
    problem(sends(alice, upload, bytes(PIECE_AT_MOST + 1), 0), 413)
    assert offset(alice, upload) == 0
    assert sends(alice, upload, bytes(PIECE_AT_MOST), 0).status_code == 204


def test_finishing_what_is_not_whole_says_how_far_it_is(alice: Person, song: bytes) -> None:
    upload = begins(alice, song)
    sends(alice, upload, song[:-1], 0)
    assert problem(finishes(alice, upload), 409)["offset"] == len(song) - 1
    sends(alice, upload, song[-1:], len(song) - 1)
    ok(finishes(alice, upload), 201)


def cut_off(app: Flask, person: Person, upload: dict[str, Any], data: bytes, **headers: str) -> int:
    """The status of a piece of `data` and as much again, of which the second half never comes."""
    given = person.headers | TUS | {"Upload-Offset": "0"} | headers
    environ = EnvironBuilder(
        f"{API}/uploads/{upload['id']}", method="PATCH", headers=Headers(given)
    ).get_environ()
    environ |= {
        "CONTENT_TYPE": OCTETS,
        "CONTENT_LENGTH": str(2 * len(data)),
        "wsgi.input": io.BytesIO(data),
    }
    _, status, _ = run_wsgi_app(app, environ, buffered=True)
    return int(status.split()[0])


def test_what_came_before_the_connection_broke_is_kept(
    app: Flask, alice: Person, song: bytes
) -> None:
    upload = begins(alice, song)
    half = len(song) // 2
    assert cut_off(app, alice, upload, song[:half]) == 408
    assert offset(alice, upload) == half
    sends(alice, upload, song[half:], half)
    assert ok(finishes(alice, upload), 201)["audio"]["sha256"] == sha256(song)


def test_with_a_checksum_it_is_not_kept_as_it_can_not_be_compared(
    app: Flask, alice: Person, song: bytes
) -> None:
    upload = begins(alice, song)
    half = len(song) // 2
    status = cut_off(app, alice, upload, song[:half], **{"Upload-Checksum": "sha1 " + "A" * 28})
    assert status == 408
    assert offset(alice, upload) == 0


def test_what_is_here_survives_the_server(data_folder: Path, alice: Person, song: bytes) -> None:
    upload = begins(alice, song)
    sends(alice, upload, song[:7000], 0)
    again = make_app(data_folder)
    person = Person(again, "alice", alice.token)
    assert offset(person, upload) == 7000
    sends(person, upload, song[7000:], 7000)
    ok(finishes(person, upload), 201)
    close(again)


@pytest.fixture
def held(uploads: Path) -> Iterator[Any]:
    """Somebody else is at work on an upload: another thread, or another process."""
    handles = []

    def hold(upload: dict[str, Any]) -> None:
        handles.append(os.open(uploads / upload["id"], os.O_RDWR | os.O_CREAT))
        fcntl.flock(handles[-1], fcntl.LOCK_EX)

    yield hold
    for handle in handles:
        os.close(handle)


def test_two_at_once_on_one_upload_are_one_and_a_refusal(
    alice: Person, song: bytes, held: Any
) -> None:
    upload = begins(alice, song)
    held(upload)
    problem(sends(alice, upload, song, 0), 423)
    problem(finishes(alice, upload), 423)
    assert offset(alice, upload) == 0  # asking is always possible


# --- right bytes --------------------------------------------------------------------------------


@pytest.mark.parametrize("algorithm", ["sha1", "sha256"])
def test_a_piece_is_compared_with_its_checksum(alice: Person, song: bytes, algorithm: str) -> None:
    upload = begins(alice, song)
    right = base64.b64encode(hashlib.new(algorithm, song[:5000]).digest()).decode()
    header = {"Upload-Checksum": f"{algorithm} {right}"}
    problem(sends(alice, upload, song[1:5001], 0, **header), 460)
    assert offset(alice, upload) == 0
    assert sends(alice, upload, song[:5000], 0, **header).status_code == 204
    assert offset(alice, upload) == 5000


@pytest.mark.parametrize("given", ["md5 abcd", "sha1", "sha1 ???", "sha256 AAAA BBBB"])
def test_a_checksum_that_can_not_be_read_is_refused(alice: Person, song: bytes, given: str) -> None:
    upload = begins(alice, song)
    answer = sends(alice, upload, song[:100], 0, **{"Upload-Checksum": given})
    assert answer.status_code in (400, 460)
    assert offset(alice, upload) == 0


def test_a_whole_that_is_not_what_was_announced_is_sent_again(
    app: Flask, alice: Person, song: bytes, sounds: Sounds
) -> None:
    upload = begins(alice, song, sha256=sha256(song))
    sends_all(alice, upload, song[:-1] + bytes([song[-1] ^ 1]))
    before = stock(app).rows
    assert problem(finishes(alice, upload), 460)["offset"] == 0
    assert (stock(app).rows, offset(alice, upload)) == (before, 0)
    sends_all(alice, upload, song)
    ok(finishes(alice, upload), 201)


# --- what is refused, and when ------------------------------------------------------------------


def test_what_can_not_become_a_track_is_refused_before_its_bytes(
    app: Flask, alice: Person, song: bytes
) -> None:
    before = stock(app)
    for name in ("song.png", "song.mp3.exe", "../song.mp3", "a\x00b.mp3", "x" * 252 + ".mp3"):
        assert "file" in problem(asks_to_begin(alice, song, name), 422)["errors"], name
    assert "filename" in problem(asks_to_begin(alice, song, ""), 422)["errors"]
    problem(asks_to_begin(alice, b""), 422)
    problem(asks_to_begin(alice, song, sha256="zz"), 422)
    problem(asks_to_begin(alice, song, modified="yesterday"), 422)
    too_long = {"Upload-Length": "500000001"}
    assert "at most 500 MB" in problem(asks_to_begin(alice, song, headers=too_long), 413)["detail"]
    for length in ("", "-1", "many", "1.5"):
        problem(asks_to_begin(alice, song, headers={"Upload-Length": length}), 400)
    problem(asks_to_begin(alice, song, headers={"Upload-Defer-Length": "1"}), 411)
    problem(asks_to_begin(alice, song, headers={"Upload-Metadata": "filename ???"}), 422)
    assert stock(app) == before
    assert ok(alice.get("/uploads"))["items"] == []


def test_another_version_of_tus_is_refused(alice: Person, song: bytes) -> None:
    upload = begins(alice, song)
    answer = sends(alice, upload, song, 0, **{"Tus-Resumable": "0.2.2"})
    problem(answer, 412)
    assert answer.headers["Tus-Version"] == "1.0.0"
    problem(alice.post("/uploads", headers={"Upload-Length": "5"}), 412)
    problem(sends(alice, upload, song, 0, **{"Content-Type": "audio/mpeg"}), 415)
    assert offset(alice, upload) == 0


def test_what_is_not_audio_is_refused_the_same_way_twice_and_its_bytes_go(
    app: Flask, alice: Person
) -> None:
    data = b"Dear diary, today I learned what an mp3 is not.\n" * 100
    upload = begins(alice, data)
    sends_all(alice, upload, data)
    before = stock(app).rows
    first = problem(finishes(alice, upload), 422)
    assert first["title"] == "That can't be played"
    assert files(app) == {}
    assert problem(finishes(alice, upload), 422) == first
    assert stock(app).rows == before
    assert ok(alice.get("/uploads"))["items"] == []  # there is nothing to go on with


def test_a_guest_begins_nothing(app: Flask, song: bytes) -> None:
    guest = somebody(app, "gustav", Role.GUEST)
    problem(asks_to_begin(guest, song), 403)


def test_nobody_elses_upload_is_there(
    app: Flask, alice: Person, bob: Person, dora: Person, song: bytes
) -> None:
    upload = begins(alice, song, sha256=sha256(song))
    sends(alice, upload, song[:5000], 0)
    for other in (bob, dora):
        problem(sends(other, upload, song[5000:], 5000), 404)
        problem(finishes(other, upload), 404)
        problem(other.get(f"/uploads/{upload['id']}"), 404)
        assert other.call("HEAD", f"/uploads/{upload['id']}", headers=TUS).status_code == 404
        problem(other.delete(f"/uploads/{upload['id']}", headers=TUS), 404)
        assert ok(other.get("/uploads"))["items"] == []
        # Their own, of the same bytes, begins at the beginning.
        assert begins(other, song, sha256=sha256(song))["offset"] == 0
    assert offset(alice, upload) == 5000


# --- cancelled, left alone ----------------------------------------------------------------------


def test_a_cancelled_upload_leaves_nothing(app: Flask, alice: Person, song: bytes) -> None:
    before = stock(app)
    upload = begins(alice, song)
    sends(alice, upload, song[:5000], 0)
    assert alice.delete(f"/uploads/{upload['id']}", headers=TUS).status_code == 204
    problem(sends(alice, upload, song[5000:], 5000), 404)
    problem(finishes(alice, upload), 404)
    problem(alice.delete(f"/uploads/{upload['id']}", headers=TUS), 404)
    assert stock(app) == before


def leave_alone(app: Flask, uploads: Path, upload: dict[str, Any], time: timedelta) -> None:
    """Let so much time go by for an upload."""
    then = now() - time
    with app.app_context(), write() as tx:
        tx.execute(update(Upload).where(Upload.id == upload["id"]).values(created_at=then))
    path = uploads / upload["id"]
    if path.exists():
        os.utime(path, (then.timestamp(), then.timestamp()))


def clean_up(app: Flask) -> None:
    with app.app_context():
        forget_expired(settings())


def test_an_upload_that_is_left_for_two_days_goes(
    app: Flask, uploads: Path, alice: Person, song: bytes
) -> None:
    old, young, unsent = (begins(alice, song) for _ in range(3))
    sends(alice, old, song[:5000], 0)
    sends(alice, young, song[:5000], 0)
    leave_alone(app, uploads, old, KEPT_FOR + timedelta(minutes=1))
    leave_alone(app, uploads, unsent, KEPT_FOR + timedelta(minutes=1))
    leave_alone(app, uploads, young, KEPT_FOR - timedelta(minutes=1))
    for gone in (old, unsent):
        problem(sends(alice, gone, song[5000:], 5000), 404)
        problem(finishes(alice, gone), 404)
    clean_up(app)
    assert [one["id"] for one in ok(alice.get("/uploads"))["items"]] == [young["id"]]
    assert files(app, "uploads") == {f"uploads/{young['id']}": 5000}
    with app.app_context():
        assert session().scalars(select(Upload.id)).all() == [young["id"]]


def test_an_upload_that_began_long_ago_and_still_comes_in_stays(
    app: Flask, uploads: Path, alice: Person, song: bytes
) -> None:
    upload = begins(alice, song)
    leave_alone(app, uploads, upload, KEPT_FOR - timedelta(minutes=1))
    sends(alice, upload, song[:5000], 0)
    with app.app_context(), write() as tx:
        tx.execute(update(Upload).values(created_at=now() - 3 * KEPT_FOR))
    clean_up(app)
    assert offset(alice, upload) == 5000


def test_what_a_crash_left_is_removed(
    app: Flask, uploads: Path, alice: Person, song: bytes
) -> None:
    upload = begins(alice, song)
    sends(alice, upload, song[:5000], 0)
    (uploads / "of nobody").write_bytes(b"half")
    (uploads / "of nobody.large.jpg").write_bytes(b"half")
    clean_up(app)
    assert set(files(app)) == {f"uploads/{upload['id']}"}


# --- room ---------------------------------------------------------------------------------------


def test_a_disk_that_is_nearly_full_takes_no_upload(
    app: Flask, alice: Person, song: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload = begins(alice, song)
    usage = shutil.disk_usage("/")._replace(free=99_000_000)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    problem(asks_to_begin(alice, song), 507)
    problem(sends(alice, upload, song, 0), 507)
    assert offset(alice, upload) == 0


def test_a_disk_that_fills_up_keeps_what_came_and_it_goes_on_later(
    app: Flask, alice: Person, sounds: Sounds, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = sounds("wav", seconds=6.0).read_bytes()
    upload = begins(alice, data, "song.wav")
    pwrite, writes = os.pwrite, iter(range(100))

    def fills_up(handle: int, piece: Any, at: int) -> int:
        if next(writes) >= 3:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return pwrite(handle, piece, at)

    monkeypatch.setattr(os, "pwrite", fills_up)
    problem(sends(alice, upload, data, 0), 507)
    monkeypatch.setattr(os, "pwrite", pwrite)
    here = offset(alice, upload)
    assert here == 3 * pieces.BLOCK
    sends(alice, upload, data[here:], here)
    ok(finishes(alice, upload), 201)


def test_a_commit_that_fails_costs_no_byte(app: Flask, alice: Person, song: bytes) -> None:
    upload = begins(alice, song)
    sends_all(alice, upload, song)

    def full(_: object) -> None:
        raise OperationalError("COMMIT", {}, Exception("database or disk is full"))

    with app.app_context():
        engine = db.engine
    event.listen(engine, "commit", full)
    try:
        with pytest.raises(OperationalError):
            finishes(alice, upload)
    finally:
        event.remove(engine, "commit", full)
    assert files(app) == {f"uploads/{upload['id']}": len(song)}
    ok(finishes(alice, upload), 201)


def test_there_is_an_end_to_how_many_may_be_unfinished(
    alice: Person, song: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resumable, "OPEN_AT_MOST", 2)
    first = begins(alice, song)
    begins(alice, song)
    problem(asks_to_begin(alice, song), 429)
    alice.delete(f"/uploads/{first['id']}", headers=TUS)
    begins(alice, song)
