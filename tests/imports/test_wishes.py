"""The wish list: one's own until it is on the list; what most people want comes first."""

from __future__ import annotations

from typing import Any

from flask import Flask
from sqlalchemy import select

from playlist_app.database import session
from playlist_app.imports.models import Import
from playlist_app.imports.states import State
from playlist_app.imports.wishes import Wish
from tests.cast import Browser, Person, ok, problem
from tests.imports import rows


def listed(person: Person) -> list[tuple[str, int, bool]]:
    items = ok(person.get("/wishes"))["items"]
    return [(one["title"], one["wishes"], one["my_wish"]) for one in items]


def counts(app: Flask) -> dict[str, tuple[int, int]]:
    """Of each import: the count that it keeps, and the rows there are."""
    with app.app_context():
        return {
            one.title: (
                one.wishes,
                len(session().scalars(select(Wish).where(Wish.import_id == one.id)).all()),
            )
            for one in session().scalars(select(Import))
        }


def test_an_import_is_ones_own_until_it_is_on_the_list(
    app: Flask, alice: Person, charlie: Person, happened: Any
) -> None:
    with app.app_context():
        [row] = rows.imports("alice", 1)
    since = len(happened())

    assert listed(charlie) == []
    problem(charlie.post(f"/imports/{row.id}/wish"), 404)
    assert ok(alice.post(f"/imports/{row.id}/wish"))["wishes"] == 1
    assert listed(charlie) == [("Song 0", 1, False)]
    [changed] = happened()[since:]
    assert changed[0] == "import.changed"
    assert changed[1]["import"]["wishes"] == 1


def test_what_most_people_want_comes_first(
    app: Flask, alice: Person, bob: Person, charlie: Person
) -> None:
    with app.app_context():
        first, second = rows.imports("alice", 2, title="Song")
    for one in (first, second):
        ok(alice.post(f"/imports/{one.id}/wish"))
    for person in (bob, charlie, bob):
        ok(person.post(f"/imports/{second.id}/wish"))

    assert listed(bob) == [("Song 1", 3, True), ("Song 0", 1, False)]
    ok(charlie.delete(f"/imports/{second.id}/wish"))
    ok(charlie.delete(f"/imports/{second.id}/wish"))
    assert listed(bob)[0] == ("Song 1", 2, True)
    assert counts(app) == {"Song 0": (1, 1), "Song 1": (2, 2)}


def test_its_person_takes_it_off_the_list_with_all_wishes(
    app: Flask, alice: Person, bob: Person
) -> None:
    with app.app_context():
        [row] = rows.imports("alice", 1)
    ok(alice.post(f"/imports/{row.id}/wish"))
    ok(bob.post(f"/imports/{row.id}/wish"))
    ok(alice.delete(f"/imports/{row.id}/wish"))

    assert listed(bob) == []
    assert counts(app) == {"Song 0": (0, 0)}
    problem(bob.post(f"/imports/{row.id}/wish"), 404)


def test_what_is_over_is_wished_for_no_longer(app: Flask, alice: Person, bob: Person) -> None:
    with app.app_context():
        [row] = rows.imports("alice", 1)
    ok(alice.post(f"/imports/{row.id}/wish"))
    with app.app_context():
        rows.put(row, State.COMPLETED)

    assert listed(bob) == []
    problem(bob.post(f"/imports/{row.id}/wish"), 404)
    problem(alice.post(f"/imports/{row.id}/wish"), 409)


def test_asking_for_what_waits_on_the_list_is_a_wish_for_it(
    app: Flask, alice: Person, bob: Person
) -> None:
    with app.app_context():
        row = rows.imports("alice", 3, title="Kitchen")[1]
        look = rows.look("bob", 3)
    ok(alice.post(f"/imports/{row.id}/wish"))
    answer = Browser(app, bob).submits(
        f"/imports/looks/{look}", seen_at=f"/imports/looks/{look}", entry=["0", "1"]
    )

    assert answer.status_code == 303
    with app.app_context():
        mine = select(Import.title).where(Import.person_id == bob.id)
        assert list(session().scalars(mine)) == ["Kitchen 0"]
    assert listed(bob) == [("Kitchen 1", 2, True)]


def test_into_a_playlist_it_comes_by_ones_own_import(
    app: Flask, alice: Person, bob: Person
) -> None:
    playlist = bob.makes_playlist()
    with app.app_context():
        row = rows.imports("alice", 1, title="Kitchen")[0]
        look = rows.look("bob", 1)
    ok(alice.post(f"/imports/{row.id}/wish"))
    Browser(app, bob).submits(
        f"/imports/looks/{look}",
        seen_at=f"/imports/looks/{look}",
        entry=["0"],
        playlist=playlist["id"],
    )

    with app.app_context():
        people = set(session().scalars(select(Import.person_id)))
    assert people == {alice.id, bob.id}


def test_wishing_works_without_scripts(app: Flask, alice: Person, bob: Person) -> None:
    with app.app_context():
        [row] = rows.imports("alice", 1)
    ok(alice.post(f"/imports/{row.id}/wish"))
    browser = Browser(app, bob)

    assert browser.submits(f"/wishes/{row.id}", seen_at="/wishes").location == "/wishes"
    assert listed(bob) == [("Song 0", 2, True)]
    browser.submits(f"/wishes/{row.id}/take-back", seen_at="/wishes")
    assert listed(bob) == [("Song 0", 1, False)]
