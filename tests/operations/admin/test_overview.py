"""The overview, and the navigation that all pages of the administration share."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator

import orjson
import pytest
from flask import Flask

from playlist_app.live import presence
from playlist_app.operations import warnings
from playlist_app.operations.admin.navigation import ENTRIES
from playlist_app.operations.warnings import Warning
from tests.cast import Browser, Person


@pytest.fixture
def warned(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Warning]]:
    """What stands, and nothing else."""
    standing: list[Warning] = []
    monkeypatch.setattr(warnings, "_sources", [lambda: standing])
    yield standing


def test_all_is_well_until_something_stands(dora: Person, warned: list[Warning]) -> None:
    assert "All is well" in dora.page("/admin").text
    warned.append(Warning("n", "A note", "Something.", "Nothing to do.", "note"))
    page = dora.page("/admin").text
    assert "All is well" in page
    assert "A note" in page
    warned += [
        Warning("w", "The attic is nearly full", "9 of 10 boxes.", "Throw one out."),
        Warning("a", "The cellar is wet", "A foot of water.", "Pump.", "alert"),
    ]
    page = dora.page("/admin").text
    assert "2 things need you" in page
    assert page.index("The cellar is wet") < page.index("The attic is nearly full")
    assert "Throw one out." in page


def test_it_says_what_is_here_and_who(app: Flask, dora: Person, alice: Person) -> None:
    alice.makes_playlist()
    alice.makes_track("Copper Wire")
    page = dora.page("/admin").text
    figures = dict(re.findall(r"<dt>(\w+)</dt><dd>(\d+)", page))
    assert {name: figures[name] for name in ("Tracks", "Playlists", "People")} == {
        "Tracks": "1",
        "Playlists": "1",
        "People": "4",
    }
    assert "Nobody has a page open" in page
    # Alice sits in two rooms of another process.
    folder = app.config["JAMBOREE"].cache_folder
    connection = presence.open_presence(folder / "presence.db")
    for room in ("person:x", "playlist:y"):
        people = orjson.dumps({alice.id: "Alice"}).decode()
        row = ("another", room, time.time(), people)
        connection.execute("INSERT INTO presence VALUES (?, ?, ?, ?)", row)
    connection.close()
    page = dora.page("/admin").text
    assert page.partition('class="here"')[2].count(f'href="/admin/people/{alice.id}"') == 1


def test_the_region_is_what_the_page_holds(dora: Person, warned: list[Warning]) -> None:
    region = dora.page("/admin/now").text
    assert "<html" not in region
    assert 'id="overview"' in region
    assert 'hx-get="/admin/now"' in dora.page("/admin").text


def test_one_navigation_leads_to_every_page(dora: Person) -> None:
    for entry in ENTRIES:
        answer = dora.page(entry.path)
        if entry.name == "backups" and answer.status_code == 404:
            continue  # served by a slice of its own
        assert answer.status_code == 200, entry.path
        nav = answer.text.partition('class="admin-nav"')[2].partition("</nav>")[0]
        here = re.findall(r'href="([^"]+)" aria-current="page"', nav)
        assert here == [entry.path]
        assert f'href="{ENTRIES[0].path}"' in nav


def test_for_all_others_none_of_it_is_there(alice: Person, app: Flask) -> None:
    for path in ("/admin", "/admin/now", *(entry.path for entry in ENTRIES)):
        assert alice.page(path).status_code == 404, path
    browser = Browser(app)
    for path in ("/admin", "/admin/now"):
        assert browser.opens(path).headers["Location"].startswith("/login")
