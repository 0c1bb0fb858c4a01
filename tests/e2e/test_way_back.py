"""An admin switches the offline mode off, and on again: nothing on any device is lost."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page, expect

from tests.e2e.away import cut_off, opens_cold, take_along
from tests.e2e.conftest import TITLES, Arrives
from tests.e2e.test_leaving import everything, on_the_device, votes, votes_offline
from tests.serving import Client, Server


def worker_state(page: Page) -> str:
    """What stands behind this page: a worker's state, or nothing."""
    said: str = page.evaluate(
        "navigator.serviceWorker.getRegistration().then((r) => r?.active?.state ?? 'nothing')"
    )
    return said


def test_switched_off_nothing_is_lost_and_on_again_it_plays_without_network(
    arrives: Arrives, own_server: Server, clients: dict[str, Client], friday: dict[str, Any]
) -> None:
    alice = arrives("alice")
    refused: list[str] = []
    alice.context.on("response", lambda r: refused.append(r.url) if r.status == 409 else None)
    page = take_along(alice, friday)
    audio = on_the_device(page)
    kept = everything(page)["caches"]
    cut_off(alice)
    page = opens_cold(alice, f"/playlists/{friday['id']}")
    votes_offline(alice, "Copper Wire")
    alice.row("Paper Lanterns").get_by_role("button", name="Play").click()
    alice.hears()
    clients["dora"].ok("PATCH", "/settings", {"offline_mode": False})
    alice.context.set_offline(False)

    # What waited is sent, and the music goes on while the worker steps aside.
    alice.until(lambda: votes(clients["bob"], friday)["Copper Wire"] == 1)
    page.evaluate("navigator.serviceWorker.getRegistration().then((r) => r?.update())")
    alice.until(lambda: worker_state(page) == "nothing")
    alice.hears()
    alice.seeks(25)
    alice.hears()

    page = opens_cold(alice, "/downloads")
    expect(page.get_by_text("Offline mode is switched off on this server")).to_be_visible()
    assert page.evaluate("navigator.serviceWorker.controller") is None
    assert everything(page)["caches"] == kept
    assert on_the_device(page) == audio
    page = alice.opens_playlist(friday)
    expect(page.get_by_role("button", name="On this device", exact=True)).to_be_hidden()
    assert page.evaluate("navigator.serviceWorker.controller") is None

    clients["dora"].ok("PATCH", "/settings", {"offline_mode": True})
    fetched: list[str] = []
    alice.context.on("request", lambda r: fetched.append(r.url) if "/audio/" in r.url else None)
    page = opens_cold(alice, f"/playlists/{friday['id']}")
    expect(page.get_by_role("button", name="On this device", exact=True)).to_be_visible()
    alice.until(lambda: page.evaluate("Boolean(navigator.serviceWorker.controller)") is True)
    cut_off(alice)
    page = opens_cold(alice, f"/playlists/{friday['id']}")
    alice.sees_order(*TITLES)
    alice.row("Harbour Lights").get_by_role("button", name="Play").click()
    alice.hears()
    assert on_the_device(page) == audio
    assert [url for url in fetched if "again" in url] == []
    # What began without network is not what the room plays: it refuses to be moved within it.
    assert {url.split("/")[-1] for url in refused} <= {"seek"}
    alice.faults[:] = [fault for fault in alice.faults if "status of 409" not in fault]
