"""Storage that loses things: what the browser throws away, and disks that spoil bytes."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page, expect

from tests.e2e.away import cut_off, opens_cold, take_along
from tests.e2e.conftest import Arrives
from tests.e2e.test_merging import items_of
from tests.e2e.test_taking_along import FILES, chunk_requests
from tests.serving import Client

LOSE_CHUNKS = """(count) => caches.open("jamboree-audio-1").then(async (cache) => {
  for (const request of (await cache.keys()).slice(0, count)) await cache.delete(request);
})"""
LOSE_CHUNKS_OF = """(sha256) => caches.open("jamboree-audio-1").then(async (cache) => {
  for (const request of await cache.keys()) {
    if (request.url.includes(sha256)) await cache.delete(request);
  }
})"""
SPOIL_A_CHUNK = """caches.open("jamboree-audio-1").then(async (cache) => {
  const [request] = await cache.keys();
  const bytes = new Uint8Array(await (await cache.match(request)).arrayBuffer());
  bytes[1000] ^= 1;
  await cache.put(request, new Response(bytes));
})"""
STRAY_CHUNK = """caches.open("jamboree-audio-1").then((cache) =>
  cache.put("/audio/stray?chunk=0", new Response(new Uint8Array(1000))))"""
CHUNKS = """caches.open("jamboree-audio-1").then((cache) => cache.keys())
  .then((all) => all.map((request) => request.url))"""


def toast(page: Page) -> Any:
    return page.locator(".toast")


def test_what_the_browser_threw_away_is_said_and_fetched_again(
    arrives: Arrives, friday: dict[str, Any]
) -> None:
    alice = arrives("alice", width=390)
    page = take_along(alice, friday)
    page.evaluate(LOSE_CHUNKS, 2)
    asked = chunk_requests(alice.context)

    page = opens_cold(alice, f"/playlists/{friday['id']}")
    expect(toast(page)).to_have_text(
        "The browser removed 2 of 4 tracks from this device. They are being fetched again."
    )
    expect(page.get_by_role("button", name="On this device", exact=True)).to_be_visible()
    alice.until(lambda: len(page.evaluate(FILES)) == 4)
    assert len(asked) == 2, "nothing else was fetched"


def test_without_network_it_says_so_and_fetches_later(
    arrives: Arrives, friday: dict[str, Any]
) -> None:
    alice = arrives("alice")
    page = take_along(alice, friday)
    page.evaluate("caches.delete('jamboree-audio-1')")
    cut_off(alice)

    page = opens_cold(alice, f"/playlists/{friday['id']}")
    expect(toast(page)).to_contain_text("The browser removed 4 of 4 tracks from this device.")
    expect(toast(page)).to_contain_text("when the server can be reached")
    alice.context.set_offline(False)
    expect(page.get_by_role("status")).to_have_text("Live")
    expect(page.get_by_role("button", name="On this device", exact=True)).to_be_visible()
    alice.until(lambda: len(page.evaluate(FILES)) == 4)


def test_what_is_found_gone_while_it_plays_costs_that_chunk_alone(
    arrives: Arrives, clients: dict[str, Client], friday: dict[str, Any]
) -> None:
    alice = arrives("alice")
    page = take_along(alice, friday)
    lost = items_of(clients["alice"], friday)["Paper Lanterns"]["track"]
    page.evaluate(LOSE_CHUNKS_OF, lost["audio"]["sha256"])
    asked = chunk_requests(alice.context)

    alice.row("Paper Lanterns").get_by_role("button", name="Play").click()
    alice.hears()  # from the network
    expect(toast(page)).to_contain_text("The browser removed 1 of 4 tracks")
    alice.until(lambda: len(page.evaluate(FILES)) == 4)
    assert len(asked) <= 1  # what passes to the player is kept, and need not be asked for


def test_a_spoiled_byte_is_found_by_the_sample_at_the_start(
    arrives: Arrives, friday: dict[str, Any]
) -> None:
    alice = arrives("alice")
    page = take_along(alice, friday)
    page.evaluate(SPOIL_A_CHUNK)
    asked = chunk_requests(alice.context)

    page = opens_cold(alice, f"/playlists/{friday['id']}")
    expect(toast(page)).to_have_text(
        "1 of 4 tracks on this device were damaged. They are being fetched again."
    )
    alice.until(lambda: len(page.evaluate(FILES)) == 4)
    assert len(asked) == 1


def test_chunks_that_nobody_knows_of_are_removed(arrives: Arrives, friday: dict[str, Any]) -> None:
    alice = arrives("alice")
    page = take_along(alice, friday)
    page.evaluate(STRAY_CHUNK)

    page = opens_cold(alice, "/")
    alice.until(lambda: not any("stray" in url for url in page.evaluate(CHUNKS)))
    assert len(page.evaluate(FILES)) == 4


FIRST_LAYOUT = """async () => {
  const open = (name) => new Promise((done) => {
    indexedDB.open(name).onsuccess = ({ target }) => done(target.result);
  });
  const rewrite = (db, store, how) => new Promise((done) => {
    const tx = db.transaction(store, "readwrite");
    tx.objectStore(store).getAll().onsuccess = ({ target }) => {
      for (const row of target.result) tx.objectStore(store).put(how(row));
    };
    tx.oncomplete = () => done();
  });
  const device = await open("jamboree");
  await rewrite(device, "audio", ({ of, chunks, checkedAt, ...row }) => row);
  await new Promise((done) => {
    const tx = device.transaction("facts", "readwrite");
    tx.objectStore("facts").delete("layout");
    tx.oncomplete = () => done();
  });
  const names = (await indexedDB.databases()).map(({ name }) => name);
  const own = await open(names.find((name) => /^jamboree-[^-]+(-[^-]+){4}$/.test(name)));
  await rewrite(own, "copies", ({ quality, etag, ...row }) => row);
}"""
# The second row that is brought up never comes to be: the page is closed in the middle.
HANGS = """{
  const { put } = IDBObjectStore.prototype;
  let rows = 0;
  IDBObjectStore.prototype.put = function (...all) {
    if (this.name === "audio" && all[0].chunks && ++rows === 2) globalThis.isHalfWay = true;
    if (globalThis.isHalfWay && this.name === "audio") throw new Error("closed");
    return put.apply(this, all);
  };
}"""
LAYOUT = """new Promise((done) => {
  indexedDB.open("jamboree").onsuccess = ({ target }) => {
    const tx = target.result.transaction(["facts", "audio"]);
    const layout = tx.objectStore("facts").get("layout");
    const rows = tx.objectStore("audio").getAll();
    tx.oncomplete = () => done({
      layout: layout.result ?? 1,
      named: rows.result.filter(({ chunks, of }) => chunks && of).length,
    });
  };
})"""


def test_a_new_layout_that_is_interrupted_goes_on_at_the_next_start(
    arrives: Arrives, friday: dict[str, Any]
) -> None:
    alice = arrives("alice", width=390)
    page = take_along(alice, friday)
    alice.until(lambda: page.evaluate(LAYOUT)["layout"] == 2)
    page.evaluate(FIRST_LAYOUT)
    assert page.evaluate(LAYOUT) == {"layout": 1, "named": 0}

    old = alice.page
    alice.page = alice.context.new_page()
    old.close()
    alice.page.add_init_script(HANGS)
    page = alice.opens_playlist(friday)
    alice.until(lambda: page.evaluate("globalThis.isHalfWay") is True)
    half = page.evaluate(LAYOUT)
    assert half["layout"] == 1
    assert 0 < half["named"] < 4
    # Meanwhile everything works.
    alice.row("Paper Lanterns").get_by_role("button", name="Play").click()
    alice.hears()

    page = opens_cold(alice, f"/playlists/{friday['id']}")
    alice.until(lambda: page.evaluate(LAYOUT) == {"layout": 2, "named": 4})
    expect(page.get_by_role("button", name="On this device", exact=True)).to_be_visible()


FULL = """{
  const { add } = IDBObjectStore.prototype;
  IDBObjectStore.prototype.add = function (...all) {
    if (this.name === "operations") throw new DOMException("full", "QuotaExceededError");
    return add.apply(this, all);
  };
}"""


def test_on_a_full_device_a_change_is_sent_at_once_or_refused_plainly(
    arrives: Arrives, clients: dict[str, Client], friday: dict[str, Any]
) -> None:
    alice = arrives("alice")
    take_along(alice, friday)
    alice.context.add_init_script(FULL)
    page = alice.opens_playlist(friday)
    alice.row("Copper Wire").get_by_role("button", name="Vote up").click()
    expect(alice.row("Copper Wire").locator(".count")).to_have_text("1")
    events = f"/playlists/{friday['id']}/events"
    alice.until(lambda: "track.voted" in str(clients["bob"].ok("GET", events)))

    cut_off(alice)
    alice.row("Harbour Lights").get_by_role("button", name="Vote up").click()
    expect(toast(page)).to_contain_text("This device is full")
    expect(alice.row("Harbour Lights").locator(".count")).to_have_text("0")
    alice.context.set_offline(False)
