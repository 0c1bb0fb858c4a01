"""Taken along: no network, no server, and back again, in a real browser with a real worker."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, Request, Route, expect

from tests.e2e.conftest import TITLES, Arrives, Visitor
from tests.serving import Client, Server
from tests.sounds import Sounds


def take_along(visitor: Visitor, playlist: dict[str, Any]) -> Page:
    """Open a playlist, take it along, and wait until it is whole."""
    page = visitor.opens_playlist(playlist)
    page.evaluate("navigator.serviceWorker.ready.then(() => 1)")
    page.get_by_role("button", name="Take along").click()
    expect(page.locator(".toast")).to_contain_text("MB along")
    expect(page.get_by_role("button", name="On this device", exact=True)).to_be_visible()
    return page


def opens_cold(visitor: Visitor, path: str) -> Page:
    """A new tab, as the installed app opens it: nothing of the old one is left in memory."""
    old = visitor.page
    visitor.page = visitor.context.new_page()
    old.close()
    return visitor.opens(path)


def cut_off(visitor: Visitor) -> None:
    visitor.expects_no_network = True
    visitor.context.set_offline(True)


def votes_offline_and_comes_back(alice: Visitor, bob: Visitor, playlist: dict[str, Any]) -> None:
    """What both ways of being cut off have in common, up to the moment before the return."""
    page = opens_cold(alice, f"/playlists/{playlist['id']}")
    alice.sees_order(*TITLES)
    expect(page.get_by_role("status")).to_have_text("Offline")

    alice.row("Harbour Lights").get_by_role("button", name="Play").click()
    alice.hears()
    alice.seeks(20)
    alice.hears()
    page.locator("#player").get_by_role("button", name="Next").click()
    expect(page.locator("#player .text .title")).to_have_text("Second Kitchen")
    alice.hears()

    for title in ("Copper Wire", "Paper Lanterns"):
        row = alice.row(title)
        row.get_by_role("button", name="Vote up").click()
        expect(row.get_by_text("pending")).to_be_visible()
        expect(row.locator(".count")).to_have_text("1")
    expect(
        page.locator(".tab-bar .badge, .side-bar .badge[data-count=waiting]").first
    ).to_have_text("2")
    # What waits survives a new start of the app.
    page = opens_cold(alice, f"/playlists/{playlist['id']}")
    expect(alice.row("Copper Wire").get_by_text("pending")).to_be_visible()


def everybody_has_the_votes(
    alice: Visitor, bob: Visitor, clients: dict[str, Client], playlist: dict[str, Any]
) -> None:
    for title in ("Copper Wire", "Paper Lanterns"):
        expect(bob.row(title).locator(".count")).to_have_text("1")
        expect(alice.row(title).locator(".count")).to_have_text("1")
        expect(alice.row(title).get_by_text("pending")).to_be_hidden()
        up = alice.row(title).get_by_role("button", name="Vote up")
        expect(up).to_have_attribute("aria-pressed", "true")
    expect(alice.page.get_by_role("status")).to_have_text("Live")
    events = clients["bob"].ok("GET", f"/playlists/{playlist['id']}/events")["items"]
    voted = Counter(e["payload"]["id"] for e in events if e["type"] == "track.voted")
    assert sorted(voted.values()) == [1, 1], "each vote was applied once"


def test_without_network_it_plays_seeks_and_votes_and_the_votes_arrive_once(
    arrives: Arrives, clients: dict[str, Client], friday: dict[str, Any]
) -> None:
    alice, bob = arrives("alice"), arrives("bob")
    take_along(alice, friday)
    bob.opens_playlist(friday)
    cut_off(alice)

    votes_offline_and_comes_back(alice, bob, friday)
    alice.context.set_offline(False)

    expect(alice.page.locator(".toast")).to_contain_text("2 of 2 changes applied")
    everybody_has_the_votes(alice, bob, clients, friday)


def test_with_the_server_killed_it_does_the_same(
    arrives: Arrives, own_server: Server, clients: dict[str, Client], friday: dict[str, Any]
) -> None:
    alice, bob = arrives("alice", width=390), arrives("bob")
    take_along(alice, friday)
    bob.opens_playlist(friday)
    alice.expects_no_network = bob.expects_no_network = True
    own_server.kill()

    votes_offline_and_comes_back(alice, bob, friday)
    own_server.start()

    everybody_has_the_votes(alice, bob, clients, friday)


def test_moving_and_removing_without_network_arrives_too(
    arrives: Arrives, clients: dict[str, Client], friday: dict[str, Any]
) -> None:
    alice, bob = arrives("alice", width=360), arrives("bob")
    take_along(alice, friday)
    bob.opens_playlist(friday)
    cut_off(alice)
    page = opens_cold(alice, f"/playlists/{friday['id']}")
    alice.sees_order(*TITLES)

    alice.row("Copper Wire").get_by_role("button", name="Move", exact=True).click()
    page.get_by_label("Where to").select_option(label="To the top")
    page.get_by_role("button", name="Move it").click()
    alice.sees_order("Copper Wire", "Paper Lanterns", "Harbour Lights", "Second Kitchen")
    alice.row("Harbour Lights").get_by_role("button", name="Remove").click()
    expect(alice.row("Harbour Lights")).to_have_attribute("data-leaving", "")
    # Bob takes the first away meanwhile: the move finds another neighbour.
    path = f"/playlists/{friday['id']}/items"
    first = clients["bob"].ok("GET", path)["items"][0]
    clients["bob"].ok("DELETE", f"{path}/{first['id']}")

    alice.context.set_offline(False)
    alice.sees_order("Copper Wire", "Second Kitchen")
    bob.sees_order("Copper Wire", "Second Kitchen")
    expect(page.locator(".toast")).to_contain_text("2 of 2 changes applied")


def test_a_lost_answer_applies_a_vote_once(
    arrives: Arrives, clients: dict[str, Client], friday: dict[str, Any]
) -> None:
    alice, bob = arrives("alice"), arrives("bob")
    alice.expects_no_network = True
    alice.opens_playlist(friday)
    bob.opens_playlist(friday)
    lost: list[str] = []

    def lose_the_answer(route: Route) -> None:
        route.fetch()  # the server applies it
        lost.append(route.request.post_data or "")
        route.abort("connectionreset")

    alice.page.route("**/api/v1/sync", lose_the_answer, times=1)
    alice.row("Copper Wire").get_by_role("button", name="Vote up").click()

    expect(bob.row("Copper Wire").locator(".count")).to_have_text("1")
    expect(alice.row("Copper Wire").get_by_text("pending")).to_be_hidden()
    expect(alice.row("Copper Wire").locator(".count")).to_have_text("1")
    assert len(lost) == 1
    events = clients["bob"].ok("GET", f"/playlists/{friday['id']}/events")["items"]
    assert [e["type"] for e in events].count("track.voted") == 1


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
    from tests.e2e.conftest import upload

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

    def cut_after(count: int) -> None:
        """Take the network away once so many chunks were asked for, and wait until that is seen."""

        def on_request(request: Request) -> None:
            if len(asked) >= count:
                alice.context.remove_listener("request", on_request)
                alice.context.set_offline(True)

        alice.context.on("request", on_request)

    def interrupted() -> tuple[list[int], int]:
        """Which chunks are here, and how many requests were made until now."""
        return kept(alice.page)["have"], len(asked)

    cut_after(3)
    page.get_by_role("button", name="Take along").click()
    expect(page.get_by_role("button", name="Go on taking along")).to_be_visible()
    first = interrupted()
    cut_after(7)
    alice.context.set_offline(False)  # on its own it goes on
    alice.until(lambda: len(asked) >= 7)
    expect(page.get_by_role("button", name="Go on taking along")).to_be_visible()
    second = interrupted()
    # The app is closed, and opened again.
    page = opens_cold(alice, "/")
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


def test_what_is_not_on_the_device_says_so(arrives: Arrives, friday: dict[str, Any]) -> None:
    alice = arrives("alice", width=360)
    take_along(alice, friday)
    cut_off(alice)

    page = opens_cold(alice, "/library")
    expect(page.get_by_role("heading", name="This isn’t on this device")).to_be_visible()
    page.get_by_role("link", name="What is on this device").click()
    expect(page.get_by_role("link", name="Friday kitchen")).to_be_visible()
    expect(page.locator(".strip")).to_have_text("Offline: 1 playlist on this device")


def test_links_without_network_keep_the_music_playing(
    arrives: Arrives, friday: dict[str, Any]
) -> None:
    alice = arrives("alice")
    page = take_along(alice, friday)
    alice.row("Paper Lanterns").get_by_role("button", name="Play").click()
    alice.hears()
    cut_off(alice)

    page.get_by_role("link", name="Downloads").first.click()
    expect(page.get_by_role("list", name="On this device")).to_contain_text("Friday kitchen")
    page.get_by_role("link", name="Sync").first.click()
    expect(page.locator("sync-list")).to_contain_text("Everything is sent")
    page.get_by_role("link", name="Home").first.click()
    page.locator("offline-page").get_by_role("link", name="Friday kitchen").click()
    alice.sees_order(*TITLES)

    alice.hears()


def test_a_sheet_that_can_not_be_fetched_is_told_once(
    arrives: Arrives, friday: dict[str, Any]
) -> None:
    alice = arrives("alice")
    page = alice.opens_playlist(friday)
    page.evaluate(
        "window.told = []; addEventListener('jam:toast', (e) => told.push(e.detail.text))"
    )
    cut_off(alice)
    page.get_by_role("button", name="Share").click()
    expect(page.locator(".toast")).to_contain_text("can't be reached")
    assert page.evaluate("told.length") == 1
    expect(page.locator("dialog.sheet")).to_be_hidden()


def test_the_copy_follows_the_playlist(
    arrives: Arrives, clients: dict[str, Client], friday: dict[str, Any], sounds: Sounds
) -> None:
    from tests.e2e.conftest import upload

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
    row = page.get_by_role("listitem").filter(has_text="Friday kitchen")
    row.get_by_role("button", name="Remove from this device").click()
    expect(row).to_have_count(0)

    assert set(page.evaluate(FILES)) == shared
    wanted = {url for item in items[:2] for url in sizes_of(item["track"]["cover_url"])}
    assert set(page.evaluate(COVERS)) == wanted


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


def test_what_the_browser_threw_away_is_offered_again(
    arrives: Arrives, friday: dict[str, Any]
) -> None:
    alice = arrives("alice")
    page = take_along(alice, friday)
    page.evaluate("caches.delete('jamboree-audio-1')")

    alice.row("Paper Lanterns").get_by_role("button", name="Play").click()
    alice.hears()  # from the network
    page.reload()
    page.get_by_role("button", name="Go on taking along").click()
    expect(page.get_by_role("button", name="On this device", exact=True)).to_be_visible()
    cut_off(alice)
    opens_cold(alice, f"/playlists/{friday['id']}")
    alice.row("Paper Lanterns").get_by_role("button", name="Play").click()
    alice.hears()


def test_another_persons_log_in_sees_nothing_of_it(
    arrives: Arrives, friday: dict[str, Any]
) -> None:
    alice = arrives("alice")
    page = take_along(alice, friday)
    audio = page.evaluate("document.querySelector('.row').dataset.audio")
    page.goto(alice.server.url + "/you")
    page.get_by_role("button", name="Log out").click()
    expect(page.get_by_role("button", name="Log in")).to_be_visible()
    page.get_by_label("Name").fill("charlie")
    page.get_by_label("Password").fill("a good long password")
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("heading", name="Good to see you, Charlie")).to_be_visible()
    page.get_by_role("link", name="Downloads").first.click()
    expect(page.locator("downloads-list")).to_contain_text("Nothing taken along yet")

    cut_off(alice)
    page = opens_cold(alice, f"/playlists/{friday['id']}")
    expect(page.get_by_role("heading", name="This isn’t on this device")).to_be_visible()
    heard = page.evaluate(f"fetch('/audio/{audio}').then(r => r.status, () => 'nothing')")
    assert heard == "nothing"


def test_no_page_that_was_made_for_a_person_is_kept(
    arrives: Arrives, friday: dict[str, Any]
) -> None:
    alice = arrives("alice")
    page = take_along(alice, friday)

    kept = page.evaluate(
        """(async () => {
          const found = {};
          for (const name of await caches.keys()) {
            const cache = await caches.open(name);
            for (const request of await cache.keys()) {
              const response = await cache.match(request);
              const kind = response.headers.get("Content-Type") ?? "";
              if (kind.includes("html") || kind === "application/json") {
                found[new URL(request.url).pathname] = await response.text();
              }
            }
          }
          return found;
        })()"""
    )

    assert list(kept) == ["/offline-shell"]
    assert "Alice" not in json.dumps(kept)
