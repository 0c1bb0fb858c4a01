"""The pages of the device, without network: each opens, is true, and leads somewhere."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.away import cut_off, opens_cold, take_along
from tests.e2e.conftest import TITLES, Arrives, Visitor, upload
from tests.serving import Client
from tests.sounds import Sounds

LYRICS = "[00:01.00]The lanterns hang\n[00:20.00]Over the harbour"


@pytest.fixture
def sunday(clients: dict[str, Client], sounds: Sounds) -> dict[str, Any]:
    """Another list of Alice's, with one track that has accents in its name."""
    alice = clients["alice"]
    playlist: dict[str, Any] = alice.ok("POST", "/playlists", {"title": "Sunday"})
    path = sounds("mp3", seconds=30.0, pitch=990.0, title="Café Années")
    track = upload(alice, path)
    alice.ok("POST", f"/playlists/{playlist['id']}/items", {"track_id": track["id"]})
    return playlist


def first_track(alice: Client, playlist: dict[str, Any]) -> str:
    items = alice.ok("GET", f"/playlists/{playlist['id']}/items")["items"]
    return str(items[0]["track"]["id"])


def follows(page: Page, link: str, heading: str) -> None:
    """A link of the bars; the page of the device comes."""
    page.locator(".side-bar").get_by_role("link", name=link).first.click()
    expect(page.get_by_role("heading", name=heading, level=1)).to_be_visible()


def test_every_page_of_the_device_opens_and_the_music_goes_on(
    arrives: Arrives, clients: dict[str, Client], friday: dict[str, Any]
) -> None:
    lines = f"/tracks/{first_track(clients['alice'], friday)}/lyrics"
    clients["alice"].ok("PUT", lines, {"text": LYRICS})
    alice = arrives("alice")
    take_along(alice, friday)
    cut_off(alice)
    page = opens_cold(alice, "/")
    expect(page.get_by_role("heading", name="On this device")).to_be_visible()
    # The side bar has what is here.
    page.locator("#side-playlists").get_by_role("link", name="Friday kitchen").click()
    alice.sees_order(*TITLES)
    alice.row("Paper Lanterns").get_by_role("button", name="Play").click()
    alice.hears()
    expect(page.get_by_role("region", name="Lyrics")).to_contain_text("The lanterns hang")

    alice.row("Paper Lanterns").get_by_role("link", name="More", exact=True).click()
    page.get_by_role("link", name="Show the track").click()
    expect(page.get_by_role("heading", name="Paper Lanterns", level=1)).to_be_visible()
    expect(page.locator("offline-page .lyrics")).to_contain_text("Over the harbour")
    expect(page.locator("offline-page").get_by_role("link", name="Friday kitchen")).to_be_visible()
    follows(page, "Library", "Library")
    expect(page.get_by_role("list", name="Tracks").get_by_role("listitem")).to_have_count(4)
    follows(page, "Downloads", "Downloads")
    follows(page, "Sync", "Sync")
    follows(page, "You", "Alice")
    page.locator("#player").get_by_role("button", name="Next").click()
    page.get_by_role("link", name="What you heard lately").click()
    expect(page.get_by_role("list", name="History")).to_contain_text("Paper Lanterns")
    expect(page.get_by_role("list", name="History")).to_contain_text("not sent yet")
    page.go_back()
    expect(page.get_by_role("heading", name="Alice", level=1)).to_be_visible()
    follows(page, "Home", "On this device")
    expect(page.get_by_role("heading", name="Continue listening")).to_be_visible()
    expect(page.get_by_text("1 song you heard waits")).to_be_visible()
    alice.hears()


def test_what_is_on_the_device_is_found_and_added_to_a_list(
    arrives: Arrives, clients: dict[str, Client], friday: dict[str, Any], sunday: dict[str, Any]
) -> None:
    alice = arrives("alice", width=390)
    take_along(alice, sunday)
    take_along(alice, friday)
    cut_off(alice)
    page = opens_cold(alice, "/library")
    tracks = page.get_by_role("list", name="Tracks").get_by_role("listitem")
    expect(tracks).to_have_count(5)

    search = page.get_by_role("searchbox", name="Search on this device")
    search.fill("ann CAFE")
    expect(tracks).to_have_count(1)
    tracks.get_by_role("button", name="Play Café Années").click()
    alice.hears()
    search.fill("nowhere")
    expect(page.get_by_text("Nothing on this device fits that")).to_be_visible()

    page = opens_cold(alice, f"/playlists/{friday['id']}")
    page.get_by_role("searchbox", name="Add a track").fill("cafe")
    found = page.get_by_role("region", name="Found tracks")
    expect(found.get_by_text("Only what is on this device is searched")).to_be_visible()
    found.get_by_role("button", name="Add Café Années").click()
    alice.sees_order(*TITLES, "Café Années")
    expect(alice.row("Café Années").get_by_text("pending")).to_be_visible()
    page.get_by_role("searchbox", name="Add a track").fill("copper")
    expect(found.get_by_role("link", name="Here")).to_be_visible()

    alice.context.set_offline(False)
    expect(page.get_by_role("status")).to_have_text("Live")
    items = f"/playlists/{friday['id']}/items"
    alice.until(lambda: len(clients["bob"].ok("GET", items)["items"]) == 5)
    expect(alice.row("Café Années").get_by_text("pending")).to_be_hidden()


def test_on_a_page_that_is_open_the_device_is_searched_when_the_network_goes(
    arrives: Arrives, friday: dict[str, Any], sunday: dict[str, Any]
) -> None:
    alice = arrives("alice")
    take_along(alice, sunday)
    page = take_along(alice, friday)
    cut_off(alice)
    page.get_by_role("searchbox", name="Add a track").fill("cafe")
    found = page.get_by_role("region", name="Found tracks")
    expect(found.get_by_role("button", name="Add Café Années")).to_be_visible()


def texts(visitor: Visitor, selector: str) -> tuple[str, str]:
    """What is read and what is heard of an element."""
    element = visitor.page.locator(selector).first
    expect(element).to_be_visible()
    words = " ".join(element.inner_text().split())
    # Which of two songs of one name comes first nobody promises.
    return words, re.sub(r"/library/[0-9a-f-]+", "/library/…", element.aria_snapshot())


ONE_SHAPE = {
    "/playlists/{friday}": ["jam-playlist .row", "jam-playlist .head h1"],
    "/": [".cards .card", "#side-playlists .side-link", ".continue .title"],
    "/library": ["[data-play-list] li"],
    "/you/history": [".list > li"],
}


def test_the_device_shows_the_same_as_the_server(
    own_server: Any, arrives: Arrives, clients: dict[str, Client], friday: dict[str, Any]
) -> None:
    bob = arrives("bob")
    page = take_along(bob, friday)
    bob.row("Copper Wire").get_by_role("button", name="Play").click()
    bob.until(lambda: float(bob.audio("currentTime")) > 2)  # less is no line of the history
    page.locator("#player").get_by_role("button", name="Pause").click()
    page.reload()  # what was heard is sent at the latest when a page ends, or by the next
    bob.until(lambda: bool(clients["bob"].ok("GET", "/listens")["items"]))
    addresses = {address: address.format(friday=friday["id"]) for address in ONE_SHAPE}
    online = {}
    for address, path in addresses.items():
        bob.opens(path)
        expect(page.get_by_role("status")).to_have_text("Live")
        online[address] = [texts(bob, selector) for selector in ONE_SHAPE[address]]
    cut_off(bob)
    for address, path in addresses.items():
        opens_cold(bob, path)
        expect(bob.page.get_by_role("status")).to_have_text("Offline")
        assert [texts(bob, selector) for selector in ONE_SHAPE[address]] == online[address]


def test_another_person_finds_nothing_of_the_first_ones_pages(
    arrives: Arrives, friday: dict[str, Any]
) -> None:
    alice = arrives("alice")
    alice.expects_401 = True  # of what a page of hers asks after her log-in ended
    page = take_along(alice, friday)
    alice.row("Paper Lanterns").get_by_role("button", name="Play").click()
    alice.hears()
    page.goto(alice.server.url + "/you")
    alice.context.clear_cookies()
    alice.name = "charlie"
    alice.logs_in()
    alice.opens("/")
    expect(page.get_by_role("heading", name="Good to see you, Charlie")).to_be_visible()
    cut_off(alice)

    for path, nothing in (
        ("/", "Nothing was taken along yet"),
        ("/library", "No music is on this device yet"),
        ("/you/history", "Nothing yet"),
    ):
        page = opens_cold(alice, path)
        expect(page.get_by_text(nothing)).to_be_visible()
        assert "Paper Lanterns" not in page.content()
        assert "Friday kitchen" not in page.content()


def test_what_was_typed_stays_when_it_could_not_be_sent(
    arrives: Arrives, clients: dict[str, Client], friday: dict[str, Any]
) -> None:
    alice = arrives("alice")
    track = first_track(clients["alice"], friday)
    page = alice.opens(f"/library/{track}")
    page.get_by_text("Edit", exact=True).click()
    page.get_by_label("Title").fill("Another name")
    cut_off(alice)
    page.get_by_label("Title").press("Enter")
    expect(page.locator(".toast")).to_contain_text("This wasn’t sent")
    expect(page.get_by_label("Title")).to_have_value("Another name")
    assert clients["alice"].ok("GET", f"/tracks/{track}")["title"] == "Paper Lanterns"
