"""How pages look to a machine: nothing sticks out, everything has a name and enough contrast."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from playlist_app.config import ROOT
from tests.cast import PASSWORD
from tests.e2e.conftest import Arrives, Visitor
from tests.serving import Client

AXE = Path(ROOT) / "node_modules" / "axe-core" / "axe.min.js"

PAGES = {
    "home": "/",
    "playlist": "/playlists/{playlist}",
    "history": "/playlists/{playlist}/history",
    "what happened": "/playlists/{playlist}/timeline",
    "a snapshot": "/playlists/{playlist}/snapshots/{snapshot}",
    "thread": "/playlists/{playlist}/thread",
    "library": "/library",
    "track": "/library/{track}",
    "downloads": "/downloads",
    "add by link": "/imports/new",
    "wishes": "/wishes",
    "sources": "/sources",
    "a new source": "/sources/new",
    "sync": "/sync",
    "you": "/you",
    "statistics": "/you/statistics?range=all",
    "heard": "/you/history",
    "smart playlists": "/smart",
    "a smart playlist": "/smart/{smart}",
    "its rules": "/smart/{smart}/edit",
    "genres": "/library/genres",
    "review": "/library/review",
    "in the background": "/admin/tasks",
    "install": "/install",
    "not found": "/playlists/nothing",
}


RULES = [
    {"field": "title", "operator": "contains", "value": "e"},
    {"field": "year", "operator": "between", "value": [1950, 2100]},
    {"field": "played", "operator": "is", "value": True},
    {"field": "added", "operator": "since", "value": "2020-01-01"},
]


def report_listens(person: Client, tracks: list[dict[str, Any]]) -> None:
    """They heard these lately, at different hours: what statistics are drawn from."""
    now = datetime.now(UTC)
    items = [
        {
            "id": str(uuid.uuid4()),
            "track": tracks[number % len(tracks)]["id"],
            "at": (now - timedelta(hours=11 * number)).isoformat(),
            "seconds": 40.0 + number,
        }
        for number in range(40)
    ]
    person.ok("POST", "/listens", {"device": "test", "items": items})


def sticks_out(page: Page) -> list[str]:
    """What is wider than the window, and makes the page scroll sideways."""
    found: list[str] = page.evaluate(
        """(() => {
          const width = document.documentElement.clientWidth;
          if (document.documentElement.scrollWidth <= width) return [];
          return [...document.querySelectorAll('body *')]
            .filter((e) => e.getBoundingClientRect().right > width + 1)
            .map((e) => e.tagName + '.' + e.className);
        })()"""
    )
    return found


EVERYTHING = "['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']"
COLOURS = "{type: 'rule', values: ['color-contrast']}"  # all that another colour scheme changes


def violations(visitor: Visitor, rules: str = EVERYTHING) -> list[tuple[str, list[str]]]:
    """What axe has against the page: (rule, what it is about)."""
    # Through the protocol, as the content policy lets no script in by any other way.
    visitor.page.evaluate(AXE.read_text())
    found: dict[str, Any] = visitor.page.evaluate(f"axe.run(document, {{runOnly: {rules}}})")
    return [
        (one["id"], [node["html"][:160] for node in one["nodes"]]) for one in found["violations"]
    ]


def looks_right(visitor: Visitor) -> None:
    visitor.page.evaluate("document.fonts.ready.then(() => 1)")
    assert sticks_out(visitor.page) == []
    assert violations(visitor) == []


@pytest.mark.parametrize("width", [360, 1280])
def test_every_page_fits_and_can_be_read(
    arrives: Arrives, clients: dict[str, Client], friday: dict[str, Any], width: int
) -> None:
    path = f"/playlists/{friday['id']}"
    clients["alice"].ok("POST", f"{path}/members", {"username": "dora", "role": "editor"})
    items = clients["alice"].ok("GET", f"{path}/items")["items"]
    clients["alice"].ok("PATCH", f"{path}/items/{items[1]['id']}", {"is_playing": True})
    clients["alice"].ok("POST", f"{path}/items/{items[0]['id']}/vote", {"direction": "up"})
    smart = clients["dora"].ok("POST", "/smart-playlists", {"title": "All", "rules": RULES})
    report_listens(clients["dora"], [item["track"] for item in items])
    said = {"text": "Look at this", "take_snapshot": True}
    snapshot = clients["alice"].ok("POST", f"{path}/messages", said)["snapshot"]
    clients["alice"].ok("DELETE", f"{path}/items/{items[2]['id']}")
    dora = arrives("dora", width=width, reduced_motion="reduce")
    for name, address in PAGES.items():
        dora.opens(
            address.format(
                playlist=friday["id"],
                track=items[0]["track"]["id"],
                smart=smart["id"],
                snapshot=snapshot,
            )
        )
        if name == "playlist":
            expect(dora.page.get_by_role("status")).to_have_text("Live")
        if name == "not found":
            dora.faults.clear()  # the browser itself notes a 404 in its console
        assert dora.faults == []
        assert (name, sticks_out(dora.page)) == (name, [])
        assert (name, violations(dora)) == (name, [])
        dora.page.emulate_media(color_scheme="dark")
        assert (name, violations(dora, COLOURS)) == (name, [])
        dora.page.emulate_media(color_scheme="light")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_door_fits_and_can_be_read(arrives: Arrives, scheme: Any) -> None:
    nobody = arrives("nobody", width=360, color_scheme=scheme)
    nobody.opens("/login")
    looks_right(nobody)
    nobody.page.get_by_label("Name").fill("alice")
    nobody.page.get_by_label("Password").fill("wrong")
    nobody.page.get_by_role("button", name="Log in").click()
    expect(nobody.page.get_by_role("alert")).to_be_visible()
    nobody.faults.clear()  # the browser itself notes the 401 in its console
    looks_right(nobody)


def looks_right_in_both_schemes(visitor: Visitor) -> None:
    looks_right(visitor)
    visitor.page.emulate_media(color_scheme="dark")
    assert violations(visitor, COLOURS) == []
    visitor.page.emulate_media(color_scheme="light")


def test_the_ways_in_fit_and_can_be_read(arrives: Arrives) -> None:
    nobody = arrives("nobody", width=360, reduced_motion="reduce")
    for address in ("/register", "/code/log-in", "/code/password"):
        nobody.opens(address)
        looks_right_in_both_schemes(nobody)
    nobody.page.get_by_label("Name").fill("alice")
    nobody.page.locator("main form").get_by_role("button").click()
    expect(nobody.page.get_by_label("Six digits")).to_be_visible()
    looks_right_in_both_schemes(nobody)
    assert nobody.faults == []


def test_ones_keys_fit_and_can_be_read(arrives: Arrives, clients: dict[str, Client]) -> None:
    clients["bob"].ok("POST", "/users/me/tokens", {"name": "The wall", "scopes": ["read"]})
    bob = arrives("bob", width=360, reduced_motion="reduce")
    page = bob.opens("/you/security")
    looks_right_in_both_schemes(bob)
    page.evaluate("document.querySelectorAll('main details').forEach((one) => { one.open = true })")
    looks_right_in_both_schemes(bob)
    clients["bob"].ok("POST", "/users/me/factors/totp", {"password": PASSWORD})
    bob.opens("/you/security/app")
    looks_right_in_both_schemes(bob)
    assert bob.faults == []


@pytest.mark.parametrize("width", [360, 1280])
def test_what_opens_on_a_page_fits_and_can_be_read(
    arrives: Arrives, friday: dict[str, Any], width: int
) -> None:
    alice = arrives("alice", width=width, reduced_motion="reduce")
    page = alice.opens_playlist(friday)
    alice.row("Paper Lanterns").get_by_role("button", name="Play").click()
    alice.hears()
    page.get_by_role("button", name="Share").click()
    expect(page.get_by_label("Name they log in with")).to_be_visible()
    looks_right(alice)
    page.keyboard.press("Escape")
    page.get_by_role("searchbox", name="Add a track").fill("harb")
    expect(page.get_by_role("link", name="Here").first).to_be_visible()
    looks_right(alice)
    page.get_by_role("searchbox", name="Add a track").fill("")
    if width < 900:
        opens_full_player(alice)
        looks_right(alice)


def opens_full_player(visitor: Visitor) -> None:
    player = visitor.page.locator("#player")
    player.get_by_role("button", name="Show more").click()
    expect(player.get_by_role("heading", name="Up next")).to_be_visible()


@pytest.mark.parametrize("width", [360, 1280])
def test_without_network_pages_fit_and_can_be_read(
    arrives: Arrives, friday: dict[str, Any], width: int
) -> None:
    alice = arrives("alice", width=width, reduced_motion="reduce")
    page = alice.opens_playlist(friday)
    page.evaluate("navigator.serviceWorker.ready.then(() => 1)")
    page.get_by_role("button", name="Take along").click()
    expect(page.get_by_role("button", name="On this device", exact=True)).to_be_visible()
    alice.expects_no_network = True
    alice.context.set_offline(True)
    for address in ("/", f"/playlists/{friday['id']}", "/downloads", "/sync", "/library"):
        alice.opens(address)
        expect(page.locator("offline-page > *").first).to_be_visible()
        looks_right(alice)


@pytest.mark.parametrize(
    ("address", "link"),
    [
        ("/admin/people", "You"),
        ("/install", "You"),
        ("/library/{track}", "Library"),
        ("/playlists/{playlist}/history", "Friday kitchen"),
    ],
)
def test_the_side_bar_shows_where_a_page_belongs(
    arrives: Arrives, friday: dict[str, Any], clients: dict[str, Client], address: str, link: str
) -> None:
    items = clients["alice"].ok("GET", f"/playlists/{friday['id']}/items")["items"]
    dora = arrives("alice" if "playlist" in address else "dora", width=1280)
    dora.opens(address.format(playlist=friday["id"], track=items[0]["track"]["id"]))
    side_bar = dora.page.get_by_role("complementary", name="Navigation")
    expect(side_bar.locator("[aria-current]")).to_have_text([link])
