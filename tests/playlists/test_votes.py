"""Votes: one a person an item, and counts that are always right."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text

from playlist_app.database import session
from tests.cast import Person, ok, problem
from tests.soak import count

Happened = Any


@pytest.fixture
def playlist(alice: Person, bob: Person) -> dict[str, Any]:
    made = alice.makes_playlist()
    alice.invites(made, bob, "voter")
    return made


@pytest.fixture
def item(alice: Person, playlist: dict[str, Any]) -> dict[str, Any]:
    return alice.adds(playlist, alice.makes_track("Copper Wire"))


def vote(person: Person, playlist: Any, item: Any, direction: Any) -> Any:
    return person.post(
        f"/playlists/{playlist['id']}/items/{item['id']}/vote", {"direction": direction}
    )


def counts_equal_the_table(app: Flask) -> bool:
    wrong = """
        SELECT item.id FROM item LEFT JOIN vote ON vote.item_id = item.id GROUP BY item.id
        HAVING item.up <> coalesce(sum(vote.value = 1), 0)
            OR item.down <> coalesce(sum(vote.value = -1), 0)
    """
    with app.app_context():
        return session().execute(text(wrong)).all() == []


def test_a_vote_counts_and_the_room_is_told_without_who(
    app: Flask, bob: Person, charlie: Person, playlist: Any, item: Any, happened: Happened
) -> None:
    problem(vote(charlie, playlist, item, "up"), 404)

    voted = ok(vote(bob, playlist, item, "up"))

    assert (voted["votes"], voted["up"], voted["down"], voted["my_vote"]) == (1, 1, 0, "up")
    assert happened(playlist["id"])[-1] == (
        "track.voted",
        {"id": item["id"], "votes": 1, "up": 1, "down": 0},
    )
    assert counts_equal_the_table(app)


@pytest.mark.parametrize(
    ("directions", "result"),
    [
        (["up", "up"], (1, 1, 0, "up")),
        (["up", "down"], (-1, 0, 1, "down")),
        (["down", "up"], (1, 1, 0, "up")),
        (["up", "none"], (0, 0, 0, None)),
        (["down", "none", "none"], (0, 0, 0, None)),
    ],
)
def test_the_last_vote_of_a_person_counts(
    app: Flask, bob: Person, playlist: Any, item: Any, directions: list[str], result: Any
) -> None:
    for direction in directions:
        voted = ok(vote(bob, playlist, item, direction))

    assert (voted["votes"], voted["up"], voted["down"], voted["my_vote"]) == result
    assert counts_equal_the_table(app)


def test_the_same_vote_again_changes_nothing_and_tells_nobody(
    bob: Person, playlist: Any, item: Any, happened: Happened
) -> None:
    ok(vote(bob, playlist, item, "up"))
    events = happened()

    ok(vote(bob, playlist, item, "up"))

    assert happened() == events


def test_each_sees_their_own_vote(alice: Person, bob: Person, playlist: Any, item: Any) -> None:
    ok(vote(bob, playlist, item, "down"))

    def mine(person: Person) -> Any:
        return ok(person.get(f"/playlists/{playlist['id']}/items"))["items"][0]["my_vote"]

    assert (mine(alice), mine(bob)) == (None, "down")


def test_a_viewer_may_not_vote(
    alice: Person, charlie: Person, playlist: Any, item: Any, happened: Happened
) -> None:
    alice.invites(playlist, charlie, "viewer")
    events = happened()

    problem(vote(charlie, playlist, item, "up"), 403)

    assert happened() == events


@pytest.mark.parametrize("direction", ["sideways", "", None, 1, ["up"]])
def test_a_vote_is_up_down_or_none(
    bob: Person, playlist: Any, item: Any, happened: Happened, direction: Any
) -> None:
    events = happened()

    problem(vote(bob, playlist, item, direction), 422)

    assert happened() == events


def test_a_vote_for_what_is_gone_is_not_found(
    alice: Person, bob: Person, playlist: Any, item: Any
) -> None:
    alice.delete(f"/playlists/{playlist['id']}/items/{item['id']}")

    problem(vote(bob, playlist, item, "up"), 404)


def test_by_votes_the_best_comes_first_then_the_oldest(alice: Person, bob: Person) -> None:
    playlist = alice.makes_playlist(order_mode="votes")
    alice.invites(playlist, bob, "voter")
    items = {t: alice.adds(playlist, alice.makes_track(t)) for t in "ABCD"}
    ok(vote(alice, playlist, items["C"], "up"))
    ok(vote(bob, playlist, items["C"], "up"))
    ok(vote(bob, playlist, items["D"], "up"))
    last = ok(vote(alice, playlist, items["A"], "down"))

    assert "".join(alice.titles(playlist)) == "CDBA"
    assert last["position"] == 4


def test_what_plays_stays_on_top_of_a_list_by_votes(alice: Person) -> None:
    playlist = alice.makes_playlist(order_mode="votes")
    items = {t: alice.adds(playlist, alice.makes_track(t)) for t in "ABC"}
    ok(vote(alice, playlist, items["B"], "up"))

    path = f"/playlists/{playlist['id']}/items/{items['C']['id']}"
    playing = ok(alice.patch(path, {"is_playing": True}))

    assert "".join(alice.titles(playlist)) == "CBA"
    assert playing["position"] == 1
    assert ok(vote(alice, playlist, items["A"], "down"))["position"] == 3


def test_many_voters_at_once_are_all_counted(
    app: Flask, alice: Person, bob: Person, playlist: Any, item: Any
) -> None:
    """Each thread has a connection of its own: the writers' lock lets in one at a time."""
    people = [alice, bob]
    failures: list[Any] = []

    def votes(person: Person, directions: list[str]) -> None:
        for direction in directions:
            answer = vote(person, playlist, item, direction)
            if answer.status_code != 200:
                failures.append(answer.get_data(as_text=True))

    turns = ["up", "none", "down", "up"] * count(5, 125)
    threads = [
        threading.Thread(target=votes, args=(people[n % 2], turns)) for n in range(count(8, 16))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failures == []
    assert counts_equal_the_table(app)
    assert ok(alice.get(f"/playlists/{playlist['id']}/items"))["items"][0]["votes"] == 2
