"""`flask library prune` and `dedupe`: what nobody misses goes, what is there twice becomes one."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from playlist_app.database import now, session, write
from playlist_app.library import dedupe, pruning
from playlist_app.library.models import Track
from playlist_app.listening.models import Plays
from playlist_app.people.models import User
from playlist_app.playlists.history import Play
from playlist_app.playlists.items import Item
from tests.cast import Person, ok, problem
from tests.sounds import Sounds


def age(app: Flask, column: Any, days: float) -> None:
    with app.app_context(), write() as tx:
        tx.execute(update(column.class_).values({column: now() - timedelta(days=days)}))


def run(app: Flask, *arguments: str, text: str = "") -> str:
    done = app.test_cli_runner().invoke(args=["library", *arguments], input=text)
    assert done.exit_code == 0, done.output
    return done.output


def titles(person: Person) -> set[str]:
    return {track["title"] for track in ok(person.get("/tracks"))["items"]}


def test_what_nobody_played_and_no_list_holds_is_pruned(app: Flask, alice: Person) -> None:
    playlist = alice.makes_playlist()
    alice.adds(playlist, alice.makes_track("Held"))
    alice.makes_track("Forgotten")
    age(app, Track.created_at, 100)
    alice.makes_track("New")
    assert "0 pruned" in run(app, "prune", "--unplayed-for", "90", text="n\n")
    assert titles(alice) == {"Held", "Forgotten", "New"}
    said = json.loads(run(app, "prune", "--unplayed-for", "90", "--json"))
    assert [track["title"] for track in said["tracks"]] == ["Forgotten"]
    assert said["pruned"] == 0
    assert "1 pruned" in run(app, "prune", "--unplayed-for", "90", "--yes")
    assert titles(alice) == {"Held", "New"}


def test_what_a_room_played_lately_stays(app: Flask, alice: Person) -> None:
    playlist = alice.makes_playlist()
    item = alice.adds(playlist, alice.makes_track("Played"))
    path = f"/playlists/{playlist['id']}/items/{item['id']}"
    ok(alice.patch(path, {"is_playing": True}))
    ok(alice.delete(path), 204)
    age(app, Track.created_at, 100)
    assert "0 tracks" in run(app, "prune", "--unplayed-for", "90", "--yes")
    age(app, Play.played_at, 91)
    assert "1 pruned" in run(app, "prune", "--unplayed-for", "90", "--yes")


def listen(app: Flask, name: str, track: dict[str, Any]) -> None:
    with app.app_context(), write() as tx:
        person = User.named(name)
        tx.add(Plays(user_id=person.id, track_id=track["id"], count=2, last_at=now()))


def test_what_somebody_heard_alone_lately_stays(app: Flask, alice: Person) -> None:
    listen(app, "bob", alice.makes_track("Heard"))
    age(app, Track.created_at, 100)
    assert "0 tracks" in run(app, "prune", "--unplayed-for", "90", "--yes")
    age(app, Plays.last_at, 91)
    assert "1 pruned" in run(app, "prune", "--unplayed-for", "90", "--yes")


def test_what_was_heard_of_the_same_song_is_added_up(
    app: Flask, twice: list[dict[str, Any]]
) -> None:
    for name, track in (("alice", twice[0]), ("alice", twice[1]), ("bob", twice[1])):
        listen(app, name, track)
    run(app, "dedupe", "--yes")
    with app.app_context():
        counts = {(play.track_id, play.count) for play in session().scalars(select(Plays))}
    assert counts == {(twice[0]["id"], 4), (twice[0]["id"], 2)}


def test_what_came_onto_a_list_meanwhile_stays(app: Flask, alice: Person) -> None:
    track = alice.makes_track("Found again")
    age(app, Track.created_at, 100)
    with app.app_context():
        moment = now() - timedelta(days=90)
        found = [one.id for one in pruning.unplayed_since(moment)]
        alice.adds(alice.makes_playlist(), track)
        assert found == [track["id"]]
        assert pruning.prune(found, moment, User.named("dora")) == 0
    assert titles(alice) == {"Found again"}


@pytest.fixture
def twice(alice: Person, sounds: Sounds) -> list[dict[str, Any]]:
    path: Path = sounds("mp3")
    return [alice.uploads(path), alice.uploads(path)]


def test_the_same_song_twice_becomes_one_in_every_list(
    app: Flask, alice: Person, bob: Person, twice: list[dict[str, Any]], happened: Any
) -> None:
    first, second = twice
    lone, both = alice.makes_playlist("One"), alice.makes_playlist("Both")
    item = alice.adds(lone, second)
    ok(alice.post(f"/playlists/{lone['id']}/items/{item['id']}/vote", {"direction": "up"}))
    said = json.loads(run(app, "dedupe", "--json"))
    assert [one["kept"] for one in said["duplicates"]] == [first["id"]]
    assert said["merged"] == 0
    assert "1 tracks merged" in run(app, "dedupe", "--yes")
    assert [track["id"] for track in ok(bob.get("/tracks"))["items"]] == [first["id"]]
    items = ok(alice.get(f"/playlists/{lone['id']}/items"))["items"]
    assert [(one["id"], one["track"]["id"], one["votes"]) for one in items] == [
        (item["id"], first["id"], 1)
    ]
    assert happened(lone["id"])[-1][0] == "playlist.restored"
    assert happened(both["id"])[-1][0] != "playlist.restored"
    problem(bob.get(f"/tracks/{second['id']}"), 404)
    assert "0 tracks merged" in run(app, "dedupe", "--yes")


def test_what_waits_twice_in_a_list_waits_once(
    app: Flask, alice: Person, twice: list[dict[str, Any]]
) -> None:
    first, second = twice
    playlist = alice.makes_playlist()
    kept = alice.adds(playlist, first)
    other = alice.adds(playlist, alice.makes_track("Else"))
    with app.app_context(), write():
        # As two files that were found to be one sound only later.
        session().execute(update(Item).where(Item.id == other["id"]).values(track_id=second["id"]))
    run(app, "dedupe", "--yes")
    items = ok(alice.get(f"/playlists/{playlist['id']}/items"))["items"]
    assert [item["id"] for item in items] == [kept["id"]]


def test_different_people_and_different_names_are_left_alone(
    app: Flask, alice: Person, bob: Person, sounds: Sounds
) -> None:
    alice.uploads(sounds("mp3"))
    alice.uploads(sounds("mp3"), title="Paper Lanterns (live)")
    bob.uploads(sounds("mp3"))
    with app.app_context():
        assert dedupe.find() == []
