"""Without network, without the server, and back again: playing, voting, merging."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

from playwright.sync_api import Route, expect

from tests.e2e.away import cut_off, opens_cold, take_along
from tests.e2e.conftest import TITLES, Arrives, Visitor
from tests.serving import Client, Server


def votes_offline_and_comes_back(alice: Visitor, playlist: dict[str, Any], state: str) -> None:
    """What both ways of being cut off have in common, up to the moment before the return."""
    page = opens_cold(alice, f"/playlists/{playlist['id']}")
    alice.sees_order(*TITLES)
    expect(page.get_by_role("status")).to_have_text(state)

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

    votes_offline_and_comes_back(alice, friday, "Offline")
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

    votes_offline_and_comes_back(alice, friday, "No server")
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


def test_what_is_not_on_the_device_says_so(arrives: Arrives, friday: dict[str, Any]) -> None:
    alice = arrives("alice", width=360)
    take_along(alice, friday)
    cut_off(alice)

    page = opens_cold(alice, "/you/statistics")
    expect(page.get_by_role("heading", name="This isn’t on this device")).to_be_visible()
    page.get_by_role("link", name="What is on this device").click()
    expect(page.get_by_role("link", name="Friday kitchen")).to_be_visible()
    expect(page.locator("[data-field=strip]")).to_have_text("Offline: 1 playlist on this device")


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
    page.locator("offline-page a.card").filter(has_text="Friday kitchen").click()
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


def test_another_persons_log_in_sees_nothing_of_it(
    arrives: Arrives, friday: dict[str, Any]
) -> None:
    alice = arrives("alice")
    alice.expects_401 = True  # of what a page asks while its log-in ends
    page = take_along(alice, friday)
    audio = page.evaluate("document.querySelector('.row').dataset.audio")
    page.goto(alice.server.url + "/you")
    page.get_by_role("button", name="Log out").click()
    page.get_by_role("button", name="Keep it for my return").click()
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

    # The mirror holds what the databases hold, as values; a page would be seen by its text.
    pages = [path for path in kept if not path.startswith("/mirror/")]
    assert pages == ["/offline-shell"]
    assert not any("<" in kept[path] for path in kept if path not in pages)
    assert "Alice" not in json.dumps(kept)
