"""Unsafe calls: whole or not at all, and with a key once, however often they are sent."""

from __future__ import annotations

import fcntl
import io
import uuid
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, update
from werkzeug.datastructures import Headers
from werkzeug.test import EnvironBuilder, run_wsgi_app

from playlist_app.database import now, session, write
from playlist_app.library.models import Genre
from playlist_app.live import events
from playlist_app.people.idempotency import ApiBlueprint, KeptAnswer, forget_old
from playlist_app.refusals import Conflict
from tests.cast import Person, ok, problem
from tests.sounds import Sounds


def keyed(key: object) -> dict[str, dict[str, str]]:
    return {"headers": {"Idempotency-Key": str(key)}}


@pytest.fixture
def key() -> uuid.UUID:
    return uuid.uuid4()


def lists_of(person: Person) -> list[str]:
    return [playlist["title"] for playlist in ok(person.get("/playlists"))["items"]]


def test_the_same_call_again_gets_the_first_answer_and_does_nothing(
    alice: Person, key: uuid.UUID, happened: Any
) -> None:
    first = alice.post("/playlists", {"title": "Once"}, **keyed(key))
    again = alice.post("/playlists", {"title": "Once"}, **keyed(key))
    assert ok(again, 201) == ok(first, 201)
    assert "Idempotency-Replayed" not in first.headers
    assert again.headers["Idempotency-Replayed"] == "true"
    assert lists_of(alice) == ["Once"]
    assert len(happened()) == 1


def test_an_answer_without_content_is_given_again_too(alice: Person, key: uuid.UUID) -> None:
    playlist = alice.makes_playlist()
    answers = [alice.delete(f"/playlists/{playlist['id']}", **keyed(key)) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [204, 204]
    assert answers[1].headers["Idempotency-Replayed"] == "true"


def test_the_same_key_written_otherwise_is_the_same(alice: Person, key: uuid.UUID) -> None:
    ok(alice.post("/playlists", {"title": "Once"}, **keyed(key)), 201)
    again = alice.post("/playlists", {"title": "Once"}, **keyed(str(key).upper()))
    assert again.headers["Idempotency-Replayed"] == "true"


def test_without_a_key_every_call_counts(alice: Person) -> None:
    for _ in range(2):
        ok(alice.post("/playlists", {"title": "Twice"}), 201)
    assert lists_of(alice) == ["Twice", "Twice"]


def test_another_call_with_the_same_key_is_refused(alice: Person, key: uuid.UUID) -> None:
    ok(alice.post("/playlists", {"title": "Once"}, **keyed(key)), 201)
    problem(alice.post("/playlists", {"title": "Other"}, **keyed(key)), 422)
    problem(alice.post("/tracks", {"title": "Once"}, **keyed(key)), 422)
    problem(alice.post("/playlists?x=1", {"title": "Once"}, **keyed(key)), 422)
    assert lists_of(alice) == ["Once"]


def test_the_same_key_of_another_person_is_another_key(
    alice: Person, bob: Person, key: uuid.UUID
) -> None:
    ok(alice.post("/playlists", {"title": "Alice's"}, **keyed(key)), 201)
    answer = bob.post("/playlists", {"title": "Alice's"}, **keyed(key))
    assert ok(answer, 201)["owner"]["name"] == "Bob"
    assert "Idempotency-Replayed" not in answer.headers


@pytest.mark.parametrize("bad", ["", "5", "not-a-uuid", "x" * 3000])
def test_a_key_that_is_no_uuid_is_refused_and_nothing_is_done(alice: Person, bad: str) -> None:
    problem(alice.post("/playlists", {"title": "Once"}, **keyed(bad)), 422)
    assert lists_of(alice) == []


def test_a_call_that_failed_is_not_kept(alice: Person, key: uuid.UUID) -> None:
    problem(alice.post("/playlists", {"title": " "}, **keyed(key)), 422)
    answer = alice.post("/playlists", {"title": "Better"}, **keyed(key))
    assert ok(answer, 201)["title"] == "Better"
    assert "Idempotency-Replayed" not in answer.headers


def test_an_answer_is_kept_for_a_day(app: Flask, alice: Person, key: uuid.UUID) -> None:
    ok(alice.post("/playlists", {"title": "Once"}, **keyed(key)), 201)
    with app.app_context():
        forget_old()
        assert session().scalar(select(func.count(KeptAnswer.key))) == 1
        with write() as tx:
            tx.execute(update(KeptAnswer).values(at=now() - timedelta(days=1, seconds=1)))
        forget_old()
        assert session().scalar(select(func.count(KeptAnswer.key))) == 0


def test_a_log_in_is_never_kept(app: Flask, nobody: Person, key: uuid.UUID) -> None:
    body = {"username": "alice", "password": "a good long password"}
    tokens = [ok(nobody.post("/users/login", body, **keyed(key)))["token"] for _ in range(2)]
    assert tokens[0] != tokens[1]
    with app.app_context():
        assert session().scalar(select(func.count(KeptAnswer.key))) == 0


def test_an_upload_is_done_once_and_another_file_is_another_call(
    alice: Person, key: uuid.UUID, sounds: Sounds
) -> None:
    def upload(path: Path) -> Any:
        with path.open("rb") as file:
            form = {"file": (file, "song.mp3")}
            return alice.post(
                "/tracks", data=form, content_type="multipart/form-data", **keyed(key)
            )

    first, again = upload(sounds("mp3")), upload(sounds("mp3"))
    assert ok(again, 201) == ok(first, 201)
    problem(upload(sounds("mp3", pitch=220.0)), 422)
    assert len(ok(alice.get("/tracks"))["items"]) == 1


# --- whole or not at all ------------------------------------------------------------------------


@pytest.fixture
def calls(app: Flask) -> Flask:
    """The app, with two calls more: they change things, and then go wrong."""
    blueprint = ApiBlueprint("half", __name__, url_prefix="/api/v1/half")

    def change() -> None:
        Genre.named("Half done")
        events.record(events.SessionRevoked("nobody's"))

    def refused() -> None:
        change()
        raise Conflict("On second thought: no.")

    def failed() -> None:
        change()
        raise ZeroDivisionError

    blueprint.add_url_rule("/refused", "refused", refused, methods=["POST"])
    blueprint.add_url_rule("/failed", "failed", failed, methods=["POST"])
    app.register_blueprint(blueprint)
    return app


def test_a_call_that_is_refused_in_the_middle_leaves_nothing(
    calls: Flask, alice: Person, happened: Any
) -> None:
    problem(alice.post("/half/refused"), 409)
    problem(alice.post("/half/refused", **keyed(uuid.uuid4())), 409)
    assert happened() == []
    assert count_genres(calls) == 0


def test_a_call_that_fails_in_the_middle_leaves_nothing(
    calls: Flask, alice: Person, happened: Any
) -> None:
    with pytest.raises(ZeroDivisionError):
        alice.post("/half/failed")
    assert happened() == []
    assert count_genres(calls) == 0
    ok(alice.post("/playlists", {"title": "The lock is free again"}), 201)


def count_genres(app: Flask) -> int:
    with app.app_context():
        return session().scalar(select(func.count(Genre.id))) or 0


class SlowBody(io.BytesIO):
    """A body that comes in while others want to write: notes whether they could."""

    def __init__(self, body: bytes, lock: Path) -> None:
        super().__init__(body)
        self.lock = lock
        self.others_could_write: list[bool] = []

    def readinto(self, buffer: Any) -> int:
        with self.lock.open() as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                self.others_could_write.append(True)
            except BlockingIOError:
                self.others_could_write.append(False)
        return super().readinto(buffer)


@pytest.mark.parametrize("with_key", [False, True])
def test_nobody_waits_for_a_body_that_comes_in_slowly(
    app: Flask, data_folder: Path, alice: Person, *, with_key: bool
) -> None:
    body = SlowBody(b'{"title": "From a tunnel"}', data_folder / "write.lock")
    headers = Headers(alice.headers)
    if with_key:
        headers["Idempotency-Key"] = str(uuid.uuid4())
    environ = EnvironBuilder(
        "/api/v1/playlists", method="POST", headers=headers, content_type="application/json"
    ).get_environ()
    environ |= {"wsgi.input": body, "CONTENT_LENGTH": str(len(body.getvalue()))}
    _, status, _ = run_wsgi_app(app, environ, buffered=True)
    assert status == "201 CREATED"
    assert body.others_could_write
    assert all(body.others_could_write)
