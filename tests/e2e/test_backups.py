"""The page of the backups in a browser: an admin takes one, proves it, downloads it, and restores
it, while somebody else has the server open."""

from __future__ import annotations

import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Arrives, Visitor
from tests.e2e.test_look import COLOURS, looks_right, violations
from tests.serving import Client, Server


@pytest.fixture
def own_server(data_folder: Path) -> Iterator[Server]:
    server = Server(data_folder, WORK="beside").start()
    yield server
    server.stop()


@pytest.fixture
def clients(own_server: Server, furnished: tuple[Path, dict[str, str]]) -> dict[str, Client]:
    return {name: Client(own_server, token) for name, token in furnished[1].items()}


def is_fine(visitor: Visitor) -> None:
    """In both colour schemes, with what stands on the page now."""
    looks_right(visitor)
    visitor.page.emulate_media(color_scheme="dark")
    assert violations(visitor, COLOURS) == []
    visitor.page.emulate_media(color_scheme="light")


def backups(page: Page) -> Any:
    return page.get_by_role("list", name="Backups", exact=True).get_by_role("listitem")


def work(page: Page) -> Any:
    return page.get_by_role("list", name="Work on backups").get_by_role("listitem")


@pytest.mark.parametrize("width", [360, 1280])
def test_an_admin_takes_proves_downloads_and_restores_one(
    arrives: Arrives, clients: dict[str, Client], own_server: Server, tmp_path: Path, width: int
) -> None:
    alice, dora = arrives("alice", width=360), arrives("dora", width=width, reduced_motion="reduce")
    kept = clients["alice"].ok("POST", "/playlists", {"title": "Friday kitchen"})
    page = dora.opens("/admin")
    page.get_by_role("navigation", name="Administration").get_by_role(
        "link", name="Backups"
    ).click()
    expect(page.get_by_text("There is none yet.")).to_be_visible()
    is_fine(dora)

    page.get_by_role("button", name="Back up now").click()
    expect(backups(page)).to_have_count(1)
    expect(work(page).first).to_contain_text("files")
    expect(backups(page)).to_contain_text("Not proven yet")
    is_fine(dora)

    backups(page).get_by_role("button", name="Prove").click()
    expect(backups(page)).to_contain_text("Proven")
    expect(work(page).first).to_contain_text("can be restored")

    with page.expect_download() as coming:
        backups(page).get_by_role("link", name="Download").click()
    coming.value.save_as(tmp_path / "it.tar")
    with tarfile.open(tmp_path / "it.tar") as tar:
        names = tar.getnames()
    [name] = {name.partition("/")[0] for name in names}
    assert {f"{name}/app.db.gz", f"{name}/backup.json", f"{name}/secret_key"} <= set(names)

    later = clients["alice"].ok("POST", "/playlists", {"title": "After the backup"})
    alice.opens(f"/playlists/{later['id']}")
    expect(alice.page.get_by_role("status")).to_have_text("Live")
    alice.expects_404 = alice.expects_no_network = True  # the list goes under her feet
    backups(page).get_by_role("link", name="Restore").click()
    expect(page.get_by_role("heading", name="Restore a backup", level=1)).to_be_visible()
    is_fine(dora)
    # By mistake: nothing happens before one said that one is sure.
    page.get_by_role("button", name="Restore it").click()
    expect(page.get_by_role("heading", name="Restore a backup", level=1)).to_be_visible()
    assert clients["alice"].ok("GET", f"/playlists/{later['id']}")
    page.get_by_role("checkbox", name="I am sure").check()
    page.get_by_role("button", name="Restore it").click()
    expect(work(page).first).to_contain_text(f"Restored {name}")
    expect(backups(page)).to_have_count(2)
    expect(backups(page).first).to_contain_text("before a restore")
    is_fine(dora)

    assert [p["title"] for p in clients["alice"].ok("GET", "/playlists")["items"]] == [
        "Friday kitchen"
    ]
    status, _ = clients["alice"].call("GET", f"/playlists/{later['id']}")
    assert status == 404
    alice.opens(f"/playlists/{kept['id']}")
    expect(alice.page.get_by_role("status")).to_have_text("Live")


def test_nobody_else_finds_the_page(arrives: Arrives) -> None:
    alice = arrives("alice", width=360)
    alice.expects_404 = True
    alice.opens("/admin/backups")
    expect(alice.page.get_by_role("heading", level=1)).not_to_have_text("Backups")
    alice.faults.clear()  # the browser itself notes the 404 in its console
