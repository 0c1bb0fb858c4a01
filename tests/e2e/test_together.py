"""Two people in a room, each in their own browser, and those who are not in it."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect
from websockets.exceptions import InvalidStatus

from tests.e2e.conftest import Arrives
from tests.serving import Client, Server
from tests.sounds import Sounds


def test_a_list_is_made_shared_filled_voted_and_played_together(
    arrives: Arrives, server: Server, clients: dict[str, Client], sounds: Sounds
) -> None:
    alice, bob = arrives("alice"), arrives("bob", width=390)

    # Alice makes a playlist and invites Bob.
    page = alice.opens("/")
    page.get_by_role("textbox", name="Name of a new playlist").fill("Friday kitchen")
    page.get_by_role("button", name="Create").click()
    expect(page.get_by_role("heading", name="Friday kitchen")).to_be_visible()
    expect(page.get_by_role("status")).to_have_text("Live")
    playlist = {"id": page.url.rsplit("/", 1)[1]}
    page.get_by_role("button", name="Share").click()
    page.get_by_label("Name they log in with").fill("bob")
    page.get_by_role("button", name="Invite").click()
    expect(page.get_by_role("list", name="Members")).to_contain_text("Bob")
    page.keyboard.press("Escape")
    bob.opens("/").get_by_role("link", name="Friday kitchen").click()
    expect(bob.page.get_by_role("status")).to_have_text("Live")
    expect(page.locator(".people")).to_contain_text("2 here")

    # She uploads two real files.
    page.get_by_role("link", name="Library").first.click()
    page.locator("summary", has_text="Upload").click()
    files = [
        sounds("mp3", seconds=30.0, title=t, pitch=200.0 + len(t)) for t in ("Paper", "Copper")
    ]
    page.get_by_label("Choose files").set_input_files([str(path) for path in files])
    expect(page.locator("upload-box").get_by_role("link", name="Copper")).to_be_visible()
    page.get_by_role("link", name="Friday kitchen").first.click()
    expect(page.get_by_role("status")).to_have_text("Live")

    # Both add; each sees the other's without reloading.
    # How soon is measured by `python -m bench fanout`.
    for person in (alice, bob):
        person.page.evaluate("document.body.dataset.page = 'the same one'")
    add(alice, "Paper")
    expect(bob.row("Paper")).to_be_visible()
    add(bob, "Copper")
    expect(alice.row("Copper")).to_be_visible()
    for person in (alice, bob):
        assert person.page.evaluate("document.body.dataset.page") == "the same one"
    alice.sees_order("Paper", "Copper")
    bob.sees_order("Paper", "Copper")

    # Both vote and move.
    bob.row("Copper").get_by_role("button", name="Vote up").click()
    expect(alice.row("Copper").locator(".count")).to_have_text("1")
    alice.row("Copper").get_by_role("button", name="Vote up").click()
    expect(bob.row("Copper").locator(".count")).to_have_text("2")
    expect(bob.row("Copper").get_by_role("button", name="Vote up")).to_have_attribute(
        "aria-pressed", "true"
    )
    alice.row("Copper").locator(".art").focus()
    page.keyboard.press("Alt+ArrowUp")
    bob.sees_order("Copper", "Paper")

    # What plays is right on both.
    alice.row("Paper").get_by_role("button", name="Play").click()
    alice.hears()
    expect(bob.row("Paper")).to_have_attribute("data-playing", "")
    expect(bob.page.locator("#player .text .title")).to_have_text("Paper")
    expect(bob.page.locator("#player").get_by_role("button", name="Pause")).to_be_visible()
    bob.page.locator("#player").get_by_role("button", name="Pause").click()
    alice.until(lambda: bool(alice.audio("paused")))
    expect(page.locator("#player").get_by_role("button", name="Play", exact=True)).to_be_visible()

    outsiders_get_nothing(arrives, server, clients, playlist)


def add(visitor: Any, title: str) -> None:
    field = visitor.page.get_by_role("searchbox", name="Add a track")
    field.fill(title)
    visitor.page.get_by_role("button", name=f"Add {title}").click()


def outsiders_get_nothing(
    arrives: Arrives, server: Server, clients: dict[str, Client], playlist: dict[str, Any]
) -> None:
    charlie, nobody = arrives("charlie"), arrives("nobody")
    path = f"/playlists/{playlist['id']}"
    track = clients["alice"].ok("GET", f"{path}/items")["items"][0]["track"]

    charlie.faults.clear()
    answer = charlie.page.goto(server.url + path)
    assert answer and answer.status == 404
    expect(charlie.page.get_by_role("heading", name="Not found")).to_be_visible()
    assert clients["charlie"].call("GET", path)[0] == 404
    with pytest.raises(InvalidStatus) as refused:
        clients["charlie"].listens(f"/ws{path}")
    assert refused.value.response.status_code == 404
    charlie.faults.clear()  # the browser itself notes a 404 in its console

    nobody.opens(path)
    expect(nobody.page.get_by_role("button", name="Log in")).to_be_visible()
    for address in (track["audio"]["url"], track["cover_url"]):
        assert nobody.context.request.get(server.url + address).status == 401
    with pytest.raises(InvalidStatus) as refused:
        clients["nobody"].listens(f"/ws{path}")
    assert refused.value.response.status_code == 401

    # And after logging in one is where one wanted to go.
    nobody.page.get_by_label("Name").fill("bob")
    nobody.page.get_by_label("Password").fill("a good long password")
    nobody.page.get_by_role("button", name="Log in").click()
    expect(nobody.page.get_by_role("heading", name="Friday kitchen")).to_be_visible()


def test_live_changes_leave_focus_text_and_scroll_alone(
    arrives: Arrives, clients: dict[str, Client], friday: dict[str, Any]
) -> None:
    alice = arrives("alice", height=420)
    page = alice.opens_playlist(friday)
    field = page.get_by_role("searchbox", name="Add a track")
    field.fill("half a wo")
    field.evaluate("field => field.setSelectionRange(4, 4)")
    page.mouse.wheel(0, 120)
    alice.until(lambda: page.evaluate("scrollY") > 60)
    alice.until(
        lambda: page.evaluate(
            "(y => new Promise(r => setTimeout(() => r(scrollY === y), 120)))(scrollY)"
        )
    )
    before = page.evaluate("scrollY")

    bob, path = clients["bob"], f"/playlists/{friday['id']}/items"
    items = bob.ok("GET", path)["items"]
    bob.ok("POST", f"{path}/{items[0]['id']}/vote", {"direction": "up"})
    bob.ok("PATCH", f"{path}/{items[3]['id']}", {"after": None})
    track = bob.ok("POST", "/tracks", {"title": "Sunday Elevator"})
    bob.ok("POST", path, {"track_id": track["id"]})
    bob.ok("DELETE", f"{path}/{items[2]['id']}")

    alice.sees_order("Copper Wire", "Paper Lanterns", "Harbour Lights", "Sunday Elevator")
    assert field.input_value() == "half a wo"
    assert field.evaluate("field => [document.activeElement === field, field.selectionStart]") == [
        True,
        4,
    ]
    assert page.evaluate("scrollY") == before


def test_a_row_that_moves_keeps_its_focus(
    arrives: Arrives, clients: dict[str, Client], friday: dict[str, Any]
) -> None:
    alice = arrives("alice")
    page = alice.opens_playlist(friday)
    alice.row("Copper Wire").get_by_role("button", name="Vote up").focus()

    bob, path = clients["bob"], f"/playlists/{friday['id']}/items"
    items = bob.ok("GET", path)["items"]
    bob.ok("PATCH", f"{path}/{items[3]['id']}", {"after": None})

    alice.sees_order("Copper Wire", "Paper Lanterns", "Harbour Lights", "Second Kitchen")
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") == "Vote up"
    assert page.evaluate("document.activeElement.closest('.row').textContent").count("Copper") == 1


def test_dragging_with_the_mouse(arrives: Arrives, friday: dict[str, Any]) -> None:
    alice, bob = arrives("alice"), arrives("bob")
    alice.opens_playlist(friday)
    bob.opens_playlist(friday)

    handle = alice.row("Copper Wire").get_by_role("button", name="Move", exact=True)
    handle.drag_to(alice.row("Paper Lanterns").get_by_role("button", name="Move", exact=True))

    order = ("Copper Wire", "Paper Lanterns", "Harbour Lights", "Second Kitchen")
    alice.sees_order(*order)
    bob.sees_order(*order)


def test_dragging_with_a_finger(arrives: Arrives, friday: dict[str, Any]) -> None:
    alice, bob = arrives("alice", width=390), arrives("bob")
    page = alice.opens_playlist(friday)
    bob.opens_playlist(friday)
    handles = [
        alice.row(title).get_by_role("button", name="Move", exact=True)
        for title in ("Copper Wire", "Harbour Lights")
    ]
    handles[0].scroll_into_view_if_needed()
    boxes = [handle.bounding_box() for handle in handles]
    x, start = boxes[0]["x"] + 10, boxes[0]["y"] + 20
    end = boxes[1]["y"] + 10
    touch = page.context.new_cdp_session(page)

    def finger(kind: str, y: float | None = None) -> None:
        points = [] if y is None else [{"x": x, "y": y}]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    finger("touchStart", start)
    for step in range(1, 21):
        finger("touchMove", start + (end - start) * step / 20)
        page.wait_for_timeout(16)  # a finger takes its time: one frame
    finger("touchEnd")

    order = ("Paper Lanterns", "Copper Wire", "Harbour Lights", "Second Kitchen")
    alice.sees_order(*order)
    bob.sees_order(*order)


def test_the_move_button_asks_where_to(arrives: Arrives, friday: dict[str, Any]) -> None:
    alice = arrives("alice", width=360)
    page = alice.opens_playlist(friday)

    alice.row("Copper Wire").get_by_role("button", name="Move", exact=True).click()
    page.get_by_label("Where to").select_option(label="After “Paper Lanterns”")
    page.get_by_role("button", name="Move it").click()

    alice.sees_order("Paper Lanterns", "Copper Wire", "Harbour Lights", "Second Kitchen")


def test_an_outsider_who_is_thrown_out_is_told(
    arrives: Arrives, clients: dict[str, Client], friday: dict[str, Any]
) -> None:
    bob = arrives("bob")
    bob.expects_404 = True  # by which the page finds out
    page = bob.opens_playlist(friday)
    me = clients["bob"].ok("GET", "/users/me")

    clients["alice"].ok("DELETE", f"/playlists/{friday['id']}/members/{me['id']}")

    expect(page.locator(".toast")).to_contain_text("isn't shared with you any more")


@pytest.mark.parametrize("width", [360, 1280])
def test_everything_works_as_plain_forms_without_scripts(
    arrives: Arrives, friday: dict[str, Any], width: int
) -> None:
    bob = arrives("bob", width=width, java_script_enabled=False)
    page = bob.opens(f"/playlists/{friday['id']}")

    bob.row("Copper Wire").get_by_role("button", name="Vote up").click()
    expect(bob.row("Copper Wire").locator(".count")).to_have_text("1")
    bob.row("Copper Wire").get_by_role("button", name="Move", exact=True).click()
    page.get_by_label("Where to").select_option(label="To the top")
    page.get_by_role("button", name="Move it").click()
    bob.sees_order("Copper Wire", "Paper Lanterns", "Harbour Lights", "Second Kitchen")
    bob.row("Paper Lanterns").hover()
    bob.row("Paper Lanterns").get_by_role("button", name="Remove").click()
    bob.sees_order("Copper Wire", "Harbour Lights", "Second Kitchen")


def test_who_may_no_longer_change_a_list_sees_it_at_once(
    arrives: Arrives, clients: dict[str, Client], friday: dict[str, Any]
) -> None:
    bob, path = arrives("bob"), f"/playlists/{friday['id']}/members"
    page = bob.opens_playlist(friday)
    expect(page.get_by_role("searchbox", name="Add a track")).to_be_visible()
    members = clients["alice"].ok("GET", path)["items"]
    user = next(member["user"]["id"] for member in members if member["user"]["name"] == "Bob")

    clients["alice"].ok("PATCH", f"{path}/{user}", {"role": "viewer"})
    expect(page.get_by_role("searchbox", name="Add a track")).to_be_hidden()
    expect(bob.row("Copper Wire").get_by_role("button", name="Vote up")).to_be_hidden()

    clients["alice"].ok("PATCH", f"{path}/{user}", {"role": "voter"})
    expect(bob.row("Copper Wire").get_by_role("button", name="Vote up")).to_be_visible()
    expect(bob.row("Copper Wire").get_by_role("button", name="Remove")).to_be_hidden()


def test_a_browser_that_can_keep_nothing_still_votes_and_plays(
    arrives: Arrives, friday: dict[str, Any]
) -> None:
    """Some private windows have no IndexedDB, and no worker."""
    alice, bob = arrives("alice", service_workers="block"), arrives("bob")
    alice.context.add_init_script(
        "Object.defineProperty(globalThis, 'indexedDB', {get() { throw new Error('denied'); }})"
    )
    alice.opens_playlist(friday)
    bob.opens_playlist(friday)

    alice.row("Copper Wire").get_by_role("button", name="Vote up").click()
    expect(bob.row("Copper Wire").locator(".count")).to_have_text("1")
    expect(alice.row("Copper Wire").locator(".count")).to_have_text("1")
    expect(alice.row("Copper Wire").get_by_text("pending")).to_be_hidden()
    alice.row("Copper Wire").get_by_role("button", name="Vote up").click()
    expect(bob.row("Copper Wire").locator(".count")).to_have_text("0")
    alice.row("Paper Lanterns").get_by_role("button", name="Play").click()
    alice.hears()


def test_a_row_that_a_script_fills_is_the_one_that_the_server_writes(
    arrives: Arrives, clients: dict[str, Client], friday: dict[str, Any]
) -> None:
    alice, bob = arrives("alice"), clients["bob"]
    page = alice.opens_playlist(friday)
    path = f"/playlists/{friday['id']}/items"
    first = bob.ok("GET", path)["items"][0]
    # Taken away and put back while the page looks on: the row is made anew by the script.
    bob.ok("DELETE", f"{path}/{first['id']}")
    alice.sees_order("Harbour Lights", "Second Kitchen", "Copper Wire")
    item = bob.ok("POST", path, {"track_id": first["track"]["id"]})
    bob.ok("POST", f"{path}/{item['id']}/vote", {"direction": "down"})
    bob.ok("PATCH", f"{path}/{item['id']}", {"is_playing": True})
    expect(alice.row("Paper Lanterns")).to_have_attribute("data-playing", "")
    expect(alice.row("Paper Lanterns").locator(".count")).to_have_text("-1")

    filled = page.evaluate(ROW, item["id"])
    alice.opens_playlist(friday)
    assert filled == page.evaluate(ROW, item["id"])


# A row as it stands there, but for what belongs to the moment: marks of motion, and of htmx.
ROW = """(id) => {
  const row = document.getElementById(id).cloneNode(true);
  const passing = ["data-new", "data-lit", "data-rolled", "data-htmx-powered", "style"];
  return [row, ...row.querySelectorAll("*")].map((element) => {
    const names = element.getAttributeNames().filter((name) => !passing.includes(name)).sort();
    const own = [...element.childNodes].filter((n) => n.nodeType === 3).map((n) => n.data.trim());
    return [element.tagName, own.join(""), ...names.map((n) => `${n}=${element.getAttribute(n)}`)];
  });
}"""
