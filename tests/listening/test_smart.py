"""Smart playlists: what rules hold, who sees what, and which rules are refused."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, update

from playlist_app.database import session, write
from playlist_app.library.models import LibraryVersion, Track
from playlist_app.listening.smart.editor import field_names, operator_names, order_names
from playlist_app.listening.smart.fields import FIELDS, ORDERS
from playlist_app.listening.smart.presets import presets
from playlist_app.listening.smart.rules import checked
from tests.cast import Browser, Person, ok, problem
from tests.counting import queries_of
from tests.library.shelf import set_status
from tests.listening.hearing import hears

JSON = dict[str, Any]


def rule(field: str, operator: str, value: Any) -> JSON:
    return {"field": field, "operator": operator, "value": value}


def holds(person: Person, *rules: JSON, **fields: Any) -> list[str]:
    """The titles that rules hold, in their order."""
    body = {"title": "Smart", "rules": list(rules), **fields}
    made = ok(person.post("/smart-playlists", body), 201)
    found = ok(person.get(f"/smart-playlists/{made['id']}/tracks"))
    ok(person.delete(f"/smart-playlists/{made['id']}"), 204)
    return [track["title"] for track in found["items"]]


@pytest.fixture
def shelf(alice: Person, bob: Person) -> dict[str, JSON]:
    return {
        "Ärger": alice.makes_track(
            "Ärger", artist="Mira Lund", album="Night", genre="Folk", year=1994, duration_seconds=90
        ),
        "Copper": bob.makes_track(
            "Copper", artist="Wire_2", genre="Dub", year=2004, duration_seconds=700
        ),
        "Lanterns": alice.makes_track("Lanterns", artist="Mira Lund", duration_seconds=200),
    }


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (rule("title", "is", "arger"), ["Ärger"]),
        (rule("title", "is_not", "ÄRGER"), ["Copper", "Lanterns"]),
        (rule("title", "contains", "er"), ["Ärger", "Copper", "Lanterns"]),
        (rule("title", "contains_not", "pp"), ["Ärger", "Lanterns"]),
        (rule("title", "starts", "cop"), ["Copper"]),
        (rule("title", "ends", "erns"), ["Lanterns"]),
        (rule("title", "contains", "%"), []),
        (rule("artist", "contains", "e_2"), ["Copper"]),
        (rule("artist", "is", "mira lund"), ["Ärger", "Lanterns"]),
        (rule("artist", "is_not", "mira lund"), ["Copper"]),
        (rule("album", "is", "night"), ["Ärger"]),
        (rule("genre", "is", "FOLK"), ["Ärger"]),
        (rule("year", "at_least", 2000), ["Copper"]),
        (rule("year", "at_most", 2000), ["Ärger"]),
        (rule("year", "between", [2004, 1994]), ["Ärger", "Copper"]),
        (rule("year", "is", "1994"), ["Ärger"]),
        (rule("year", "is_not", 1994), ["Copper", "Lanterns"]),
        (rule("duration_seconds", "at_least", 600), ["Copper"]),
        (rule("added", "within", 1), ["Ärger", "Copper", "Lanterns"]),
        (rule("added", "not_within", 1), []),
        (rule("added", "since", "2020-01-01"), ["Ärger", "Copper", "Lanterns"]),
        (rule("added", "before", "2020-01-01"), []),
        (rule("plays", "at_least", 2), ["Copper"]),
        (rule("plays", "is", 0), ["Ärger"]),
        (rule("last_played", "within", 7), ["Copper"]),
        (rule("last_played", "not_within", 7), ["Ärger", "Lanterns"]),
        (rule("played", "is", True), ["Copper", "Lanterns"]),
        (rule("played", "is", "no"), ["Ärger"]),
        (rule("audio", "is", False), ["Ärger", "Copper", "Lanterns"]),
        (rule("cover", "is", True), []),
        (rule("lyrics", "is", False), ["Ärger", "Copper", "Lanterns"]),
        (rule("located", "is", True), []),
        (rule("compilation", "is", False), ["Ärger", "Copper", "Lanterns"]),
        (rule("format", "is", "mp3"), []),
        (rule("format", "is_not", "mp3"), ["Ärger", "Copper", "Lanterns"]),
        (rule("bitrate", "at_least", 1), []),
        (rule("loudness", "at_most", 0), []),
        (rule("status", "is", "published"), ["Ärger", "Copper", "Lanterns"]),
    ],
)
def test_what_a_rule_asks_is_what_it_holds(
    alice: Person, shelf: dict[str, JSON], asked: JSON, expected: list[str]
) -> None:
    hears(alice, shelf["Copper"], 2)
    hears(alice, shelf["Lanterns"], ago=30 * 86_400)
    assert sorted(holds(alice, asked), key=list(shelf).index) == expected


def test_all_of_them_or_any_in_order_and_no_more_than_asked(
    alice: Person, shelf: dict[str, JSON]
) -> None:
    two = (rule("year", "at_least", 2000), rule("artist", "is", "Mira Lund"))
    assert holds(alice, *two) == []
    assert holds(alice, *two, match="any", order="-title") == ["Lanterns", "Copper", "Ärger"]
    assert holds(alice, order="duration_seconds") == ["Ärger", "Lanterns", "Copper"]
    assert holds(alice, order="-year", limit=1) == ["Copper"]
    hears(alice, shelf["Lanterns"])
    assert holds(alice, order="-plays")[0] == "Lanterns"
    assert holds(alice, order="-last_played")[0] == "Lanterns"


def test_who_added_it_and_what_list_it_is_in(
    alice: Person, bob: Person, charlie: Person, shelf: dict[str, JSON]
) -> None:
    assert holds(alice, rule("added_by", "is", bob.id)) == ["Copper"]
    assert holds(alice, rule("added_by", "is_not", bob.id)) == ["Ärger", "Lanterns"]
    playlist = alice.makes_playlist()
    alice.adds(playlist, shelf["Copper"])
    inside = rule("playlist", "is", playlist["id"])
    assert holds(alice, inside) == ["Copper"]
    assert holds(alice, rule("playlist", "is_not", playlist["id"])) == ["Ärger", "Lanterns"]
    assert holds(charlie, inside) == [], "whether it is in a list that one does not see"


def test_nobody_sees_what_they_may_not(
    app: Flask, alice: Person, bob: Person, shelf: dict[str, JSON]
) -> None:
    set_status(app, shelf["Ärger"], "pending")
    assert holds(bob, rule("status", "is", "pending")) == []
    assert holds(alice, rule("status", "is", "pending")) == ["Ärger"]
    assert holds(bob) == ["Copper", "Lanterns"]


def test_plays_are_ones_own(alice: Person, bob: Person, shelf: dict[str, JSON]) -> None:
    hears(bob, shelf["Copper"], 3)
    assert holds(alice, rule("plays", "at_least", 1)) == []
    assert holds(bob, rule("plays", "at_least", 1)) == ["Copper"]


@pytest.mark.parametrize(
    ("wrong", "part"),
    [
        (rule("mood", "is", "blue"), "field"),
        (rule("title", "at_least", "x"), "operator"),
        (rule("title", "is", ""), "value"),
        (rule("title", "is", 3), "value"),
        (rule("title", "is", "x" * 400), "value"),
        (rule("year", "at_least", "many"), "value"),
        (rule("year", "at_least", True), "value"),
        (rule("year", "at_least", 1e300), "value"),
        (rule("year", "between", 3), "value"),
        (rule("year", "between", [1, None]), "value"),
        (rule("added", "within", 0), "value"),
        (rule("added", "since", "yesterday"), "value"),
        (rule("played", "is", "maybe"), "value"),
        (rule("format", "is", "'; DROP TABLE track"), "value"),
        (rule("status", "is", "secret"), "value"),
        (rule("playlist", "is", ["x"]), "value"),
    ],
)
def test_a_bad_rule_is_named_and_changes_nothing(
    alice: Person, wrong: JSON, part: str, happened: Any
) -> None:
    before = happened()
    rules = [rule("title", "is", "x"), wrong]
    body = {"title": "Smart", "rules": rules}
    refusal = problem(alice.post("/smart-playlists", body), 422)
    assert list(refusal["errors"]["rules"]["1"]) == [part]
    assert refusal["detail"].startswith("Rule 2: ")
    problem(alice.post("/smart-playlists/preview", {"rules": rules}), 422)
    assert ok(alice.get("/smart-playlists"))["items"] == []
    assert happened() == before


@pytest.mark.parametrize(
    "wrong", [{"match": "none"}, {"order": "mood"}, {"limit": 0}, {"limit": 5000}, {"title": " "}]
)
def test_what_else_can_not_be_asked(alice: Person, wrong: JSON) -> None:
    problem(alice.post("/smart-playlists", {"title": "Smart", **wrong}), 422)


def test_it_is_made_changed_and_deleted_by_its_person_alone(
    alice: Person, bob: Person, dora: Person, shelf: dict[str, JSON], happened: Any
) -> None:
    made = ok(
        alice.post("/smart-playlists", {"title": "Old", "rules": [rule("year", "at_most", 2000)]}),
        201,
    )
    path = f"/smart-playlists/{made['id']}"
    assert happened()[-1] == ("smart.changed", {"id": made["id"]})
    assert ok(alice.get(path))["track_count"] == 1
    changed = ok(alice.patch(path, {"title": "Older", "limit": 7}))
    assert (changed["title"], changed["limit"], changed["rules"]) == ("Older", 7, made["rules"])
    before = happened()
    ok(alice.patch(path, {"title": "Older"}))
    assert happened() == before, "nothing changed"
    for other in (bob, dora):
        for answer in (
            other.get(path),
            other.get(f"{path}/tracks"),
            other.patch(path, {"title": "Mine"}),
            other.delete(path),
        ):
            problem(answer, 404)
        assert ok(other.get("/smart-playlists"))["items"] == []
    assert alice.delete(path).status_code == 204
    problem(alice.get(path), 404)


def test_tracks_come_a_page_at_a_time(alice: Person) -> None:
    for number in range(5):
        alice.makes_track(f"Track {number}")
    made = ok(alice.post("/smart-playlists", {"title": "All", "limit": 4}), 201)
    path = f"/smart-playlists/{made['id']}/tracks"
    first = ok(alice.get(f"{path}?limit=3"))
    second = ok(alice.get(f"{path}?limit=3&cursor={first['next_cursor']}"))
    titles = [track["title"] for track in first["items"] + second["items"]]
    assert titles == [f"Track {number}" for number in range(4)]
    assert second["next_cursor"] is None


def test_a_preview_counts_and_keeps_nothing(alice: Person, shelf: dict[str, JSON]) -> None:
    seen = ok(
        alice.post("/smart-playlists/preview", {"rules": [rule("artist", "is", "Mira Lund")]})
    )
    assert (seen["track_count"], seen["duration_seconds"]) == (2, 290.0)
    assert [track["title"] for track in seen["items"]] == ["Ärger", "Lanterns"]
    assert ok(alice.get("/smart-playlists"))["items"] == []


def test_it_can_be_saved_as_a_playlist(app: Flask, alice: Person, shelf: dict[str, JSON]) -> None:
    body = {"title": "Mira", "rules": [rule("artist", "is", "Mira Lund")], "order": "-title"}
    made = ok(alice.post("/smart-playlists", body), 201)
    browser = Browser(app, alice)
    answer = browser.submits(f"/smart/{made['id']}/save", seen_at=f"/smart/{made['id']}")
    playlist = {"id": answer.headers["Location"].rpartition("/")[2]}
    assert alice.titles(playlist) == ["Lanterns", "Ärger"]


def test_everything_that_is_offered_can_be_asked() -> None:
    assert len(FIELDS) >= 15
    assert set(field_names()) == set(FIELDS)
    for field in FIELDS.values():
        assert set(operator_names(field.kind)) == {one.name for one in field.operators}
    assert {name.removeprefix("-") for name in order_names()} == set(ORDERS)


def test_presets_hold_what_they_say(app: Flask, alice: Person, shelf: dict[str, JSON]) -> None:
    with app.test_request_context():
        asked = [checked(one.rules) for one in presets()]
    for rules in asked:
        body = {"match": rules.match, "rules": rules.rules, "order": rules.order}
        ok(alice.post("/smart-playlists/preview", body))


def test_the_editor_works_without_scripts(
    app: Flask, alice: Person, shelf: dict[str, JSON]
) -> None:
    browser = Browser(app, alice)
    page = browser.opens("/smart/new?preset=long-ones").get_data(as_text=True)
    assert "Length in seconds" in page
    form = {
        "title": "Mine",
        "match": "all",
        "field": ["year"],
        "operator": ["contains"],  # of the field before
        "value": ["1990"],
        "value2": [""],
        "order": "title",
        "limit": "50",
    }
    more = browser.submits("/smart/editor", seen_at="/smart/new", action="add", **form)
    assert 'aria-label="Field of rule 2"' in more.get_data(as_text=True)
    wrong = browser.submits("/smart", seen_at="/smart/new", **(form | {"value": ["many"]}))
    assert wrong.status_code == 422
    text = wrong.get_data(as_text=True)
    assert "Rule 1: This takes a number." in text
    assert 'value="many"' in text
    made = browser.submits("/smart", seen_at="/smart/new", **form)
    assert made.status_code == 303
    [smart] = ok(alice.get("/smart-playlists"))["items"]
    assert smart["rules"] == [rule("year", "at_least", "1990")]
    page = browser.opens(made.headers["Location"]).get_data(as_text=True)
    assert "Ärger" in page
    assert "Copper" in page


def version(app: Flask) -> int:
    with app.app_context():
        return int(session().scalar(select(LibraryVersion.version)) or 0)


def test_any_change_of_the_library_moves_its_version(app: Flask, alice: Person) -> None:
    seen = [version(app)]
    track = alice.makes_track("Lanterns")
    seen.append(version(app))
    ok(alice.patch(f"/tracks/{track['id']}", {"title": "Copper"}))
    seen.append(version(app))
    with app.app_context(), write() as tx:  # by whichever way it comes
        tx.execute(update(Track).values(year=2000))
    seen.append(version(app))
    ok(alice.delete(f"/tracks/{track['id']}"), 204)
    seen.append(version(app))
    assert seen == sorted(set(seen))
    alice.makes_playlist()
    assert version(app) == seen[-1]


def test_the_number_of_queries_does_not_grow(
    app: Flask, alice: Person, shelf: dict[str, JSON]
) -> None:
    made = ok(alice.post("/smart-playlists", {"title": "All"}), 201)

    def queries() -> int:
        return queries_of(app, lambda: ok(alice.get(f"/smart-playlists/{made['id']}/tracks")))

    few = queries()
    for number in range(20):
        alice.makes_track(f"Track {number}")
    assert queries() == few
