"""Storage that loses things: what the browser throws away, and disks that spoil bytes."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page, expect

from tests.e2e.away import cut_off, opens_cold, take_along
from tests.e2e.conftest import Arrives
from tests.e2e.test_taking_along import FILES, chunk_requests

LOSE_CHUNKS = """(count) => caches.open("jamboree-audio-1").then(async (cache) => {
  for (const request of (await cache.keys()).slice(0, count)) await cache.delete(request);
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
    arrives: Arrives, friday: dict[str, Any]
) -> None:
    alice = arrives("alice")
    page = take_along(alice, friday)
    page.wait_for_timeout(0)
    page.evaluate(LOSE_CHUNKS, 1)
    asked = chunk_requests(alice.context)

    alice.row("Paper Lanterns").get_by_role("button", name="Play").click()
    alice.hears()  # from the network
    expect(toast(page)).to_contain_text("The browser removed 1 of 4 tracks")
    alice.until(lambda: len(page.evaluate(FILES)) == 4)
    assert len(asked) == 1


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
