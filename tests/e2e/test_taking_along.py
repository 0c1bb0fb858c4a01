"""Downloads to the device: cut off, damaged, too large, kept up to date, in a real browser."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, Request, Route, expect

from tests.e2e.away import cut_off, opens_cold, take_along
from tests.e2e.conftest import TITLES, Arrives, upload
from tests.serving import Client
from tests.sounds import Sounds


def chunk_requests(context: BrowserContext) -> list[tuple[str, str]]:
    """The chunks that are asked for from now on: (file, range)."""
    asked: list[tuple[str, str]] = []

    def note(request: Request) -> None:
        # The worker's own, which go to the network, as against those of pages, which go to it.
        if request.headers.get("x-jamboree") and request.service_worker:
            asked.append((request.url, request.headers["range"]))

    context.on("request", note)
    return asked


@pytest.fixture
def long_list(clients: dict[str, Client], sounds: Sounds) -> dict[str, Any]:
    """A playlist of one WAV of 10 MB: ten chunks and a bit."""
    alice = clients["alice"]
    playlist = alice.ok("POST", "/playlists", {"title": "Long"})
    track = upload(alice, sounds("wav", seconds=60.0, title="Long one"))
    alice.ok("POST", f"/playlists/{playlist['id']}/items", {"track_id": track["id"]})
    return dict(playlist)


def test_an_interrupted_download_goes_on_without_fetching_a_chunk_twice(
    arrives: Arrives, long_list: dict[str, Any]
) -> None:
    alice = arrives("alice")
    alice.expects_no_network = True
    page = alice.opens_playlist(long_list)
    page.evaluate("navigator.serviceWorker.ready.then(() => 1)")
    asked = chunk_requests(alice.context)

    limit = 3

    def network(route: Route) -> None:
        """It goes once so many chunks were asked for; the browser hears of it a moment later."""
        if route.request.service_worker and len(asked) > limit:
            route.abort("internetdisconnected")
            alice.context.set_offline(True)
        else:
            route.continue_()

    alice.context.route("**/audio/*", network)

    def interrupted() -> tuple[list[int], int]:
        """Which chunks are here, and how many requests were made until now."""
        return kept(alice.page)["have"], len(asked)

    page.get_by_role("button", name="Take along").click()
    expect(page.get_by_role("button", name="Go on taking along")).to_be_visible()
    first = interrupted()
    limit = len(asked) + 4
    alice.context.set_offline(False)  # on its own it goes on
    alice.until(lambda: len(asked) > limit)
    expect(page.get_by_role("button", name="Go on taking along")).to_be_visible()
    second = interrupted()
    # The app is closed, and opened again.
    page = opens_cold(alice, "/")
    alice.context.unroute("**/audio/*", network)
    alice.context.set_offline(False)
    expect(page.get_by_role("heading", name="Good to see you, Alice")).to_be_visible()
    alice.opens_playlist(long_list)
    expect(alice.page.get_by_role("button", name="On this device", exact=True)).to_be_visible()

    for have, count in (first, second):
        assert have, "something was here when it was interrupted"
        assert {number_of(range_) for _, range_ in asked[count:]}.isdisjoint(have)
    assert kept(alice.page)["complete"] is True
    assert sorted(kept(alice.page)["have"]) == list(range(11))


def test_a_download_whose_tab_is_closed_goes_on_in_the_next(
    arrives: Arrives, long_list: dict[str, Any]
) -> None:
    alice = arrives("alice")
    page = alice.opens_playlist(long_list)
    page.evaluate("navigator.serviceWorker.ready.then(() => 1)")
    asked = chunk_requests(alice.context)
    page.get_by_role("button", name="Take along").click()
    alice.until(lambda: len(asked) >= 5)
    have, count = kept(page)["have"], len(asked)

    opens_cold(alice, f"/playlists/{long_list['id']}")
    expect(alice.page.get_by_role("button", name="On this device", exact=True)).to_be_visible()
    # Between looking and closing one more may have come; none of those that were here is asked for.
    assert {number_of(range_) for _, range_ in asked[count:]}.isdisjoint(have)


def number_of(range_: str) -> int:
    """The chunk that a range is: "bytes=1048576-2097151" is 1."""
    return int(range_.removeprefix("bytes=").split("-")[0]) >> 20


def kept(page: Page) -> dict[str, Any]:
    """What the device has of the only file."""
    found: dict[str, Any] = page.evaluate(KEPT)
    return found


KEPT = """new Promise((done) => {
  const opening = indexedDB.open("jamboree");
  opening.onsuccess = () => {
    const all = opening.result.transaction("audio").objectStore("audio").getAll();
    all.onsuccess = () => done(all.result[0]);
  };
})"""


def test_a_wrong_byte_costs_that_chunk_alone(arrives: Arrives, long_list: dict[str, Any]) -> None:
    alice = arrives("alice")
    page = alice.opens_playlist(long_list)
    page.evaluate("navigator.serviceWorker.ready.then(() => 1)")
    spoiled: list[str] = []

    def spoil(route: Route) -> None:
        asked = route.request.headers.get("range", "")
        if not asked.startswith("bytes=3145728-") or spoiled:
            route.continue_()
            return
        answer = route.fetch()
        body = bytearray(answer.body())
        body[1000] ^= 1
        spoiled.append(asked)
        route.fulfill(response=answer, body=bytes(body))

    alice.context.route("**/audio/*", spoil)
    asked = chunk_requests(alice.context)
    page.get_by_role("button", name="Take along").click()
    expect(page.get_by_role("button", name="On this device", exact=True)).to_be_visible()

    assert spoiled == ["bytes=3145728-4194303"]
    twice = [range_ for (_, range_), count in Counter(asked).items() if count > 1]
    assert twice == spoiled


def test_the_copy_follows_the_playlist(
    arrives: Arrives, clients: dict[str, Client], friday: dict[str, Any], sounds: Sounds
) -> None:
    alice = arrives("alice")
    page = take_along(alice, friday)
    bob, path = clients["bob"], f"/playlists/{friday['id']}/items"
    track = upload(bob, sounds("mp3", seconds=10.0, pitch=330.0, title="Late guest"))
    bob.ok("POST", path, {"track_id": track["id"]})
    first = bob.ok("GET", path)["items"][0]
    bob.ok("DELETE", f"{path}/{first['id']}")

    alice.sees_order(*TITLES[1:], "Late guest")
    alice.until(lambda: page.evaluate(COPIED) == [*TITLES[1:], "Late guest"])
    alice.until(lambda: set(page.evaluate(FILES)) == {*page.evaluate(WANTED)})
    cut_off(alice)
    opens_cold(alice, f"/playlists/{friday['id']}")
    alice.row("Late guest").get_by_role("button", name="Play").click()
    alice.hears()


ONE_COPY = """(read) => new Promise(async (done) => {
  const name = (await indexedDB.databases()).find((d) => d.name.startsWith("jamboree-")).name;
  const opening = indexedDB.open(name);
  opening.onsuccess = () => {
    const all = opening.result.transaction("copies").objectStore("copies").getAll();
    all.onsuccess = () => done(read(all.result[0]));
  };
})"""
COPIED = f"({ONE_COPY})((copy) => copy.items.map((item) => item.track.title))"
WANTED = f"({ONE_COPY})((copy) => copy.audio.map((entry) => entry.sha256))"
FILES = """new Promise((done) => {
  const opening = indexedDB.open("jamboree");
  opening.onsuccess = () => {
    const all = opening.result.transaction("audio").objectStore("audio").getAll();
    all.onsuccess = () => done(all.result.filter((f) => f.complete).map((f) => f.sha256));
  };
})"""


def test_bytes_that_another_playlist_needs_stay(
    arrives: Arrives, clients: dict[str, Client], friday: dict[str, Any]
) -> None:
    alice, person = arrives("alice"), clients["alice"]
    items = person.ok("GET", f"/playlists/{friday['id']}/items")["items"]
    other = person.ok("POST", "/playlists", {"title": "Train home"})
    for item in items[:2]:
        body = {"track_id": item["track"]["id"]}
        person.ok("POST", f"/playlists/{other['id']}/items", body)
    take_along(alice, friday)
    page = take_along(alice, other)
    shared = {item["track"]["audio"]["sha256"] for item in items[:2]}

    page.get_by_role("link", name="Downloads").first.click()
    row = page.locator("li.copy").filter(has_text="Friday kitchen")
    row.get_by_role("button", name="Remove from this device").click()
    expect(row).to_have_count(0)

    # The list says so first, then the bytes go.
    alice.until(lambda: set(page.evaluate(FILES)) == shared)
    wanted = {url for item in items[:2] for url in sizes_of(item["track"]["cover_url"])}
    alice.until(lambda: set(page.evaluate(COVERS)) == wanted)


def sizes_of(cover_url: str) -> list[str]:
    return [cover_url, cover_url.replace("/large.", "/small.")]


COVERS = """caches.open("jamboree-covers-1").then((cache) => cache.keys())
  .then((all) => all.map((request) => new URL(request.url).pathname))"""


def test_what_does_not_fit_is_said_before_anything_is_fetched(
    arrives: Arrives, friday: dict[str, Any]
) -> None:
    alice = arrives("alice")
    page = alice.opens_playlist(friday)
    page.evaluate("navigator.serviceWorker.ready.then(() => 1)")
    asked = chunk_requests(alice.context)
    page.evaluate(BUDGET_OF_100_KB)

    page.get_by_role("button", name="Take along").click()

    expect(page.locator(".toast")).to_contain_text("Nothing was downloaded")
    expect(page.get_by_role("button", name="Take along")).to_be_visible()
    assert asked == []


BUDGET_OF_100_KB = """new Promise((done) => {
  const opening = indexedDB.open("jamboree");
  opening.onsuccess = () => {
    const tx = opening.result.transaction("facts", "readwrite");
    tx.objectStore("facts").put(100_000, "budget");
    tx.oncomplete = () => done();
  };
})"""


def test_a_full_device_stops_the_download_and_spoils_nothing(
    arrives: Arrives, long_list: dict[str, Any]
) -> None:
    alice = arrives("alice")
    page = alice.opens_playlist(long_list)
    page.evaluate("navigator.serviceWorker.ready.then(() => 1)")
    browser = alice.context.new_cdp_session(page)
    full = {"origin": alice.server.url, "quotaSize": 6_000_000}
    browser.send("Storage.overrideQuotaForOrigin", full)

    page.get_by_role("button", name="Take along").click()

    expect(page.locator(".toast")).to_contain_text("the device is full")
    have = kept(page)["have"]
    assert 0 < len(have) < 11

    browser.send("Storage.overrideQuotaForOrigin", {"origin": alice.server.url})
    asked = chunk_requests(alice.context)
    page.get_by_role("button", name="Go on taking along").click()
    expect(page.get_by_role("button", name="On this device", exact=True)).to_be_visible()
    assert {number_of(range_) for _, range_ in asked} == set(range(11)) - set(have)


def test_a_copy_is_not_said_to_be_here_before_the_app_is(
    arrives: Arrives, friday: dict[str, Any]
) -> None:
    alice = arrives("alice")
    held: list[Route] = []

    def hold(route: Route) -> None:
        """Of what the worker fetches to be installed, one file does not come yet."""
        held.append(route) if route.request.service_worker else route.continue_()

    alice.context.route("**/js/player/queue.js", hold)
    page = alice.opens_playlist(friday)
    button = page.locator("button.take-along")
    button.click()
    alice.until(lambda: len(page.evaluate(FILES)) == 4)
    expect(button).to_have_text("Getting the app…")
    alice.until(lambda: bool(held))

    for route in held:
        route.continue_()

    expect(button).to_have_text("On this device")


def test_what_the_browser_threw_away_is_fetched_again(
    arrives: Arrives, friday: dict[str, Any]
) -> None:
    alice = arrives("alice")
    page = take_along(alice, friday)
    page.evaluate("caches.delete('jamboree-audio-1')")

    alice.row("Paper Lanterns").get_by_role("button", name="Play").click()
    alice.hears()  # from the network
    page.reload()  # at the start the others are missed too
    alice.until(lambda: len(page.evaluate(FILES)) == 4)
    expect(page.get_by_role("button", name="On this device", exact=True)).to_be_visible()
    cut_off(alice)
    opens_cold(alice, f"/playlists/{friday['id']}")
    alice.row("Paper Lanterns").get_by_role("button", name="Play").click()
    alice.hears()
