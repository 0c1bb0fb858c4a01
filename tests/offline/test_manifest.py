"""The manifest of a copy: unchanged it is one small answer, and what it costs."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, insert, select

from playlist_app.database import new_id, session, write
from playlist_app.library.models import AudioFile, Track
from playlist_app.library.renditions import Rendition
from playlist_app.live import events
from playlist_app.playlists.items import Item
from playlist_app.playlists.models import Playlist
from playlist_app.playlists.order import even_ranks
from tests.cast import Person, ok, problem
from tests.counting import counted, queries_of
from tests.offline.asking import again, asked, ids, item_path, manifest
from tests.sounds import Sounds

JSON = dict[str, Any]


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


# --- what it costs ------------------------------------------------------------------------------


def fill(app: Flask, playlist: JSON, owner: Person, count: int) -> None:
    """So many tracks with audio on the list, as rows."""
    with app.app_context(), write() as tx:
        person, ranks = owner.id, even_ranks(count)
        audio = [
            {
                "id": new_id(),
                "sha256": hashlib.sha256(f"{playlist['id']} {number}".encode()).hexdigest(),
                "size_bytes": 8_000_000,
                "format": "mp3",
                "codec": "mp3",
                "bitrate": 320_000,
                "duration_seconds": 200.0,
                "chunk_hashes": bytes(32 * 8),
            }
            for number in range(count)
        ]
        tx.execute(insert(AudioFile), audio)
        tracks = [
            {
                "id": new_id(),
                "title": f"Track {number}",
                "title_key": f"track {number}",
                "artist": "Mira Lund",
                "artist_key": "mira lund",
                "audio_id": file["id"],
                "owner_id": person,
                "duration_seconds": 200.0,
            }
            for number, file in enumerate(audio)
        ]
        tx.execute(insert(Track), tracks)
        rows = zip(tracks, ranks, strict=True)
        tx.execute(
            insert(Item),
            [
                {
                    "playlist_id": playlist["id"],
                    "track_id": track["id"],
                    "rank": rank,
                    "added_by_id": person,
                }
                for track, rank in rows
            ],
        )
        found = tx.get(Playlist, playlist["id"])
        assert found
        found.record(events.PlaylistRestored(), None)


def test_the_number_of_queries_does_not_grow(app: Flask, alice: Person) -> None:
    counts = []
    for size in (2, 200):
        playlist = alice.makes_playlist()
        fill(app, playlist, alice, size)
        asks = queries_of(app, lambda: manifest(alice, playlist, quality="small"))  # noqa: B023
        before = manifest(alice, playlist, quality="small")
        whole = queries_of(app, lambda: manifest(alice, playlist, quality="small"))  # noqa: B023
        same = queries_of(
            app,
            lambda: asked(alice, playlist, before["etag"], quality="small"),  # noqa: B023
        )
        for item in before["items"]:
            ok(alice.post(f"{item_path(playlist, item['id'])}/vote", {"direction": "up"}))
        delta = queries_of(app, lambda: again(alice, playlist, before))  # noqa: B023
        counts.append((asks, whole, same, delta))
        assert len(again(alice, playlist, before)["items"]) == size
    assert counts[0] == counts[1]
    assert counts[0][2] <= 5  # the session, the playlist, the epoch, the state


def test_what_is_there_is_asked_for_without_a_write(app: Flask, alice: Person) -> None:
    """The writers' lock is for who writes: a phone that looks again and again is none."""
    playlist = alice.makes_playlist()
    fill(app, playlist, alice, 3)

    def writes() -> int:
        with counted(app) as statements:
            manifest(alice, playlist, quality="small")
        return sum(not text.lstrip().startswith("SELECT") for text in statements)

    assert [writes(), writes()] == [1, 0]
    with app.app_context(), write() as tx:
        tx.execute(delete(Rendition).where(Rendition.place == 2))
    assert [writes(), writes()] == [1, 0]
