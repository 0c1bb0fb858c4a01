"""Who shares a playlist."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from tests.cast import Person, ok, problem

Happened = Any


@pytest.fixture
def playlist(alice: Person) -> dict[str, Any]:
    return alice.makes_playlist()


def members(person: Person, playlist: Any) -> dict[str, str]:
    listed = ok(person.get(f"/playlists/{playlist['id']}/members"))["items"]
    return {member["user"]["name"]: member["role"] for member in listed}


def test_the_owner_invites_and_the_room_is_told(
    alice: Person, bob: Person, charlie: Person, playlist: Any, happened: Happened
) -> None:
    problem(bob.get(f"/playlists/{playlist['id']}"), 404)

    alice.invites(playlist, bob, "voter")

    assert members(bob, playlist) == {"Alice": "owner", "Bob": "voter"}
    assert happened(playlist["id"])[-1] == (
        "member.changed",
        {"user": {"id": bob.id, "name": "Bob"}, "role": "voter"},
    )
    problem(charlie.get(f"/playlists/{playlist['id']}/members"), 404)


def test_only_the_owner_invites(alice: Person, bob: Person, playlist: Any) -> None:
    alice.invites(playlist, bob, "editor")

    body = {"username": "charlie", "role": "viewer"}
    problem(bob.post(f"/playlists/{playlist['id']}/members", body), 403)

    assert members(alice, playlist) == {"Alice": "owner", "Bob": "editor"}


def test_who_may_not_invite_does_not_learn_who_has_an_account(
    alice: Person, bob: Person, playlist: Any
) -> None:
    alice.invites(playlist, bob)
    path = f"/playlists/{playlist['id']}/members"

    real = bob.post(path, {"username": "charlie"})
    made_up = bob.post(path, {"username": "nobody-of-that-name"})

    assert (real.status_code, real.data) == (made_up.status_code, made_up.data)


def test_a_role_is_changed_and_taken(
    alice: Person, bob: Person, playlist: Any, happened: Happened
) -> None:
    alice.invites(playlist, bob, "viewer")
    path = f"/playlists/{playlist['id']}/members/{bob.id}"

    ok(alice.patch(path, {"role": "editor"}))
    assert members(bob, playlist)["Bob"] == "editor"

    assert alice.delete(path).status_code == 204
    problem(bob.get(f"/playlists/{playlist['id']}"), 404)
    assert happened(playlist["id"])[-1] == (
        "member.changed",
        {"user": {"id": bob.id, "name": "Bob"}, "role": None},
    )


def test_a_member_leaves_by_themselves_but_dismisses_nobody(
    alice: Person, bob: Person, charlie: Person, playlist: Any
) -> None:
    alice.invites(playlist, bob)
    alice.invites(playlist, charlie)
    path = f"/playlists/{playlist['id']}/members"

    problem(bob.delete(f"{path}/{charlie.id}"), 403)
    assert bob.delete(f"{path}/{bob.id}").status_code == 204

    assert members(alice, playlist) == {"Alice": "owner", "Charlie": "editor"}


def test_the_same_role_again_tells_nobody(
    alice: Person, bob: Person, playlist: Any, happened: Happened
) -> None:
    alice.invites(playlist, bob)
    events = happened()

    alice.invites(playlist, bob)

    assert happened() == events


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"username": "nobody-of-that-name"}, 404),
        ({"username": "alice"}, 409),
        ({"username": "bob", "role": "owner"}, 422),
        ({"username": "bob", "role": "king"}, 422),
        ({"role": "viewer"}, 422),
    ],
)
def test_who_can_not_be_invited(
    alice: Person, playlist: Any, happened: Happened, body: Any, status: int
) -> None:
    events = happened()

    problem(alice.post(f"/playlists/{playlist['id']}/members", body), status)

    assert happened() == events


def test_the_owner_is_no_member_that_could_be_dismissed(alice: Person, playlist: Any) -> None:
    problem(alice.delete(f"/playlists/{playlist['id']}/members/{alice.id}"), 404)


def test_a_host_does_all_but_what_is_the_owners_alone(
    alice: Person, bob: Person, charlie: Person, playlist: Any
) -> None:
    alice.invites(playlist, bob, "host")
    path = f"/playlists/{playlist['id']}"

    bob.invites(playlist, charlie, "voter")
    ok(bob.patch(f"{path}/members/{charlie.id}", {"role": "viewer"}))
    ok(bob.patch(path, {"title": "Roof party"}))
    problem(bob.patch(f"{path}/members/{charlie.id}", {"role": "host"}), 403)
    problem(bob.delete(path), 403)
    problem(bob.call("PUT", f"{path}/owner", json={"user_id": bob.id}), 403)
    assert bob.delete(f"{path}/members/{charlie.id}").status_code == 204
    problem(charlie.get(path), 404)

    assert members(alice, playlist) == {"Alice": "owner", "Bob": "host"}
    alice.invites(playlist, charlie, "host")
    problem(bob.patch(f"{path}/members/{charlie.id}", {"role": "voter"}), 403)
    problem(bob.delete(f"{path}/members/{charlie.id}"), 403)
    assert bob.delete(f"{path}/members/{bob.id}").status_code == 204


def test_a_playlist_is_handed_over(
    alice: Person, bob: Person, charlie: Person, playlist: Any, happened: Happened
) -> None:
    path = f"/playlists/{playlist['id']}"
    body = {"user_id": bob.id}
    problem(alice.call("PUT", f"{path}/owner", json=body), 409)  # not a member yet
    alice.invites(playlist, bob, "voter")
    problem(charlie.call("PUT", f"{path}/owner", json={"user_id": charlie.id}), 404)
    before = len(happened(playlist["id"]))

    assert ok(alice.call("PUT", f"{path}/owner", json=body))["my_role"] == "host"

    assert members(bob, playlist) == {"Bob": "owner", "Alice": "host"}
    told = happened(playlist["id"])[before:]
    assert [(type_, payload.get("role")) for type_, payload in told] == [
        ("member.changed", "owner"),
        ("playlist.updated", None),
        ("member.changed", "host"),
    ]
    assert told[1][1]["playlist"]["owner"] == {"id": bob.id, "name": "Bob"}
    problem(charlie.get(path), 404)


def test_two_hand_it_over_at_once_and_the_first_decides(
    alice: Person, bob: Person, charlie: Person, playlist: Any
) -> None:
    for other in (bob, charlie):
        alice.invites(playlist, other, "voter")
    path = f"/playlists/{playlist['id']}/owner"
    answers: list[int] = []
    heirs = {bob.name: bob.id, charlie.name: charlie.id}
    start = threading.Barrier(2)

    def hand_over(heir: Person) -> None:
        start.wait()
        answers.append(alice.call("PUT", path, json={"user_id": heirs[heir.name]}).status_code)

    both = [threading.Thread(target=hand_over, args=(heir,)) for heir in (bob, charlie)]
    for one in both:
        one.start()
    for one in both:
        one.join()

    assert sorted(answers) == [200, 403]
    assert sorted(members(alice, playlist).values()) == ["host", "owner", "voter"]
