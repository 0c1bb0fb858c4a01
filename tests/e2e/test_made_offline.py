"""Playlists that are made and edited without network, until they are the real ones."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page, expect

from tests.e2e.away import cut_off, opens_cold, take_along
from tests.e2e.conftest import TITLES, Arrives, Visitor
from tests.e2e.test_taking_along import FILES
from tests.serving import Client, Server


def makes(visitor: Visitor, title: str) -> Page:
    """Make a playlist on the home page, and wait for its page."""
    page = visitor.page
    page.get_by_label("Name of a new playlist").fill(title)
    page.get_by_role("button", name="Create").click()
    expect(page.locator("jam-playlist h1")).to_have_text(title)
    return page


def adds(visitor: Visitor, title: str) -> None:
    search = visitor.page.get_by_label("Add a track")
    search.fill(title)
    visitor.page.get_by_role("button", name=f"Add {title}").click()
    expect(visitor.row(title)).to_be_visible()


def renames(visitor: Visitor, title: str) -> None:
    page = visitor.page
    page.get_by_role("button", name="Settings").click()
    page.get_by_label("Title").fill(title)
    page.get_by_role("button", name="Save").click()
    expect(page.locator("jam-playlist h1")).to_have_text(title)


def id_of(page: Page) -> str:
    return page.url.rsplit("/", 1)[1]


def test_a_playlist_made_without_server_is_filled_and_becomes_the_real_one(
    arrives: Arrives, own_server: Server, clients: dict[str, Client], friday: dict[str, Any]
) -> None:
    alice = arrives("alice", width=390)
    take_along(alice, friday)
    alice.expects_no_network = alice.expects_404 = True
    own_server.kill()
    opens_cold(alice, "/")

    page = makes(alice, "Cabin weekend")
    adds(alice, "Copper Wire")
    adds(alice, "Paper Lanterns")
    adds(alice, "Harbour Lights")
    alice.row("Harbour Lights").get_by_role("button", name="Move", exact=True).click()
    page.get_by_label("Where to").select_option(label="To the top")
    page.get_by_role("button", name="Move it").click()
    alice.row("Copper Wire").get_by_role("button", name="Remove").click()
    renames(alice, "Cabin, late")
    expect(page.locator("jam-playlist .head")).to_contain_text("only on this device yet")
    playlist = id_of(page)

    page = opens_cold(alice, "/")
    card = page.locator(f".card[data-playlist='{playlist}']")
    expect(card).to_contain_text("Cabin, late")
    expect(card).to_contain_text("changes pending")
    page = opens_cold(alice, f"/playlists/{playlist}")
    alice.sees_order("Harbour Lights", "Copper Wire", "Paper Lanterns")
    alice.row("Harbour Lights").get_by_role("button", name="Play").click()
    alice.hears()

    own_server.start()

    expect(page.get_by_role("status")).to_have_text("Live")
    expect(page.locator("jam-playlist h1")).to_have_text("Cabin, late")
    alice.sees_order("Harbour Lights", "Paper Lanterns")
    expect(page.locator("jam-playlist .head")).not_to_contain_text("only on this device")
    alice.hears()
    made = clients["alice"].ok("GET", f"/playlists/{playlist}/items")["items"]
    assert [item["track"]["title"] for item in made] == ["Harbour Lights", "Paper Lanterns"]
    lists = clients["alice"].ok("GET", "/playlists")["items"]
    assert [one["title"] for one in lists].count("Cabin, late") == 1
    # It stays on this device as what was taken along does.
    expect(page.get_by_role("button", name="On this device", exact=True)).to_be_visible()


def test_the_form_of_the_online_home_loses_nothing_when_the_network_is_gone(
    arrives: Arrives, clients: dict[str, Client], friday: dict[str, Any]
) -> None:
    alice = arrives("alice")
    page = alice.opens("/")
    page.evaluate("navigator.serviceWorker.ready.then(() => 1)")
    cut_off(alice)

    makes(alice, "Bus songs")
    expect(page.locator("jam-playlist .head")).to_contain_text("only on this device yet")

    alice.context.set_offline(False)
    expect(page.get_by_role("status")).to_have_text("Live")
    made = clients["alice"].ok("GET", f"/playlists/{id_of(page)}")
    assert made["title"] == "Bus songs"


def test_what_plays_in_a_list_that_only_this_device_has_stays_here(
    arrives: Arrives, friday: dict[str, Any]
) -> None:
    """The copy that its music came with may go; the songs of the new list do not go with it."""
    alice = arrives("alice")
    take_along(alice, friday)
    cut_off(alice)
    opens_cold(alice, "/")
    page = makes(alice, "Bus songs")
    adds(alice, "Copper Wire")
    path = f"/playlists/{id_of(page)}"
    page = opens_cold(alice, "/downloads")
    copy = page.locator("li.copy").filter(has_text="Friday kitchen")
    copy.get_by_role("button", name="Remove from this device").click()
    expect(copy).to_have_count(0)

    alice.until(lambda: len(page.evaluate(FILES)) == 1)
    opens_cold(alice, path)
    alice.row("Copper Wire").get_by_role("button", name="Play").click()
    alice.hears()


def test_a_playlist_made_with_network_is_one(arrives: Arrives, clients: dict[str, Client]) -> None:
    alice = arrives("alice", width=360)
    alice.opens("/")

    page = makes(alice, "Straight away")

    expect(page.get_by_role("status")).to_have_text("Live")
    lists = clients["alice"].ok("GET", "/playlists")["items"]
    assert [one["title"] for one in lists].count("Straight away") == 1


def test_settings_of_a_copy_are_changed_without_network(
    arrives: Arrives, clients: dict[str, Client], friday: dict[str, Any]
) -> None:
    alice, bob = arrives("alice", width=360), arrives("bob")
    take_along(alice, friday)
    bob.opens_playlist(friday)
    cut_off(alice)
    page = opens_cold(alice, f"/playlists/{friday['id']}")
    alice.sees_order(*TITLES)

    page.get_by_role("button", name="Settings").click()
    page.get_by_label("Title").fill("Saturday kitchen")
    page.get_by_label("By votes").check()
    page.get_by_role("button", name="Save").click()

    head = page.locator("jam-playlist .head")
    expect(head.get_by_role("heading")).to_have_text("Saturday kitchen")
    expect(head).to_contain_text("order by votes")
    expect(head).to_contain_text("settings pending")
    alice.context.set_offline(False)
    expect(bob.page.locator("jam-playlist h1")).to_have_text("Saturday kitchen")
    expect(page.get_by_role("status")).to_have_text("Live")
    expect(head).not_to_contain_text("pending")
    now = clients["bob"].ok("GET", f"/playlists/{friday['id']}")
    assert (now["title"], now["order_mode"]) == ("Saturday kitchen", "votes")
