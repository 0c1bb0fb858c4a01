"""A download of 60 MB that is interrupted at twenty random points, in every way that happens."""

from __future__ import annotations

import hashlib
import random

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Arrives, Visitor, upload
from tests.e2e.faulty import FaultyNetwork
from tests.serving import Client, Server
from tests.soak import count
from tests.sounds import Sounds

SECONDS = 340.0  # of a WAV: 60 MB
POINTS = 20
FAULTS = ("busy", "truncated", "wrong", "offline", "tab closed", "server killed")


@pytest.mark.parametrize("seed", range(count(1, 10)))
def test_a_download_that_is_interrupted_at_twenty_points_fetches_no_chunk_twice(
    seed: int,
    arrives: Arrives,
    clients: dict[str, Client],
    sounds: Sounds,
    own_server: Server,
    network: FaultyNetwork,
) -> None:
    file = sounds("wav", seconds=SECONDS, title="Long one")
    sha256 = hashlib.sha256(file.read_bytes()).hexdigest()
    chunks = -(-file.stat().st_size // 2**20)
    assert chunks > 55
    playlist = clients["alice"].ok("POST", "/playlists", {"title": "Long"})
    track = upload(clients["alice"], file)
    clients["alice"].ok("POST", f"/playlists/{playlist['id']}/items", {"track_id": track["id"]})
    rng = random.Random(seed)
    kinds = [*FAULTS, *rng.choices(FAULTS, k=POINTS - len(FAULTS))]
    network.faults = dict(zip(rng.sample(range(chunks), POINTS), kinds, strict=True))
    spoiled = set(network.faults)

    alice = arrives("alice")
    alice.expects_no_network = alice.expects_503 = True
    alice.server = network  # type: ignore[assignment]  # of which it needs the address alone
    page = alice.opens_playlist(playlist)
    page.evaluate("navigator.serviceWorker.ready.then(() => 1)")
    page.get_by_role("button", name="Take along").click()
    while network.faults or network.stuck:
        alice.until(lambda: network.stuck is not None or not network.faults)
        interrupt(alice, own_server, network, playlist["id"])
    whole = alice.page.get_by_role("button", name="On this device", exact=True)
    expect(whole).to_be_visible(timeout=40_000)

    once = dict.fromkeys(range(chunks), 1)
    assert network.whole == once, "each chunk was given whole and right exactly once"
    assert network.asked == once | dict.fromkeys(spoiled, 2), "and only what was spoiled again"
    assert alice.page.evaluate(HASH_OF_ALL, [sha256, chunks]) == sha256


def interrupt(alice: Visitor, server: Server, network: FaultyNetwork, playlist: str) -> None:
    """Do what the chunk that is on its way is stuck for."""
    what = network.stuck
    if what == "offline":
        alice.context.set_offline(True)
        network.go_on()
        go_on = alice.page.get_by_role("button", name="Go on taking along")
        expect(go_on).to_be_visible()
        alice.context.set_offline(False)
    elif what == "tab closed":
        old, alice.page = alice.page, alice.context.new_page()
        old.close()
        network.go_on()
        alice.opens(f"/playlists/{playlist}")
    elif what == "server killed":
        server.kill()
        network.go_on()
        server.start()


HASH_OF_ALL = """async ([sha256, count]) => {
  const cache = await caches.open("jamboree-audio-1");
  const parts = [];
  for (let index = 0; index < count; index += 1) {
    parts.push(await (await cache.match(`/audio/${sha256}?chunk=${index}`)).blob());
  }
  const bytes = await new Blob(parts).arrayBuffer();
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}"""
