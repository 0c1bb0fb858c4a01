"""The thread: messages, what goes along with them, and who hears and reads it."""

from __future__ import annotations

import io
import json
import uuid
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from playlist_app.database import session
from playlist_app.library.models import AudioFile
from playlist_app.library.references import needed
from playlist_app.live.events import Event
from tests.cast import API, Browser, Person, ok, problem
from tests.sounds import Sounds

Happened = Any
JSON = dict[str, Any]


@pytest.fixture
def playlist(alice: Person, bob: Person) -> JSON:
    made = alice.makes_playlist()
    alice.invites(made, bob)
    return made


def thread(playlist: JSON, message: JSON | None = None) -> str:
    return f"/playlists/{playlist['id']}/messages" + (f"/{message['id']}" if message else "")


def says(person: Person, playlist: JSON, text: str = "Bring ice", **more: Any) -> JSON:
    return ok(person.post(thread(playlist), {"text": text, **more}), 201)


def read(person: Person, playlist: JSON) -> list[str]:
    return [message["text"] for message in ok(person.get(thread(playlist)))["items"]]


def clip(person: Person, path: Path) -> JSON:
    body = {"file": (path.open("rb"), path.name)}
    answer = person.post(f"{API}/audio", data=body, content_type="multipart/form-data")
    assert answer.status_code in (200, 201), answer.get_data(as_text=True)
    return dict(answer.get_json())


def test_a_message_is_read_changed_and_deleted(
    alice: Person, bob: Person, charlie: Person, playlist: JSON, happened: Happened
) -> None:
    message = says(bob, playlist, "  Bring ice\nand\u202e limes  ")
    assert message["text"] == "Bring ice\nand limes"
    assert message["author"] == {"id": bob.id, "name": "Bob"}
    assert happened(playlist["id"])[-1] == ("message.posted", {"message": message})
    assert read(alice, playlist) == ["Bring ice\nand limes"]

    changed = ok(bob.patch(thread(playlist, message), {"text": "Bring more ice"}))
    assert changed["edited_at"]
    assert happened(playlist["id"])[-1] == ("message.edited", {"message": changed})
    events = happened()
    ok(bob.patch(thread(playlist, message), {"text": "Bring more ice"}))
    assert happened() == events, "the same again tells nobody"

    problem(alice.patch(thread(playlist, message), {"text": "Not mine"}), 403)
    for answer in (
        charlie.get(thread(playlist)),
        charlie.post(thread(playlist), {"text": "Hello"}),
        charlie.patch(thread(playlist, message), {"text": "Hello"}),
        charlie.delete(thread(playlist, message)),
    ):
        problem(answer, 404)
    assert bob.delete(thread(playlist, message)).status_code == 204
    assert happened(playlist["id"])[-1] == ("message.deleted", {"id": message["id"]})
    assert read(alice, playlist) == []
    problem(bob.delete(thread(playlist, message)), 404)


def test_what_a_deleted_message_said_is_gone_from_the_events(
    app: Flask, alice: Person, bob: Person, playlist: JSON
) -> None:
    kept = says(alice, playlist, "Stays")
    secret = says(bob, playlist, "My secret")
    ok(bob.patch(thread(playlist, secret), {"text": "My other secret"}))

    assert alice.delete(thread(playlist, secret)).status_code == 204, "who runs it may, too"

    with app.app_context():
        payloads = session().scalars(select(Event.payload)).all()
    assert not any("secret" in payload for payload in payloads)
    texts = [json.loads(payload) for payload in payloads if "Stays" in payload]
    assert texts[0]["message"]["id"] == kept["id"]


def test_a_snapshot_goes_along(alice: Person, bob: Person, playlist: JSON) -> None:
    alice.adds(playlist, alice.makes_track("A"))

    message = says(bob, playlist, "Look at this", take_snapshot=True)

    path = f"/playlists/{playlist['id']}/snapshots/{message['snapshot']}"
    whole = ok(alice.get(path))
    assert (whole["kind"], whole["text"]) == ("message", "Look at this")
    assert [song["title"] for song in whole["items"]] == ["A"]
    again = says(alice, playlist, "", snapshot=message["snapshot"])
    assert again["snapshot"] == message["snapshot"]
    alice.delete(path)
    assert [one["snapshot"] for one in ok(bob.get(thread(playlist)))["items"]] == [None, None]
    elsewhere = alice.makes_playlist("Other")
    taken = ok(alice.post(f"/playlists/{elsewhere['id']}/snapshots", {}), 201)
    problem(alice.post(thread(playlist), {"text": "", "snapshot": taken["id"]}), 404)


def test_a_clip_is_heard_by_who_reads_the_thread(
    app: Flask, alice: Person, bob: Person, charlie: Person, playlist: JSON, sounds: Sounds
) -> None:
    audio = clip(bob, sounds("webm"))
    problem(alice.get(audio["url"]), 404)
    # By knowing its id nobody gets to hear it.
    problem(alice.post(thread(playlist), {"text": "", "audio": audio["id"]}), 404)

    message = says(bob, playlist, "", audio=audio["id"])

    assert message["audio"]["sha256"] == audio["sha256"]
    assert message["audio"]["duration_seconds"] > 0
    assert alice.get(message["audio"]["url"]).status_code == 200
    part = alice.get(message["audio"]["url"], headers={"Range": "bytes=0-9"})
    assert (part.status_code, len(part.data)) == (206, 10)
    assert "sandbox" in part.headers["Content-Security-Policy"]
    problem(charlie.get(message["audio"]["url"]), 404)
    with app.app_context():
        assert session().scalar(select(AudioFile.id).where(needed())) == audio["id"]
    ok(alice.post(f"/playlists/{playlist['id']}/blocks", {"user": bob.id}), 201)
    ok(alice.patch(f"/playlists/{playlist['id']}", {"visibility": "link"}))
    assert charlie.get(message["audio"]["url"]).status_code == 200
    alice.delete(thread(playlist, message))
    problem(alice.get(message["audio"]["url"]), 404)
    with app.app_context():
        assert session().scalar(select(AudioFile.id).where(needed())) is None


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"text": ""}, 422),
        ({"text": " \n\t "}, 422),
        ({"text": "x" * 100_000}, 422),
        ({"text": "x" * 4001}, 422),
        ({"text": 5}, 422),
        ({}, 422),
        ({"text": "Hello", "audio": str(uuid.uuid4())}, 404),
        ({"text": "Hello", "snapshot": "nothing"}, 404),
        ({"text": "Hello", "author": "alice"}, 422),
    ],
)
def test_what_can_not_be_said(
    bob: Person, playlist: JSON, happened: Happened, body: Any, status: int
) -> None:
    events = happened()

    problem(bob.post(thread(playlist), body), status)

    assert happened() == events
    assert read(bob, playlist) == []


def test_a_viewer_reads_and_does_not_write(
    alice: Person, charlie: Person, playlist: JSON, happened: Happened
) -> None:
    alice.invites(playlist, charlie, "viewer")
    says(alice, playlist)
    events = happened()

    problem(charlie.post(thread(playlist), {"text": "Hello"}), 403)

    assert happened() == events
    assert read(charlie, playlist) == ["Bring ice"]
    assert "Your message" not in charlie.page(f"/playlists/{playlist['id']}/thread").get_data(True)


def test_where_no_names_are_shown_messages_and_snapshots_have_none(
    alice: Person, bob: Person, charlie: Person, playlist: JSON, happened: Happened
) -> None:
    alice.invites(playlist, charlie, "voter")
    path = f"/playlists/{playlist['id']}"
    ok(alice.patch(f"{path}/party", {"names": False}))
    seen = len(happened())

    message = says(bob, playlist, take_snapshot=True)
    ok(bob.patch(thread(playlist, message), {"text": "Bring more ice"}))

    assert not any("Bob" in str(event) or bob.id in str(event) for event in happened()[seen:])
    for person, name in ((alice, "Bob"), (bob, "Bob"), (charlie, "")):
        [read] = ok(person.get(thread(playlist)))["items"]
        assert read["author"]["name"] == name
    for person, knows in ((alice, True), (bob, False), (charlie, False)):
        [taken] = ok(person.get(f"{path}/snapshots"))["items"]
        assert bool(taken["by"]) == knows
        manifest = ok(person.get(f"{path}/offline"))
        assert bool(manifest["snapshots"][0]["by"]) == knows
    assert "Bob" not in charlie.page(f"{path}/thread").get_data(as_text=True)


def test_it_comes_in_pages(alice: Person, playlist: JSON) -> None:
    for number in range(5):
        says(alice, playlist, str(number))

    first = ok(alice.get(thread(playlist), query_string={"limit": 2}))
    second = ok(
        alice.get(thread(playlist), query_string={"limit": 3, "cursor": first["next_cursor"]})
    )

    assert [message["text"] for message in first["items"]] == ["4", "3"]
    assert [message["text"] for message in second["items"]] == ["2", "1", "0"]
    assert second["next_cursor"] is None


def test_what_waited_without_network_is_posted_once(
    alice: Person, bob: Person, charlie: Person, playlist: JSON
) -> None:
    operation = {
        "id": str(uuid.uuid4()),
        "kind": "message",
        "at": "2026-01-01T00:00:00Z",
        "base_seq": None,
        "playlist": playlist["id"],
        "text": "On my way",
    }
    body = {"device": "phone", "operations": [operation]}

    for replayed in (False, True):
        [result] = ok(bob.post("/sync", body))["results"]
        assert (result["status"], result["replayed"]) == ("applied", replayed)

    assert read(alice, playlist) == ["On my way"]
    [refused] = ok(charlie.post("/sync", {"device": "d", "operations": [operation]}))["results"]
    assert refused["status"] == "rejected"
    del operation["text"]
    problem(bob.post("/sync", {"device": "phone", "operations": [operation]}), 422)


def test_a_clip_may_be_large_but_not_too_large(
    app: Flask,
    bob: Person,
    playlist: JSON,
    sounds: Sounds,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from playlist_app.playlists.thread import messages

    browser = Browser(app, bob)
    path = f"/playlists/{playlist['id']}/thread"
    song = sounds("wav", seconds=30.0)
    assert song.stat().st_size > 2_000_000

    def sends(data: Any, name: str = "clip.wav") -> int:
        answer = browser.submits(path, file=(data, name))
        # A large body lies in a temporary file, which werkzeug leaves open.
        answer.request.environ["wsgi.input"].close()
        return answer.status_code

    assert sends(song.open("rb")) == 303
    assert len(read(bob, playlist)) == 1

    monkeypatch.setattr(messages, "LARGEST_CLIP", 1_000_000)
    assert sends(song.open("rb")) == 422
    audio = clip(bob, song)
    problem(bob.post(thread(playlist), {"text": "", "audio": audio["id"]}), 422)
    assert browser.submits(path, file=(io.BytesIO(b"no audio"), "clip.mp3")).status_code in (
        415,
        422,
    )
    assert len(read(bob, playlist)) == 1


def test_the_page_works_without_scripts(
    app: Flask, alice: Person, bob: Person, playlist: JSON, sounds: Sounds
) -> None:
    browser = Browser(app, bob)
    path = f"/playlists/{playlist['id']}/thread"

    browser.submits(
        path, text="<b>Hello</b>", take_snapshot="yes", file=(sounds("mp3").open("rb"), "clip.mp3")
    )

    page = alice.page(path).get_data(as_text=True)
    assert "&lt;b&gt;Hello&lt;/b&gt;" in page and "<audio controls" in page
    [message] = ok(alice.get(thread(playlist)))["items"]
    assert message["snapshot"] and message["audio"]
    browser.submits(f"{path}/{message['id']}/edit", seen_at=path, text="Hello again")
    assert read(alice, playlist) == ["Hello again"]
    browser.submits(f"{path}/{message['id']}/delete", seen_at=path)
    assert read(alice, playlist) == []
