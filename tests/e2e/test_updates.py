"""A new version of the app comes while people use the old one."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Request, Route, expect

from playlist_app.config import ROOT
from tests.e2e.away import cut_off, opens_cold, take_along
from tests.e2e.conftest import Arrives
from tests.serving import Server

CODE = ("app.py", "gunicorn.conf.py", "playlist_app", "templates", "static", "migrations")


@pytest.fixture
def own_server(data_folder: Path, tmp_path: Path) -> Iterator[Server]:
    """A server of a copy of the code, which a test may change."""
    root = tmp_path / "code"
    root.mkdir()
    for name in CODE:
        source = ROOT / name
        (shutil.copytree if source.is_dir() else shutil.copy)(source, root / name)
    running = Server(data_folder, root=root).start()
    yield running
    running.stop()


def next_version(server: Server) -> None:
    """The server is stopped, changed, and started again, as on an update."""
    server.stop()
    style = server.root / "static" / "css" / "app.css"
    style.write_text(style.read_text() + "\n/* newer */\n")
    server.start()


def looks_for_updates(page: Page) -> None:
    page.evaluate("navigator.serviceWorker.ready.then((r) => r.update()).catch(() => {})")


def reloads(page: Page) -> None:
    """Take the new version, and wait for the page that comes with it."""
    page.evaluate("document.body.dataset.page = 'the one before'")
    page.locator("update-line").get_by_role("button", name="Reload").click()
    expect(page.locator("body[data-page='the one before']")).to_have_count(0)
    page.wait_for_load_state()


def shells(page: Page) -> list[str]:
    found: list[str] = page.evaluate(
        "caches.keys().then((all) => all.filter((name) => name.startsWith('jamboree-shell-')))"
    )
    return found


def test_an_update_asks_and_then_leaves_copies_and_music_as_they_are(
    arrives: Arrives, own_server: Server, friday: dict[str, Any]
) -> None:
    alice = arrives("alice", width=390)
    page = take_along(alice, friday)
    alice.row("Paper Lanterns").get_by_role("button", name="Play").click()
    alice.hears()
    [before] = shells(page)
    alice.expects_no_network = True  # while the server is away
    next_version(own_server)

    expect(page.get_by_role("status")).to_have_text("Live")
    looks_for_updates(page)
    line = page.locator("update-line")
    expect(line).to_contain_text("A new version of Jamboree is ready. Loading it stops the music.")
    alice.hears()  # nobody pressed anything yet
    assert before in shells(page)

    line.get_by_role("button", name="Later").click()
    expect(line).to_be_hidden()
    looks_for_updates(page)
    expect(line).to_be_hidden()  # not again at once
    alice.hears()
    page.reload()
    expect(page.get_by_role("status")).to_have_text("Live")
    assert len(shells(page)) == 2  # that alone takes no new version
    expect(line.locator("[data-field=says]")).to_have_text("A new version of Jamboree is ready.")

    reloads(page)
    expect(page.get_by_role("status")).to_have_text("Live")
    expect(line).to_be_hidden()
    alice.until(lambda: len(shells(page)) == 2 and shells(page)[0] == before)
    expect(page.get_by_role("button", name="On this device", exact=True)).to_be_visible()
    cut_off(alice)
    page = opens_cold(alice, f"/playlists/{friday['id']}")
    alice.row("Paper Lanterns").get_by_role("button", name="Play").click()
    alice.hears()


def test_a_version_that_does_not_come_whole_leaves_the_old_one(
    arrives: Arrives, own_server: Server, friday: dict[str, Any]
) -> None:
    alice = arrives("alice")
    page = take_along(alice, friday)
    before = shells(page)
    alice.expects_no_network = True
    lost: list[Request] = []

    def lose(route: Route) -> None:
        lost.append(route.request)
        route.abort("connectionreset")

    alice.context.route("**/js/player/queue.js", lose)
    next_version(own_server)
    expect(page.get_by_role("status")).to_have_text("Live")
    looks_for_updates(page)
    alice.until(lambda: bool(lost))
    alice.until(
        lambda: page.evaluate("navigator.serviceWorker.ready.then((r) => !r.installing)") is True
    )

    cut_off(alice)
    page = opens_cold(alice, f"/playlists/{friday['id']}")
    expect(alice.row("Paper Lanterns")).to_be_visible()
    assert before[0] in shells(page)


def test_only_the_tab_where_it_was_pressed_reloads_and_the_other_still_works_without_network(
    arrives: Arrives, own_server: Server, friday: dict[str, Any]
) -> None:
    alice = arrives("alice")
    page = take_along(alice, friday)
    other = alice.context.new_page()
    other.goto(page.url)
    expect(other.get_by_role("status")).to_have_text("Live")
    other.evaluate("document.body.dataset.page = 'the old one'")
    alice.expects_no_network = True  # while the server is away
    next_version(own_server)
    looks_for_updates(page)
    for tab in (page, other):
        expect(tab.locator("update-line")).to_contain_text("A new version of Jamboree is ready")

    reloads(page)
    expect(page.get_by_role("status")).to_have_text("Live")
    alice.until(lambda: len(shells(page)) == 2)
    assert other.evaluate("document.body.dataset.page") == "the old one"

    cut_off(alice)
    # A part that no page has loaded yet, of the version that this tab runs.
    app = other.locator("script[type=module][src$='js/app.js']").get_attribute("src") or ""
    part = app.replace("js/app.js", "js/worker/covers.js")
    assert other.evaluate("(part) => import(part).then(Object.keys)", part) == ["cover"]
