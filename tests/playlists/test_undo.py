"""Taking changes back, and taking that back."""

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


def undo(person: Person, playlist: JSON, /, **what: Any) -> JSON:
    return ok(person.post(f"/playlists/{playlist['id']}/undo", what))


def lines(person: Person, playlist: JSON, /, **asked: Any) -> list[JSON]:
    path = f"/playlists/{playlist['id']}/timeline"
    return list(ok(person.get(path, query_string=asked))["items"])


def newest(person: Person, playlist: JSON) -> str:
    return str(next(line["change"] for line in lines(person, playlist) if line["change"]))


def order(person: Person, playlist: JSON) -> str:
    return "".join(person.titles(playlist))


def items(playlist: JSON, item: JSON | None = None) -> str:
    return f"/playlists/{playlist['id']}/items" + (f"/{item['id']}" if item else "")


def test_each_change_is_taken_back_and_made_again(
    app: Flask, alice: Person, bob: Person, charlie: Person, playlist: JSON, five: Any
) -> None:
    a, b, c, _d, _e = five
    ok(bob.post(f"{items(playlist, b)}/vote", {"direction": "up"}))
    acts: list[tuple[Any, str]] = [
        (lambda: alice.delete(items(playlist, b)), "ACDE"),
        (lambda: alice.patch(items(playlist, c), {"after": None}), "CABDE"),
        (lambda: alice.patch(items(playlist, a), {"index": 4}), "BCDEA"),
        (lambda: alice.adds(playlist, alice.makes_track("F"), after=a["id"]), "AFBCDE"),
        (lambda: alice.post(f"/playlists/{playlist['id']}/clear"), ""),
        (lambda: alice.patch(f"/playlists/{playlist['id']}", {"title": "New"}), "ABCDE"),
    ]
    before = in_tables(app, playlist["id"])
    for act, changed in acts:
        act()
        assert order(alice, playlist) == changed
        after = in_tables(app, playlist["id"])
        change = newest(alice, playlist)
        problem(charlie.post(f"/playlists/{playlist['id']}/undo", {"change": change}), 404)

        done = undo(alice, playlist, change=change)

        assert (done["undone"], done["left_out"]) == (1, [])
        assert in_tables(app, playlist["id"]) == before, "as if it had not been"
        problem(alice.post(f"/playlists/{playlist['id']}/undo", {"change": change}), 409)
        again = undo(alice, playlist, change=done["change"])
        assert in_tables(app, playlist["id"]) == after, "made again"
        undo(alice, playlist, change=again["change"])
        assert in_tables(app, playlist["id"]) == before
        assert replayed(app, playlist["id"]) == before
    mine = ok(bob.get(items(playlist)))["items"][1]
    assert (mine["track"]["title"], mine["my_vote"], mine["votes"]) == ("B", "up", 1)


def test_an_undo_tells_the_room(
    alice: Person, bob: Person, playlist: JSON, five: Any, happened: Happened
) -> None:
    alice.delete(items(playlist, five[1]))

    undo(bob, playlist, change=newest(alice, playlist))

    type_, payload = happened(playlist["id"])[-1]
    assert (type_, payload["item"]["id"]) == ("track.added", five[1]["id"])
    assert lines(alice, playlist)[0] | {"seq": 0, "at": "", "change": ""} == {
        "seq": 0,
        "at": "",
        "who": {"id": bob.id, "name": "Bob"},
        "kind": "undo",
        "text": "took back: removed “B”",
        "change": "",
        "undone": False,
    }


def test_without_a_name_it_is_ones_own_newest(alice: Person, bob: Person, playlist: JSON) -> None:
    alice.adds(playlist, alice.makes_track("A"))
    bob.adds(playlist, bob.makes_track("B"))

    undo(alice, playlist)

    assert order(alice, playlist) == "B"
    problem(bob.post(f"/playlists/{playlist['id']}/undo", {"change": "none"}), 404)
    undo(bob, playlist)
    problem(bob.post(f"/playlists/{playlist['id']}/undo", {}), 409)


def test_what_others_changed_since_stays_and_is_said(
    alice: Person, bob: Person, playlist: JSON, five: Any, happened: Happened
) -> None:
    a, b, c, _d, _e = five
    moved_by_alice = ok(alice.patch(items(playlist, c), {"after": None})) and newest(
        alice, playlist
    )
    ok(bob.patch(items(playlist, c), {"index": 4}))
    events = happened()

    refused = problem(
        alice.post(f"/playlists/{playlist['id']}/undo", {"change": moved_by_alice}), 409
    )
    assert refused["detail"] == "“C” was moved again since."
    assert happened() == events

    alice.delete(items(playlist, b))
    removal = newest(alice, playlist)
    bob.adds(playlist, b["track"])
    refused = problem(alice.post(f"/playlists/{playlist['id']}/undo", {"change": removal}), 409)
    assert refused["detail"] == "“B” is in the list again already."

    texts = {line["text"]: line["change"] for line in lines(alice, playlist)}
    added = texts["added “A”"]
    bob.delete(items(playlist, a))
    refused = problem(alice.post(f"/playlists/{playlist['id']}/undo", {"change": added}), 409)
    assert refused["detail"] == "“A” was removed meanwhile."


def test_a_track_that_is_gone_is_said_and_the_rest_comes_back(
    alice: Person, playlist: JSON, five: Any
) -> None:
    ok(alice.post(f"/playlists/{playlist['id']}/clear"))
    alice.delete(f"/tracks/{five[1]['track']['id']}")

    done = undo(alice, playlist, change=newest(alice, playlist))

    assert done["left_out"] == ["“B” isn’t in the library any more."]
    assert order(alice, playlist) == "ACDE"


def test_a_place_that_another_has_by_now_is_the_one_beside(
    alice: Person, bob: Person, playlist: JSON, five: Any
) -> None:
    alice.delete(items(playlist, five[2]))
    removal = newest(alice, playlist)
    bob.adds(playlist, bob.makes_track("X"), after=five[1]["id"])  # it gets the same rank

    undo(alice, playlist, change=removal)

    assert order(alice, playlist) == "ABCXDE"


def test_clearing_lets_play_what_plays(alice: Person, playlist: JSON, five: Any) -> None:
    ok(alice.patch(items(playlist, five[2]), {"is_playing": True}))

    cleared = ok(alice.post(f"/playlists/{playlist['id']}/clear"))

    assert cleared["removed"] == 4
    assert order(alice, playlist) == "C"
    assert ok(alice.get(f"/playlists/{playlist['id']}/room"))["item"]["id"] == five[2]["id"]
    nothing = ok(alice.post(f"/playlists/{playlist['id']}/clear"))
    assert (nothing["change"], nothing["removed"]) == (None, 0)


def test_clearing_many_is_one_event(
    app: Flask, alice: Person, charlie: Person, playlist: JSON, happened: Happened
) -> None:
    for number in range(101):
        alice.adds(playlist, alice.makes_track(f"Track {number}"))
    before = in_tables(app, playlist["id"])
    seen = len(happened())
    problem(charlie.post(f"/playlists/{playlist['id']}/clear"), 404)

    ok(alice.post(f"/playlists/{playlist['id']}/clear"))
    undo(alice, playlist, change=newest(alice, playlist))

    assert happened()[seen:] == [("playlist.restored", {})] * 2
    assert in_tables(app, playlist["id"]) == before


def test_who_may_take_what_back(
    alice: Person, bob: Person, charlie: Person, playlist: JSON, five: Any
) -> None:
    alice.invites(playlist, charlie, "voter")
    alice.delete(items(playlist, five[0]))
    change = newest(alice, playlist)
    path = f"/playlists/{playlist['id']}/undo"
    problem(charlie.post(path, {"change": change}), 403)
    problem(bob.post(path, {"person": alice.id}), 403)
    problem(charlie.post(f"/playlists/{playlist['id']}/clear"), 403)
    ok(alice.patch(f"/playlists/{playlist['id']}", {"title": "Renamed"}))
    problem(bob.post(path, {"change": newest(alice, playlist)}), 403)
    problem(alice.post(path, {"change": change, "person": bob.id}), 422)
    ok(bob.post(path, {"change": change}))


def test_all_that_a_person_did_is_taken_back_at_once(
    app: Flask, alice: Person, bob: Person, playlist: JSON, five: Any
) -> None:
    before = in_tables(app, playlist["id"])
    mine = bob.adds(playlist, bob.makes_track("Meme"))
    ok(bob.patch(items(playlist, mine), {"after": None}))
    ok(bob.patch(items(playlist, five[4]), {"after": None}))
    ok(bob.patch(items(playlist, five[4]), {"index": 2}))
    bob.delete(items(playlist, five[1]))
    ok(bob.post(f"{items(playlist, five[3])}/vote", {"direction": "down"}))
    after = in_tables(app, playlist["id"])

    done = undo(alice, playlist, person=bob.id)

    assert in_tables(app, playlist["id"]) == before
    assert (done["undone"], done["left_out"]) == (5, [])
    assert replayed(app, playlist["id"]) == before
    assert lines(alice, playlist)[0]["text"] == "took back what Bob did"
    undo(alice, playlist, change=done["change"])
    assert in_tables(app, playlist["id"]) == after
    assert undo(alice, playlist, person=charlie_of(app))["undone"] == 0


def charlie_of(app: Flask) -> str:
    from playlist_app.people.models import User

    with app.app_context():
        return User.named("charlie").id


def test_the_time_line_says_who_did_what(
    alice: Person, bob: Person, charlie: Person, playlist: JSON, five: Any
) -> None:
    ok(bob.patch(items(playlist, five[4]), {"after": None}))
    ok(bob.patch(items(playlist, five[0]), {"is_playing": True}))
    ok(bob.post(f"{items(playlist, five[0])}/vote", {"direction": "up"}))
    ok(alice.patch(f"/playlists/{playlist['id']}", {"title": "New", "order_mode": "votes"}))

    said = [f"{line['who']['name']} {line['text']}" for line in lines(bob, playlist)]

    assert said[:3] == [
        "Alice changed the title and the order",
        "Bob began “A”",
        "Bob moved “E”",
    ]
    assert said[-2:] == ["Alice made Bob editor", "Alice made or changed the playlist"]
    assert len(lines(bob, playlist, person=bob.id)) == 2
    page = ok(bob.get(f"/playlists/{playlist['id']}/timeline?limit=4"))
    rest = ok(bob.get(f"/playlists/{playlist['id']}/timeline?cursor={page['next_cursor']}"))
    assert len(page["items"]) == 4 and len(page["items"] + rest["items"]) == len(said)
    problem(charlie.get(f"/playlists/{playlist['id']}/timeline"), 404)
    assert "moved “E”" in bob.page(f"/playlists/{playlist['id']}/timeline").get_data(as_text=True)
    assert charlie.page(f"/playlists/{playlist['id']}/timeline").status_code == 404
