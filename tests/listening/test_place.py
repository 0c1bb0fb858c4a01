"""Where a person is: kept by what is later, and theirs alone."""

from __future__ import annotations

from typing import Any

from flask import Flask

from tests.cast import Person, ok, problem
from tests.library.shelf import set_status


def is_at(person: Person, track: dict[str, Any] | None, second: float = 0, **fields: Any) -> bool:
    body = {
        "device": "phone",
        "name": "Alice’s phone",
        "track": track["id"] if track else None,
        "second": second,
        **fields,
    }
    kept: bool = ok(person.call("PUT", "/listening", json=body))["kept"]
    return kept


def test_another_device_goes_on_where_one_is(alice: Person, bob: Person) -> None:
    one, two, three = (alice.makes_track(title) for title in ("One", "Two", "Three"))
    playlist = alice.makes_playlist("Friday kitchen")
    assert is_at(alice, one, 75.5, queue=[three["id"], two["id"]], playlist=playlist["id"])
    place = ok(alice.get("/listening"))
    assert (place["track"]["title"], place["second"]) == ("One", 75.5)
    assert [track["title"] for track in place["queue"]] == ["Three", "Two"]
    assert place["playlist"] == {"id": playlist["id"], "title": "Friday kitchen"}
    assert (place["device"], place["device_name"]) == ("phone", "Alice’s phone")
    assert bob.get("/listening").status_code == 204


def test_what_is_later_stands(alice: Person) -> None:
    one, two = (alice.makes_track(title) for title in ("One", "Two"))
    assert is_at(alice, two, 10, device="laptop")
    # A phone that was away says late where it was.
    assert not is_at(alice, one, 99, age=60)
    assert ok(alice.get("/listening"))["track"]["title"] == "Two"
    assert is_at(alice, one, 3)
    assert ok(alice.get("/listening"))["track"]["title"] == "One"


def test_at_the_end_there_is_nothing_to_go_on_with(alice: Person) -> None:
    assert is_at(alice, alice.makes_track("One"), 10)
    assert is_at(alice, None)
    assert alice.get("/listening").status_code == 204


def test_of_what_comes_next_only_what_one_may_hear_is_told(
    app: Flask, alice: Person, bob: Person
) -> None:
    one, secret = alice.makes_track("One"), alice.makes_track("Secret")
    assert is_at(bob, one, queue=[secret["id"], one["id"]])
    set_status(app, secret, "pending")
    assert [track["title"] for track in ok(bob.get("/listening"))["queue"]] == ["One"]
    set_status(app, one, "pending")
    assert bob.get("/listening").status_code == 204
    body = {"device": "phone", "track": secret["id"]}
    problem(bob.call("PUT", "/listening", json=body), 404)


def test_a_playlist_that_one_does_not_see_is_not_told(alice: Person, bob: Person) -> None:
    playlist = alice.makes_playlist("Secret plans")
    assert is_at(bob, alice.makes_track("One"), playlist=playlist["id"])
    assert ok(bob.get("/listening"))["playlist"] is None
