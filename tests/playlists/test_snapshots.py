"""Snapshots: taken, compared, restored, and that taken back."""

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
    made = alice.makes_playlist()
    alice.invites(made, bob)
    return made


@pytest.fixture
def five(alice: Person, playlist: JSON) -> list[JSON]:
    return [alice.adds(playlist, alice.makes_track(title)) for title in "ABCDE"]


def snapshots(playlist: JSON, rest: str = "") -> str:
    return f"/playlists/{playlist['id']}/snapshots{rest}"


def taken(person: Person, playlist: JSON, text: str = "") -> JSON:
    return ok(person.post(snapshots(playlist), {"text": text}), 201)


def change(person: Person, playlist: JSON, five: list[JSON]) -> None:
    """B goes, A stands last, X is new, C is there again as another item."""
    items = f"/playlists/{playlist['id']}/items"
    person.delete(f"{items}/{five[1]['id']}")
    ok(person.patch(f"{items}/{five[0]['id']}", {"index": 4}))
    person.delete(f"{items}/{five[2]['id']}")
    person.adds(playlist, five[2]["track"])
    person.adds(playlist, person.makes_track("X"))
    assert "".join(person.titles(playlist)) == "DEACX"


def test_one_is_taken_compared_restored_and_that_is_taken_back(
    app: Flask, alice: Person, bob: Person, charlie: Person, playlist: JSON, five: Any
) -> None:
    ok(bob.post(f"/playlists/{playlist['id']}/items/{five[1]['id']}/vote", {"direction": "up"}))
    snapshot = taken(bob, playlist, "Before the party")
    assert (snapshot["text"], snapshot["kind"], snapshot["item_count"]) == (
        "Before the party",
        "hand",
        5,
    )
    whole = ok(alice.get(snapshots(playlist, f"/{snapshot['id']}")))
    assert "".join(song["title"] for song in whole["items"]) == "ABCDE"
    assert all(song["here"] for song in whole["items"])
    change(bob, playlist, five)

    compared = ok(alice.get(snapshots(playlist, f"/{snapshot['id']}/compare")))
    assert {
        name: [(row["title"], row["then"], row["now"]) for row in rows]
        for name, rows in compared.items()
    } == {
        "added": [("X", None, 5)],
        "removed": [("B", 2, None)],
        "moved": [("A", 1, 3), ("C", 3, 4)],
    }

    before = in_tables(app, playlist["id"])
    done = ok(alice.post(snapshots(playlist, f"/{snapshot['id']}/restore")))

    assert "".join(alice.titles(playlist)) == "ABCDE"
    assert done["left_out"] == []
    assert replayed(app, playlist["id"]) == in_tables(app, playlist["id"])
    mine = ok(bob.get(f"/playlists/{playlist['id']}/items"))["items"][1]
    assert (mine["id"], mine["my_vote"], mine["votes"]) == (five[1]["id"], "up", 1)
    again = ok(alice.get(snapshots(playlist, f"/{snapshot['id']}/compare")))
    assert again == {"added": [], "removed": [], "moved": []}
    nothing = ok(alice.post(snapshots(playlist, f"/{snapshot['id']}/restore")))
    assert nothing["change"] is None
    ok(alice.post(f"/playlists/{playlist['id']}/undo", {"change": done["change"]}))
    assert in_tables(app, playlist["id"]) == before
    assert replayed(app, playlist["id"]) == before
    kinds = [one["kind"] for one in ok(alice.get(snapshots(playlist)))["items"]]
    assert kinds == ["restore", "restore", "hand"]
    for path in ("", f"/{snapshot['id']}", f"/{snapshot['id']}/compare"):
        problem(charlie.get(snapshots(playlist, path)), 404)
    problem(charlie.post(snapshots(playlist), {}), 404)
    problem(charlie.post(snapshots(playlist, f"/{snapshot['id']}/restore")), 404)
    problem(charlie.delete(snapshots(playlist, f"/{snapshot['id']}")), 404)


def test_what_plays_goes_on_and_what_is_gone_is_said(
    alice: Person, bob: Person, playlist: JSON, five: Any
) -> None:
    snapshot = taken(alice, playlist)
    change(bob, playlist, five)
    last = ok(alice.get(f"/playlists/{playlist['id']}/items"))["items"][4]
    ok(alice.patch(f"/playlists/{playlist['id']}/items/{last['id']}", {"is_playing": True}))
    alice.delete(f"/tracks/{five[3]['track']['id']}")

    done = ok(bob.post(snapshots(playlist, f"/{snapshot['id']}/restore")))

    assert "".join(alice.titles(playlist)) == "XABCE"
    assert done["left_out"] == ["“D” isn’t in the library any more."]
    assert ok(alice.get(f"/playlists/{playlist['id']}/room"))["item"]["id"] == last["id"]
    songs = ok(alice.get(snapshots(playlist, f"/{snapshot['id']}")))["items"]
    assert [song["here"] for song in songs] == [True, True, True, False, True]


def test_one_is_taken_before_the_list_is_cleared(
    alice: Person, playlist: JSON, five: Any, happened: Happened
) -> None:
    ok(alice.post(f"/playlists/{playlist['id']}/clear"))
    events = happened()

    (before,) = ok(alice.get(snapshots(playlist)))["items"]

    assert (before["kind"], before["item_count"]) == ("clear", 5)
    assert happened() == events
    ok(alice.post(snapshots(playlist, f"/{before['id']}/restore")))
    assert "".join(alice.titles(playlist)) == "ABCDE"


def test_who_takes_restores_and_deletes_them(
    alice: Person, bob: Person, charlie: Person, playlist: JSON, five: Any
) -> None:
    alice.invites(playlist, charlie, "voter")
    snapshot = taken(bob, playlist)
    of_alice = taken(alice, playlist)
    one = snapshots(playlist, f"/{snapshot['id']}")
    ok(charlie.get(one))
    problem(charlie.post(snapshots(playlist), {"text": ""}), 403)
    problem(charlie.post(f"{one}/restore"), 403)
    problem(charlie.delete(one), 403)
    problem(bob.delete(snapshots(playlist, f"/{of_alice['id']}")), 403)
    assert bob.delete(one).status_code == 204
    problem(alice.get(one), 404)
    problem(alice.post(snapshots(playlist), {"text": "x" * 201}), 422)
    elsewhere = alice.makes_playlist("Other")
    problem(alice.get(snapshots(elsewhere, f"/{of_alice['id']}")), 404)


def test_a_thousand_songs_are_restored_with_one_event(
    app: Flask, alice: Person, playlist: JSON, happened: Happened
) -> None:
    from playlist_app.database import write
    from playlist_app.people.models import User
    from playlist_app.playlists.finding import find_playlist
    from tests.playlists.many import many_items

    with app.app_context(), write():
        me = User.named("alice")
        many_items(find_playlist(playlist["id"], me), me, 1000)
    before = alice.titles(playlist)
    ok(alice.post(f"/playlists/{playlist['id']}/clear"))
    snapshot = ok(alice.get(snapshots(playlist)))["items"][0]
    seen = len(happened())

    ok(alice.post(snapshots(playlist, f"/{snapshot['id']}/restore")))

    assert happened()[seen:] == [("playlist.restored", {})]
    assert alice.titles(playlist) == before


def test_the_pages_show_them(alice: Person, charlie: Person, playlist: JSON, five: Any) -> None:
    snapshot = taken(alice, playlist, "Before <b>it</b>")
    change(alice, playlist, five)

    page = alice.page(snapshots(playlist)).get_data(as_text=True)
    assert "Before &lt;b&gt;it&lt;/b&gt;" in page
    one = alice.page(snapshots(playlist, f"/{snapshot['id']}")).get_data(as_text=True)
    assert "New since then" in one and "Missing now" in one and "Elsewhere now" in one
    assert charlie.page(snapshots(playlist, f"/{snapshot['id']}")).status_code == 404
