"""The manifest of a copy: in two qualities, unchanged as one small answer, and only what is new."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from flask import Flask
from sqlalchemy import delete, insert, select, update

from playlist_app.database import new_id, now, session, write
from playlist_app.library import rendering
from playlist_app.library.curation.lyrics import Lyrics
from playlist_app.library.decoding.analyse import answer as analysis_of
from playlist_app.library.models import AudioFile, Track
from playlist_app.library.rendering import make_one
from playlist_app.library.renditions import Profile, Rendition, State, rendition_path
from playlist_app.live import events
from playlist_app.playlists.items import Item
from playlist_app.playlists.models import Playlist
from playlist_app.playlists.order import even_ranks
from tests.cast import Person, ok, problem
from tests.counting import counted, queries_of
from tests.sounds import Sounds, write_samples

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


def test_a_copy_of_originals_has_nothing_to_do_with_renditions(
    app: Flask, alice: Person, playlist: JSON, sounds: Sounds
) -> None:
    item = alice.adds(playlist, alice.uploads(sounds("wav", seconds=20.0)))
    before = manifest(alice, playlist)
    manifest(alice, playlist, quality="small")
    assert asked(alice, playlist, before["etag"]).status_code == 304
    alice.adds(playlist, alice.makes_track("Copper Wire"))
    found = again(alice, playlist, before)
    assert (found["audio"], item["id"] in ids(found)) == ([], False)


def test_a_small_copy_is_levelled_in_loudness(
    app: Flask, alice: Person, playlist: JSON, tmp_path: Path
) -> None:
    """A quiet one and a loud one come out alike, also where nobody had listened to them before."""
    rate = 44_100
    for number, loudness in enumerate((0.1, 0.9)):
        wave = loudness * np.sin(2 * np.pi * (300 + 40 * number) * np.arange(20 * rate) / rate)
        write_samples(tmp_path / f"{number}.wav", wave, rate)
        alice.adds(playlist, alice.uploads(tmp_path / f"{number}.wav", title=f"Tone {number}"))
    manifest(alice, playlist, quality="small")
    make_all(app)
    entries = manifest(alice, playlist, quality="small")["audio"]
    assert len(entries) == 2
    for entry in entries:
        path = rendition_path(app.config["JAMBOREE"], entry["sha256"])
        assert analysis_of(bytes(path).hex())["loudness_lufs"] == pytest.approx(-16, abs=0.5)


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


# --- only what is new ---------------------------------------------------------------------------


@pytest.fixture
def long_list(alice: Person, playlist: JSON) -> JSON:
    """The ids of five items of the list."""
    return {
        title: alice.adds(playlist, alice.makes_track(title))["id"]
        for title in ("Alpha", "Beta", "Gamma", "Delta", "Epsilon")
    }


def item_path(playlist: JSON, item: str) -> str:
    return f"/playlists/{playlist['id']}/items/{item}"


def test_only_the_items_that_changed_come(
    alice: Person, bob: Person, playlist: JSON, long_list: JSON
) -> None:
    before = manifest(bob, playlist)
    added = alice.adds(playlist, alice.makes_track("Zeta"))["id"]
    ok(alice.post(f"{item_path(playlist, long_list['Beta'])}/vote", {"direction": "up"}))
    ok(alice.patch(item_path(playlist, long_list["Epsilon"]), {"index": 0}))
    alice.delete(item_path(playlist, long_list["Gamma"]))

    found = again(bob, playlist, before)

    assert found["whole"] is False
    assert ids(found) == [long_list["Epsilon"], long_list["Beta"], added]
    assert found["removed"] == [long_list["Gamma"]]
    assert [item["votes"] for item in found["items"]] == [0, 1, 0]
    assert found["playlist"]["item_count"] == 5
    assert found["seq"] > before["seq"]
    now_whole = manifest(bob, playlist)
    assert patched(before, found) == now_whole["items"]
    assert again(bob, playlist, found | {"etag": "W/x"})["items"] == []


def patched(before: JSON, delta: JSON) -> list[JSON]:
    """The items as a device has them that puts what came over what it had."""
    items = {item["id"]: item for item in before["items"]}
    for id_ in delta["removed"]:
        items.pop(id_, None)
    items |= {item["id"]: item for item in delta["items"]}
    shown = sorted(items.values(), key=lambda item: item["rank"])
    return [item | {"position": place} for place, item in enumerate(shown, start=1)]


def test_ones_own_vote_made_elsewhere_comes(bob: Person, playlist: JSON, long_list: JSON) -> None:
    before = manifest(bob, playlist)
    ok(bob.post(f"{item_path(playlist, long_list['Beta'])}/vote", {"direction": "down"}))
    [item] = again(bob, playlist, before)["items"]
    assert (item["id"], item["my_vote"]) == (long_list["Beta"], "down")


def test_an_edited_track_comes_with_its_lyrics(
    alice: Person, playlist: JSON, long_list: JSON
) -> None:
    before = manifest(alice, playlist)
    [track] = [item["track"] for item in before["items"] if item["id"] == long_list["Beta"]]
    ok(alice.call("PUT", f"/tracks/{track['id']}/lyrics", json={"text": "La la"}))

    sung = again(alice, playlist, before)

    assert ids(sung) == [long_list["Beta"]]
    assert sung["lyrics"][track["id"]]["text"] == "La la"
    ok(alice.call("PUT", f"/tracks/{track['id']}/lyrics", json={"text": ""}))
    silent = again(alice, playlist, sung)
    assert (ids(silent), silent["lyrics"]) == ([long_list["Beta"]], {})
    ok(alice.patch(f"/tracks/{track['id']}", {"title": "Better"}))
    [item] = again(alice, playlist, silent)["items"]
    assert item["track"]["title"] == "Better"


def test_what_records_no_event_changes_the_etag_and_comes(
    app: Flask, alice: Person, playlist: JSON, sounds: Sounds
) -> None:
    """Lyrics that a scan found, audio that was analysed again."""
    track = alice.uploads(sounds("wav"))
    item = alice.adds(playlist, track)["id"]
    alice.adds(playlist, alice.makes_track("Another"))
    before = manifest(alice, playlist)
    with app.app_context(), write() as tx:
        tx.execute(insert(Lyrics).values(track_id=track["id"], text="La", updated_at=now()))

    sung = again(alice, playlist, before)
    assert (ids(sung), sung["seq"]) == ([item], before["seq"])
    assert sung["lyrics"][track["id"]]["text"] == "La"

    with app.app_context(), write() as tx:
        tx.execute(update(AudioFile).values(analysed_at=now()))
    heard = again(alice, playlist, sung)
    assert ids(heard) == [item]
    assert [entry["of"] for entry in heard["audio"]] == [track["audio"]["sha256"]]
    assert asked(alice, playlist, heard["etag"]).status_code == 304


def test_what_plays_and_what_played_before_come(
    alice: Person, playlist: JSON, long_list: JSON
) -> None:
    for title in ("Alpha", "Gamma"):
        before = manifest(alice, playlist)
        ok(alice.patch(item_path(playlist, long_list[title]), {"is_playing": True}))
        found = again(alice, playlist, before)
        assert patched(before, found) == manifest(alice, playlist)["items"]
    assert ids(found) == [long_list["Alpha"], long_list["Gamma"]]
    assert [item["is_playing"] for item in found["items"]] == [False, True]


def test_the_settings_of_the_list_come_in_any_case(
    alice: Person, playlist: JSON, long_list: JSON
) -> None:
    before = manifest(alice, playlist)
    ok(alice.patch(f"/playlists/{playlist['id']}", {"order_mode": "votes", "title": "Another"}))
    found = again(alice, playlist, before)
    assert (found["whole"], ids(found)) == (False, [])
    assert (found["playlist"]["order_mode"], found["playlist"]["title"]) == ("votes", "Another")


@pytest.mark.parametrize("happening", [events.PlaylistReordered({}), events.PlaylistRestored()])
def test_what_can_not_be_told_by_items_is_told_whole(
    app: Flask, alice: Person, playlist: JSON, long_list: JSON, happening: events.Happening
) -> None:
    before = manifest(alice, playlist)
    with app.app_context(), write() as tx:
        found = tx.get(Playlist, playlist["id"])
        assert found
        found.record(happening, None)
    after = again(alice, playlist, before)
    assert after["whole"] is True
    assert len(after["items"]) == 5


def test_who_knows_another_history_gets_the_whole(
    app: Flask, alice: Person, playlist: JSON, long_list: JSON
) -> None:
    before = manifest(alice, playlist)
    ok(alice.post(f"{item_path(playlist, long_list['Beta'])}/vote", {"direction": "up"}))
    assert again(alice, playlist, before)["whole"] is False
    # A restored backup; no epoch at all; a number that was never given out; another quality.
    assert again(alice, playlist, before, epoch="another")["whole"] is True
    assert manifest(alice, playlist, since=before["seq"])["whole"] is True
    assert again(alice, playlist, before, since=2**40)["whole"] is True
    assert again(alice, playlist, before, quality="small")["whole"] is True


def test_forgotten_events_cost_the_whole_and_a_quiet_list_nothing(
    app: Flask, alice: Person, playlist: JSON, long_list: JSON
) -> None:
    before = manifest(alice, playlist)
    quiet = alice.makes_playlist("Quiet")
    alice.adds(quiet, alice.makes_track("Still"))
    known = manifest(alice, quiet)
    for direction in ("up", "none", "up"):
        path = f"{item_path(playlist, long_list['Beta'])}/vote"
        ok(alice.post(path, {"direction": direction}))
    with app.app_context():
        events.forget_old(1)
    assert again(alice, playlist, before)["whole"] is True
    assert asked(alice, quiet, known["etag"], since=known["seq"]).status_code == 304
    changed = known | {"etag": '"else"'}
    assert again(alice, quiet, changed)["whole"] is False


def test_a_clock_that_was_put_back_costs_the_whole(
    app: Flask, alice: Person, playlist: JSON, sounds: Sounds
) -> None:
    """Something is another, and nothing says what: then all of it is sent."""
    alice.adds(playlist, alice.uploads(sounds("wav", seconds=20.0)))
    before = manifest(alice, playlist, quality="small")
    make_all(app)
    with app.app_context(), write() as tx:
        tx.execute(update(Rendition).values(changed_at=now() - timedelta(days=300)))
    found = again(alice, playlist, before)
    assert found["whole"] is True
    assert found["audio"][0]["status"] == "ready"


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
