"""A party: a guest comes in by a code on a phone, adds and takes turns, and meets the limits."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.e2e.conftest import Arrives
from tests.serving import Client


def test_a_guest_joins_by_a_code_adds_and_takes_turns(
    arrives: Arrives, clients: dict[str, Client]
) -> None:
    api = clients["alice"]
    playlist = api.ok("POST", "/playlists", {"title": "Roof party"})
    path = f"/playlists/{playlist['id']}"
    for title in ("Amber Room", "Blue Hour", "Cold Brew"):
        track = api.ok("POST", "/tracks", {"title": title, "artist": f"The {title}s"})
        api.ok("POST", f"{path}/items", {"track_id": track["id"]})
    for title in ("Dry Season", "Early Bird"):
        api.ok("POST", "/tracks", {"title": title, "artist": f"The {title}s"})
    alice, zoe = arrives("alice"), arrives("nobody", width=360, height=740)
    page = alice.opens_playlist(playlist)

    # The host makes it a party, of at most one song each, and shows a code.
    page.get_by_role("button", name="Settings").click()
    page.get_by_role("link", name="Party settings").click()
    preset = page.get_by_role("button", name="Party People take turns")
    preset.click()
    expect(preset).to_have_attribute("aria-pressed", "true")
    page.get_by_label("Songs that wait, a person").fill("1")
    page.get_by_role("button", name="Save").click()
    alice.until(lambda: api.ok("GET", f"{path}/party")["max_waiting"] == 1)
    alice.opens(f"{path}/members")
    page.get_by_role("button", name="Make the code").click()
    code = page.locator("p.join-code").inner_text()

    # Somebody types it in, without an account, and is in.
    phone = zoe.opens("/join")
    phone.get_by_label("Code").fill(code.lower())
    phone.keyboard.press("Enter")
    phone.get_by_label("What shall we call you?").fill("Zoe")
    phone.get_by_role("button", name="Join").click()
    expect(phone.get_by_role("heading", name="Roof party")).to_be_visible()
    expect(phone.get_by_role("status")).to_have_text("Live")
    zoe.sees_order("Amber Room", "Blue Hour", "Cold Brew")
    expect(zoe.row("Amber Room").get_by_role("button", name="Move")).to_be_hidden()

    # Her first song comes before the second of who came earlier; everybody sees it.
    alice.opens_playlist(playlist)
    phone.get_by_role("searchbox", name="Add a track").fill("dry")
    phone.get_by_role("button", name="Add Dry Season").click()
    for one in (zoe, alice):
        one.sees_order("Amber Room", "Dry Season", "Blue Hour", "Cold Brew")
    expect(zoe.row("Dry Season").get_by_role("button", name="Remove")).to_be_visible()
    expect(zoe.row("Amber Room").get_by_role("button", name="Remove")).to_be_hidden()
    zoe.row("Dry Season").locator("[data-track-menu]").click()
    expect(phone.locator(".track-menu .why")).to_contain_text("Zoe had 0 turns")
    phone.keyboard.press("Escape")

    # The second is one too many, which is said with the reason.
    phone.get_by_role("searchbox", name="Add a track").fill("early")
    phone.get_by_role("button", name="Add Early Bird").click()
    results = api.ok("GET", f"{path}/items")["items"]
    assert [item["track"]["title"] for item in results].count("Early Bird") == 0
    phone.goto(f"{zoe.server.url}/sync")
    expect(phone.get_by_text("at most 1 song")).to_be_visible()
