"""Picking tracks, editing them at once, and taking it back; lyrics in time with the music."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Arrives
from tests.e2e.test_look import looks_right
from tests.serving import Client


@pytest.fixture
def album(clients: dict[str, Client]) -> list[dict[str, Any]]:
    """Four of Alice's, alone in an artist's list, and one of Bob's among them."""
    by = {"artist": "The Picked Ones"}
    tracks = [
        clients["alice"].ok("POST", "/tracks", {"title": f"Pick {n}", "genre": "Folk", **by})
        for n in range(4)
    ]
    clients["bob"].ok("POST", "/tracks", {"title": "Pick 9", **by})
    return tracks


def forget(clients: dict[str, Client]) -> None:
    for track in clients["dora"].ok("GET", "/tracks?limit=200")["items"]:
        clients["dora"].ok("DELETE", f"/tracks/{track['id']}")


LIST = "/library?artist=The+Picked+Ones&ordering=title"


def test_tracks_are_picked_edited_at_once_and_restored(
    arrives: Arrives, clients: dict[str, Client], album: list[dict[str, Any]]
) -> None:
    alice = arrives("alice")
    page = alice.opens(LIST)
    page.get_by_role("button", name="Select").click()
    # Bob's can't be picked.
    expect(page.get_by_role("checkbox", name="Select “Pick 9”")).to_have_count(0)
    page.get_by_role("checkbox", name="Select “Pick 0”").click()
    page.get_by_role("checkbox", name="Select “Pick 2”").click(modifiers=["Shift"])
    expect(page.locator("track-selection [data-field=count]")).to_have_text("3 tracks selected")
    page.locator("#selected").get_by_role("button", name="Edit").click()
    sheet = page.get_by_role("dialog")
    expect(sheet.get_by_role("heading", name="Edit 3 tracks")).to_be_visible()
    expect(sheet.get_by_label("Genre")).to_have_value("Folk")
    sheet.get_by_label("Album", exact=True).fill("One Album")
    sheet.get_by_label("Year").fill("1987")
    sheet.get_by_role("button", name="Save").click()
    expect(page.get_by_text("3 tracks changed.")).to_be_visible()
    expect(page.locator(".tracks .album", has_text="One Album")).to_have_count(3)
    assert page.url.endswith(LIST)
    # Somebody changes one of them meanwhile: that stays.
    path = f"/tracks/{album[0]['id']}"
    clients["dora"].ok("PATCH", path, {"year": 1888})
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("3 tracks are as they were.")).to_be_visible()
    expect(page.locator(".tracks .album", has_text="One Album")).to_have_count(0)
    assert clients["alice"].ok("GET", path) | {"year": None} == album[0]
    assert clients["alice"].ok("GET", path)["year"] == 1888
    forget(clients)


@pytest.mark.usefixtures("album")
def test_a_long_press_begins_picking_on_a_phone(
    arrives: Arrives, clients: dict[str, Client]
) -> None:
    alice = arrives("alice", width=360, reduced_motion="reduce")
    page = alice.opens(LIST)
    row = page.locator(".tracks li", has_text="Pick 1")
    spot = row.bounding_box()
    assert spot
    touch = alice.context.new_cdp_session(page)
    point = {"x": spot["x"] + 120, "y": spot["y"] + 20}
    touch.send("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [point]})
    expect(page.locator("track-selection [data-field=count]")).to_have_text("1 track selected")
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    page.locator(".tracks li", has_text="Pick 2").get_by_role("link").tap()
    expect(page.locator("track-selection [data-field=count]")).to_have_text("2 tracks selected")
    looks_right(alice)
    page.get_by_role("button", name="Done").tap()
    expect(page.locator(".selection")).to_be_hidden()
    forget(clients)


LRC = "[00:00.50]The lanterns hang\n[00:14.00]above the street\n[00:28.00]and paper boats"


def test_lyrics_move_with_the_music_and_a_line_leads_to_its_second(
    arrives: Arrives, clients: dict[str, Client], friday: dict[str, Any]
) -> None:
    alice = arrives("alice")
    items = clients["alice"].ok("GET", f"/playlists/{friday['id']}/items")["items"]
    track = items[0]["track"]["id"]
    clients["alice"].ok("PUT", f"/tracks/{track}/lyrics", {"text": LRC})
    page = alice.opens_playlist(friday)
    alice.row("Paper Lanterns").get_by_role("button", name="Play").click()
    alice.hears()
    lyrics = page.locator("#player timed-lyrics")
    line = lyrics.locator("[aria-current]")
    expect(line).to_have_text("The lanterns hang")
    lyrics.get_by_role("button", name="and paper boats").click()
    alice.until(lambda: 27.5 < float(alice.audio("currentTime")) < 39)
    expect(line).to_have_text("and paper boats")
    # The track's own page follows the same music.
    page.evaluate(
        "(track) => htmx.ajax('GET', `/library/${track}`,"
        " {target: '#main', select: '#main', swap: 'outerHTML'})",
        track,
    )
    expect(page.locator("#main timed-lyrics [aria-current]")).to_have_text("and paper boats")
    page.locator("#main timed-lyrics").get_by_role("button", name="above the street").click()
    alice.until(lambda: 13.5 < float(alice.audio("currentTime")) < 27)
    # A track without lyrics shows none.
    page.locator("#player").get_by_role("button", name="Next").click()
    expect(lyrics).to_be_hidden()


def test_a_recording_is_added_with_where_it_was_made(
    arrives: Arrives, clients: dict[str, Client]
) -> None:
    place = {"latitude": 48.2082, "longitude": 16.3738, "accuracy": 11.5}
    alice = arrives(
        "alice", width=360, geolocation=place, permissions=["microphone", "geolocation"]
    )
    page = alice.opens("/library")
    page.get_by_role("button", name="Record").click()
    expect(page.locator("sound-recorder [data-field=time]")).to_have_text(re.compile(r"^0:0[2-9]$"))
    page.get_by_role("button", name="Stop recording").click()
    page.get_by_label("Title of the recording").fill("The yard at noon")
    page.get_by_label("Say where it was recorded").check()
    looks_right(alice)
    page.get_by_role("button", name="Add to the library").click()
    page.locator("sound-recorder").get_by_role("link", name="The yard at noon").click()
    expect(page.get_by_role("link", name="Nearby recordings")).to_be_visible()
    track = clients["bob"].ok("GET", "/tracks?near=48.2082,16.3738,5")["items"][0]
    assert track["title"] == "The yard at noon"
    assert track["location"] == {"latitude": 48.2082, "longitude": 16.3738, "accuracy_m": 12.0}
    assert track["duration_seconds"] > 1
