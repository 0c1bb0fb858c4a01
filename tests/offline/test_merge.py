"""The merge: what was changed on a device is applied here, each change exactly once (SPEC §4)."""

from __future__ import annotations

import threading
import uuid
from typing import Any

import pytest

from tests.cast import Person, ok, problem
from tests.offline.sending import operation, sends
from tests.soak import count

Happened = Any


def test_a_vote_is_applied_and_the_room_is_told(
    bob: Person, charlie: Person, playlist: Any, items: Any, happened: Happened
) -> None:
    vote = operation("vote", playlist, item=items["A"]["id"], direction="up")

    outsider = sends(charlie, vote | {"id": str(uuid.uuid4())})[0]
    result = sends(bob, vote)[0]

    assert (result["status"], result["replayed"]) == ("applied", False)
    assert (result["item"]["votes"], result["item"]["my_vote"]) == (1, "up")
    type_, payload = happened(playlist["id"])[-1]
    assert (type_, payload["votes"]) == ("track.voted", 1)
    assert outsider["status"] == "rejected"
    assert outsider["problem"]["status"] == 404
    assert outsider["seq"] is None


def test_the_same_operation_again_gets_its_first_result(
    alice: Person, bob: Person, playlist: Any, items: Any, happened: Happened
) -> None:
    move = operation("move", playlist, item=items["E"]["id"], after=[], before=[items["A"]["id"]])
    first = sends(bob, move)[0]
    ok(alice.patch(f"/playlists/{playlist['id']}/items/{items['E']['id']}", {"index": 4}))
    before = happened()

    again = sends(bob, move)[0]

    assert again == first | {"replayed": True}
    assert happened() == before
    assert "".join(alice.titles(playlist)) == "ABCDE"


def test_the_same_operation_twice_in_one_call_is_applied_once(
    bob: Person, playlist: Any, items: Any, happened: Happened
) -> None:
    vote = operation("vote", playlist, item=items["A"]["id"], direction="up")
    before = len(happened())

    first, second = sends(bob, vote, vote)

    assert (first["replayed"], second["replayed"]) == (False, True)
    assert len(happened()) == before + 1


def test_many_senders_of_the_same_operations_apply_each_once(
    bob: Person, playlist: Any, items: Any, happened: Happened
) -> None:
    """Each sends them all twice; as each is a vote that changes something, each is one event."""
    votes = [
        operation("vote", playlist, item=items["C"]["id"], direction=("up", "down")[turn % 2])
        for turn in range(count(2, 200))
    ]
    before = len(happened())
    results: list[dict[str, Any]] = []

    def sending() -> None:
        for _ in range(2):
            results.extend(sends(bob, *votes))

    threads = [threading.Thread(target=sending) for _ in range(count(10, 16))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(results) == 2 * len(threads) * len(votes)
    assert {result["status"] for result in results} == {"applied"}
    applied = {result["id"]: result for result in results if not result["replayed"]}
    assert len(applied) == sum(not result["replayed"] for result in results) == len(votes)
    for result in results:
        assert result | {"replayed": False} == applied[result["id"]]
    assert [type_ for type_, _ in happened()[before:]] == ["track.voted"] * len(votes)


def test_an_id_that_another_person_used_says_no_more_than_that(
    alice: Person, bob: Person, playlist: Any, items: Any
) -> None:
    vote = operation("vote", playlist, item=items["A"]["id"], direction="up")
    sends(bob, vote)

    result = sends(alice, vote)[0]

    assert result["status"] == "rejected"
    assert "item" not in result
    assert result["replayed"] is False


# --- the table of SPEC §4 ------------------------------------------------------------------------


def test_a_vote_on_an_item_that_was_removed_is_rejected_and_told(
    alice: Person, bob: Person, playlist: Any, items: Any
) -> None:
    alice.delete(f"/playlists/{playlist['id']}/items/{items['A']['id']}")

    result = sends(bob, operation("vote", playlist, item=items["A"]["id"], direction="up"))[0]

    assert result["status"] == "rejected"
    assert "list" in result["problem"]["detail"]


def test_an_add_of_what_somebody_added_meanwhile_is_satisfied_by_theirs(
    alice: Person, bob: Person, playlist: Any, happened: Happened
) -> None:
    track = alice.makes_track("Copper Wire")
    theirs = alice.adds(playlist, track)
    before = happened()

    result = sends(bob, operation("add", playlist, track=track["id"], item=str(uuid.uuid4())))[0]

    assert (result["status"], result["item"]["id"]) == ("satisfied", theirs["id"])
    assert happened() == before


def test_a_client_chooses_the_id_of_what_it_adds(
    alice: Person, bob: Person, playlist: Any, items: Any
) -> None:
    track, chosen = alice.makes_track("Copper Wire"), str(uuid.uuid4())
    add = operation("add", playlist, track=track["id"], item=chosen, after=items["A"]["id"])

    result = sends(bob, add)[0]

    assert (result["status"], result["item"]["id"]) == ("applied", chosen)
    assert alice.titles(playlist) == ["A", "Copper Wire", "B", "C", "D", "E"]
    other = operation("add", playlist, track=alice.makes_track("Other")["id"], item=chosen)
    assert sends(bob, other)[0]["status"] == "rejected"


def test_a_remove_of_what_is_removed_already_is_satisfied(
    alice: Person, bob: Person, playlist: Any, items: Any
) -> None:
    alice.delete(f"/playlists/{playlist['id']}/items/{items['A']['id']}")

    result = sends(bob, operation("remove", playlist, item=items["A"]["id"]))[0]

    assert result["status"] == "satisfied"


@pytest.mark.parametrize(
    ("gone", "after", "before", "result"),
    [
        ("", "BA", "CD", "ABECD"),
        ("B", "BA", "CD", "AECD"),
        ("BC", "BA", "CD", "AED"),
        ("BA", "BA", "CD", "ECD"),
        ("ABC", "BA", "CD", "ED"),
        ("", "", "A", "EABCD"),
        ("", "", "", "EABCD"),
    ],
)
def test_a_move_goes_beside_the_nearest_neighbour_that_survives(
    alice: Person,
    bob: Person,
    playlist: Any,
    items: Any,
    gone: str,
    after: str,
    before: str,
    result: str,
) -> None:
    for title in gone:
        alice.delete(f"/playlists/{playlist['id']}/items/{items[title]['id']}")

    def ids(titles: str) -> list[str]:
        return [items[title]["id"] for title in titles]

    moved = sends(
        bob,
        operation("move", playlist, item=items["E"]["id"], after=ids(after), before=ids(before)),
    )[0]

    assert moved["status"] == "applied"
    assert "".join(alice.titles(playlist)) == result


def test_a_move_beside_nothing_that_is_left_is_rejected(
    alice: Person, bob: Person, playlist: Any, items: Any
) -> None:
    alice.delete(f"/playlists/{playlist['id']}/items/{items['A']['id']}")
    move = operation("move", playlist, item=items["E"]["id"], after=[items["A"]["id"]])

    assert sends(bob, move)[0]["status"] == "rejected"


def test_permission_lost_meanwhile_is_rejected_and_holds_nothing_up(
    alice: Person, bob: Person, playlist: Any, items: Any
) -> None:
    own = bob.makes_playlist("Bob's own")
    item = bob.adds(own, alice.makes_track("Mine"))
    alice.patch(f"/playlists/{playlist['id']}/members/{bob.id}", {"role": "viewer"})

    results = sends(
        bob,
        operation("vote", playlist, item=items["A"]["id"], direction="up"),
        operation("remove", playlist, item=items["B"]["id"]),
        operation("vote", own, item=item["id"], direction="up"),
    )

    assert [result["status"] for result in results] == ["rejected", "rejected", "applied"]
    assert results[0]["problem"]["status"] == 403
    assert "".join(alice.titles(playlist)) == "ABCDE"


def test_operations_are_applied_in_order(alice: Person, bob: Person, playlist: Any) -> None:
    track, chosen = alice.makes_track("Copper Wire"), str(uuid.uuid4())

    results = sends(
        bob,
        operation("add", playlist, track=track["id"], item=chosen),
        operation("vote", playlist, item=chosen, direction="up"),
        operation("remove", playlist, item=chosen),
        operation("vote", playlist, item=chosen, direction="down"),
    )

    statuses = [result["status"] for result in results]
    assert statuses == ["applied", "applied", "applied", "rejected"]
    assert alice.titles(playlist) == []


# --- what is no operation ------------------------------------------------------------------------


@pytest.mark.parametrize(
    "change",
    [
        {"kind": "dance"},
        {"id": "7"},
        {"direction": "sideways"},
        {"direction": None},
        {"item": 5},
        {"base_seq": "one"},
        {"at": "yesterday"},
        {"after": ["x"]},
        {"color": "red"},
    ],
)
def test_a_call_that_makes_no_sense_is_refused_as_a_whole(
    bob: Person, playlist: Any, items: Any, happened: Happened, change: dict[str, Any]
) -> None:
    before = happened()
    good = operation("vote", playlist, item=items["A"]["id"], direction="up")
    bad = operation("vote", playlist, item=items["B"]["id"], direction="up") | change

    answer = bob.post("/sync", {"device": "phone", "operations": [good, bad]})

    refused = problem(answer, 422)
    assert refused["errors"]
    assert happened() == before


def test_too_many_at_once_are_refused(bob: Person, playlist: Any, items: Any) -> None:
    vote = operation("vote", playlist, item=items["A"]["id"], direction="up")

    problem(bob.post("/sync", {"device": "phone", "operations": [vote] * 201}), 422)


def test_nobody_syncs_nothing(nobody: Person) -> None:
    problem(nobody.post("/sync", {"device": "phone", "operations": []}), 401)


def test_what_another_person_made_in_the_same_browser_is_not_taken_as_ones_own(
    alice: Person, bob: Person, playlist: Any, items: Any, happened: Happened
) -> None:
    """The cookie is the browser's: Bob's log-in in one tab does not send Alice's outbox."""
    events = happened()
    vote = operation("vote", playlist, item=items["A"]["id"], direction="up")
    body = {"device": "phone", "person": alice.id, "operations": [vote]}

    problem(bob.post("/sync", body), 401)

    assert happened() == events
    assert ok(alice.post("/sync", body))["results"][0]["status"] == "applied"
