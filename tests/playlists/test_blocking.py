"""Keeping somebody out of one playlist."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from tests.cast import Person, ok, problem
from tests.playlists.replaying import in_tables, replayed

Happened = Any
JSON = dict[str, Any]


@pytest.fixture
def playlist(alice: Person, bob: Person) -> JSON:
    made = alice.makes_playlist(visibility="members")
    alice.invites(made, bob)
    return made


def test_who_is_blocked_sees_nothing_whatever_the_visibility(
    alice: Person, bob: Person, charlie: Person, playlist: JSON, happened: Happened
) -> None:
    path = f"/playlists/{playlist['id']}"
    for person in (bob, charlie):
        ok(person.get(path))

        ok(alice.post(f"{path}/blocks", {"user": person.id}), 201)

        told = {"user": {"id": person.id, "name": person.name.title()}, "role": None}
        assert happened(playlist["id"])[-1] == ("member.changed", told)
        for rest in ("", "/items", "/room", "/members", "/events", "/timeline", "/snapshots"):
            problem(person.get(path + rest), 404)
        listed = ok(person.get("/playlists"))["items"]
        assert playlist["id"] not in [one["id"] for one in listed]
        assert person.page(path).status_code == 404
    members = ok(alice.get(f"{path}/members"))["items"]
    assert [member["user"]["name"] for member in members] == ["Alice"]
    kept_out = ok(alice.get(f"{path}/blocks"))["items"]
    assert [one["user"]["name"] for one in kept_out] == ["Bob", "Charlie"]
    invited = {"username": "bob", "role": "editor"}
    assert "blocked" in problem(alice.post(f"{path}/members", invited), 409)["detail"]
    assert "Blocked here" in alice.page(f"{path}/members").get_data(as_text=True)


def test_what_they_have_waiting_and_their_votes_go_in_one_step(
    app: Flask, alice: Person, bob: Person, playlist: JSON
) -> None:
    path = f"/playlists/{playlist['id']}"
    first = alice.adds(playlist, alice.makes_track("A"))
    played = bob.adds(playlist, bob.makes_track("Played"))
    bob.adds(playlist, bob.makes_track("Waiting"))
    ok(alice.patch(f"{path}/items/{played['id']}", {"is_playing": True}))
    ok(bob.post(f"{path}/items/{first['id']}/vote", {"direction": "down"}))
    before = in_tables(app, playlist["id"])

    blocked = ok(alice.post(f"{path}/blocks", {"user": bob.id, "undo": True}), 201)

    items = ok(alice.get(f"{path}/items"))["items"]
    assert [(item["track"]["title"], item["votes"]) for item in items] == [("A", 0), ("Played", 0)]
    assert replayed(app, playlist["id"]) == in_tables(app, playlist["id"])
    ok(alice.post(f"{path}/undo", {"change": blocked["change"]}))
    assert in_tables(app, playlist["id"]) == before
    problem(bob.get(path), 404)


def test_who_is_unblocked_is_as_others_are(
    alice: Person, bob: Person, charlie: Person, playlist: JSON
) -> None:
    path = f"/playlists/{playlist['id']}"
    ok(alice.post(f"{path}/blocks", {"user": bob.id}), 201)
    ok(alice.post(f"{path}/blocks", {"user": bob.id}), 201)

    assert alice.delete(f"{path}/blocks/{bob.id}").status_code == 204

    assert ok(bob.get(path))["my_role"] == "voter"
    problem(alice.delete(f"{path}/blocks/{bob.id}"), 404)
    said = [line["text"] for line in ok(alice.get(f"{path}/timeline"))["items"]]
    assert said[:2] == ["unblocked Bob", "blocked Bob"]


def test_who_may_block_whom(
    alice: Person, bob: Person, charlie: Person, dora: Person, playlist: JSON, happened: Happened
) -> None:
    path = f"/playlists/{playlist['id']}/blocks"
    events = happened()
    problem(bob.post(path, {"user": charlie.id}), 403)
    problem(bob.get(path), 403)
    problem(bob.delete(f"{path}/{charlie.id}"), 403)
    problem(alice.post(path, {"user": alice.id}), 409)
    problem(alice.post(path, {"user": dora.id}), 409)
    problem(dora.post(path, {"user": alice.id}), 409)
    problem(alice.post(path, {"user": "nobody"}), 404)
    assert happened() == events
    private = alice.makes_playlist("Private")
    problem(charlie.post(f"/playlists/{private['id']}/blocks", {"user": bob.id}), 404)
    problem(charlie.get(f"/playlists/{private['id']}/blocks"), 404)


def test_the_pages_forms_block_and_unblock(alice: Person, bob: Person, app: Flask) -> None:
    from tests.cast import Browser

    playlist = alice.makes_playlist()
    alice.invites(playlist, bob)
    browser = Browser(app, alice)
    path = f"/playlists/{playlist['id']}"

    browser.submits(f"{path}/blocks", seen_at=f"{path}/members", user=bob.id, undo="yes")

    problem(bob.get(path), 404)
    browser.submits(f"{path}/blocks/{bob.id}/remove", seen_at=f"{path}/members")
    assert ok(alice.get(f"{path}/blocks"))["items"] == []
