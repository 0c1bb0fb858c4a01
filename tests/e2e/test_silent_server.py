"""Where packets just vanish: a server that takes connections and never answers."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.e2e.away import opens_cold, take_along
from tests.e2e.conftest import TITLES, Arrives, Visitor
from tests.serving import Server

# Seconds until what is on the device is there, of a machine that is busy; the bound itself is
# measured by `python -m bench offline`. Without patience of our own it would be minutes.
SOON = 8.0


@pytest.fixture
def silence(own_server: Server) -> Iterator[Server]:
    yield own_server
    own_server.speak()


def shows_within(visitor: Visitor, selector: str, begun: float) -> float:
    """Seconds from then until it is in the page."""
    visitor.page.wait_for_selector(selector, timeout=20_000)
    return time.monotonic() - begun


def test_what_is_on_the_device_is_there_soon(
    arrives: Arrives, silence: Server, friday: dict[str, Any]
) -> None:
    alice = arrives("alice")
    alice.expects_no_network = True
    take_along(alice, friday)
    silence.fall_silent()

    alice.page = alice.context.new_page()
    begun = time.monotonic()
    alice.page.goto(f"{silence.url}/playlists/{friday['id']}", wait_until="commit")
    cold = shows_within(alice, "offline-page .row", begun)
    alice.sees_order(*TITLES)
    alice.row("Paper Lanterns").get_by_role("button", name="Play").click()
    alice.hears()
    times = {"cold": cold}
    for link, selector in {
        "Library": "offline-page .tracks li",
        "Downloads": "offline-page downloads-list",
        "Home": "offline-page .card",
    }.items():
        begun = time.monotonic()
        alice.page.locator(".side-bar").get_by_role("link", name=link).click()
        times[link] = shows_within(alice, selector, begun)
    alice.hears()
    assert all(seconds < SOON for seconds in times.values()), times


def test_a_page_that_comes_late_takes_its_place_and_the_music_goes_on(
    arrives: Arrives, silence: Server, friday: dict[str, Any]
) -> None:
    alice = arrives("alice")
    alice.expects_no_network = True
    page = take_along(alice, friday)
    alice.row("Paper Lanterns").get_by_role("button", name="Play").click()
    alice.hears()
    silence.fall_silent()

    page.locator(".side-bar").get_by_role("link", name="Home").click()
    expect(page.get_by_role("heading", name="On this device")).to_be_visible()
    assert page.url == f"{silence.url}/"
    alice.hears()
    silence.speak()
    expect(page.get_by_role("heading", name="Good to see you, Alice")).to_be_visible()
    assert page.url == f"{silence.url}/"
    alice.hears()
    # One step back is where one was before, and not the same page again.
    page.go_back()
    alice.sees_order(*TITLES)


def test_a_start_without_an_answer_becomes_the_servers_page(
    arrives: Arrives, silence: Server, friday: dict[str, Any]
) -> None:
    alice = arrives("alice")
    alice.expects_no_network = True
    take_along(alice, friday)
    silence.fall_silent()
    page = opens_cold(alice, f"/playlists/{friday['id']}")
    alice.row("Paper Lanterns").get_by_role("button", name="Play").click()
    alice.hears()
    page.evaluate("window.stays = true")

    silence.speak()
    expect(page.get_by_role("button", name="Share")).to_be_visible()
    expect(page.locator("meta[name=jam-person]")).to_have_attribute("data-name", "Alice")
    expect(page.get_by_role("status")).to_have_text("Live")
    expect(page.locator("#side-playlists")).to_contain_text("Friday kitchen")
    alice.hears()
    assert page.evaluate("window.stays")


def test_a_session_that_ended_is_a_log_in_and_not_the_device(
    arrives: Arrives, own_server: Server, friday: dict[str, Any]
) -> None:
    alice = arrives("alice")
    take_along(alice, friday)
    alice.context.clear_cookies()
    page = opens_cold(alice, f"/playlists/{friday['id']}")
    expect(page.get_by_role("button", name="Log in")).to_be_visible()
