"""Of a copy that a device has, only what is new comes; and the whole, where that can't be told."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import insert, update

from playlist_app.database import now, write
from playlist_app.library.curation.lyrics import Lyrics
from playlist_app.library.models import AudioFile
from playlist_app.library.renditions import Rendition
from playlist_app.live import events
from playlist_app.playlists.models import Playlist
from tests.cast import Person, ok
from tests.offline.asking import again, asked, ids, item_path, make_all, manifest
from tests.sounds import Sounds

JSON = dict[str, Any]


@pytest.fixture
def long_list(alice: Person, playlist: JSON) -> JSON:
    """The ids of five items of the list."""
    return {
        title: alice.adds(playlist, alice.makes_track(title))["id"]
        for title in ("Alpha", "Beta", "Gamma", "Delta", "Epsilon")
    }


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
