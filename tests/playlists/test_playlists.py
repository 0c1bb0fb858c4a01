"""Making, changing and deleting playlists."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from tests.cast import Person, ok, problem

Happened = Any


def test_a_new_playlist_is_manual_private_and_keeps(
    alice: Person, charlie: Person, nobody: Person, happened: Happened
) -> None:
    made = alice.makes_playlist("Friday kitchen")

    assert made["title"] == "Friday kitchen"
    assert (made["order_mode"], made["visibility"], made["consume"]) == ("manual", "private", False)
    assert made["owner"] == {"id": alice.id, "name": "Alice"}
    assert made["my_role"] == "owner"
    assert (made["item_count"], made["duration_seconds"]) == (0, 0)
    assert [type_ for type_, _ in happened(made["id"])] == ["playlist.updated"]
    problem(charlie.get(f"/playlists/{made['id']}"), 404)
    problem(nobody.get(f"/playlists/{made['id']}"), 401)


def test_what_one_may_not_see_answers_as_what_does_not_exist(
    alice: Person, charlie: Person
) -> None:
    made = alice.makes_playlist()

    theirs = charlie.get(f"/playlists/{made['id']}")
    unknown = charlie.get(f"/playlists/{uuid.uuid4()}")

    assert (theirs.status_code, theirs.data) == (unknown.status_code, unknown.data)


def test_the_owner_renames_and_everybody_in_the_room_is_told(
    alice: Person, bob: Person, charlie: Person, happened: Happened
) -> None:
    playlist = alice.makes_playlist("Friday")
    alice.invites(playlist, bob)

    changed = ok(
        alice.patch(f"/playlists/{playlist['id']}", {"title": "Saturday", "description": "At ours"})
    )

    assert (changed["title"], changed["description"]) == ("Saturday", "At ours")
    assert ok(bob.get(f"/playlists/{playlist['id']}"))["title"] == "Saturday"
    type_, payload = happened(playlist["id"])[-1]
    assert type_ == "playlist.updated"
    assert payload["playlist"]["title"] == "Saturday"
    assert "my_role" not in payload["playlist"]
    problem(charlie.patch(f"/playlists/{playlist['id']}", {"title": "Mine"}), 404)


def test_an_editor_sees_the_settings_but_may_not_change_them(alice: Person, bob: Person) -> None:
    playlist = alice.makes_playlist()
    alice.invites(playlist, bob, "editor")

    problem(bob.patch(f"/playlists/{playlist['id']}", {"title": "Mine"}), 403)
    problem(bob.delete(f"/playlists/{playlist['id']}"), 403)
    assert ok(alice.get(f"/playlists/{playlist['id']}"))["title"] == "Friday kitchen"


def test_deleting_takes_the_list_and_leaves_the_tracks(
    alice: Person, bob: Person, charlie: Person, happened: Happened
) -> None:
    playlist = alice.makes_playlist()
    alice.invites(playlist, bob)
    track = alice.makes_track("Copper Wire")
    alice.adds(playlist, track)
    problem(charlie.delete(f"/playlists/{playlist['id']}"), 404)

    assert alice.delete(f"/playlists/{playlist['id']}").status_code == 204

    problem(alice.get(f"/playlists/{playlist['id']}"), 404)
    problem(bob.get(f"/playlists/{playlist['id']}/items"), 404)
    assert happened(playlist["id"])[-1] == ("playlist.deleted", {})
    assert ok(alice.get(f"/tracks/{track['id']}"))["title"] == "Copper Wire"
    assert ok(alice.get("/playlists"))["items"] == []


def test_a_person_lists_their_own_those_shared_and_those_for_all(
    alice: Person, bob: Person, charlie: Person
) -> None:
    shared = alice.makes_playlist("Shared")
    alice.invites(shared, bob, "voter")
    alice.makes_playlist("For all", visibility="members")
    alice.makes_playlist("By link", visibility="link")
    alice.makes_playlist("Private")
    bob.makes_playlist("Bob's own")

    roles = {p["title"]: p["my_role"] for p in ok(bob.get("/playlists"))["items"]}

    assert roles == {"Bob's own": "owner", "Shared": "voter", "For all": "voter"}
    assert {p["title"] for p in ok(charlie.get("/playlists"))["items"]} == {"For all"}


@pytest.mark.parametrize(
    ("visibility", "status", "role"),
    [("private", 404, None), ("members", 200, "voter"), ("link", 200, "viewer")],
)
def test_visibility_decides_who_sees_it_by_its_address(
    alice: Person, charlie: Person, visibility: str, status: int, role: str | None
) -> None:
    playlist = alice.makes_playlist(visibility=visibility)

    answer = charlie.get(f"/playlists/{playlist['id']}")

    assert answer.status_code == status
    if role:
        assert answer.get_json()["my_role"] == role


def test_an_admin_may_everything(alice: Person, dora: Person) -> None:
    playlist = alice.makes_playlist()

    changed = ok(dora.patch(f"/playlists/{playlist['id']}", {"title": "Tidied up"}))

    assert changed["title"] == "Tidied up"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "title"),
        ({"title": ""}, "title"),
        ({"title": "x" * 121}, "title"),
        ({"title": 7}, "title"),
        ({"title": "x", "order_mode": "random"}, "order_mode"),
        ({"title": "x", "visibility": "everybody"}, "visibility"),
        ({"title": "x", "consume": "yes"}, "consume"),
        ({"title": "x", "owner": "me"}, "owner"),
    ],
)
def test_bad_values_are_named_and_make_nothing(
    alice: Person, happened: Happened, body: dict[str, Any], field: str
) -> None:
    refused = problem(alice.post("/playlists", body), 422)

    assert field in refused["errors"]
    assert happened() == []
    assert ok(alice.get("/playlists"))["items"] == []


def test_a_title_is_one_line_that_can_be_read(alice: Person) -> None:
    made = alice.makes_playlist("  Fri\nday\u202e \x00kitchen ")

    assert made["title"] == "Fri day kitchen"


def test_malformed_json_is_refused(alice: Person) -> None:
    answer = alice.post("/playlists", data=b'{"title": ', content_type="application/json")

    problem(answer, 400)


def test_ids_can_not_be_guessed_in_sequence(alice: Person) -> None:
    one, other = alice.makes_playlist("One"), alice.makes_playlist("Other")

    assert uuid.UUID(one["id"]).version == uuid.UUID(other["id"]).version == 4
