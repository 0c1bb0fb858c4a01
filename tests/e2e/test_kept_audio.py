"""Audio that nobody took along: kept when it was played, fetched ahead, and whose it is."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from playwright.sync_api import Page, Request, expect

from tests.e2e.away import cut_off
from tests.e2e.conftest import Arrives, Visitor, shared_list, upload
from tests.serving import Client
from tests.sounds import Sounds

MIB = 1 << 20

READ = """(store) => new Promise((done) => {
  const opening = indexedDB.open("jamboree");
  opening.onsuccess = () => {
    const all = opening.result.transaction(store).objectStore(store).getAll();
    all.onsuccess = () => { opening.result.close(); done(all.result); };
  };
})"""


def rows(page: Page, store: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = page.evaluate(READ, store)
    return found


def whole(page: Page) -> set[str]:
    return {file["sha256"] for file in rows(page, "audio") if file["complete"]}


def has_worker(page: Page) -> None:
    page.evaluate("navigator.serviceWorker.ready.then(() => 1)")
    page.reload()
    expect(page.get_by_role("status")).to_have_text("Live")


class Traffic:
    """What the worker fetched of audio from the network: every byte of every file."""

    def __init__(self, visitor: Visitor) -> None:
        self.ranges: list[tuple[str, int, int]] = []
        visitor.context.on("request", self._note)

    def _note(self, request: Request) -> None:
        if not request.service_worker or "/audio/" not in request.url or "/api/" in request.url:
            return
        first, last = request.headers["range"].removeprefix("bytes=").split("-")
        self.ranges.append((request.url, int(first), int(last)))

    def bytes(self, size: int) -> int:
        return sum(min(last, size - 1) + 1 - first for _, first, last in self.ranges)


@pytest.fixture
def short(clients: dict[str, Client], sounds: Sounds) -> dict[str, Any]:
    """Three tracks of three seconds."""
    return shared_list(clients["alice"], sounds, "Short", ("One", "Two", "Three"), seconds=3.0)


@pytest.fixture
def long(clients: dict[str, Client], sounds: Sounds) -> dict[str, Any]:
    """A playlist of one WAV of 5.3 MB: five chunks and a bit."""
    alice = clients["alice"]
    playlist = alice.ok("POST", "/playlists", {"title": "Long"})
    path = sounds("wav", seconds=30.0, title="Long one")
    track, size = upload(alice, path), path.stat().st_size
    alice.ok("POST", f"/playlists/{playlist['id']}/items", {"track_id": track["id"]})
    return dict(playlist) | {"size": size, "sha256": track["audio"]["sha256"]}


def play(visitor: Visitor, title: str) -> None:
    visitor.row(title).get_by_role("button", name="Play").click()


def test_what_was_played_through_plays_without_network(
    arrives: Arrives, short: dict[str, Any]
) -> None:
    alice = arrives("alice")
    page = alice.opens_playlist(short)
    has_worker(page)
    play(alice, "One")
    expect(page.locator("#player .text .title")).to_have_text("Three")
    alice.until(lambda: len(whole(page)) == 3)
    alice.until(lambda: bool(alice.audio("ended")))

    cut_off(alice)
    for title in ("One", "Three"):
        play(alice, title)
        alice.hears()

    alice.until(lambda: sum(week["hits"] for week in rows(page, "counts")) >= 2)
    assert sum(week["misses"] for week in rows(page, "counts")) >= 1


def test_each_byte_of_what_plays_is_fetched_once(arrives: Arrives, long: dict[str, Any]) -> None:
    alice = arrives("alice")
    page = alice.opens_playlist(long)
    has_worker(page)
    traffic = Traffic(alice)

    play(alice, "Long one")
    alice.hears()
    page.evaluate("document.querySelector('audio').playbackRate = 8")
    alice.until(lambda: bool(alice.audio("ended")))
    alice.until(lambda: len(whole(page)) == 1)

    assert Counter(traffic.ranges).most_common(1)[0][1] == 1
    assert traffic.bytes(long["size"]) == long["size"]
    play(alice, "Long one")
    alice.hears()
    assert traffic.bytes(long["size"]) == long["size"], "the second time nothing comes"


def test_what_arrived_damaged_is_fetched_again_when_it_was_played_through(
    arrives: Arrives, long: dict[str, Any]
) -> None:
    alice = arrives("alice")
    page = alice.opens_playlist(long)
    has_worker(page)
    spoiled: list[str] = []

    def spoil(route: Any) -> None:
        """A byte on the way to the player is wrong: that chunk is not kept."""
        if spoiled or route.request.headers.get("range", "").startswith("bytes=0-") is False:
            route.continue_()
            return
        answer = route.fetch()
        body = bytearray(answer.body())
        body[MIB + 500] ^= 1
        spoiled.append("it")
        route.fulfill(response=answer, body=bytes(body))

    alice.context.route("**/audio/*", spoil)
    play(alice, "Long one")
    alice.hears()
    page.evaluate("document.querySelector('audio').playbackRate = 8")
    alice.until(lambda: bool(alice.audio("ended")))
    alice.until(lambda: len(whole(page)) == 1)
    assert spoiled


def test_what_was_left_early_makes_place(
    arrives: Arrives, clients: dict[str, Client], long: dict[str, Any], sounds: Sounds
) -> None:
    person = clients["alice"]
    other = upload(person, sounds("mp3", seconds=3.0, title="Other"))
    person.ok("POST", f"/playlists/{long['id']}/items", {"track_id": other["id"]})
    alice = arrives("alice")
    page = alice.opens_playlist(long)
    has_worker(page)

    def stall(route: Any) -> None:
        """From the third piece on, nothing comes."""
        if not route.request.headers.get("range", "").startswith(f"bytes={4 * MIB}-"):
            route.continue_()

    alice.context.route("**/audio/*", stall)
    play(alice, "Long one")
    alice.hears()
    alice.until(lambda: any(len(file["have"]) == 4 for file in rows(page, "audio")))
    play(alice, "Other")
    alice.hears()

    begun = long["sha256"]
    alice.until(lambda: begun not in {file["sha256"] for file in rows(page, "audio")})
    alice.until(lambda: bool(rows(page, "log")))  # which is written after it
    [gone] = rows(page, "log")
    assert (gone["what"], gone["why"], gone["bytes"]) == ("audio", "leftover", 4 * MIB)
    chunks = "caches.open('jamboree-audio-1').then(c => c.keys()).then(k => k.length)"
    alice.until(lambda: page.evaluate(chunks) == 1)


def test_another_person_on_this_browser_can_not_hear_it(
    arrives: Arrives, clients: dict[str, Client], short: dict[str, Any]
) -> None:
    alice = arrives("alice")
    alice.expects_401 = True  # of what a page asks while its log-in ends
    page = alice.opens_playlist(short)
    has_worker(page)
    play(alice, "One")
    alice.until(lambda: len(whole(page)) >= 1)
    [sha256, *_] = whole(page)
    heard = f"fetch('/audio/{sha256}').then(r => r.status, () => 'nothing')"
    page.goto(alice.server.url + "/you")
    cut_off(alice)
    assert page.evaluate(heard) == 200
    alice.context.set_offline(False)
    page.get_by_role("button", name="Log out").click()
    page.get_by_role("dialog").get_by_role("button", name="Keep it for my return").click()
    page.get_by_label("Name").fill("charlie")
    page.get_by_label("Password").fill("a good long password")
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("heading", name="Good to see you, Charlie")).to_be_visible()

    cut_off(alice)
    assert page.evaluate(heard) == "nothing"
