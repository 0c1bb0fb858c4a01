"""Administration in a browser: an admin at work, and what the people it is about see of it."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.cast import PASSWORD
from tests.e2e.conftest import Arrives
from tests.e2e.test_look import COLOURS, looks_right, violations
from tests.serving import Client


def person_page(dora: Any, name: str) -> Page:
    page: Page = dora.opens("/admin")
    page.get_by_role("navigation", name="Administration").get_by_role("link", name="People").click()
    page.get_by_role("searchbox", name="Name, e-mail or phone").fill(name)
    page.keyboard.press("Enter")
    expect(page.get_by_text("1 person")).to_be_visible()
    page.get_by_role("list", name="People").get_by_role("link").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(name.title())
    return page


def test_who_is_blocked_is_out_while_they_look_on(arrives: Arrives) -> None:
    charlie, dora = arrives("charlie", width=360), arrives("dora", width=1280)
    charlie.expects_no_network = charlie.expects_401 = True
    charlie.opens("/")
    expect(charlie.page.get_by_role("status")).to_have_text("Live")
    page = person_page(dora, "charlie")
    page.get_by_role("button", name="Block Charlie").click()
    expect(page.get_by_text("Blocked: Charlie")).to_be_visible()
    expect(charlie.page.get_by_role("status")).not_to_have_text("Live")
    charlie.page.goto(charlie.server.url + "/library")
    expect(charlie.page.get_by_role("button", name="Log in")).to_be_visible()
    page.get_by_role("button", name="Unblock Charlie").click()
    expect(page.get_by_role("button", name="Block Charlie")).to_be_visible()


def test_a_link_goes_from_the_admin_to_who_forgot_the_password(arrives: Arrives) -> None:
    dora, somebody = arrives("dora", width=360), arrives("nobody", width=360)
    page = person_page(dora, "bob")
    page.get_by_role("button", name="Make a link").click()
    link = page.get_by_label("Link for a new password")
    expect(link).to_be_visible()
    address = link.input_value()
    looks_right(dora)
    somebody.page.goto(address)
    looks_right(somebody)
    somebody.page.get_by_label("New password").fill(PASSWORD)
    somebody.page.get_by_role("button", name="Save and log in").click()
    expect(somebody.page.get_by_text("That is your password now.")).to_be_visible()
    dora.opens("/admin/audit")
    notes = page.get_by_role("list", name="Audit").get_by_role("listitem")
    expect(notes.filter(has_text="chose a new password by a link").first).to_be_visible()
    expect(notes.filter(has_text="by link").first).to_contain_text("Bob logged in")


def test_an_invite_is_made_by_keyboard_copied_and_used(arrives: Arrives) -> None:
    dora = arrives("dora", width=1280, permissions=["clipboard-read", "clipboard-write"])
    page = dora.opens("/admin/invites")
    page.get_by_label("Whom it is for").focus()
    page.keyboard.type("The flat upstairs")
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowDown")  # Reviewer
    page.keyboard.press("Tab")
    page.keyboard.type("2")
    page.keyboard.press("Enter")
    row = page.get_by_role("list", name="Open invites").get_by_role("listitem")
    expect(row).to_contain_text("The flat upstairs")
    expect(row).to_contain_text("Reviewer")
    row.get_by_role("button", name="Copy").click()
    expect(page.get_by_text("Copied.")).to_be_visible()
    address = page.evaluate("navigator.clipboard.readText()")
    erin = arrives("nobody", width=360)
    erin.page.goto(address)
    looks_right(erin)
    erin.page.get_by_label("Name").fill("Erin")
    erin.page.get_by_label("Password").fill(PASSWORD)
    erin.page.get_by_role("button", name="Join").click()
    expect(erin.page.get_by_text("Welcome, Erin.")).to_be_visible()
    dora.opens("/admin")
    expect(page.locator(".here")).to_contain_text("Erin")
    expect(page.get_by_text("came in by the invite")).to_be_visible()


@pytest.mark.parametrize("width", [360, 1280])
def test_its_pages_fit_and_can_be_read(
    arrives: Arrives, clients: dict[str, Client], width: int
) -> None:
    clients["dora"].ok("POST", "/invites", {"note": "A guest with a rather long name " * 3})
    alice = clients["alice"].ok("GET", "/users/me")["id"]
    dora = arrives("dora", width=width, reduced_motion="reduce")
    for path in (
        "",
        "/people",
        f"/people/{alice}",
        "/people?text=nobody-at-all",
        "/invites",
        "/storage",
        "/imports",
        "/settings",
        "/audit",
    ):
        dora.opens(f"/admin{path}")
        looks_right(dora)
        dora.page.emulate_media(color_scheme="dark")
        assert (path, violations(dora, COLOURS)) == (path, [])
        dora.page.emulate_media(color_scheme="light")


def test_who_comes_in_by_a_link_sees_nothing_of_who_was_here(
    arrives: Arrives, clients: dict[str, Client]
) -> None:
    clients["alice"].ok("POST", "/playlists", {"title": "A private list"})
    link = clients["dora"].ok("POST", "/invites", {})["url"]
    there = arrives("alice", width=360)
    page = there.opens("/")
    expect(page.get_by_role("link", name="A private list").first).to_be_visible()
    page.evaluate("navigator.serviceWorker.ready.then(() => 1)")
    # Her session ends, but not by her: what is on the device is still hers.
    there.context.clear_cookies()
    page.goto(link)
    page.get_by_label("Name").fill("Frank")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Join").click()
    expect(page.get_by_text("Welcome, Frank.")).to_be_visible()
    there.expects_no_network = True
    there.context.set_offline(True)
    there.opens("/")
    expect(page.locator("offline-page > *").first).to_be_visible()
    expect(page.get_by_role("link", name="A private list")).to_have_count(0)
