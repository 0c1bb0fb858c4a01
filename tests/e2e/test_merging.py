"""What comes of changes that met others' changes: told in a receipt, and on the sync page."""

from __future__ import annotations

import json
import re
import uuid
from typing import Any

from playwright.sync_api import Page, expect

from tests.e2e.away import cut_off, opens_cold, take_along
from tests.e2e.conftest import TITLES, Arrives, Visitor
from tests.serving import Client


def away_with(arrives: Arrives, playlist: dict[str, Any], **size: Any) -> tuple[Visitor, Page]:
    """Alice, with the playlist on her device, and without network."""
    alice = arrives("alice", **size)
    take_along(alice, playlist)
    cut_off(alice)
    page = opens_cold(alice, f"/playlists/{playlist['id']}")
    alice.sees_order(*TITLES)
    return alice, page


def section(page: Page, name: str) -> Any:
    heading = page.get_by_role("heading", name=name, exact=True)
    return page.locator("sync-list > section").filter(has=heading)


def entry(page: Page, within: str, title: str) -> Any:
    return section(page, within).get_by_role("listitem").filter(has_text=title)


def items_of(person: Client, playlist: dict[str, Any]) -> dict[str, dict[str, Any]]:
    items = person.ok("GET", f"/playlists/{playlist['id']}/items")["items"]
    return {item["track"]["title"]: item for item in items}


def changes(visitor: Visitor, title: str) -> None:
    """Another title for the playlist that is open."""
    page = visitor.page
    page.get_by_role("button", name="Settings").click()
    page.get_by_label("Title").fill(title)
    page.get_by_role("button", name="Save").click()
    expect(page.locator("jam-playlist h1")).to_have_text(title)


def test_what_met_others_changes_is_told_in_a_receipt_and_on_the_sync_page(
    arrives: Arrives, clients: dict[str, Client], friday: dict[str, Any]
) -> None:
    """A vote and a move on what was removed, a removal of what was removed, a move beside it."""
    alice, page = away_with(arrives, friday, width=390)
    alice.row("Copper Wire").get_by_role("button", name="Vote up").click()
    alice.row("Second Kitchen").get_by_role("button", name="Remove").click()
    alice.row("Paper Lanterns").get_by_role("button", name="Vote up").click()
    alice.row("Harbour Lights").get_by_role("button", name="Move", exact=True).click()
    page.get_by_label("Where to").select_option(label="After “Copper Wire”")
    page.get_by_role("button", name="Move it").click()
    page.get_by_role("link", name=re.compile("^Downloads")).last.click()
    page.get_by_role("link", name="Changes that wait to be sent").click()
    expect(section(page, "Waiting").get_by_role("listitem")).to_have_count(4)
    expect(section(page, "Waiting")).to_contain_text("No network")
    # Meanwhile Bob takes two of them away.
    items = items_of(clients["bob"], friday)
    for title in ("Copper Wire", "Second Kitchen"):
        path = f"/playlists/{friday['id']}/items/{items[title]['id']}"
        clients["bob"].ok("DELETE", path)
    page.evaluate("window.told = []; addEventListener('jam:toast', (e) => told.push(e.detail))")

    alice.context.set_offline(False)

    failed = entry(page, "Not done", "Vote for “Copper Wire”")
    expect(failed).to_contain_text("isn't in the list any more")
    expect(page.locator(".toast")).to_contain_text("3 of 4 changes applied")
    expect(page.locator(".toast")).to_contain_text("Vote for “Copper Wire”: This track")
    expect(entry(page, "Lately", "Remove “Second Kitchen”")).to_contain_text("Somebody had done")
    expect(entry(page, "Lately", "Move “Harbour Lights”")).to_contain_text("Done")
    expect(entry(page, "Lately", "Vote for “Paper Lanterns”")).to_contain_text("Friday kitchen")
    now = items_of(clients["alice"], friday)
    assert list(now) == ["Paper Lanterns", "Harbour Lights"]
    assert now["Paper Lanterns"]["my_vote"] == "up"

    failed.get_by_role("button", name="Try again").click()
    expect(failed).to_contain_text("isn't in the list any more")
    failed.get_by_role("button", name="Discard").click()
    expect(section(page, "Not done")).to_be_hidden()
    expect(page.locator("sync-list")).to_contain_text("Everything is sent")


def test_an_add_of_what_bob_added_meanwhile_is_satisfied(
    arrives: Arrives, clients: dict[str, Client], friday: dict[str, Any]
) -> None:
    other = clients["alice"].ok("POST", "/playlists", {"title": "Only Copper"})
    member = {"username": "bob", "role": "editor"}
    clients["alice"].ok("POST", f"/playlists/{other['id']}/members", member)
    alice = arrives("alice")
    take_along(alice, friday)
    alice.opens_playlist(other)
    alice.page.get_by_role("button", name="Take along").click()
    here = alice.page.get_by_role("button", name="On this device", exact=True)
    expect(here).to_be_visible()
    cut_off(alice)
    page = opens_cold(alice, f"/playlists/{other['id']}")
    page.get_by_label("Add a track").fill("Copper")
    page.get_by_role("button", name="Add Copper Wire").click()
    expect(alice.row("Copper Wire").get_by_text("pending")).to_be_visible()
    track = items_of(clients["bob"], friday)["Copper Wire"]["track"]["id"]
    clients["bob"].ok("POST", f"/playlists/{other['id']}/items", {"track_id": track})

    alice.context.set_offline(False)

    expect(page.locator(".toast")).to_contain_text("1 of 1 changes applied")
    expect(alice.row("Copper Wire").get_by_text("pending")).to_be_hidden()
    alice.sees_order("Copper Wire")
    expect(alice.row("Copper Wire")).to_contain_text("Bob")


def test_a_title_that_was_changed_on_both_sides_is_shown_and_can_be_put_in(
    arrives: Arrives, clients: dict[str, Client], friday: dict[str, Any]
) -> None:
    """Dora may change it too, being the admin."""
    alice, page = away_with(arrives, friday)
    changes(alice, "Saturday kitchen")
    path = f"/playlists/{friday['id']}"
    clients["dora"].ok("PATCH", path, {"title": "Sunday kitchen"})

    alice.context.set_offline(False)

    expect(page.locator(".toast")).to_contain_text("0 of 1 changes applied")
    expect(page.locator(".toast")).to_contain_text("Dora changed the title")
    expect(page.locator("jam-playlist h1")).to_have_text("Sunday kitchen")
    page.locator(".toast").get_by_role("button", name="Show").click()
    failed = entry(page, "Not done", "New title: “Saturday kitchen”")
    failed.get_by_role("button", name="See both").click()
    sides = failed.get_by_role("row").filter(has_text="Title").get_by_role("cell")
    expect(sides).to_have_text(["Sunday kitchen", "Saturday kitchen"])

    failed.get_by_role("button", name="Use mine").click()

    expect(section(page, "Not done")).to_be_hidden()
    expect(entry(page, "Lately", "New title: “Saturday kitchen”").first).to_contain_text("Done")
    assert clients["bob"].ok("GET", path)["title"] == "Saturday kitchen"


def test_theirs_can_be_kept(
    arrives: Arrives, clients: dict[str, Client], friday: dict[str, Any]
) -> None:
    alice, page = away_with(arrives, friday, width=360)
    changes(alice, "Saturday kitchen")
    path = f"/playlists/{friday['id']}"
    clients["dora"].ok("PATCH", path, {"title": "Sunday kitchen"})
    alice.context.set_offline(False)
    expect(page.locator(".toast")).to_contain_text("0 of 1 changes applied")

    page.locator(".toast").get_by_role("button", name="Show").click()
    page.get_by_role("button", name="Keep theirs").click()

    expect(section(page, "Not done")).to_be_hidden()
    assert clients["bob"].ok("GET", path)["title"] == "Sunday kitchen"


def test_permission_lost_meanwhile_is_told_and_holds_nothing_up(
    arrives: Arrives, clients: dict[str, Client], friday: dict[str, Any]
) -> None:
    bob = arrives("bob")
    take_along(bob, friday)
    cut_off(bob)
    page = opens_cold(bob, f"/playlists/{friday['id']}")
    bob.row("Copper Wire").get_by_role("button", name="Remove").click()
    expect(bob.row("Copper Wire").get_by_text("pending")).to_be_visible()
    bob.row("Paper Lanterns").get_by_role("button", name="Vote up").click()
    me = clients["bob"].ok("GET", "/users/me")["id"]
    clients["alice"].ok("PATCH", f"/playlists/{friday['id']}/members/{me}", {"role": "voter"})

    bob.context.set_offline(False)

    expect(page.locator(".toast")).to_contain_text("1 of 2 changes applied")
    expect(page.locator(".toast")).to_contain_text("Remove “Copper Wire”: You can take away")
    expect(bob.row("Copper Wire")).not_to_have_attribute("data-leaving", "")
    now = items_of(clients["alice"], friday)
    assert "Copper Wire" in now
    assert now["Paper Lanterns"]["up"] == 1


def waits(visitor: Visitor, *queued: dict[str, Any]) -> None:
    """Put changes into the outbox as they lie there, behind the app's back."""
    visitor.page.evaluate(
        """async (all) => {
          const person = await new Promise((done) => {
            const asked = indexedDB.open("jamboree");
            asked.onsuccess = () => {
              const get = asked.result.transaction("facts").objectStore("facts").get("person");
              get.onsuccess = () => done(get.result.id);
            };
          });
          await new Promise((done) => {
            const asked = indexedDB.open(`jamboree-${person}`);
            asked.onsuccess = () => {
              const tx = asked.result.transaction("operations", "readwrite");
              for (const one of all) tx.objectStore("operations").add(one);
              tx.oncomplete = done;
            };
          });
        }""",
        list(queued),
    )


def an_operation(kind: str, playlist: str, about: str, **fields: Any) -> dict[str, Any]:
    operation = {
        "id": str(uuid.uuid4()),
        "kind": kind,
        "at": "2026-11-21T20:00:00Z",
        "base_seq": 0,
        "playlist": playlist,
        **fields,
    }
    return {"operation": operation, "state": "waiting", "about": about, "heldBack": True}


def test_a_playlist_whose_id_is_taken_can_be_made_again_or_given_up(
    arrives: Arrives, clients: dict[str, Client], friday: dict[str, Any]
) -> None:
    theirs = clients["charlie"].ok("POST", "/playlists", {"title": "Not yours"})["id"]
    items = items_of(clients["alice"], friday)
    alice = arrives("alice")
    take_along(alice, friday)
    alice.expects_404 = True
    cut_off(alice)
    page = opens_cold(alice, "/sync")
    waits(
        alice,
        an_operation("create", theirs, "Cabin", title="Cabin"),
        *(
            an_operation(
                "add",
                theirs,
                title,
                track=items[title]["track"]["id"],
                item=str(uuid.uuid4()),
            )
            | {"track": items[title]["track"]}
            for title in TITLES[:2]
        ),
    )
    page = opens_cold(alice, "/sync")
    expect(section(page, "Waiting")).to_contain_text("New playlist “Cabin”")

    alice.context.set_offline(False)

    failed = entry(page, "Not done", "New playlist “Cabin”")
    expect(failed).to_contain_text("This id can't be used.")
    expect(failed).to_contain_text("2 changes in it wait for that")
    page.get_by_role("link", name="Cabin", exact=True).first.click()
    expect(page.locator("jam-playlist .strip")).to_contain_text("didn’t take this playlist")
    alice.sees_order(*TITLES[:2])
    page.get_by_role("link", name="What can be done").click()
    failed.get_by_role("button", name="Discard").click()
    expect(failed).to_contain_text("The 2 changes that were made in it go too")
    failed.get_by_role("button", name="Make it again").click()

    expect(section(page, "Not done")).to_be_hidden()
    expect(entry(page, "Lately", "New playlist “Cabin”").first).to_contain_text("Done")
    made = [
        one for one in clients["alice"].ok("GET", "/playlists")["items"] if one["title"] == "Cabin"
    ]
    assert len(made) == 1
    assert list(items_of(clients["alice"], made[0])) == list(TITLES[:2])
    assert clients["charlie"].ok("GET", f"/playlists/{theirs}")["title"] == "Not yours"


def test_five_hundred_changes_are_listed_by_playlist_and_sent(
    arrives: Arrives, clients: dict[str, Client], friday: dict[str, Any]
) -> None:
    items = items_of(clients["alice"], friday)
    alice = arrives("alice", width=360)
    take_along(alice, friday)
    cut_off(alice)
    opens_cold(alice, "/sync")
    votes = [
        an_operation(
            "vote",
            friday["id"],
            title,
            item=items[title]["id"],
            direction=("up", "down")[turn % 2],
        )
        for turn in range(125)
        for title in TITLES
    ]
    waits(alice, *votes)
    page = opens_cold(alice, "/sync")

    expect(section(page, "Waiting").get_by_role("heading", level=3)).to_contain_text("500 changes")
    expect(section(page, "Waiting").get_by_role("listitem")).to_have_count(20)
    page.get_by_role("button", name="Show all 500").click()
    expect(section(page, "Waiting").get_by_role("listitem")).to_have_count(500)
    alice.context.set_offline(False)

    # The server's page has taken the place of the device's.
    expect(page.locator("main > .page > .page-head").get_by_role("status")).to_have_text("Live")
    # Ten calls of fifty writes each, on a machine that may be busy.
    expect(section(page, "Waiting")).to_be_hidden(timeout=90_000)
    expect(page.locator("sync-list")).to_contain_text("Everything is sent")
    now = items_of(clients["alice"], friday)
    assert [(item["my_vote"], item["up"]) for item in now.values()] == [("up", 1)] * 4


def test_a_receipt_is_given_once_over_all_tabs(
    arrives: Arrives, clients: dict[str, Client], friday: dict[str, Any]
) -> None:
    alice, page = away_with(arrives, friday)
    alice.row("Copper Wire").get_by_role("button", name="Vote up").click()
    expect(alice.row("Copper Wire").get_by_text("pending")).to_be_visible()
    other = alice.context.new_page()
    other.goto(alice.server.url + "/downloads")
    expect(other.locator("downloads-list")).to_contain_text("Friday kitchen")
    count = "window.told = []; addEventListener('jam:toast', (e) => told.push(e.detail.text))"
    for tab in (page, other):
        tab.evaluate(count)

    alice.context.set_offline(False)

    def told() -> list[str]:
        both = [json.loads(tab.evaluate("JSON.stringify(told)")) for tab in (page, other)]
        return [text for tab in both for text in tab if "changes applied" in text]

    alice.until(lambda: bool(told()))
    for tab in (page, other):
        tab.bring_to_front()
        expect(tab.get_by_role("status").first).to_have_text("Live")
    assert told() == ["Back online. 1 of 1 changes applied."]
