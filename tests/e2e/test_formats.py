"""Every format plays in Chromium, as it is or as a rendition, seeks, and says how long it is."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Arrives, Visitor, shared_list, upload
from tests.e2e.formats import CLOSE, PLAYED, SECONDS, every_format, work_off
from tests.serving import Client, Server
from tests.sounds import Sounds


def plays(visitor: Visitor, title: str) -> None:
    visitor.row(title).get_by_role("button", name="Play").click()
    expect(visitor.page.locator("#player .text .title")).to_have_text(title)


def slider(visitor: Visitor) -> Any:
    return visitor.page.get_by_role("slider", name="Seek")


def test_every_format_plays_seeks_and_says_how_long_it_is(
    arrives: Arrives, server: Server, clients: dict[str, Client], sounds: Sounds
) -> None:
    playlist = every_format(clients["alice"], sounds)
    work_off(server)
    alice = arrives("alice")
    alice.opens_playlist(playlist)
    for title in PLAYED:
        plays(alice, title)
        alice.hears()
        assert alice.audio("duration") == pytest.approx(SECONDS, abs=CLOSE), title
        shown = float(slider(alice).get_attribute("max") or 0)
        assert shown == pytest.approx(SECONDS, abs=CLOSE), title
        alice.seeks(SECONDS / 2)
        alice.hears()


def test_what_is_not_playable_yet_begins_by_itself_when_it_is(
    arrives: Arrives, server: Server, clients: dict[str, Client], sounds: Sounds
) -> None:
    alice = clients["alice"]
    playlist = shared_list(alice, sounds, "Lossless", ("Other",), seconds=8.0)
    track = upload(alice, sounds("alac", seconds=SECONDS, pitch=1234.0, title="Not yet"))
    alice.ok("POST", f"/playlists/{playlist['id']}/items", {"track_id": track["id"]})
    visitor = arrives("alice")
    visitor.opens_playlist(playlist)
    plays(visitor, "Not yet")
    told = visitor.page.get_by_text("is being made playable for this browser")
    expect(told).to_be_visible()
    assert visitor.audio("paused") is True
    work_off(server)
    visitor.hears()
    assert visitor.audio("duration") == pytest.approx(SECONDS, abs=CLOSE)
    # The list was told too: the next time it plays at once.
    [item] = [
        item
        for item in alice.ok("GET", f"/playlists/{playlist['id']}/items")["items"]
        if item["track"]["title"] == "Not yet"
    ]
    playable = item["track"]["audio"]["playable"]["sha256"]
    expect(visitor.row("Not yet")).to_have_attribute("data-playable", playable)


def test_something_else_can_be_played_while_it_is_made(
    arrives: Arrives, server: Server, clients: dict[str, Client], sounds: Sounds
) -> None:
    alice = clients["alice"]
    playlist = shared_list(alice, sounds, "Lossless", ("Other",), seconds=90.0)
    track = upload(alice, sounds("alac", seconds=SECONDS, pitch=1357.0, title="Later"))
    alice.ok("POST", f"/playlists/{playlist['id']}/items", {"track_id": track["id"]})
    visitor = arrives("alice")
    visitor.opens_playlist(playlist)
    plays(visitor, "Later")
    expect(visitor.page.get_by_text("is being made playable")).to_be_visible()
    plays(visitor, "Other")
    visitor.hears()
    source = visitor.audio("src")
    work_off(server)
    # The row has heard that it is ready; what sounds is what was chosen.
    visitor.until(lambda: bool(visitor.row("Later").get_attribute("data-playable")))
    assert visitor.audio("src") == source
