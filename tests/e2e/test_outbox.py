"""The outbox in a real browser: with no page open, with a session that ended, in one call."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Route, expect

from tests.e2e.away import cut_off
from tests.e2e.conftest import Arrives, Visitor
from tests.serving import Client, Server


def session_ends(visitor: Visitor) -> None:
    """As if it was ended from another device: no page of this one knows."""
    api = f"{visitor.server.url}/api/v1/users"
    visitor.expects_401 = True  # the browser writes of each, whenever it comes
    token = visitor.context.request.get(f"{api}/me").json()["csrf_token"]
    headers = {"X-CSRF-Token": token}
    assert visitor.context.request.post(f"{api}/logout", headers=headers).ok


def votes_of(bob: Client, playlist: dict[str, Any]) -> list[int]:
    items = bob.ok("GET", f"/playlists/{playlist['id']}/items")["items"]
    return [item["votes"] for item in items]


def syncs(visitor: Visitor) -> None:
    """The browser says to the worker that the network is back (Background Sync)."""
    worker = visitor.context.new_page()
    devtools = visitor.context.new_cdp_session(worker)
    found: list[str] = []
    devtools.on(
        "ServiceWorker.workerRegistrationUpdated",
        lambda event: found.extend(one["registrationId"] for one in event["registrations"]),
    )
    devtools.send("ServiceWorker.enable")
    visitor.page = worker
    visitor.until(lambda: bool(found))
    devtools.send(
        "ServiceWorker.dispatchSyncEvent",
        {
            "origin": visitor.server.url,
            "registrationId": found[0],
            "tag": "outbox",
            "lastChance": False,
        },
    )


def test_with_every_page_closed_the_worker_sends_what_waits(
    arrives: Arrives, clients: dict[str, Client], friday: dict[str, Any]
) -> None:
    alice = arrives("alice")
    page = alice.opens_playlist(friday)
    page.evaluate("navigator.serviceWorker.ready.then(() => 1)")
    cut_off(alice)
    alice.row("Copper Wire").get_by_role("button", name="Vote up").click()
    expect(alice.row("Copper Wire").get_by_text("pending")).to_be_visible()
    blank = alice.context.new_page()
    page.close()
    assert votes_of(clients["bob"], friday) == [0, 0, 0, 0]

    alice.context.set_offline(False)
    syncs(alice)  # the browser may have seen to it already

    alice.until(lambda: votes_of(clients["bob"], friday) == [0, 0, 0, 1])
    blank.close()


def test_no_network_no_server_and_no_session_are_told_apart(
    arrives: Arrives, own_server: Server, clients: dict[str, Client], friday: dict[str, Any]
) -> None:
    alice = arrives("alice")
    alice.expects_no_network = True
    page = alice.opens_playlist(friday)
    state = page.get_by_role("status")

    alice.context.set_offline(True)
    expect(state).to_have_text("Offline")
    alice.context.set_offline(False)
    expect(state).to_have_text("Live")

    own_server.kill()
    expect(state).to_have_text("No server")
    own_server.start()
    expect(state).to_have_text("Live")

    session_ends(alice)
    expect(state).to_have_text("Logged out")


def test_a_session_that_ended_pauses_the_queue_until_the_same_person_is_back(
    arrives: Arrives, clients: dict[str, Client], friday: dict[str, Any]
) -> None:
    alice = arrives("alice")
    page = alice.opens_playlist(friday)
    session_ends(alice)
    expect(page.get_by_role("status")).to_have_text("Logged out")

    alice.row("Copper Wire").get_by_role("button", name="Vote up").click()
    expect(page.locator(".toast")).to_contain_text("Log in again and your changes are sent")
    assert votes_of(clients["bob"], friday) == [0, 0, 0, 0]

    page.locator(".toast").get_by_role("button", name="Log in").click()
    page.get_by_label("Name").fill("alice")
    page.get_by_label("Password").fill("a good long password")
    page.get_by_role("button", name="Log in").click()
    alice.until(lambda: votes_of(clients["bob"], friday) == [0, 0, 0, 1])


def test_fifty_changes_go_in_one_call(arrives: Arrives, friday: dict[str, Any]) -> None:
    alice = arrives("alice")
    page = alice.opens_playlist(friday)
    cut_off(alice)
    up = alice.row("Copper Wire").get_by_role("button", name="Vote up")
    for _ in range(50):
        up.click()
    expect(page.locator(".side-bar [data-count=waiting]")).to_have_text("50")
    calls: list[int] = []

    def count(route: Route) -> None:
        calls.append(len((route.request.post_data_json or {})["operations"]))
        route.continue_()

    page.route("**/api/v1/sync", count)
    alice.context.set_offline(False)

    expect(alice.row("Copper Wire").get_by_text("pending")).to_be_hidden()
    assert calls == [50]
