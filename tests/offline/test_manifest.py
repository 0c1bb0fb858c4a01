"""The manifest of a copy: in two qualities, unchanged as one small answer, and only what is new."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from playlist_app.database import now, session, write
from playlist_app.library import rendering
from playlist_app.library.models import AudioFile
from playlist_app.library.rendering import make_one
from playlist_app.library.renditions import Profile, Rendition, State, rendition_path
from tests.cast import Person, ok, problem
from tests.sounds import Sounds

JSON = dict[str, Any]


def manifest(person: Person, playlist: JSON, etag: str | None = None, **query: Any) -> JSON:
    """A manifest, with its ETag under `etag`."""
    answer = asked(person, playlist, etag, **query)
    return ok(answer) | {"etag": answer.headers["ETag"]}


def asked(person: Person, playlist: JSON, etag: str | None = None, **query: Any) -> Any:
    headers = {"If-None-Match": etag} if etag else {}
    path = f"/playlists/{playlist['id']}/offline"
    return person.get(path, query_string=query, headers=headers)


def again(person: Person, playlist: JSON, before: JSON, **query: Any) -> JSON:
    """As a device does it that has `before`."""
    known = {"since": before["seq"], "epoch": before["epoch"], "quality": before["quality"]}
    return manifest(person, playlist, before["etag"], **(known | query))


def make_all(app: Flask) -> None:
    with app.app_context():
        while make_one():
            pass


def ids(found: JSON) -> list[str]:
    return [item["id"] for item in found["items"]]


@pytest.fixture
def playlist(alice: Person, bob: Person) -> JSON:
    made = alice.makes_playlist()
    alice.invites(made, bob)
    return made


# --- an unchanged copy --------------------------------------------------------------------------


@pytest.mark.parametrize("quality", ["original", "small"])
def test_an_unchanged_copy_costs_one_small_answer(
    alice: Person, bob: Person, playlist: JSON, sounds: Sounds, quality: str
) -> None:
    alice.adds(playlist, alice.uploads(sounds("wav")))
    before = manifest(bob, playlist, quality=quality)

    same = asked(bob, playlist, before["etag"], quality=quality, since=before["seq"])
    weak = asked(bob, playlist, f"W/{before['etag']}", quality=quality)

    assert (same.status_code, same.data, weak.status_code) == (304, b"", 304)
    assert same.headers["ETag"] == before["etag"]
    alice.adds(playlist, alice.makes_track("Copper Wire"))
    assert asked(bob, playlist, before["etag"], quality=quality).status_code == 200


def test_head_tells_the_etag_and_has_nothing_made(
    app: Flask, alice: Person, playlist: JSON, sounds: Sounds
) -> None:
    alice.adds(playlist, alice.uploads(sounds("wav")))
    path = f"/playlists/{playlist['id']}/offline?quality=small"

    answer = alice.call("HEAD", path)

    assert answer.status_code == 200
    with app.app_context():
        assert not session().scalars(select(Rendition)).all()
    same = alice.call("HEAD", path, headers={"If-None-Match": answer.headers["ETag"]})
    assert same.status_code == 304


def test_every_person_and_quality_has_an_etag_of_its_own(
    alice: Person, bob: Person, playlist: JSON
) -> None:
    """A copy holds one's own votes and role."""
    etags = {
        manifest(person, playlist, quality=quality)["etag"]
        for person in (alice, bob)
        for quality in ("original", "small")
    }
    assert len(etags) == 4


def test_what_one_may_not_see_is_not_there_with_an_etag_either(
    alice: Person, charlie: Person, nobody: Person, playlist: JSON
) -> None:
    etag = manifest(alice, playlist)["etag"]
    problem(asked(charlie, playlist, etag, quality="small"), 404)
    problem(asked(nobody, playlist, etag), 401)


@pytest.mark.parametrize(
    "query",
    [{"quality": "tiny"}, {"since": "x"}, {"since": -1}, {"since": 2**60}, {"epoch": "e" * 101}],
)
def test_what_makes_no_sense_is_refused(alice: Person, playlist: JSON, query: JSON) -> None:
    problem(asked(alice, playlist, **query), 422)


@pytest.mark.parametrize("etag", ['"x"', '"a.b.c.d.e"', '"a.1.small.9999999999999999999.e"', "*x"])
def test_an_etag_of_somebody_else_is_no_obstacle(alice: Person, playlist: JSON, etag: str) -> None:
    item = alice.adds(playlist, alice.makes_track("Copper Wire"))
    before = manifest(alice, playlist) | {"etag": etag}
    alice.post(f"/playlists/{playlist['id']}/items/{item['id']}/vote", {"direction": "up"})
    found = again(alice, playlist, before)
    assert (found["whole"], ids(found)) == (False, [item["id"]])


# --- small --------------------------------------------------------------------------------------


def renditions(app: Flask) -> list[Any]:
    """(SHA-256 of the original, status) of the small ones, in the order in which they are made."""
    with app.app_context():
        rows = session().execute(
            select(AudioFile.sha256, Rendition.status)
            .join(AudioFile, AudioFile.id == Rendition.audio_id)
            .where(Rendition.profile == Profile.SMALL)
            .order_by(Rendition.place, Rendition.asked_at)
        )
        return [tuple(row) for row in rows]


def test_a_small_copy_is_made_by_who_asks_and_then_is_there(
    app: Flask, alice: Person, bob: Person, playlist: JSON, sounds: Sounds
) -> None:
    path = sounds("wav", seconds=20.0)
    track = alice.uploads(path)
    alice.adds(playlist, track)
    original = track["audio"]

    first = manifest(bob, playlist, quality="small")

    [entry] = first["audio"]
    estimate = entry.pop("size_bytes")
    assert entry == {
        "sha256": None,
        "of": original["sha256"],
        "url": None,
        "format": "m4a",
        "status": "preparing",
        "chunk_size": 2**20,
        "chunks": [],
    }
    assert first["whole"] and first["size_bytes"] == estimate < path.stat().st_size / 5
    assert renditions(app) == [(original["sha256"], "preparing")]
    assert asked(bob, playlist, first["etag"], quality="small").status_code == 304

    make_all(app)
    then = again(bob, playlist, first)

    [entry] = then["audio"]
    assert (entry["of"], entry["status"], entry["format"]) == (original["sha256"], "ready", "m4a")
    assert then["items"] == [] and then["whole"] is False
    data = bob.get(entry["url"]).data
    assert len(data) == entry["size_bytes"] == then["size_bytes"] <= estimate
    assert hashlib.sha256(data).hexdigest() == entry["sha256"] != original["sha256"]
    assert entry["chunks"] == [hashlib.sha256(data).hexdigest()]
    assert asked(bob, playlist, then["etag"], quality="small").status_code == 304
    assert manifest(bob, playlist)["audio"][0]["sha256"] == original["sha256"]


def test_what_would_not_be_smaller_is_the_original(
    app: Flask, alice: Person, playlist: JSON, sounds: Sounds
) -> None:
    """A file of 64 kbit/s does not become better, nor smaller."""
    track = alice.uploads(sounds("mp3", seconds=20.0))
    alice.adds(playlist, track)
    with app.app_context(), write() as tx:
        tx.execute(update(AudioFile).values(size_bytes=100_000))

    [entry] = manifest(alice, playlist, quality="small")["audio"]

    assert entry["sha256"] == entry["of"] == track["audio"]["sha256"]
    assert (entry["format"], entry["status"]) == ("mp3", "ready")
    assert renditions(app) == []


def test_one_that_turned_out_larger_or_failed_is_the_original(
    app: Flask, alice: Person, playlist: JSON, sounds: Sounds
) -> None:
    alice.adds(playlist, alice.uploads(sounds("wav", seconds=20.0)))
    first = manifest(alice, playlist, quality="small")
    make_all(app)
    for values in ({"size_bytes": 10_000_000}, {"status": State.FAILED}):
        with app.app_context(), write() as tx:
            tx.execute(update(Rendition).values(**values, changed_at=now()))
        [entry] = again(alice, playlist, first)["audio"]
        assert entry["sha256"] == entry["of"]
        assert entry["status"] == "ready"
    assert [status for _, status in renditions(app)] == ["failed"]  # and is not tried again


def test_what_was_evicted_is_preparing_again_for_who_comes_new(
    app: Flask, alice: Person, bob: Person, playlist: JSON, sounds: Sounds
) -> None:
    """Who has it sees no change: a cache smaller than all copies would else never rest."""
    alice.adds(playlist, alice.uploads(sounds("wav", seconds=20.0)))
    manifest(alice, playlist, quality="small")
    make_all(app)
    before = manifest(alice, playlist, quality="small")
    url, sha256 = before["audio"][0]["url"], before["audio"][0]["sha256"]
    with app.app_context():
        rendering._take_away(sha256)

    assert asked(alice, playlist, before["etag"], quality="small").status_code == 304
    alice.adds(playlist, alice.makes_track("Copper Wire"))
    assert again(alice, playlist, before)["audio"] == []
    assert renditions(app)[0][1] == "gone"
    [entry] = manifest(bob, playlist, quality="small")["audio"]
    assert (entry["status"], entry["sha256"]) == ("preparing", None)
    problem(bob.get(url), 503)
    make_all(app)
    assert bob.get(url).status_code == 200  # the same file gives the same bytes


def test_asking_for_the_bytes_of_an_evicted_one_has_it_made(
    app: Flask, alice: Person, charlie: Person, playlist: JSON, sounds: Sounds
) -> None:
    """A device that was half way, and comes back with the manifest it has."""
    alice.adds(playlist, alice.uploads(sounds("wav", seconds=20.0)))
    manifest(alice, playlist, quality="small")
    make_all(app)
    before = manifest(alice, playlist, quality="small")
    with app.app_context():
        rendering._take_away(before["audio"][0]["sha256"])
    problem(alice.get(before["audio"][0]["url"]), 503)
    assert [status for _, status in renditions(app)] == ["preparing"]
    assert again(alice, playlist, before)["audio"][0]["status"] == "preparing"


def test_a_cache_that_was_deleted_is_noticed(
    app: Flask, alice: Person, playlist: JSON, sounds: Sounds
) -> None:
    alice.adds(playlist, alice.uploads(sounds("wav", seconds=20.0)))
    manifest(alice, playlist, quality="small")
    make_all(app)
    with app.app_context():
        [sha256] = session().scalars(select(Rendition.sha256))
        rendition_path(app.config["JAMBOREE"], str(sha256)).unlink()
    [entry] = manifest(alice, playlist, quality="small")["audio"]
    assert entry["status"] == "preparing"
