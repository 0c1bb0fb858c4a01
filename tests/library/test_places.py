"""Where tracks were recorded: read, written, and asked for by distance and by box."""

from __future__ import annotations

import math
from typing import Any

import pytest

from playlist_app.library.places import Box, Place, place_in_tag, place_in_text
from tests.cast import Person, ok, problem
from tests.library.shelf import set_status

PLACES = {
    "Vienna": (48.2082, 16.3738),
    "Schwechat": (48.1381, 16.4708),
    "Berlin": (52.52, 13.405),
    "Suva": (-18.1248, 178.4501),
    "Apia": (-13.8333, -171.7667),
    "Alert": (82.5018, -62.3481),
    "Pole": (90.0, 0.0),
}


@pytest.fixture
def atlas(alice: Person) -> None:
    for title, (latitude, longitude) in PLACES.items():
        location = {"latitude": latitude, "longitude": longitude, "accuracy_m": 10}
        alice.makes_track(title, location=location)
    alice.makes_track("Nowhere")


def titles(person: Person, **query: Any) -> list[str]:
    return [t["title"] for t in ok(person.get("/tracks", query_string=query))["items"]]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("48.2, 16.37", (48.2, 16.37)),
        ("48.2 -16.37", (48.2, -16.37)),
        ("48,2; 16,37", (48.2, 16.37)),
        ("48.2° N, 16.37° W", (48.2, -16.37)),
        ("16.37E 48.2S", (-48.2, 16.37)),
        ("geo:48.2,16.37;u=35", (48.2, 16.37)),
        ("48°12'30\"N 16°22'20\"E", (48.2083333, 16.3722222)),
        ("+48.2082+016.3738+171/", (48.2082, 16.3738)),
        ("+4812.5-01622.4/", (48.2083333, -16.3733333)),
        ("+481230-0162224/", (48.2083333, -16.3733333)),
        ("-90, 180", (-90.0, 180.0)),
        ("91, 0", None),
        ("0, 181", None),
        ("behind the house", None),
        ("48.2", None),
        ("1e1, 2", None),
        ("", None),
    ],
)
def test_a_place_is_read_as_people_paste_it(text: str, place: tuple[float, float] | None) -> None:
    assert place_in_text(text) == (Place(*place) if place else None)


def test_a_tag_that_is_no_place_is_none() -> None:
    for text in ("", "Vienna", "+48.2", "+99.0+016.0/", "48.2,16.37"):
        assert place_in_tag(text) is None


def test_distances_are_those_of_the_atlas() -> None:
    vienna = Place(*PLACES["Vienna"])
    assert vienna.metres_to(*PLACES["Berlin"]) == pytest.approx(523_600, rel=0.003)
    assert vienna.metres_to(*PLACES["Vienna"]) == 0
    assert Place(0, 179.5).metres_to(0, -179.5) == pytest.approx(111_195, rel=0.001)


@pytest.mark.parametrize("latitude", [0.0, 48.0, -75.0, 89.5, -90.0])
@pytest.mark.parametrize("longitude", [0.0, 179.99, -180.0])
@pytest.mark.parametrize("metres", [1.0, 1000.0, 500_000.0, 15_000_000.0])
def test_the_box_around_a_circle_holds_it(latitude: float, longitude: float, metres: float) -> None:
    box = Box.around(Place(latitude, longitude), metres)
    for bearing in range(0, 360, 15):
        angle, reach = math.radians(bearing), 0.999 * metres / 6_371_008.8
        lat = math.radians(latitude)
        to = math.asin(
            math.sin(lat) * math.cos(reach) + math.cos(lat) * math.sin(reach) * math.cos(angle)
        )
        turn = math.atan2(
            math.sin(angle) * math.sin(reach) * math.cos(lat),
            math.cos(reach) - math.sin(lat) * math.sin(to),
        )
        there = (longitude + math.degrees(turn) + 540) % 360 - 180
        assert box.south - 1e-6 <= math.degrees(to) <= box.north + 1e-6
        inside = [box.west - 1e-6 <= there, there <= box.east + 1e-6]
        assert any(inside) if box.is_over_the_date_line else all(inside), (bearing, there, box)


@pytest.mark.usefixtures("atlas")
def test_tracks_near_a_place_come_the_nearest_first(bob: Person) -> None:
    assert titles(bob, near="48.2,16.4,20000") == ["Vienna", "Schwechat"]
    assert titles(bob, near="48.2,16.4,20000", ordering="title") == ["Schwechat", "Vienna"]
    assert titles(bob, near="48.2,16.4,5000") == ["Vienna"]
    assert titles(bob, near="48.2,16.4,5000", search="schwechat") == []
    assert set(titles(bob, near="-16,-177,1000000")) == {"Suva", "Apia"}
    assert titles(bob, near="89,120,2000000") == ["Pole", "Alert"]
    assert set(titles(bob, near="0,0,20015115")) == set(PLACES)
    first = ok(bob.get("/tracks?near=48.2,16.4,20015115&limit=4"))
    rest = ok(bob.get(f"/tracks?near=48.2,16.4,20015115&limit=4&cursor={first['next_cursor']}"))
    both = [track["title"] for track in first["items"] + rest["items"]]
    assert (len(both), set(both), rest["next_cursor"]) == (7, set(PLACES), None)
    assert both[:3] == ["Vienna", "Schwechat", "Berlin"]


@pytest.mark.usefixtures("atlas")
def test_a_box_holds_what_is_in_it_also_over_the_date_line(bob: Person) -> None:
    assert titles(bob, box="47,16,53,17") == ["Schwechat", "Vienna"]
    assert titles(bob, box="-20,170,-10,-170") == ["Apia", "Suva"]
    assert titles(bob, box="-20,-170,-10,170") == []
    assert titles(bob, box="-90,-180,90,180", search="suva") == ["Suva"]


@pytest.mark.usefixtures("atlas")
def test_what_one_may_not_see_is_nowhere(app: Any, alice: Person, bob: Person) -> None:
    vienna = ok(alice.get("/tracks?search=vienna"))["items"][0]
    set_status(app, vienna, "pending")
    assert titles(bob, near="48.2,16.4,20000") == ["Schwechat"]
    assert titles(bob, box="47,16,53,17") == ["Schwechat"]
    assert titles(alice, near="48.2,16.4,20000") == ["Vienna", "Schwechat"]


def test_what_is_no_place_is_refused_with_how_it_is_written(bob: Person) -> None:
    for field, text in (
        ("near", "48.2,16.37"),
        ("near", "48.2,16.37,-1"),
        ("near", "48.2,16.37,20015116"),
        ("near", "91,0,5"),
        ("near", "0,181,5"),
        ("near", "a,b,c"),
        ("near", "nan,0,5"),
        ("near", "1e1,0,5"),
        ("box", "1,2,3"),
        ("box", "10,0,5,1"),
        ("box", "0,0,95,1"),
        ("box", "0,-181,5,1"),
        ("box", "a,b,c,d"),
        ("box", ",,,"),
    ):
        answer = bob.get("/tracks", query_string={field: text})
        assert set(problem(answer, 422)["errors"]) == {field}, text


def test_a_location_is_said_changed_and_taken_away(alice: Person, bob: Person) -> None:
    track = alice.makes_track("Song")
    path = f"/tracks/{track['id']}"
    here = {"latitude": 48.2, "longitude": 16.37, "accuracy_m": 12.5}
    assert ok(alice.patch(path, {"location": here})) == track | {"location": here}
    problem(bob.patch(path, {"location": None}), 403)
    for wrong in (
        {"latitude": 91, "longitude": 0},
        {"latitude": 0, "longitude": 181},
        {"latitude": 0},
        {"latitude": "NaN", "longitude": 0},
        {"latitude": 0, "longitude": 0, "accuracy_m": -1},
        [48.2, 16.37],
    ):
        assert "location" in problem(alice.patch(path, {"location": wrong}), 422)["errors"]
    assert ok(bob.get(path))["location"] == here
    assert ok(alice.patch(path, {"location": None})) == track
