"""Renditions of small copies are made ahead, for whoever takes them along."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from playlist_app.database import session
from playlist_app.library.rendering import make_one
from playlist_app.library.renditions import Rendition
from tests.cast import API, Person, ok
from tests.offline.telling import holds, tells
from tests.sounds import Sounds

JSON = dict[str, Any]


def wanted(app: Flask) -> list[Any]:
    """Originals' ids of the small renditions to come, in the order in which they are made."""
    with app.app_context():
        return list(
            session().scalars(
                select(Rendition.audio_id).order_by(Rendition.place, Rendition.asked_at)
            )
        )


def test_a_small_copy_is_made_ahead_in_the_order_of_the_list(
    app: Flask, alice: Person, bob: Person, sounds: Sounds
) -> None:
    playlist = alice.makes_playlist()
    alice.invites(playlist, bob, "viewer")
    tracks = [
        alice.uploads(sounds("wav", seconds=5.0, pitch=pitch), title=f"Tone {pitch}")
        for pitch in (300.0, 400.0, 500.0)
    ]
    items = [alice.adds(playlist, track) for track in tracks]
    alice.patch(f"/playlists/{playlist['id']}/items/{items[2]['id']}", {"index": 0})
    tells(bob)
    holds(bob, playlist)
    assert wanted(app) == []  # an original is there already

    holds(bob, playlist, quality="small")

    with app.app_context():
        made = []
        while make_one():
            newest = session().scalars(select(Rendition).order_by(Rendition.changed_at.desc()))
            made.append(newest.first().audio.sha256)  # type: ignore[union-attr]
    order = [tracks[2], tracks[0], tracks[1]]
    assert made == [track["audio"]["sha256"] for track in order]
    entries = ok(bob.get(f"/playlists/{playlist['id']}/offline?quality=small"))["audio"]
    assert [entry["of"] for entry in entries] == made
    assert {entry["status"] for entry in entries} == {"ready"}


def test_many_copies_get_their_beginnings_first(
    app: Flask, alice: Person, bob: Person, sounds: Sounds
) -> None:
    """Who takes a short list along does not wait for somebody's thousand songs."""
    lists = [alice.makes_playlist(), bob.makes_playlist()]
    tones = iter(range(300, 1000, 50))
    for person, playlist in zip((alice, bob), lists, strict=True):
        for _ in range(3):
            track = person.uploads(sounds("wav", seconds=5.0, pitch=float(next(tones))))
            person.adds(playlist, track)
        tells(person)
        holds(person, playlist, quality="small")
    with app.app_context():
        places = session().scalars(
            select(Rendition.place).order_by(Rendition.place, Rendition.asked_at)
        )
        assert list(places) == [1, 1, 2, 2, 3, 3]
    # What somebody wants to hear now comes before all of it.
    wma = alice.uploads(sounds("wma"))
    ok(
        alice.post(
            f"{API}/audio/by-hash/{wma['audio']['sha256']}/renditions", {"profile": "web-playable"}
        ),
        202,
    )
    with app.app_context():
        make_one()
        [ready] = session().scalars(select(Rendition).where(Rendition.status == "ready"))
        assert ready.profile == "web-playable"


def test_what_is_added_to_a_small_copy_is_made_at_once(
    app: Flask, alice: Person, bob: Person, sounds: Sounds
) -> None:
    playlist, other = alice.makes_playlist(), alice.makes_playlist()
    alice.invites(playlist, bob)
    track = alice.uploads(sounds("wav", seconds=5.0))
    tells(bob)
    holds(bob, playlist, quality="small")
    alice.adds(other, track)
    assert wanted(app) == []  # nobody has that list small

    alice.adds(playlist, track)

    assert len(wanted(app)) == 1
    alice.adds(playlist, alice.makes_track("Without audio"))
    alice.delete(f"/playlists/{playlist['id']}")  # and nothing of it stands in the way


def test_an_add_that_comes_to_nothing_has_nothing_made(
    app: Flask, alice: Person, sounds: Sounds, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is asked for in the write of the adding, and dropped with it."""
    playlist = alice.makes_playlist()
    tells(alice)
    holds(alice, playlist, quality="small")
    track = alice.uploads(sounds("wav", seconds=5.0))

    def fails(*_: object) -> None:
        raise RuntimeError("after the adding")

    monkeypatch.setattr("playlist_app.playlists.rules.adding", [*_adding(), fails])
    with pytest.raises(RuntimeError):
        alice.post(f"/playlists/{playlist['id']}/items", {"track_id": track["id"]})
    assert wanted(app) == []
    assert alice.titles(playlist) == []


def _adding() -> list[Any]:
    from playlist_app.playlists import rules

    return list(rules.adding)
