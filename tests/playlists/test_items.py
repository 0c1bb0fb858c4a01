"""Adding, removing and moving."""

from __future__ import annotations

import random
import threading
import uuid
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from playlist_app.database import session
from playlist_app.playlists import order
from playlist_app.playlists.items import Item
from tests.cast import Person, ok, problem
from tests.soak import count
from tests.sounds import Sounds

Happened = Any


@pytest.fixture
def playlist(alice: Person, bob: Person) -> dict[str, Any]:
    made = alice.makes_playlist()
    alice.invites(made, bob)
    return made


def of(playlist: dict[str, Any], item: dict[str, Any] | None = None, rest: str = "") -> str:
    return f"/playlists/{playlist['id']}/items" + (f"/{item['id']}{rest}" if item else "")


# --- adding -------------------------------------------------------------------------------------


def test_a_member_adds_at_the_end_and_the_room_is_told(
    alice: Person, bob: Person, charlie: Person, playlist: dict[str, Any], happened: Happened
) -> None:
    alice.adds(playlist, alice.makes_track("Paper Lanterns"))
    track = alice.makes_track("Harbour Lights", duration_seconds=245)

    item = bob.adds(playlist, track)

    assert item["track"] == track
    assert (item["position"], item["votes"], item["my_vote"]) == (2, 0, None)
    assert item["added_by"] == {"id": bob.id, "name": "Bob"}
    assert alice.titles(playlist) == ["Paper Lanterns", "Harbour Lights"]
    type_, payload = happened(playlist["id"])[-1]
    assert type_ == "track.added"
    assert payload["item"] == {k: v for k, v in item.items() if k != "my_vote"}
    problem(charlie.post(of(playlist), {"track_id": track["id"]}), 404)
    problem(charlie.get(of(playlist)), 404)


def test_adding_behind_an_item(alice: Person, playlist: dict[str, Any]) -> None:
    first = alice.adds(playlist, alice.makes_track("First"))
    alice.adds(playlist, alice.makes_track("Last"))

    alice.adds(playlist, alice.makes_track("Between"), after=first["id"])

    assert alice.titles(playlist) == ["First", "Between", "Last"]


def test_the_same_track_again_answers_with_the_one_that_is_there(
    alice: Person, bob: Person, playlist: dict[str, Any], happened: Happened
) -> None:
    track = alice.makes_track("Copper Wire")
    item = alice.adds(playlist, track)
    events = happened()

    refused = problem(bob.post(of(playlist), {"track_id": track["id"]}), 409)

    assert refused["item"]["id"] == item["id"]
    assert alice.titles(playlist) == ["Copper Wire"]
    assert happened() == events


def test_what_has_played_can_be_added_again(
    alice: Person, bob: Person, playlist: dict[str, Any]
) -> None:
    track = alice.makes_track("Copper Wire")
    item = alice.adds(playlist, track)
    ok(alice.patch(f"{of(playlist)}/{item['id']}", {"is_playing": True}))

    again = ok(bob.post(of(playlist), {"track_id": track["id"]}), 201)

    assert again["id"] != item["id"]
    assert alice.titles(playlist) == ["Copper Wire", "Copper Wire"]
    refused = problem(bob.post(of(playlist), {"track_id": track["id"]}), 409)
    assert refused["item"]["id"] == again["id"]


def test_typing_shows_what_waits_in_the_list(
    alice: Person, bob: Person, playlist: dict[str, Any], sounds: Sounds
) -> None:
    item = alice.adds(playlist, alice.uploads(sounds("mp3"), title="Harbour One"))
    bob.uploads(sounds("mp3"), title="Harbour Two")  # the same audio
    alice.makes_track("Harbour Three")
    path = f"/playlists/{playlist['id']}/add?search=harbour"
    for played, places in ((False, 2), (True, 0)):
        page = bob.page(path).get_data(as_text=True)
        assert page.count(f'data-there="{item["id"]}"') == places
        assert page.count("Add Harbour") == 3 - places
        if not played:
            ok(alice.patch(f"{of(playlist)}/{item['id']}", {"is_playing": True}))


def test_another_track_with_the_same_audio_is_already_here(
    alice: Person, bob: Person, playlist: dict[str, Any], sounds: Sounds
) -> None:
    one = alice.uploads(sounds("mp3"))
    other = bob.uploads(sounds("mp3"), title="Under another name")
    item = alice.adds(playlist, one)

    refused = problem(bob.post(of(playlist), {"track_id": other["id"]}), 409)

    assert refused["item"]["id"] == item["id"]


def test_viewers_and_voters_may_not_add(
    alice: Person, charlie: Person, playlist: dict[str, Any], happened: Happened
) -> None:
    track = alice.makes_track("Copper Wire")
    for role in ("viewer", "voter"):
        alice.invites(playlist, charlie, role)
        events = happened()
        problem(charlie.post(of(playlist), {"track_id": track["id"]}), 403)
        assert happened() == events


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"track_id": str(uuid.uuid4())}, 404),
        ({"track_id": "' OR 1=1"}, 404),
        ({"track_id": 5}, 422),
        ({}, 422),
        ({"track_id": str(uuid.uuid4()), "rank": "a0"}, 422),
    ],
)
def test_what_can_not_be_added_changes_nothing(
    alice: Person, playlist: dict[str, Any], happened: Happened, body: Any, status: int
) -> None:
    events = happened()

    problem(alice.post(of(playlist), body), status)

    assert happened() == events
    assert alice.titles(playlist) == []


def test_an_item_of_another_list_is_no_neighbour(alice: Person, playlist: dict[str, Any]) -> None:
    elsewhere = alice.adds(alice.makes_playlist("Other"), alice.makes_track("Elsewhere"))
    track = alice.makes_track("Here")

    problem(alice.post(of(playlist), {"track_id": track["id"], "after": elsewhere["id"]}), 404)
    problem(alice.get(f"/playlists/{playlist['id']}/items/{elsewhere['id']}/vote"), 405)
    problem(alice.delete(of(playlist, elsewhere)), 404)


# --- removing -----------------------------------------------------------------------------------


def test_removing_tells_the_room(
    alice: Person, bob: Person, charlie: Person, playlist: dict[str, Any], happened: Happened
) -> None:
    item = alice.adds(playlist, alice.makes_track("Copper Wire"))
    problem(charlie.delete(of(playlist, item)), 404)

    assert bob.delete(of(playlist, item)).status_code == 204

    assert alice.titles(playlist) == []
    assert happened(playlist["id"])[-1] == ("track.removed", {"id": item["id"]})
    problem(bob.delete(of(playlist, item)), 404)


def test_a_voter_may_not_remove_what_others_added(
    alice: Person, charlie: Person, playlist: dict[str, Any]
) -> None:
    item = alice.adds(playlist, alice.makes_track("Copper Wire"))
    alice.invites(playlist, charlie, "voter")

    problem(charlie.delete(of(playlist, item)), 403)

    assert alice.titles(playlist) == ["Copper Wire"]


def test_who_added_an_item_may_take_it_back(
    alice: Person, bob: Person, playlist: dict[str, Any]
) -> None:
    item = bob.adds(playlist, alice.makes_track("Copper Wire"))
    alice.patch(f"/playlists/{playlist['id']}/members/{bob.id}", {"role": "voter"})

    assert bob.delete(of(playlist, item)).status_code == 204


def test_removing_what_plays_goes_on_to_the_next(
    alice: Person, playlist: dict[str, Any], happened: Happened
) -> None:
    first, second = (alice.adds(playlist, alice.makes_track(t)) for t in ("First", "Second"))
    ok(alice.patch(of(playlist, first), {"is_playing": True}))

    alice.delete(of(playlist, first))

    assert ok(alice.get(f"/playlists/{playlist['id']}/room"))["item"]["id"] == second["id"]
    assert [t for t, _ in happened(playlist["id"])][-2:] == ["track.playing", "track.removed"]


# --- moving -------------------------------------------------------------------------------------


@pytest.fixture
def five(alice: Person, playlist: dict[str, Any]) -> list[dict[str, Any]]:
    return [alice.adds(playlist, alice.makes_track(title)) for title in "ABCDE"]


@pytest.mark.parametrize(
    ("moved", "to", "result"),
    [
        (0, {"after": 2}, "BCADE"),
        (4, {"after": None}, "EABCD"),
        (4, {"before": 1}, "AEBCD"),
        (1, {"before": 0}, "BACDE"),
        (2, {"index": 0}, "CABDE"),
        (0, {"index": 4}, "BCDEA"),
        (0, {"index": 99}, "BCDEA"),
        (2, {"after": 1}, "ABCDE"),
    ],
)
def test_moving(
    alice: Person, playlist: dict[str, Any], five: Any, moved: int, to: Any, result: str
) -> None:
    body = {
        key: five[value]["id"] if key != "index" and value is not None else value
        for key, value in to.items()
    }

    item = ok(alice.patch(of(playlist, five[moved]), body))

    assert "".join(alice.titles(playlist)) == result
    assert item["position"] == result.index("ABCDE"[moved]) + 1


def test_a_move_changes_one_row_and_tells_the_room_once(
    app: Flask,
    bob: Person,
    charlie: Person,
    playlist: dict[str, Any],
    five: Any,
    happened: Happened,
) -> None:
    before = {item["id"]: item["rank"] for item in five}
    seen = len(happened())
    problem(charlie.patch(of(playlist, five[4]), {"after": five[0]["id"]}), 404)

    ok(bob.patch(of(playlist, five[4]), {"after": five[0]["id"]}))

    with app.app_context():
        rows = session().execute(select(Item.id, Item.rank)).all()
        after = {row.id: row.rank for row in rows}
    assert {id_ for id_ in before if before[id_] != after[id_]} == {five[4]["id"]}
    new = happened()[seen:]
    assert [type_ for type_, _ in new] == ["track.moved"]
    assert new[0][1]["item"]["rank"] == after[five[4]["id"]]


def test_to_where_it_is_already_changes_nothing(
    alice: Person, playlist: dict[str, Any], five: Any, happened: Happened
) -> None:
    events = happened()

    ok(alice.patch(of(playlist, five[1]), {"after": five[1]["id"]}))

    assert happened() == events
    assert "".join(alice.titles(playlist)) == "ABCDE"


@pytest.mark.parametrize(
    "body", [{}, {"after": None, "index": 1}, {"index": -1}, {"index": "1"}, {"is_playing": False}]
)
def test_a_move_that_says_not_where_is_refused(
    alice: Person, playlist: dict[str, Any], five: Any, body: Any
) -> None:
    problem(alice.patch(of(playlist, five[1]), body), 422)


def test_a_voter_may_not_move(alice: Person, charlie: Person, playlist: Any, five: Any) -> None:
    alice.invites(playlist, charlie, "voter")

    problem(charlie.patch(of(playlist, five[1]), {"after": None}), 403)


def test_a_list_ordered_by_votes_explains_that_it_can_not_be_reordered(
    alice: Person, playlist: dict[str, Any], five: Any
) -> None:
    ok(alice.patch(f"/playlists/{playlist['id']}", {"order_mode": "votes"}))

    refused = problem(alice.patch(of(playlist, five[1]), {"after": None}), 409)

    assert "votes" in refused["detail"]


def test_ranks_are_compared_byte_by_byte_and_unique(app: Flask, playlist: Any, five: Any) -> None:
    with app.app_context():
        ranks = session().scalars(select(Item.rank)).all()

    assert len(set(ranks)) == 5
    assert all(rank.isascii() for rank in ranks)


def test_many_moves_into_one_gap_keep_the_order_right(
    app: Flask, alice: Person, playlist: dict[str, Any], five: Any, happened: Happened
) -> None:
    """As the benchmark does with 2,000: a float would be wrong from the 53rd on."""
    expected = [item["id"] for item in five]
    chooser = random.Random(7)
    with app.app_context():
        person, items = _verbs(alice, expected)
        for _ in range(count(400, 10_000)):
            moved = chooser.choice(expected[1:])
            expected.remove(moved)
            expected.insert(1, moved)
            items[moved].move(by=person, after=items[expected[0]])
        ranks = session().scalars(select(Item.rank).order_by(Item.rank)).all()

    listed = [item["id"] for item in ok(alice.get(of(playlist)))["items"]]
    assert listed == expected
    assert max(map(len, ranks)) <= order.LONGEST


def test_many_people_at_once_who_move_into_one_gap_lose_nothing(
    app: Flask, alice: Person, bob: Person, playlist: dict[str, Any], five: Any, happened: Happened
) -> None:
    """Each has a connection of their own, and stands beside what another moves away just then."""
    moves, before = count(5, 250), len(happened())
    refused: list[str] = []

    def moving(person: Person, number: int) -> None:
        for turn in range(moves):
            moved, neighbour = five[(number + turn) % 5], five[(number + turn + 1) % 5]
            answer = person.patch(of(playlist, moved), {"after": neighbour["id"]})
            if answer.status_code != 200:
                refused.append(answer.get_data(as_text=True))

    threads = [threading.Thread(target=moving, args=((alice, bob)[n % 2], n)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert refused == []
    expected = {item["id"]: item["rank"] for item in five}
    for type_, payload in happened()[before:]:
        # Who follows by the events alone ends where the list is.
        if type_ == "playlist.reordered":
            expected = payload["ranks"]
        else:
            expected[payload["item"]["id"]] = payload["item"]["rank"]
    listed = ok(alice.get(of(playlist)))["items"]
    assert {item["id"]: item["rank"] for item in listed} == expected
    assert [item["id"] for item in listed] == sorted(expected, key=expected.__getitem__)
    assert len(set(expected.values())) == 5


def test_keys_that_grew_too_long_are_made_anew_with_one_event(
    app: Flask,
    alice: Person,
    playlist: dict[str, Any],
    five: Any,
    happened: Happened,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(order, "LONGEST", 12)
    expected = [item["id"] for item in five]
    with app.app_context():
        person, items = _verbs(alice, expected)
        for _ in range(200):
            moved = expected[-1]
            expected.remove(moved)
            expected.insert(1, moved)
            items[moved].move(by=person, after=items[expected[0]])

    tidied = [payload["ranks"] for type_, payload in happened() if type_ == "playlist.reordered"]
    assert tidied
    assert set(tidied[0]) == set(expected)
    assert [item["id"] for item in ok(alice.get(of(playlist)))["items"]] == expected


def _verbs(person: Person, ids: list[str]) -> tuple[Any, dict[str, Item]]:
    from playlist_app.people.models import User

    by = User.named(person.name)
    session().expunge(by)
    return by, {id_: session().get_one(Item, id_) for id_ in ids}
