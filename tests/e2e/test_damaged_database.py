"""A database that the disk spoiled, or that is gone, in a browser whose profile stays."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.e2e.away import cut_off, take_along
from tests.e2e.conftest import ARGUMENTS, CHROMIUM, TITLES, Visitor
from tests.e2e.test_taking_along import FILES, chunk_requests
from tests.serving import Client, Server

Opens = Callable[[], Visitor]
MIRRORED = """caches.keys().then(async (names) => {
  const found = [];
  for (const name of names.filter((one) => one.startsWith("jamboree-mirror"))) {
    for (const { url } of await (await caches.open(name)).keys()) found.push(url);
  }
  return found;
})"""


@pytest.fixture
def profile(tmp_path: Path) -> Path:
    return tmp_path / "profile"


@pytest.fixture
def opens_browser(chromium: Browser, server: Server, profile: Path) -> Iterator[Opens]:
    """Open Alice's browser, again and again, with what it kept."""
    visitors: list[Visitor] = []

    def open_browser() -> Visitor:
        context = chromium.browser_type.launch_persistent_context(
            profile, executable_path=CHROMIUM, args=ARGUMENTS
        )
        visitor = Visitor(context, server, "alice")
        visitor.logs_in()
        visitors.append(visitor)
        return visitor

    yield open_browser
    visitors[-1].context.close()
    assert [visitor.faults for visitor in visitors if visitor.faults] == []


def leaves_with_a_vote_that_waits(alice: Visitor, playlist: dict[str, Any]) -> None:
    page = take_along(alice, playlist)
    cut_off(alice)
    row = alice.row("Copper Wire")
    row.get_by_role("button", name="Vote up").click()
    expect(row.get_by_text("pending")).to_be_visible()
    alice.until(lambda: any("/operations/" in url for url in page.evaluate(MIRRORED)))
    alice.context.close()


def everything_is_back(
    alice: Visitor, clients: dict[str, Client], playlist: dict[str, Any]
) -> None:
    page = alice.page
    expect(page.get_by_role("button", name="On this device", exact=True)).to_be_visible()
    alice.until(lambda: len(page.evaluate(FILES)) == len(TITLES))
    row = alice.row("Copper Wire")
    expect(row.locator(".count")).to_have_text("1")
    expect(row.get_by_text("pending")).to_be_hidden()
    events = clients["bob"].ok("GET", f"/playlists/{playlist['id']}/events")["items"]
    assert [e["type"] for e in events].count("track.voted") == 1


def test_damaged_files_cost_neither_a_change_nor_a_download(
    opens_browser: Opens, profile: Path, clients: dict[str, Client], friday: dict[str, Any]
) -> None:
    leaves_with_a_vote_that_waits(opens_browser(), friday)
    spoilt = 0
    for file in profile.glob("Default/IndexedDB/*/*"):
        if file.suffix in {".log", ".ldb", ".sqlite", ".db"} or "MANIFEST" in file.name:
            size = file.stat().st_size
            file.write_bytes(b"\xff\x00spoilt" * (size // 8 + 1))
            spoilt += 1
    assert spoilt

    alice = opens_browser()
    asked = chunk_requests(alice.context)
    alice.opens_playlist(friday)

    expect(alice.page.locator(".toast")).to_contain_text("1 change that waits was found again")
    everything_is_back(alice, clients, friday)
    assert asked == [], "what is here is not fetched again"


def test_a_database_that_is_gone_costs_neither(
    opens_browser: Opens, profile: Path, clients: dict[str, Client], friday: dict[str, Any]
) -> None:
    alice = opens_browser()
    take_along(alice, friday)
    alice.page.goto(f"{alice.server.url}/manifest.webmanifest")  # no script of the app is there
    alice.expects_404 = True  # its icon
    alice.page.evaluate(
        """async () => {
          for (const { name } of await indexedDB.databases()) {
            await new Promise((done) => { indexedDB.deleteDatabase(name).onsuccess = done; });
          }
        }"""
    )
    asked = chunk_requests(alice.context)
    page = alice.opens_playlist(friday)

    expect(page.locator(".toast")).to_contain_text("Playlists that are put back: 1")
    expect(page.get_by_role("button", name="On this device", exact=True)).to_be_visible()
    alice.until(lambda: len(page.evaluate(FILES)) == len(TITLES))
    assert asked == []


# What a row that the disk spoilt does to a read, before the page's own scripts run.
UNREADABLE = """{
  const { get, getAll } = IDBObjectStore.prototype;
  const spoilt = (store) => store.name === "copies" && !globalThis.isMended;
  const fail = (request) => {
    request.addEventListener("success", (event) => {
      event.stopImmediatePropagation();
      const error = new DOMException("Internal", "UnknownError");
      Object.defineProperty(request, "error", { value: error });
      request.dispatchEvent(new Event("error", { bubbles: true, cancelable: true }));
    }, { once: true });
    return request;
  };
  IDBObjectStore.prototype.get = function (...all) {
    const request = get.apply(this, all);
    return spoilt(this) ? fail(request) : request;
  };
  IDBObjectStore.prototype.getAll = function (...all) {
    const request = getAll.apply(this, all);
    return spoilt(this) ? fail(request) : request;
  };
  const { deleteDatabase } = IDBFactory.prototype;
  IDBFactory.prototype.deleteDatabase = function (name) {
    globalThis.isMended = true;
    return deleteDatabase.call(this, name);
  };
}"""


def test_rows_that_can_not_be_read_are_said_and_restored(
    opens_browser: Opens, clients: dict[str, Client], friday: dict[str, Any]
) -> None:
    alice = opens_browser()
    take_along(alice, friday)
    alice.context.add_init_script(UNREADABLE)
    asked = chunk_requests(alice.context)

    page = alice.opens_playlist(friday)
    expect(page.locator("storage-line")).to_contain_text("was damaged. It was put in order")
    expect(page.get_by_role("button", name="On this device", exact=True)).to_be_visible()
    assert asked == []
    # Whoever was reading at that moment says so in the console.
    alice.faults[:] = [fault for fault in alice.faults if fault != "AbortError"]
