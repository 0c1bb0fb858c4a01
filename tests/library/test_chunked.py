"""What a device compares audio with: the hash of every chunk, for those who may hear it."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from flask import Flask

from tests.cast import API, Person, ok, problem
from tests.library.shelf import set_status
from tests.library.test_renditions import SMALL, made
from tests.sounds import Sounds

MIB = 1 << 20


def path(sha256: str) -> str:
    return f"{API}/audio/by-hash/{sha256}/chunks"


def pieces(data: bytes) -> list[str]:
    return [hashlib.sha256(data[at : at + MIB]).hexdigest() for at in range(0, len(data), MIB)]


def test_each_chunk_has_its_hash(alice: Person, bob: Person, sounds: Sounds) -> None:
    file: Path = sounds("wav", seconds=15.0)
    track = alice.uploads(file)
    sha256 = track["audio"]["sha256"]

    entry = ok(bob.get(path(sha256.upper())))

    data = file.read_bytes()
    assert len(data) > 2 * MIB
    assert entry == {
        "sha256": hashlib.sha256(data).hexdigest(),
        "of": sha256,
        "url": f"/audio/{sha256}",
        "size_bytes": len(data),
        "format": "wav",
        "status": "ready",
        "chunk_size": MIB,
        "chunks": pieces(data),
    }


def test_a_rendition_has_them_too(app: Flask, alice: Person, bob: Person, sounds: Sounds) -> None:
    track = alice.uploads(sounds("wav", seconds=5.0))
    rendition = made(app, alice, track, SMALL)

    entry = ok(bob.get(path(rendition["sha256"])))

    data = bob.get(rendition["url"]).data
    assert entry["of"] == track["audio"]["sha256"]
    assert (entry["size_bytes"], entry["format"]) == (len(data), "m4a")
    assert entry["chunks"] == pieces(data)


def test_who_may_not_hear_it_gets_what_is_said_of_unknown_audio(
    app: Flask, alice: Person, charlie: Person, nobody: Person, sounds: Sounds
) -> None:
    track = alice.uploads(sounds("wav", seconds=5.0))
    sha256, rendition = track["audio"]["sha256"], made(app, alice, track, SMALL)["sha256"]
    set_status(app, track, "pending")
    ok(alice.get(path(sha256)))
    unknown: dict[str, Any] = problem(charlie.get(path("0" * 64)), 404)
    for hidden in (sha256, rendition):
        assert problem(charlie.get(path(hidden)), 404) == unknown
        problem(nobody.get(path(hidden)), 401)
