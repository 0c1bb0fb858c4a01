"""The player: sound that goes on, next by itself, and one speaker a room."""

from __future__ import annotations

import time
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.e2e.conftest import Arrives, Visitor, shared_list, upload
from tests.serving import Client
from tests.sounds import Sounds


def presses_play(visitor: Visitor, title: str) -> None:
    visitor.row(title).get_by_role("button", name="Play").click()


def sees_on(visitor: Visitor, title: str) -> None:
    """The player shows a track, and its row is marked as the one that plays."""
    expect(visitor.page.locator("#player .text .title")).to_have_text(title)


def where(visitor: Visitor) -> Any:
    return visitor.page.locator("#player .where")


def told(person: Client, playlist: dict[str, Any]) -> list[dict[str, Any]]:
    """What was recorded about what plays, in order."""
    events = person.ok("GET", f"/playlists/{playlist['id']}/events")["items"]
    return [e["payload"] for e in events if e["type"] == "track.playing"]


@pytest.fixture
def short(clients: dict[str, Client], sounds: Sounds) -> dict[str, Any]:
    """Alice's playlist, shared with Bob, of three tracks that a test need not hear out."""
    return shared_list(clients["alice"], sounds, "Short", ("One", "Two", "Three"), seconds=30.0)


def test_the_next_plays_by_itself_and_both_see_it(
    arrives: Arrives, clients: dict[str, Client], short: dict[str, Any]
) -> None:
    alice, bob = arrives("alice"), arrives("bob", width=390)
    alice.opens_playlist(short)
    bob.opens_playlist(short)
    presses_play(alice, "One")
    alice.hears()

    for title in ("Two", "Three"):
        alice.comes_to_the_end()
        sees_on(alice, title)
        alice.hears()
        expect(bob.row(title)).to_have_attribute("data-playing", "")
        sees_on(bob, title)
    alice.comes_to_the_end()
    # Past the last it is over, everywhere.
    alice.until(lambda: bool(alice.audio("paused")))
    expect(bob.page.locator("jam-playlist [data-playing]")).to_have_count(0)

    items = clients["bob"].ok("GET", f"/playlists/{short['id']}/items")["items"]
    ids = [payload["id"] for payload in told(clients["bob"], short) if payload["position_ms"] == 0]
    begun = [one for one, before in zip(ids, [None, *ids], strict=False) if one and one != before]
    assert begun == [item["id"] for item in items], "each began once"
    history = clients["bob"].ok("GET", f"/playlists/{short['id']}/history")["items"]
    assert len(history) == 3


def test_by_votes_the_best_comes_next(
    arrives: Arrives, clients: dict[str, Client], short: dict[str, Any]
) -> None:
    path = f"/playlists/{short['id']}"
    clients["alice"].ok("PATCH", path, {"order_mode": "votes"})
    items = clients["alice"].ok("GET", f"{path}/items")["items"]
    clients["bob"].ok("POST", f"{path}/items/{items[2]['id']}/vote", {"direction": "up"})
    alice = arrives("alice")
    alice.opens_playlist(short)
    alice.sees_order("Three", "One", "Two")

    presses_play(alice, "One")
    alice.hears()
    alice.sees_order("One", "Three", "Two")
    for title in ("Three", "Two"):
        alice.comes_to_the_end()
        sees_on(alice, title)
        alice.hears()
    alice.comes_to_the_end()
    alice.until(lambda: bool(alice.audio("paused")))
    assert len(clients["bob"].ok("GET", f"{path}/history")["items"]) == 3


def test_it_plays_on_while_one_looks_around(arrives: Arrives, friday: dict[str, Any]) -> None:
    alice = arrives("alice")
    page = alice.opens_playlist(friday)
    presses_play(alice, "Paper Lanterns")
    alice.hears()
    alice.goes_round()
    page.evaluate("document.querySelector('audio').mark = 'the same one'")

    for link, heading in (("Library", "Library"), ("Downloads", "Downloads"), ("You", "You")):
        page.get_by_role("link", name=link, exact=True).first.click()
        expect(page.get_by_role("heading", name=heading, exact=True, level=1)).to_be_visible()
        alice.hears()
    page.go_back()
    expect(page.get_by_role("heading", name="Downloads", exact=True)).to_be_visible()
    page.get_by_role("link", name="Friday kitchen").first.click()
    expect(page.get_by_role("status")).to_have_text("Live")
    alice.hears()
    assert alice.audio("mark") == "the same one"
    expect(alice.row("Paper Lanterns")).to_have_attribute("data-playing", "")


def test_the_lock_screen_knows_what_is_on(arrives: Arrives, friday: dict[str, Any]) -> None:
    alice = arrives("alice")
    page = alice.opens_playlist(friday)
    presses_play(alice, "Harbour Lights")
    alice.hears()

    shown = page.evaluate(
        """(({metadata: m, playbackState}) => ({
          title: m.title, artist: m.artist, album: m.album, state: playbackState,
          artwork: m.artwork.map(({src, sizes, type}) => ({src, sizes, type})),
        }))(navigator.mediaSession)"""
    )
    assert (shown["title"], shown["artist"]) == ("Harbour Lights", "Mira Lund")
    assert (shown["album"], shown["state"]) == ("Friday kitchen", "playing")
    assert [picture["sizes"] for picture in shown["artwork"]] == ["160x160", "640x640"]
    for picture in shown["artwork"]:
        answer = alice.context.request.get(picture["src"])
        assert answer.headers["content-type"] == picture["type"]

    page.locator("#player").get_by_role("button", name="Pause").click()
    alice.until(lambda: page.evaluate("navigator.mediaSession.playbackState") == "paused")


def test_who_presses_play_beside_a_speaker_listens_for_themselves(
    arrives: Arrives, clients: dict[str, Client], friday: dict[str, Any]
) -> None:
    alice, bob = arrives("alice"), arrives("bob", width=390)
    alice.opens_playlist(friday)
    bob.opens_playlist(friday)
    presses_play(alice, "Paper Lanterns")
    alice.hears()
    alice.goes_round()
    expect(where(bob)).to_contain_text("Alice")
    before = told(clients["bob"], friday)

    presses_play(bob, "Second Kitchen")
    bob.hears()
    sees_on(bob, "Second Kitchen")
    expect(where(bob)).to_have_text("Just for you")
    bob.page.locator("#player").get_by_role("button", name="Next").click()
    sees_on(bob, "Copper Wire")
    bob.hears()
    bob.page.locator("#player").get_by_role("button", name="Pause").click()

    sees_on(alice, "Paper Lanterns")
    alice.hears()
    assert told(clients["bob"], friday) == before, "the room heard nothing of it"


def test_taking_the_sound_over_silences_the_other_device(
    arrives: Arrives, clients: dict[str, Client], friday: dict[str, Any]
) -> None:
    alice, bob = arrives("alice"), arrives("bob")
    alice.opens_playlist(friday)
    bob.opens_playlist(friday)
    presses_play(alice, "Paper Lanterns")
    alice.hears()
    began = time.monotonic()
    alice.seeks(10)

    bob.page.get_by_role("button", name="Sound here").click()
    bob.hears()
    # It goes on from where it was, and no further than the time that went by.
    assert 9 < bob.audio("currentTime") < 10 + time.monotonic() - began + 2
    alice.until(lambda: bool(alice.audio("paused")))
    expect(where(alice)).to_contain_text("Bob")
    room = clients["alice"].ok("GET", f"/playlists/{friday['id']}/room")
    assert room["playing"] is True
    assert "Bob" in room["speaker"]["name"]

    # Alice is a remote control now.
    alice.page.locator("#player").get_by_role("button", name="Next").click()
    sees_on(bob, "Harbour Lights")
    bob.hears()


def test_a_speaker_that_was_wound_is_not_taken_back_by_what_the_room_said_before(
    arrives: Arrives, clients: dict[str, Client], friday: dict[str, Any]
) -> None:
    alice = arrives("alice")
    page = alice.opens_playlist(friday)
    presses_play(alice, "Paper Lanterns")
    alice.hears()
    alice.goes_round()
    path = f"/playlists/{friday['id']}"
    bob = clients["bob"]
    alice.until(lambda: bob.ok("GET", f"{path}/room")["playing"] is True)
    held: list[Route] = []
    page.route("**/room/seek", lambda route: held.append(route))
    alice.seeks(25)
    alice.until(lambda: len(held) == 1)

    bob.ok("POST", f"{path}/room/seek", {"position_ms": 2000})
    item = bob.ok("GET", f"{path}/items")["items"][3]
    bob.ok("POST", f"{path}/items/{item['id']}/vote", {"direction": "up"})
    expect(alice.row("Copper Wire").locator(".count")).to_have_text("1")  # what came before it, too
    page.evaluate("document.querySelector('audio').pause()")
    assert alice.audio("currentTime") > 20

    held[0].continue_()
    alice.until(lambda: bob.ok("GET", f"{path}/room")["position_ms"] >= 25_000)


def test_who_winds_and_presses_next_at_once_is_not_taken_back(
    arrives: Arrives, clients: dict[str, Client], friday: dict[str, Any]
) -> None:
    """What the room says meanwhile is about the song that this device has left."""
    alice, bob = arrives("alice"), clients["bob"]
    page = alice.opens_playlist(friday)
    presses_play(alice, "Paper Lanterns")
    alice.hears()
    path = f"/playlists/{friday['id']}"
    alice.until(lambda: bob.ok("GET", f"{path}/room")["playing"] is True)
    held: list[Route] = []
    page.route("**/room/next", lambda route: held.append(route))

    page.evaluate("player => (player.seek(20), player.programme.next())", player(page))
    alice.until(lambda: len(held) == 1)

    room = bob.ok("GET", f"{path}/room")
    assert room["item"]["track"]["title"] == "Paper Lanterns"
    assert room["position_ms"] >= 20_000  # told before the next, so that no other song is wound
    item = bob.ok("GET", f"{path}/items")["items"][3]
    bob.ok("POST", f"{path}/items/{item['id']}/vote", {"direction": "up"})
    expect(alice.row("Copper Wire").locator(".count")).to_have_text("1")  # what came before it, too
    sees_on(alice, "Harbour Lights")
    alice.hears()

    held[0].continue_()
    alice.until(lambda: bob.ok("GET", f"{path}/room")["item"]["track"]["title"] == "Harbour Lights")
    sees_on(alice, "Harbour Lights")


def player(page: Page) -> Any:
    return page.query_selector("#player")


@pytest.mark.parametrize("format_", ["mp3", "m4a", "ogg", "opus", "flac", "wav"])
def test_every_format_plays_and_seeks(
    arrives: Arrives, clients: dict[str, Client], sounds: Sounds, format_: str
) -> None:
    person, alice = clients["alice"], arrives("alice")
    playlist = person.ok("POST", "/playlists", {"title": format_})
    track = upload(person, sounds(format_, seconds=30.0, title=format_))
    person.ok("POST", f"/playlists/{playlist['id']}/items", {"track_id": track["id"]})
    alice.opens_playlist(playlist)

    presses_play(alice, format_)
    alice.hears()
    alice.seeks(22)
    alice.hears()


def test_a_track_without_audio_says_so(
    arrives: Arrives, clients: dict[str, Client], short: dict[str, Any]
) -> None:
    person = clients["alice"]
    track = person.ok("POST", "/tracks", {"title": "A wish"})
    person.ok("POST", f"/playlists/{short['id']}/items", {"track_id": track["id"]})
    alice = arrives("alice")
    page = alice.opens_playlist(short)
    presses_play(alice, "A wish")
    expect(page.locator(".toast")).to_contain_text("A wish")
