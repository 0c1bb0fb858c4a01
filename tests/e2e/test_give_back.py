"""A device that took music along gives back what the server lost."""

from __future__ import annotations

import os
from typing import Any

from playwright.sync_api import expect

from playlist_app.config import Settings
from playlist_app.library.stored import audio_path
from tests.e2e.away import take_along
from tests.e2e.conftest import Arrives
from tests.library.test_scan import flask
from tests.serving import Client, Server


def test_what_the_server_lost_comes_back_from_a_device(
    arrives: Arrives, own_server: Server, clients: dict[str, Client], friday: dict[str, Any]
) -> None:
    alice = arrives("alice", width=360)
    page = take_along(alice, friday)
    item = clients["bob"].ok("GET", f"/playlists/{friday['id']}/items")["items"][0]
    sha256 = item["track"]["audio"]["sha256"]
    path = audio_path(Settings(data=str(own_server.data)), sha256)
    data = path.read_bytes()
    path.write_bytes(b"what a broken disk makes of it")
    environment = os.environ | {"JAMBOREE_DATA": str(own_server.data)}
    assert flask(environment, "verify").returncode == 1
    assert [lost["sha256"] for lost in clients["bob"].ok("GET", "/audio/lost")["items"]] == [sha256]

    page.goto(f"{own_server.url}/downloads")
    expect(page.get_by_text("that the server had lost was given back from here")).to_be_visible()

    assert path.read_bytes() == data
    assert clients["bob"].ok("GET", "/audio/lost")["items"] == []
