"""Copies of originals, for devices that can't play all of them: no track stays silent offline."""

from __future__ import annotations

import re
from typing import Any

from flask import Flask

from playlist_app.config import ROOT
from playlist_app.library.formats import ASKED
from tests.cast import Person
from tests.offline.asking import again, asked, make_all, manifest
from tests.sounds import Sounds

JSON = dict[str, Any]

SAFARI = "m4a-alac,m4a-flac"  # as it was until it learned Ogg


def test_what_a_device_can_not_play_comes_small_and_the_rest_as_it_is(
    app: Flask, alice: Person, bob: Person, playlist: JSON, sounds: Sounds
) -> None:
    tracks = {kind: alice.uploads(sounds(kind, title=kind)) for kind in ("mp3", "opus", "alac")}
    for track in tracks.values():
        alice.adds(playlist, track)
    original = {kind: track["audio"]["sha256"] for kind, track in tracks.items()}

    first = manifest(bob, playlist, plays=SAFARI)

    assert first["quality"] == "original"
    assert [entry["status"] for entry in first["audio"]] == ["ready", "preparing", "ready"]
    make_all(app)
    ready = again(bob, playlist, first, plays=SAFARI)
    [small] = ready["audio"]
    assert (small["of"], small["format"]) == (original["opus"], "m4a")
    assert small["sha256"] != original["opus"]
    assert ready["whole"] is False
    assert ready["size_bytes"] == (
        small["size_bytes"]
        + tracks["mp3"]["audio"]["size_bytes"]
        + tracks["alac"]["audio"]["size_bytes"]
    )
    assert asked(bob, playlist, ready["etag"], plays=SAFARI).status_code == 304
    # Who plays Ogg gets it as it is, and who says nothing all.
    for query in ({"plays": "opus-opus,m4a-alac"}, {}):
        entries = manifest(bob, playlist, **query)["audio"]
        assert {entry["of"]: entry["sha256"] for entry in entries} == {
            sha256: sha256 for sha256 in original.values()
        }


def test_a_browser_that_learned_a_format_gets_the_whole_anew(
    alice: Person, playlist: JSON, sounds: Sounds
) -> None:
    track = alice.uploads(sounds("opus"))
    alice.adds(playlist, track)
    before = manifest(alice, playlist, plays="")
    after = again(alice, playlist, before, plays="opus-opus")
    assert after["whole"] is True
    assert [entry["sha256"] for entry in after["audio"]] == [track["audio"]["sha256"]]
    # Names that only a later version knows change nothing.
    same = asked(alice, playlist, after["etag"], plays="opus-opus,tape-reel")
    assert same.status_code == 304


def test_renditions_of_what_it_plays_change_nothing_for_a_device(
    app: Flask, alice: Person, bob: Person, playlist: JSON, sounds: Sounds
) -> None:
    alice.adds(playlist, alice.uploads(sounds("wav", seconds=5.0)))
    before = manifest(bob, playlist, plays=SAFARI)
    manifest(alice, playlist, quality="small")
    make_all(app)
    assert asked(bob, playlist, before["etag"], plays=SAFARI).status_code == 304


def test_browsers_are_asked_about_what_the_server_names() -> None:
    script = (ROOT / "static/js/player/playable.js").read_text()
    table = re.search(r"const ASKED = \{(.*?)\};", script, re.DOTALL)
    assert table
    assert dict(re.findall(r"\"([^\"]+)\": '([^']+)'", table[1])) == ASKED
