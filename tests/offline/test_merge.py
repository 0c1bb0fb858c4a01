"""The merge: what was changed on a device is applied here, each change exactly once (SPEC §4)."""

from __future__ import annotations

import threading
import uuid
from typing import Any

import pytest
from flask import Flask

from playlist_app.database import write
from playlist_app.live import events
from playlist_app.people.models import Role, User
from tests.cast import Person, ok, problem
from tests.soak import count

Happened = Any


@pytest.fixture
def playlist(alice: Person, bob: Person) -> dict[str, Any]:
    made = alice.makes_playlist()
    alice.invites(made, bob)
    return made


@pytest.fixture
def items(alice: Person, playlist: Any) -> dict[str, dict[str, Any]]:
    return {title: alice.adds(playlist, alice.makes_track(title)) for title in "ABCDE"}


def operation(kind: str, playlist: Any, **fields: Any) -> dict[str, Any]:
    return {
        "id": str(uuid.uuid4()),
        "kind": kind,
        "at": "2026-11-20T23:59:00Z",
        "base_seq": playlist["seq"],
        "playlist": playlist["id"],
        **fields,
    }


def sends(person: Person, *operations: Any) -> list[dict[str, Any]]:
    answer = ok(person.post("/sync", {"device": "phone", "operations": list(operations)}))
    results: list[dict[str, Any]] = answer["results"]
    assert [result["id"] for result in results] == [op["id"] for op in operations]
    return results


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


# --- the table of SPEC §4 -----------------------------------------------------------------------


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


# --- lists that were made without network --------------------------------------------------------


def new_list(**fields: Any) -> dict[str, Any]:
    """A create, with the id that the device chose."""
    draft = {"id": str(uuid.uuid4()), "seq": None}
    return operation("create", draft, **({"title": "Cabin weekend"} | fields))


def of(create: dict[str, Any]) -> dict[str, Any]:
    """The list that a create makes, as the device knows it."""
    return {"id": create["playlist"], "seq": 0}


def test_a_playlist_made_offline_keeps_the_id_that_the_device_chose(
    bob: Person, charlie: Person, happened: Happened
) -> None:
    create = new_list(description="Without signal")

    result = sends(bob, create)[0]

    made = ok(bob.get(f"/playlists/{create['playlist']}"))
    assert (made["title"], made["description"]) == ("Cabin weekend", "Without signal")
    assert (made["visibility"], made["order_mode"], made["consume"]) == ("private", "manual", False)
    assert (result["status"], result["seq"]) == ("applied", made["seq"])
    assert result["playlist"] == made
    assert [type_ for type_, _ in happened(create["playlist"])] == ["playlist.updated"]
    problem(charlie.get(f"/playlists/{create['playlist']}"), 404)


def test_what_was_done_with_it_comes_right_behind(alice: Person, bob: Person) -> None:
    tracks = [alice.makes_track(title) for title in ("A", "B", "C")]
    items = [str(uuid.uuid4()) for _ in tracks]
    create = new_list()
    draft = of(create)

    results = sends(
        bob,
        create,
        *(
            operation("add", draft, track=track["id"], item=item)
            for track, item in zip(tracks, items, strict=True)
        ),
        operation("move", draft, item=items[2], after=[], before=[items[0]]),
        operation("remove", draft, item=items[1]),
        operation("vote", draft, item=items[0], direction="up"),
        operation("update", draft, fields={"title": "Cabin, late"}),
        operation("update", draft, fields={"title": "Cabin, later"}),
    )

    assert {result["status"] for result in results} == {"applied"}
    assert bob.titles(draft) == ["C", "A"]
    assert ok(bob.get(f"/playlists/{draft['id']}"))["title"] == "Cabin, later"


def test_making_it_again_gets_the_first_result(bob: Person, happened: Happened) -> None:
    create = new_list()
    first = sends(bob, create)[0]
    ok(bob.patch(f"/playlists/{create['playlist']}", {"title": "Other"}))
    before = happened()

    assert sends(bob, create)[0] == first | {"replayed": True}
    assert happened() == before


@pytest.mark.parametrize("whose", ["theirs", "own", "deleted"])
def test_an_id_that_is_taken_is_rejected_and_nothing_more_is_said(
    alice: Person, bob: Person, happened: Happened, whose: str
) -> None:
    taken = (bob if whose == "own" else alice).makes_playlist("Secret")
    if whose == "deleted":
        alice.delete(f"/playlists/{taken['id']}")
    before = happened()
    create = new_list() | {"playlist": taken["id"]}
    track = alice.makes_track("A")

    made, added = sends(bob, create, operation("add", taken, track=track["id"]))

    assert made == {
        "id": create["id"],
        "status": "rejected",
        "seq": None,
        "replayed": False,
        "problem": made["problem"],
    }
    assert made["problem"]["detail"] == "This id can't be used."
    assert set(made["problem"]) == {"type", "title", "status", "detail"}
    if whose != "own":
        assert (added["status"], added["problem"]["status"]) == ("rejected", 404)
        assert happened() == before


def test_a_title_of_nothing_makes_no_playlist(bob: Person, happened: Happened) -> None:
    before = happened()

    result = sends(bob, new_list(title="   "))[0]

    assert result["status"] == "rejected"
    assert result["problem"]["errors"]["title"]
    assert happened() == before


def test_a_guest_makes_none_offline_either(app: Flask, bob: Person) -> None:
    with app.app_context(), write() as tx:
        guest = tx.get_one(User, bob.id)
        guest.roles = frozenset({Role.GUEST})

    result = sends(bob, new_list())[0]

    assert (result["status"], result["problem"]["status"]) == ("rejected", 403)


# --- settings that were changed without network --------------------------------------------------


def settings_of(person: Person, playlist: Any) -> tuple[Any, ...]:
    now = ok(person.get(f"/playlists/{playlist['id']}"))
    return (now["title"], now["description"], now["order_mode"], now["consume"])


def test_settings_that_nobody_else_touched_apply(
    alice: Person, bob: Person, charlie: Person, playlist: Any, happened: Happened
) -> None:
    fields = {"title": "Late", "description": "After ten", "order_mode": "votes", "consume": True}
    update = operation("update", playlist, fields=fields)

    outsider = sends(charlie, update | {"id": str(uuid.uuid4())})[0]
    member = sends(bob, update | {"id": str(uuid.uuid4())})[0]
    result = sends(alice, update)[0]

    assert (result["status"], result["playlist"]["title"]) == ("applied", "Late")
    assert settings_of(alice, playlist) == ("Late", "After ten", "votes", True)
    type_, payload = happened(playlist["id"])[-1]
    assert (type_, payload["playlist"]["order_mode"]) == ("playlist.updated", "votes")
    assert (outsider["status"], outsider["problem"]["status"]) == ("rejected", 404)
    assert (member["status"], member["problem"]["status"]) == ("rejected", 403)
    assert "playlist" not in outsider and "playlist" not in member


def test_in_a_shared_list_what_the_server_has_stands_and_both_are_told(
    alice: Person, playlist: Any, happened: Happened
) -> None:
    ok(alice.patch(f"/playlists/{playlist['id']}", {"title": "Saturday"}))
    before = happened()
    update = operation("update", playlist, fields={"title": "Sunday"})

    result = sends(alice, update)[0]

    assert result["status"] == "conflict"
    assert result["problem"]["theirs"] == {"title": "Saturday"}
    assert result["problem"]["mine"] == {"title": "Sunday"}
    assert "Alice changed the title" in result["problem"]["detail"]
    assert settings_of(alice, playlist)[0] == "Saturday"
    assert happened() == before
    assert sends(alice, update)[0] == result | {"replayed": True}

    seen = ok(alice.get(f"/playlists/{playlist['id']}"))
    mine = operation("update", seen, fields=result["problem"]["mine"])
    assert sends(alice, mine)[0]["status"] == "applied"
    assert settings_of(alice, playlist)[0] == "Sunday"


def test_only_what_was_changed_on_both_sides_stays(
    alice: Person, playlist: Any, happened: Happened
) -> None:
    ok(alice.patch(f"/playlists/{playlist['id']}", {"title": "Saturday", "order_mode": "votes"}))
    fields = {"title": "Sunday", "description": "Mine", "order_mode": "votes"}

    result = sends(alice, operation("update", playlist, fields=fields))[0]

    assert result["status"] == "conflict"
    assert (result["problem"]["theirs"], result["problem"]["mine"]) == (
        {"title": "Saturday"},
        {"title": "Sunday"},
    )
    assert settings_of(alice, playlist) == ("Saturday", "Mine", "votes", False)
    assert happened(playlist["id"])[-1][1]["playlist"]["description"] == "Mine"


def test_in_a_list_of_ones_own_the_last_to_arrive_wins(alice: Person, bob: Person) -> None:
    """Whatever the clock of the device says; and a voter is nobody who edits."""
    own = alice.makes_playlist("Mine")
    alice.invites(own, bob, "voter")
    ok(alice.patch(f"/playlists/{own['id']}", {"title": "From the desk"}))
    update = operation("update", own, fields={"title": "From the phone"})
    update["at"] = "2001-01-01T00:00:00Z"

    assert sends(alice, update)[0]["status"] == "applied"
    assert settings_of(alice, own)[0] == "From the phone"


def test_what_an_admin_changed_in_it_is_not_written_over(alice: Person, dora: Person) -> None:
    own = alice.makes_playlist("Mine")
    ok(dora.patch(f"/playlists/{own['id']}", {"title": "Tidied"}))

    result = sends(alice, operation("update", own, fields={"title": "Messy"}))[0]

    assert (result["status"], result["problem"]["theirs"]) == ("conflict", {"title": "Tidied"})
    assert "Dora" in result["problem"]["detail"]


def test_a_device_does_not_contradict_itself(alice: Person, playlist: Any) -> None:
    """Two edits that waited know the same state of the server; the second knows of the first."""
    first = operation("update", playlist, fields={"title": "Saturday"})
    second = operation("update", playlist, fields={"title": "Sunday"})
    other = operation("update", playlist, fields={"title": "Monday"})

    assert [result["status"] for result in sends(alice, first, second)] == ["applied", "applied"]
    answer = ok(alice.post("/sync", {"device": "tablet", "operations": [other]}))

    assert answer["results"][0]["status"] == "conflict"
    assert settings_of(alice, playlist)[0] == "Sunday"


def test_the_same_on_both_sides_is_satisfied(
    alice: Person, playlist: Any, happened: Happened
) -> None:
    ok(alice.patch(f"/playlists/{playlist['id']}", {"title": "Saturday"}))
    before = happened()

    result = sends(alice, operation("update", playlist, fields={"title": " Saturday "}))[0]

    assert (result["status"], result["playlist"]["title"]) == ("satisfied", "Saturday")
    assert happened() == before


def test_which_setting_changed_is_known_after_its_event_is_gone(
    app: Flask, alice: Person, playlist: Any
) -> None:
    ok(alice.patch(f"/playlists/{playlist['id']}", {"title": "Saturday"}))
    with app.app_context():
        events.forget_old(1)
    fields = {"title": "Sunday", "description": "Mine"}

    result = sends(alice, operation("update", playlist, fields=fields))[0]

    assert (result["status"], result["problem"]["theirs"]) == ("conflict", {"title": "Saturday"})
    assert settings_of(alice, playlist)[:2] == ("Saturday", "Mine")


@pytest.mark.parametrize("seen", [None, 10**9])
def test_who_has_seen_nothing_of_this_history_contradicts_every_change(
    alice: Person, playlist: Any, seen: int | None
) -> None:
    ok(alice.patch(f"/playlists/{playlist['id']}", {"title": "Saturday"}))
    update = operation("update", playlist, fields={"title": "Sunday"}) | {"base_seq": seen}

    assert sends(alice, update)[0]["status"] == "conflict"


def test_settings_of_a_list_that_is_gone_are_rejected(alice: Person, playlist: Any) -> None:
    alice.delete(f"/playlists/{playlist['id']}")

    result = sends(alice, operation("update", playlist, fields={"title": "Sunday"}))[0]

    assert (result["status"], result["problem"]["status"]) == ("rejected", 404)


def test_saving_what_is_there_already_is_no_event(
    alice: Person, playlist: Any, happened: Happened
) -> None:
    before = happened()

    ok(alice.patch(f"/playlists/{playlist['id']}", {"title": playlist["title"]}))

    assert happened() == before


@pytest.mark.parametrize(
    "wrong",
    [
        {"fields": {}},
        {"fields": {"visibility": "members"}},
        {"fields": {"title": ""}},
        {"fields": {"title": "x" * 121}},
        {"fields": {"order_mode": "sideways"}},
        {"fields": {"consume": "yes"}},
        {"fields": "title"},
        {"fields": {"title": "x"}, "title": "y"},
        {"kind": "create"},
        {"kind": "create", "title": "x", "playlist": "no-uuid"},
    ],
)
def test_settings_and_lists_that_make_no_sense_are_refused(
    alice: Person, playlist: Any, happened: Happened, wrong: dict[str, Any]
) -> None:
    before = happened()
    update = operation("update", playlist) | wrong

    refused = problem(alice.post("/sync", {"device": "phone", "operations": [update]}), 422)

    assert refused["errors"]
    assert happened() == before


# --- what is no operation -----------------------------------------------------------------------


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
