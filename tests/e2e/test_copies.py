"""Copies as a person steers them: quality, pause and cancel, following, and what costs nothing."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, Request, Response, expect

from tests.e2e.away import cut_off, opens_cold, take_along
from tests.e2e.conftest import TITLES, Arrives, Visitor, upload
from tests.e2e.faulty import FaultyNetwork
from tests.e2e.formats import work_off
from tests.serving import Client, Server
from tests.sounds import Sounds

WHOLE = "On this device"


def list_of(alice: Client, sounds: Sounds, *titles: str, seconds: float) -> dict[str, Any]:
    """A playlist of Alice's of uncompressed tracks: 175 KB a second."""
    playlist: dict[str, Any] = alice.ok("POST", "/playlists", {"title": "Long"})
    for number, title in enumerate(titles):
        path = sounds("wav", seconds=seconds, pitch=300.0 + 50 * number, title=title)
        body = {"track_id": upload(alice, path)["id"]}
        alice.ok("POST", f"/playlists/{playlist['id']}/items", body)
    return playlist


def whole(page: Page) -> Any:
    return page.get_by_role("button", name=WHOLE, exact=True)


def menu(page: Page) -> Any:
    page.get_by_role("button", name="Quality and room").click()
    return page.get_by_role("dialog")


FILES = """new Promise((done) => {
  const opening = indexedDB.open("jamboree");
  opening.onsuccess = () => {
    const all = opening.result.transaction("audio").objectStore("audio").getAll();
    all.onsuccess = () => { opening.result.close(); done(all.result); };
  };
})"""


def test_a_small_copy_is_made_fetched_played_and_sought_without_network(
    arrives: Arrives, server: Server, clients: dict[str, Client], sounds: Sounds
) -> None:
    playlist = list_of(clients["alice"], sounds, "First", "Second", seconds=30.0)
    alice = arrives("alice")
    page = alice.opens_playlist(playlist)
    page.evaluate("navigator.serviceWorker.ready.then(() => 1)")
    sheet = menu(page)
    expect(sheet).to_contain_text("11 MB")
    expect(sheet).to_contain_text("about 0.7 MB")
    sheet.get_by_role("radio", name="Small").check()
    sheet.get_by_role("button", name="Take along").click()
    expect(page.locator(".toast")).to_contain_text("0.7 MB along")
    expect(menu(page)).to_contain_text("Being made on the server: 0 of 2")
    page.keyboard.press("Escape")
    work_off(server)
    expect(whole(page)).to_be_visible()

    files = page.evaluate(FILES)
    assert len(files) == 2
    assert all(file["of"] != file["sha256"] and file["size"] < 600_000 for file in files)
    cut_off(alice)
    opens_cold(alice, f"/playlists/{playlist['id']}")
    alice.row("First").get_by_role("button", name="Play").click()
    alice.hears()
    alice.seeks(20)
    alice.hears()
    first = {file["of"]: file["sha256"] for file in files}[
        alice.row("First").get_attribute("data-audio")
    ]
    assert alice.audio("src").endswith(first)
    alice.seeks(29)  # and at its end the next begins by itself
    expect(alice.page.locator("#player .text .title")).to_have_text("Second")
    alice.hears()


def test_another_quality_takes_the_place_of_the_first_when_it_is_whole(
    arrives: Arrives, server: Server, clients: dict[str, Client], sounds: Sounds
) -> None:
    playlist = list_of(clients["alice"], sounds, "Only", seconds=15.0)
    alice = arrives("alice")
    page = take_along(alice, playlist)
    [original] = page.evaluate(FILES)
    sheet = menu(page)
    sheet.get_by_role("radio", name="Small").check()
    sheet.get_by_role("button", name="Change quality").click()
    expect(menu(page)).to_contain_text("Being made on the server")
    # Until then the old one is here; to cancel is to stay with it.
    assert [file["sha256"] for file in page.evaluate(FILES)] == [original["sha256"]]
    page.get_by_role("dialog").get_by_role("button", name="Cancel").click()
    expect(whole(page)).to_be_visible()
    sheet = menu(page)
    expect(sheet.get_by_role("radio", name="Original")).to_be_checked()
    sheet.get_by_role("radio", name="Small").check()
    work_off(server)
    sheet.get_by_role("button", name="Change quality").click()
    alice.until(lambda: [file["of"] != file["sha256"] for file in page.evaluate(FILES)] == [True])
    expect(whole(page)).to_be_visible()
    [small] = page.evaluate(FILES)
    assert small["of"] == original["sha256"]
    assert small["complete"] and small["size"] < original["size"] / 5


def begins_and_sticks(alice: Visitor, network: FaultyNetwork, playlist: dict[str, Any]) -> Page:
    """Take along, and be in the middle of the fourth chunk."""
    alice.expects_no_network = True
    alice.server = network  # type: ignore[assignment]  # of which it needs the address alone
    network.faults = {3: "held"}
    page = alice.opens_playlist(playlist)
    page.evaluate("navigator.serviceWorker.ready.then(() => 1)")
    page.get_by_role("button", name="Take along").click()
    alice.until(lambda: network.stuck is not None)
    return page


def test_a_download_is_paused_in_another_tab_and_gone_on_with(
    arrives: Arrives, clients: dict[str, Client], sounds: Sounds, network: FaultyNetwork
) -> None:
    playlist = list_of(clients["alice"], sounds, "Only", seconds=60.0)
    alice = arrives("alice")
    page = begins_and_sticks(alice, network, playlist)
    other = alice.context.new_page()
    other.goto(f"{network.url}/downloads")
    row = other.locator("li.copy").filter(has_text="Long")
    row.get_by_role("button", name="Pause").click()
    expect(row).to_contain_text("Paused by you.")
    expect(page.get_by_role("button", name="Go on taking along")).to_be_visible()
    network.go_on()
    # Nothing goes on by itself, not even after a new start.
    other.reload()
    expect(row).to_contain_text("Paused by you.")
    assert max(network.asked) == 3

    row.get_by_role("button", name="Go on").click()
    expect(row).to_contain_text("All 1 safe")
    expect(whole(page)).to_be_visible()
    assert set(network.whole.values()) == {1}


def test_a_download_that_is_cancelled_leaves_nothing(
    arrives: Arrives, clients: dict[str, Client], sounds: Sounds, network: FaultyNetwork
) -> None:
    playlist = list_of(clients["alice"], sounds, "Only", seconds=60.0)
    alice = arrives("alice")
    page = begins_and_sticks(alice, network, playlist)
    assert len(page.evaluate(FILES)) == 1
    menu(page).get_by_role("button", name="Cancel").click()
    expect(page.get_by_role("button", name="Take along")).to_be_visible()
    network.go_on()

    alice.until(lambda: page.evaluate(FILES) == [])
    assert (
        page.evaluate("caches.open('jamboree-audio-1').then((c) => c.keys()).then((k) => k.length)")
        == 0
    )


def test_an_unchanged_copy_costs_one_conditional_request_and_no_audio(
    arrives: Arrives, friday: dict[str, Any]
) -> None:
    alice = arrives("alice")
    page = take_along(alice, friday)
    asked: list[Request] = []
    answered: list[Response] = []

    def note_request(request: Request) -> None:
        asked.append(request)

    def note_response(response: Response) -> None:
        answered.append(response)

    alice.context.on("request", note_request)
    alice.context.on("response", note_response)
    with page.expect_response(lambda response: "/offline?" in response.url):
        alice.opens_playlist(friday)
    expect(whole(page)).to_be_visible()
    page.wait_for_load_state("networkidle")

    manifests = [r for r in answered if "/offline?" in r.url and not r.from_service_worker]
    assert [response.status for response in manifests] == [304]
    assert manifests[0].request.headers["if-none-match"]
    assert not [request.url for request in asked if f"{alice.server.url}/audio/" in request.url]


def test_while_the_app_was_closed_the_list_changed_and_only_that_is_fetched(
    arrives: Arrives, clients: dict[str, Client], friday: dict[str, Any], sounds: Sounds
) -> None:
    alice = arrives("alice")
    page = take_along(alice, friday)
    before = {file["sha256"] for file in page.evaluate(FILES)}
    page.close()
    bob, path = clients["bob"], f"/playlists/{friday['id']}/items"
    track = upload(bob, sounds("mp3", seconds=10.0, pitch=345.0, title="Late guest"))
    bob.ok("POST", path, {"track_id": track["id"]})
    first = bob.ok("GET", path)["items"][0]
    bob.ok("DELETE", f"{path}/{first['id']}")

    alice.page = page = alice.context.new_page()
    asked: list[str] = []

    def note(request: Request) -> None:
        if request.headers.get("x-jamboree"):
            asked.append(request.url)

    alice.context.on("request", note)
    with page.expect_response(lambda response: "/offline?" in response.url) as told:
        alice.opens("/downloads")  # another page than the playlist's
    assert told.value.json()["whole"] is False
    assert len(told.value.json()["items"]) < len(TITLES)
    after = before - {first["track"]["audio"]["sha256"]} | {track["audio"]["sha256"]}
    alice.until(lambda: {f["sha256"] for f in page.evaluate(FILES) if f["complete"]} == after)
    assert {url.split("/")[-1] for url in asked} == {track["audio"]["sha256"]}


def test_what_is_not_shared_any_more_goes_and_is_told(
    arrives: Arrives, clients: dict[str, Client], friday: dict[str, Any]
) -> None:
    bob = arrives("bob")
    page = take_along(bob, friday)
    me = clients["bob"].ok("GET", "/users/me")["id"]
    clients["alice"].ok("DELETE", f"/playlists/{friday['id']}/members/{me}")

    bob.expects_404 = True
    page = opens_cold(bob, "/downloads")
    told = page.get_by_role("listitem").filter(has_text="isn't shared with you any more")
    expect(told).to_contain_text("Friday kitchen")
    bob.until(lambda: page.evaluate(FILES) == [])
    told.get_by_role("button", name="All right").click()
    expect(told).to_have_count(0)
    expect(page.get_by_text("Nothing taken along yet")).to_be_visible()


def test_a_connection_that_costs_money_is_asked_about_first(
    arrives: Arrives, friday: dict[str, Any]
) -> None:
    alice = arrives("alice")
    alice.context.add_init_script(
        "Object.defineProperty(Navigator.prototype, 'connection', {get: () => ({saveData: true})})"
    )
    page = alice.opens_playlist(friday)
    page.evaluate("navigator.serviceWorker.ready.then(() => 1)")
    page.get_by_role("button", name="Take along").click()
    sheet = page.get_by_role("dialog")
    expect(sheet).to_contain_text("paid for by the byte")
    assert page.evaluate(FILES) == []
    sheet.get_by_role("button", name="Take along").click()
    expect(whole(page)).to_be_visible()


@pytest.mark.parametrize("at", [0, 20])
def test_a_file_that_turns_out_damaged_is_played_over_the_network(
    arrives: Arrives, clients: dict[str, Client], sounds: Sounds, at: int
) -> None:
    playlist = list_of(clients["alice"], sounds, "Only", seconds=30.0 + at)
    alice = arrives("alice")
    page = take_along(alice, playlist)
    row = alice.row("Only")
    if at:
        row.get_by_role("button", name="Play").click()
        alice.hears()
    page.evaluate(DAMAGED)
    if at:
        alice.seeks(at)
        alice.hears()
        assert at <= alice.audio("currentTime") < at + 15
    else:
        row.get_by_role("button", name="Play").click()
        # What is wrong of it may have been gone through before.
        alice.until(lambda: alice.audio("src").endswith("?network"))
        alice.hears()


# Each chunk of what is here becomes noise of the same length; of the last half nothing is left.
DAMAGED = """(async () => {
  const cache = await caches.open("jamboree-audio-1");
  const keys = await cache.keys();
  for (const [at, key] of keys.entries()) {
    const size = (await (await cache.match(key)).arrayBuffer()).byteLength;
    await cache.put(key, new Response(new Uint8Array(size).fill(7)));
    if (at >= keys.length / 2) await cache.delete(key);
  }
})()"""
