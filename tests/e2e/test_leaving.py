"""Logging out: what stays on the device, what goes, and what the next person finds there."""

from __future__ import annotations

import json
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.cast import PASSWORD
from tests.e2e.away import cut_off, opens_cold, take_along
from tests.e2e.conftest import TITLES, Arrives, Visitor, shared_list
from tests.serving import Client
from tests.sounds import Sounds

# All that scripts can find on this device, as one text; but for what belongs to nobody: the app's
# own files, and the ids of the device.
EVERYTHING = """(async () => {
  const found = { stores: {}, caches: {} };
  for (const { name } of await indexedDB.databases()) {
    const database = await new Promise((done, failed) => {
      const asking = indexedDB.open(name);
      asking.onsuccess = () => done(asking.result);
      asking.onerror = failed;
    });
    for (const store of database.objectStoreNames) {
      const all = (method) => new Promise((done) => {
        const asking = database.transaction(store).objectStore(store)[method]();
        asking.onsuccess = () => done(asking.result);
      });
      const [keys, values] = [await all("getAllKeys"), await all("getAll")];
      found.stores[name + "/" + store] = keys.map((key, index) => [key, values[index]]);
    }
    database.close();
  }
  for (const name of await caches.keys()) {
    if (name.startsWith("jamboree-shell-")) continue;
    found.caches[name] = (await (await caches.open(name)).keys()).map(({ url }) => url).sort();
  }
  found.local = { ...localStorage };
  found.session = { ...sessionStorage };
  return found;
})()"""


def everything(page: Page) -> dict[str, Any]:
    found: dict[str, Any] = page.evaluate(EVERYTHING)
    return found


def on_the_device(page: Page) -> tuple[list[str], list[str]]:
    """The hashes of the audio that is here by what is noted, and by its bytes."""
    found = everything(page)
    noted = sorted(key for key, _ in found["stores"]["jamboree/audio"])
    chunks = found["caches"].get("jamboree-audio-1", [])
    return noted, sorted({url.split("/audio/")[1].split("?")[0] for url in chunks})


def person_id(page: Page) -> str:
    return str(page.locator("meta[name=jam-person]").get_attribute("content"))


def logs_out(visitor: Visitor, choice: str) -> Page:
    """From "You"; `choice` is a button of the sheet that asks."""
    page = visitor.page
    page.get_by_role("link", name="You").locator("visible=true").click()
    page.get_by_role("button", name="Log out").click()
    page.get_by_role("dialog").get_by_role("button", name=choice).click()
    return page


def logs_in_here(page: Page, name: str) -> None:
    """By the form, in the same browser."""
    page.get_by_label("Name").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()


def votes_offline(visitor: Visitor, title: str) -> None:
    row = visitor.row(title)
    row.get_by_role("button", name="Vote up").click()
    expect(row.get_by_text("pending")).to_be_visible()


def comes_back(visitor: Visitor) -> None:
    visitor.context.set_offline(False)


def votes(client: Client, playlist: dict[str, Any]) -> dict[str, int]:
    items = client.ok("GET", f"/playlists/{playlist['id']}/items")["items"]
    return {item["track"]["title"]: item["votes"] for item in items}


def test_kept_it_is_hidden_from_who_comes_next_and_there_when_one_returns(
    arrives: Arrives, clients: dict[str, Client], friday: dict[str, Any]
) -> None:
    alice = arrives("alice", width=390)
    alice.expects_401 = True
    page = take_along(alice, friday)
    who = person_id(page)
    before = on_the_device(page)
    assert len(before[0]) == len(TITLES)
    assert before[0] == before[1]
    # What she did without network waits, and can't be sent before she leaves.
    alice.context.route("**/api/v1/sync", lambda route: route.abort())
    alice.expects_no_network = True
    votes_offline(alice, "Copper Wire")

    page.get_by_role("link", name="You").locator("visible=true").click()
    page.get_by_role("button", name="Log out").click()
    sheet = page.get_by_role("dialog")
    expect(sheet).to_contain_text("1 playlist is on this device")
    expect(sheet).to_contain_text("1 change was not sent yet")
    sheet.get_by_role("button", name="Keep it for my return").click()
    expect(page.get_by_role("button", name="Log in")).to_be_visible()
    alice.context.unroute("**/api/v1/sync")

    sent: list[str] = []
    alice.context.on("request", lambda r: sent.append(r.url) if "/sync" in r.url else None)
    logs_in_here(page, "charlie")
    expect(page.get_by_role("heading", name="Good to see you, Charlie")).to_be_visible()
    page.get_by_role("link", name="Downloads").locator("visible=true").click()
    expect(page.locator("downloads-list")).to_contain_text("Nothing taken along yet")
    page.goto(alice.server.url + "/sync")
    expect(page.locator("sync-list")).to_contain_text("Everything is sent")
    cut_off(alice)
    page = opens_cold(alice, f"/playlists/{friday['id']}")
    expect(page.get_by_text("This isn’t on this device").first).to_be_visible()
    assert "Friday kitchen" not in page.content()
    for hash_ in before[0]:
        heard = page.evaluate(f"fetch('/audio/{hash_}').then((r) => r.status, () => 'nothing')")
        assert heard == "nothing"
    page.goto(alice.server.url + "/")
    expect(page.locator("offline-page")).to_be_visible()
    assert "Friday kitchen" not in page.content()
    comes_back(alice)
    expect(page.get_by_role("heading", name="Good to see you, Charlie")).to_be_visible()
    assert [url for url in sent if "/api/" in url] == []
    assert votes(clients["bob"], friday)["Copper Wire"] == 0

    page.goto(alice.server.url + "/you")
    page.get_by_role("button", name="Log out").click()  # he has nothing here, and is not asked
    expect(page.get_by_role("button", name="Log in")).to_be_visible()
    logs_in_here(page, "alice")
    expect(page.get_by_role("heading", name="Alice")).to_be_visible()
    assert person_id(page) == who
    alice.until(lambda: votes(clients["bob"], friday)["Copper Wire"] == 1)
    assert on_the_device(page) == before
    cut_off(alice)
    page = opens_cold(alice, f"/playlists/{friday['id']}")
    alice.sees_order(*TITLES)
    alice.row("Harbour Lights").get_by_role("button", name="Play").click()
    alice.hears()


def test_removed_nothing_of_it_is_left(arrives: Arrives, friday: dict[str, Any]) -> None:
    alice = arrives("alice")
    alice.expects_401 = True
    page = take_along(alice, friday)
    who = person_id(page)
    page.evaluate(
        """(who) => {
          localStorage.setItem("jamboree-listening", "{}"); // as an earlier version named it
          localStorage.setItem(`jamboree-listening-${who}`, '{"rate": 2}');
          localStorage.setItem("jamboree-listening-another", '{"rate": 1.5}');
        }""",
        who,
    )
    assert who in json.dumps(everything(page))
    other = alice.context.new_page()  # a second tab, which holds its databases open
    other.goto(f"{alice.server.url}/playlists/{friday['id']}")
    expect(other.get_by_role("button", name="On this device", exact=True)).to_be_visible()

    logs_out(alice, "Remove it from this device")

    expect(page.get_by_role("button", name="Log in")).to_be_visible()
    expect(other.get_by_role("button", name="Log in")).to_be_visible()
    left = everything(page)
    assert on_the_device(page) == ([], [])
    habits = [name for name in left["local"] if name.startswith("jamboree-listening")]
    assert habits == ["jamboree-listening-another"]
    assert left["caches"].get("jamboree-covers-1", []) == []
    for trace in (who, "Alice", friday["id"], "Friday kitchen"):
        assert trace not in json.dumps(left)
    assert {name.split("/")[0] for name in left["stores"]} == {"jamboree"}


def test_what_another_person_here_needs_stays(
    arrives: Arrives, clients: dict[str, Client], friday: dict[str, Any], sounds: Sounds
) -> None:
    alone = shared_list(clients["alice"], sounds, "Hers alone", ("Solo",), seconds=12.5)
    alice = arrives("alice")
    alice.expects_401 = True
    take_along(alice, alone)
    page = take_along(alice, friday)
    assert len(on_the_device(page)[0]) == len(TITLES) + 1
    logs_out(alice, "Keep it for my return")
    logs_in_here(page, "bob")
    expect(page.get_by_role("heading", name="Bob")).to_be_visible()
    take_along(alice, friday)
    logs_out(alice, "Keep it for my return")
    logs_in_here(page, "alice")
    expect(page.get_by_role("heading", name="Alice")).to_be_visible()

    page.get_by_role("link", name="You").locator("visible=true").click()
    page.get_by_role("button", name="Log out").click()
    expect(page.get_by_role("dialog")).to_contain_text("the rest is needed by somebody else")
    page.get_by_role("dialog").get_by_role("button", name="Remove it").click()
    expect(page.get_by_role("button", name="Log in")).to_be_visible()
    logs_in_here(page, "bob")

    expect(page.get_by_role("heading", name="Bob")).to_be_visible()
    noted, bytes_ = on_the_device(page)
    assert len(noted) == len(TITLES)
    assert noted == bytes_
    assert "Hers alone" not in json.dumps(everything(page))
    cut_off(alice)
    page = opens_cold(alice, f"/playlists/{friday['id']}")
    alice.row("Second Kitchen").get_by_role("button", name="Play").click()
    alice.hears()


@pytest.mark.parametrize("choice", ["Keep it for my return", "Remove it from this device"])
def test_without_network_all_is_hidden_at_once_and_the_session_ends_when_it_can(
    arrives: Arrives, clients: dict[str, Client], friday: dict[str, Any], choice: str
) -> None:
    alice = arrives("alice", width=390)
    alice.expects_401 = True
    page = take_along(alice, friday)
    hash_ = on_the_device(page)[0][0]
    cut_off(alice)
    page = opens_cold(alice, "/you")
    other = alice.context.new_page()  # the shell as well
    other.goto(f"{alice.server.url}/playlists/{friday['id']}")
    expect(other.get_by_role("heading", name="Friday kitchen")).to_be_visible()
    page.get_by_role("button", name="Log out").click()
    expect(page.get_by_role("dialog")).to_contain_text("it still lives in this browser")
    page.get_by_role("dialog").get_by_role("button", name=choice).click()

    expect(page.get_by_role("heading", name="Nobody is logged in here")).to_be_visible()
    expect(other.get_by_role("heading", name="Nobody is logged in here")).to_be_visible()
    other.close()
    page = opens_cold(alice, f"/playlists/{friday['id']}")
    expect(page.get_by_role("heading", name="Nobody is logged in here")).to_be_visible()
    heard = page.evaluate(f"fetch('/audio/{hash_}').then((r) => r.status, () => 'nothing')")
    assert heard == "nothing"

    # The first that is asked of the server is that it ends the session.
    asked: list[str] = []
    alice.context.on("request", lambda r: asked.append(r.url.removeprefix(alice.server.url)))
    comes_back(alice)
    expect(page.get_by_role("button", name="Log in")).to_be_visible()
    page.goto(f"{alice.server.url}/playlists/{friday['id']}")
    expect(page.get_by_role("button", name="Log in")).to_be_visible()
    assert not [path for path in asked if path.startswith(("/audio/", "/ws/"))]
    cookies = {c["name"]: c["value"] for c in alice.context.cookies()}
    status = page.evaluate("fetch('/api/v1/users/me').then((r) => r.status)")
    assert status == 401, cookies


def test_a_session_that_was_ended_elsewhere_is_no_log_out(
    arrives: Arrives, own_server: Any, friday: dict[str, Any]
) -> None:
    alice = arrives("alice")
    alice.expects_401 = True
    page = take_along(alice, friday)
    before = everything(page)["caches"]
    alice.context.clear_cookies()  # as far as this browser can tell, the session is over

    page.goto(f"{alice.server.url}/playlists/{friday['id']}")
    expect(page.get_by_role("button", name="Log in")).to_be_visible()
    logs_in_here(page, "alice")
    expect(page.get_by_role("button", name="On this device", exact=True)).to_be_visible()
    assert everything(page)["caches"] == before
    alice.context.clear_cookies()
    cut_off(alice)
    opens_cold(alice, f"/playlists/{friday['id']}")
    alice.sees_order(*TITLES)


def test_two_tabs_of_which_one_logs_out(arrives: Arrives, friday: dict[str, Any]) -> None:
    alice = arrives("alice")
    alice.expects_401 = True
    page = take_along(alice, friday)
    other = alice.context.new_page()
    other.goto(f"{alice.server.url}/playlists/{friday['id']}")
    expect(other.get_by_role("status")).to_have_text("Live")

    logs_out(alice, "Keep it for my return")

    expect(page.get_by_role("button", name="Log in")).to_be_visible()
    expect(other.get_by_role("button", name="Log in")).to_be_visible()
    logs_in_here(page, "bob")
    expect(page.get_by_role("heading", name="Bob")).to_be_visible()
    other.go_back()
    expect(other.get_by_role("status")).to_have_text("Live")
    assert person_id(other) == person_id(page)
