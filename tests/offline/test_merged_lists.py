"""The merge of lists that were made without network, under ids that devices chose."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from flask import Flask

from playlist_app.database import write
from playlist_app.people.models import Role, User
from tests.cast import Person, ok, problem
from tests.offline.sending import operation, sends

Happened = Any


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
