"""Browsers that can't keep things: each works online, and says what is missing."""

from __future__ import annotations

from typing import Any, cast

import pytest
from playwright._impl._api_structures import SetCookieParam
from playwright.sync_api import Browser, expect

from tests.e2e.conftest import ARGUMENTS, CHROMIUM, Arrives, Visitor
from tests.serving import Client, Server

NO_DATABASE = "Object.defineProperty(globalThis, 'indexedDB', {value: undefined});"
REFUSED_DATABASE = """IDBFactory.prototype.open = function () {
  throw new DOMException("The user denied permission to access the database.", "SecurityError");
};"""
NO_WORKER = """delete Navigator.prototype.serviceWorker;"""
NO_CACHE = """delete globalThis.caches;"""
REFUSED_CACHE = """for (const name of ["open", "has", "keys", "match", "delete"]) {
  CacheStorage.prototype[name] = async () => {
    throw new DOMException("An attempt was made to break through the security policy.",
      "SecurityError");
  };
}"""


def works_online(person: Visitor, clients: dict[str, Client], playlist: dict[str, Any]) -> None:
    """Votes and plays, as everybody does."""
    person.opens_playlist(playlist)
    row = person.row("Copper Wire")
    row.get_by_role("button", name="Vote up").click()
    expect(row.locator(".count")).to_have_text("1")
    path = f"/playlists/{playlist['id']}/items"
    person.until(lambda: max(i["votes"] for i in clients["bob"].ok("GET", path)["items"]) == 1)
    expect(row.get_by_text("pending")).to_be_hidden()
    row.get_by_role("button", name="Play").click()
    person.hears()


@pytest.mark.parametrize(
    ("script", "says"),
    [
        pytest.param(NO_DATABASE, "lets pages keep no data", id="no database"),
        pytest.param(REFUSED_DATABASE, "lets pages keep no data", id="database refused"),
        pytest.param(NO_WORKER, "has no service workers here", id="no worker"),
        pytest.param(NO_CACHE, "lets pages keep no music", id="no cache"),
        pytest.param(REFUSED_CACHE, "lets pages keep no music", id="cache refused"),
    ],
)
def test_it_works_online_and_says_what_is_missing(
    arrives: Arrives, clients: dict[str, Client], friday: dict[str, Any], script: str, says: str
) -> None:
    alice = arrives("alice", width=390)
    alice.context.add_init_script(script)

    works_online(alice, clients, friday)
    alice.page.get_by_role("button", name="Take along").click()
    expect(alice.page.locator(".toast")).to_contain_text(says)
    for path in ("/downloads", "/install"):
        page = alice.opens(path)
        expect(page.get_by_text(says)).to_be_visible()
    alice.opens("/sync")
    alice.opens("/")


def test_over_plain_http_it_says_so_and_votes_arrive(
    chromium: Browser, server: Server, clients: dict[str, Client], friday: dict[str, Any]
) -> None:
    # Only this machine's own names are secure over HTTP: another name leads here.
    rules = "--host-resolver-rules=MAP jamboree.home 127.0.0.1"
    home = chromium.browser_type.launch(executable_path=CHROMIUM, args=[*ARGUMENTS, rules])
    try:
        alice = Visitor(home.new_context(), server, "alice")
        alice.page.goto(f"http://jamboree.home:{server.port}/login")
        alice.logs_in()
        for cookie in alice.context.cookies():
            name, value = cookie["name"], cookie["value"]
            here = {"name": name, "value": value, "domain": "jamboree.home", "path": "/"}
            alice.context.add_cookies([cast(SetCookieParam, here)])
        alice.server = Elsewhere(server)
        assert alice.opens("/").evaluate("isSecureContext") is False

        works_online(alice, clients, friday)
        alice.page.get_by_role("button", name="Take along").click()
        expect(alice.page.locator(".toast")).to_contain_text("came without HTTPS")
        page = alice.opens("/downloads")
        expect(page.get_by_text("came without HTTPS")).to_be_visible()
        # Chromium says of a header that it is for HTTPS; nothing else is amiss.
        assert [fault for fault in alice.faults if "Opener-Policy" not in fault] == []
    finally:
        home.close()


class Elsewhere(Server):
    """The server under another name."""

    def __init__(self, server: Server) -> None:
        self.port = server.port

    @property
    def url(self) -> str:
        return f"http://jamboree.home:{self.port}"


def test_where_everything_is_there_nothing_is_said(arrives: Arrives) -> None:
    alice = arrives("alice")
    page = alice.opens("/install")
    expect(page.get_by_text("Everything that is needed is here.")).to_be_visible()
    page = alice.opens("/downloads")
    expect(page.get_by_role("heading", name="On this device", exact=True)).to_be_visible()
    expect(page.locator("missing-abilities")).to_be_hidden()
