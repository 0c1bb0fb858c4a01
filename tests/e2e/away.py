"""Going where there is no network: what one takes along, and how one is cut off."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page, expect

from tests.e2e.conftest import Visitor


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
