"""Where packets just vanish: a server that takes connections and never answers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import expect

from playlist_app.config import ROOT
from tests.e2e.away import opens_cold, take_along
from tests.e2e.conftest import TITLES, Arrives, Visitor
from tests.serving import Server

SOON = 1000  # milliseconds until what is on the device is there
STEP = 2


@pytest.fixture
def silence(own_server: Server) -> Iterator[Server]:
    yield own_server
    own_server.speak()


def patience_of(script: str) -> int:
    """Milliseconds that a part of the app waits for a page of the server."""
    text = (ROOT / "static" / "js" / script).read_text()
    found = re.search(r"^const PATIENCE = (\d+);", text, re.MULTILINE)
    assert found, script
    return int(found[1])


def shows_within(visitor: Visitor, selector: str, milliseconds: int) -> None:
    """By the page's own clock, which stands still while the machine is at work: all that the page
    waits for takes no longer. What it takes by a watch is measured by `python -m bench offline`."""
    page = visitor.page
    for _ in range(milliseconds // STEP):
        if page.locator(selector).first.is_visible():
            return
        page.clock.run_for(STEP)
        page.wait_for_timeout(20)  # of the machine's time
    raise AssertionError(f"{selector} is waited for longer than {milliseconds} ms")


def test_what_is_on_the_device_is_there_soon(
    arrives: Arrives, silence: Server, friday: dict[str, Any]
) -> None:
    alice = arrives("alice")
    alice.expects_no_network = True
    take_along(alice, friday)
    silence.fall_silent()

    page = alice.page = alice.context.new_page()
    page.clock.install(time=0)
    page.clock.pause_at(1)
    page.goto(f"{silence.url}/playlists/{friday['id']}", wait_until="commit")
    assert patience_of("worker/pages.js") <= 400
    shows_within(alice, "offline-page .row", SOON - patience_of("worker/pages.js"))
    alice.sees_order(*TITLES)
    alice.row("Paper Lanterns").get_by_role("button", name="Play").click()
    alice.hears()
    alice.goes_round()
    for link, selector in {
        "Library": "offline-page .tracks li",
        "Downloads": "offline-page downloads-list",
        "Home": "offline-page .card",
    }.items():
        page.locator(".side-bar").get_by_role("link", name=link).click()
        shows_within(alice, selector, SOON)
    alice.hears()


def test_a_link_from_a_page_of_the_server_leads_to_the_device_as_soon(
    arrives: Arrives, silence: Server, friday: dict[str, Any]
) -> None:
    """Here nobody knows yet that the server is silent."""
    alice = arrives("alice")
    alice.expects_no_network = True
    page = take_along(alice, friday)
    page.clock.install()
    alice.opens_playlist(friday)
    page.clock.pause_at(page.evaluate("Date.now()") / 1000 + 1)
    silence.fall_silent()

    page.locator(".side-bar").get_by_role("link", name="Home").click()

    shows_within(alice, "offline-page .card", SOON)


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
