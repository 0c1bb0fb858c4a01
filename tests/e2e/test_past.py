"""What happened, undo, snapshots and the thread, as people use them."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import expect

from tests.e2e.conftest import Arrives
from tests.serving import Client


def test_what_went_wrong_is_taken_back_and_talked_about(
    arrives: Arrives, clients: dict[str, Client], friday: dict[str, Any]
) -> None:
    alice, bob = arrives("alice"), arrives("bob", width=360)
    for visitor in (alice, bob):
        visitor.opens_playlist(friday)
    path = f"/playlists/{friday['id']}"
    clients["bob"].ok("POST", f"{path}/clear")
    alice.sees_order()

    # Alice sees who did it, and takes it back; Bob's page follows.
    alice.page.get_by_role("button", name="What happened").click()
    alice.page.get_by_role("button", name="Take back: cleared the list").click()
    alice.page.keyboard.press("Escape")
    bob.sees_order("Paper Lanterns", "Harbour Lights", "Second Kitchen", "Copper Wire")
    alice.sees_order("Paper Lanterns", "Harbour Lights", "Second Kitchen", "Copper Wire")

    # Bob says so, with a clip; Alice reads it without asking again.
    alice.opens(f"{path}/thread")
    thread = alice.page.get_by_role("list", name="Messages")
    expect(thread).to_contain_text("Nobody has written here yet.")
    bob.opens(f"{path}/thread")
    bob.page.get_by_label("Your message").fill("Sorry, my thumb")
    bob.page.get_by_role("button", name="Post").click()
    expect(thread.get_by_role("listitem")).to_have_count(1)
    expect(thread).to_contain_text("Sorry, my thumb")
    bob.page.get_by_role("button", name="Record").click()
    expect(bob.page.get_by_role("timer")).to_have_text("0:01")
    bob.page.get_by_role("button", name="Stop").click()
    expect(bob.page.get_by_label("What you recorded")).to_be_visible()
    bob.page.get_by_role("button", name="Post").click()
    expect(thread.get_by_label("Clip by Bob")).to_be_visible()

    # What was taken along is read without network; what is written waits, says so, and arrives.
    clients["alice"].ok("POST", f"{path}/snapshots", {"text": "Before the party"})
    bob.opens_playlist(friday)
    bob.page.get_by_role("button", name="Take along").click()
    expect(bob.page.get_by_role("button", name="On this device", exact=True)).to_be_visible()
    bob.page.evaluate("navigator.serviceWorker.ready.then(() => 1)")
    bob.expects_no_network = True
    bob.context.set_offline(True)
    bob.opens(path)
    bob.page.get_by_role("button", name="Snapshots").click()
    bob.page.get_by_text("Before the party").click()
    kept = bob.page.get_by_role("list", name="Snapshots")
    expect(kept).to_contain_text("Copper Wire")
    expect(bob.page.get_by_text("Restoring one needs the server")).to_be_visible()
    bob.opens(f"{path}/thread")
    here = bob.page.get_by_role("list", name="Messages")
    expect(here).to_contain_text("Sorry, my thumb")
    bob.page.get_by_label("Your message").fill("Back soon")
    bob.page.get_by_role("button", name="Post").click()
    expect(bob.page.get_by_role("list", name="Not sent yet")).to_contain_text("pending")
    bob.context.set_offline(False)
    expect(thread).to_contain_text("Back soon")
    expect(here).to_contain_text("Back soon")
    expect(thread.get_by_role("listitem")).to_have_count(3)
