"""Importing as people see it: a real worker beside the server, and a web outside that the test runs
itself (allowed by the setting that an admin would use)."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from playlist_app.database import write
from playlist_app.imports.states import State
from tests.conftest import close, make_app
from tests.e2e.conftest import Arrives, Visitor
from tests.imports import rows
from tests.imports.web import Web, feed, says, serving, slowly
from tests.serving import Client, Server
from tests.sounds import Sounds


@pytest.fixture(scope="module")
def server(
    furnished: tuple[Path, dict[str, str]], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("imports") / "instance"
    shutil.copytree(furnished[0], folder)
    running = Server(
        folder,
        WORK="beside",
        IMPORT_ALLOW="127.0.0.0/8",
        IMPORT_BACKOFF="6",
        IMPORT_LANES="3",
        IMPORT_ATTEMPTS="2",
    ).start()
    yield running
    running.stop()


@pytest.fixture
def web() -> Iterator[Web]:
    with serving() as outside:
        yield outside


def episodes(web: Web, sounds: Sounds, count: int, *, of_their_own: int) -> list[str]:
    """So many files outside; the first ones have a sound of their own, the others share one."""
    paths = []
    for number in range(count):
        pitch = 200.0 + 30.0 * min(number, of_their_own)
        title = f"Talk {min(number, of_their_own)}"
        data = sounds("mp3", seconds=4.0, pitch=pitch, title=title).read_bytes()
        paths.append(f"/episodes/{number}.mp3")
        web.put(paths[-1], data)
    return paths


def put_feed(web: Web, paths: list[str], title: str) -> str:
    return web.put("/feed.xml", feed(web, paths, title), "application/rss+xml")


def looks_at(visitor: Visitor, url: str) -> Page:
    """Paste a link on /downloads, and wait for what is found."""
    page = visitor.opens("/downloads")
    page.get_by_role("textbox", name="Paste a link").fill(url)
    page.get_by_role("button", name="Look").click()
    expect(page.get_by_role("button", name=re.compile("^Take"))).to_be_visible()
    return page


def row(page: Page, title: str) -> Locator:
    return page.locator("import-queue li.import[data-import]").filter(
        has=page.get_by_text(title, exact=True)
    )


def says_of(page: Page, title: str, text: str) -> None:
    expect(row(page, title).locator("[data-field=state]")).to_have_text(text)


def press(page: Page, what: str) -> None:
    page.get_by_role("button", name=what, exact=True).click()


@pytest.mark.parametrize("width", [360, 1280])
def test_three_of_thirty_are_chosen_and_come_into_the_playlist_in_order(
    arrives: Arrives,
    clients: dict[str, Client],
    web: Web,
    sounds: Sounds,
    width: int,
) -> None:
    title = f"Harbour Talks {width}"
    playlist: dict[str, Any] = clients["alice"].ok("POST", "/playlists", {"title": title})
    paths = episodes(web, sounds, 30, of_their_own=6)
    web.ways[paths[1]] = slowly(1.5)
    alice = arrives("alice", width=width)
    page = looks_at(alice, put_feed(web, paths, title))

    expect(page.get_by_role("heading", name=title)).to_be_visible()
    expect(page.get_by_text("A podcast of 30 episodes")).to_be_visible()
    expect(page.get_by_role("button", name="Take all 30")).to_be_visible()
    press(page, "None")
    expect(page.get_by_text("0 of 30")).to_be_visible()
    page.get_by_role("checkbox", name="Episode 2", exact=False).first.click()
    page.get_by_role("checkbox").nth(3).click(modifiers=["Shift"])
    expect(page.get_by_text("3 of 30")).to_be_visible()
    page.get_by_label("Into which playlist").select_option(title)
    press(page, "Take these 3")

    expect(page).to_have_url(re.compile(f"/playlists/{playlist['id']}$"))
    expect(page.get_by_text("3 imports are in the queue.")).to_be_visible()
    page.locator("toast-line").get_by_role("button", name="Downloads").click()
    expect(page).to_have_url(re.compile("/downloads"))
    expect(page.get_by_text("3 of 3", exact=True).first).to_be_visible()
    alice.opens_playlist(playlist)
    alice.sees_order("Episode 2", "Episode 3", "Episode 4")
    asked = [one.path for one in web.asked if one.path.startswith("/episodes/")]
    assert set(asked) == {paths[1], paths[2], paths[3]}


def test_every_state_is_seen_as_it_comes(
    arrives: Arrives, web: Web, sounds: Sounds, clients: dict[str, Client]
) -> None:
    """One batch, unfolded: each of its imports goes another way, and the page follows alone."""
    paths = episodes(web, sounds, 5, of_their_own=9)
    web.ways[paths[0]] = slowly(6.0, pieces=60)
    web.ways[paths[1]] = says(404)
    web.ways[paths[2]] = says(403, times=2)
    web.ways[paths[3]] = slowly(20.0, pieces=60)
    bob = arrives("bob")
    page = looks_at(bob, put_feed(web, paths, "Odd ones"))
    press(page, "Take all 5")
    expect(page).to_have_url(re.compile("/downloads"))
    page.get_by_role("link", name="Show them Odd ones").click()
    page.evaluate("window.isTheSamePage = true")

    says_of(page, "Episode 1", "Coming in")
    expect(row(page, "Episode 1").locator("[data-field=figures]")).to_have_text(
        re.compile(r"^[1-9]\d? % · .* of .*MB")
    )
    says_of(page, "Episode 3", "Tries again at")
    says_of(page, "Episode 2", "Gone where it was")
    expect(row(page, "Episode 2")).to_contain_text("Look for it elsewhere.")
    says_of(page, "Episode 5", "In the library")
    says_of(page, "Episode 3", "Failed")
    expect(row(page, "Episode 3").locator(".reason")).to_contain_text("403")
    says_of(page, "Episode 4", "Coming in")
    press(page, "Pause: Episode 4")
    says_of(page, "Episode 4", "Paused")
    says_of(page, "Episode 1", "In the library")
    press(page, "Retry: Episode 3")
    says_of(page, "Episode 3", "In the library")
    web.ways[paths[3]] = slowly(0.2)
    press(page, "Resume: Episode 4")
    says_of(page, "Episode 4", "In the library")
    expect(page.get_by_text("4 of 5", exact=True)).to_be_visible()
    assert page.evaluate("window.isTheSamePage") is True
    page.get_by_role("link", name=re.compile("^Gone")).click()
    expect(page.locator("import-queue [data-import]")).to_have_count(1)
    counts = clients["bob"].ok("GET", "/imports")["counts"]
    assert (counts["completed"], counts["ignored"]) == (4, 1)


def test_a_batch_is_cancelled_as_a_whole(arrives: Arrives, web: Web, sounds: Sounds) -> None:
    paths = episodes(web, sounds, 12, of_their_own=0)
    for path in paths:
        web.ways[path] = slowly(20.0)
    charlie = arrives("charlie")
    page = looks_at(charlie, put_feed(web, paths, "Too much"))
    press(page, "Take all 12")
    expect(page.get_by_text("0 of 12", exact=True)).to_be_visible()
    press(page, "Cancel all: Too much")

    expect(page.get_by_role("link", name="Cancelled 12")).to_be_visible()
    page.get_by_role("link", name="Show them Too much").click()
    says_of(page, "Episode 12", "Cancelled")


def test_an_answer_that_comes_late_folds_nothing(
    arrives: Arrives, server: Server, clients: dict[str, Client]
) -> None:
    """The region is fetched because something changed; before it comes, a batch is unfolded."""
    app = make_app(server.data)
    with app.app_context(), write():  # at once, so that the worker sees them at rest
        batch = rows.imports("dora", 3, title="Folded")
        for one in batch:
            rows.put(one, State.PAUSED)
    close(app)
    dora = arrives("dora")
    page = dora.opens("/downloads")
    expect(page.get_by_role("status")).to_have_text("Live")
    held: list[Route] = []

    def hold_the_first(route: Route) -> None:
        if held:
            route.continue_()
        else:
            held.append(route)

    page.route(lambda url: urlsplit(url).path == "/imports", hold_the_first)
    clients["dora"].ok("POST", f"/imports/{batch[2].id}/cancel")
    dora.until(lambda: len(held) == 1)
    page.get_by_role("link", name="Show them Folded").click()
    says_of(page, "Folded 0", "Paused")
    with page.expect_response(lambda answer: "/imports?open=" in answer.url):  # asked again
        held[0].continue_()

    says_of(page, "Folded 2", "Cancelled")
    expect(page.locator("import-queue [data-import]")).to_have_count(3)


def test_a_link_in_the_add_field_is_imported_into_that_playlist(
    arrives: Arrives, clients: dict[str, Client], web: Web, sounds: Sounds
) -> None:
    playlist: dict[str, Any] = clients["alice"].ok("POST", "/playlists", {"title": "By link"})
    [path] = episodes(web, sounds, 1, of_their_own=0)
    alice = arrives("alice", width=360)
    page = alice.opens_playlist(playlist)
    page.get_by_role("searchbox", name="Add a track").fill(web.url(path))
    page.get_by_role("button", name="Import this link into this playlist").click()
    sheet = page.get_by_role("dialog", name="Sheet")
    expect(sheet.get_by_role("button", name="Take it")).to_be_visible()
    expect(sheet.get_by_label("Into which playlist")).to_have_value(playlist["id"])
    sheet.get_by_role("button", name="Take it").click()

    expect(sheet).not_to_be_visible()
    expect(page.locator("jam-playlist .row")).to_have_count(1)


def test_what_can_not_be_imported_says_why(arrives: Arrives, web: Web) -> None:
    web.put("/page.html", b"<html>nothing to hear</html>", "text/html")
    alice = arrives("alice")
    page = alice.opens("/downloads")
    page.get_by_role("textbox", name="Paste a link").fill(web.url("/missing.mp3"))
    press(page, "Look")
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.get_by_role("textbox", name="Paste a link")).to_have_value(web.url("/missing.mp3"))
    page.get_by_role("textbox", name="Paste a link").fill("file:///etc/passwd")
    press(page, "Look")
    expect(page.get_by_role("alert")).to_contain_text("http")
    alice.faults.clear()  # the browser itself notes the 422 in its console


def test_what_is_shared_without_network_waits(arrives: Arrives, web: Web, sounds: Sounds) -> None:
    [path] = episodes(web, sounds, 1, of_their_own=0)
    alice = arrives("alice", width=360)
    page = alice.opens("/")
    page.evaluate("navigator.serviceWorker.ready.then(() => 1)")
    alice.expects_no_network = True
    alice.context.set_offline(True)
    alice.opens(f"/share?text=Listen:%20{web.url(path)}.")
    expect(page.get_by_role("heading", name="This link is kept")).to_be_visible()
    alice.opens("/downloads")
    waiting = page.get_by_role("list", name="Links that wait")
    expect(waiting).to_contain_text(web.url(path))
    alice.context.set_offline(False)
    alice.opens("/downloads")
    expect(waiting).to_contain_text(web.url(path))
    other = alice.context.new_page()
    other.goto(f"{alice.server.url}/downloads")
    there = other.get_by_role("list", name="Links that wait")
    expect(there).to_contain_text(web.url(path))
    waiting.get_by_role("link", name="Look").click()

    expect(page.get_by_role("button", name="Take it")).to_be_visible()
    expect(there).not_to_be_visible()
