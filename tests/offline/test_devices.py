"""Devices: what each tells of itself, told to its own person alone, and the page of them."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import update

from playlist_app.database import now, write
from playlist_app.offline.devices import MOST_DEVICES, Device
from tests.cast import Browser, Person, ok, problem
from tests.counting import queries_of
from tests.offline.telling import FIGURES, LAPTOP, PHONE, holds, tells, told_to

JSON = dict[str, Any]


def test_a_device_tells_of_itself_and_its_person_is_told(
    app: Flask, alice: Person, bob: Person, nobody: Person
) -> None:
    first = ok(tells(alice), 201)
    again = ok(tells(alice))

    assert first["id"] == PHONE
    assert (first["name"], first["kind"]) == ("Chrome on Android", "phone")
    assert (first["figures"], first["copies"]) == (FIGURES, [])
    assert again | {"last_seen_at": ""} == first | {"last_seen_at": ""}
    assert again["last_seen_at"] > first["last_seen_at"]
    assert ok(alice.get(f"/devices/{PHONE}")) == again
    assert [device["id"] for device in ok(alice.get("/devices"))["items"]] == [PHONE]
    assert told_to(app, alice) == [("device.changed", f'{{"id":"{PHONE}"}}')]
    # Nobody else is told anything, and nobody else finds it.
    assert told_to(app, bob) == []
    assert ok(bob.get("/devices"))["items"] == []
    problem(bob.get(f"/devices/{PHONE}"), 404)
    problem(bob.delete(f"/devices/{PHONE}"), 404)
    problem(nobody.get("/devices"), 401)
    problem(tells(nobody), 401)


def test_what_a_device_counts_is_no_event(app: Flask, alice: Person) -> None:
    tells(alice)
    tells(alice, figures=FIGURES | {"hits": 81})
    assert len(told_to(app, alice)) == 1
    assert ok(alice.get(f"/devices/{PHONE}"))["figures"]["hits"] == 81
    tells(alice, name="Firefox on Android")
    assert len(told_to(app, alice)) == 2


def test_two_people_in_one_browser_have_a_device_each(alice: Person, bob: Person) -> None:
    playlist = alice.makes_playlist("Secret party")
    tells(alice)
    ok(holds(alice, playlist), 201)

    ok(tells(bob, name="Bob’s own"), 201)

    assert ok(bob.get(f"/devices/{PHONE}"))["copies"] == []
    problem(bob.get(f"/devices/{PHONE}/copies/{playlist['id']}"), 404)
    problem(bob.delete(f"/devices/{PHONE}/copies/{playlist['id']}"), 404)
    assert bob.delete(f"/devices/{PHONE}").status_code == 204
    assert ok(alice.get(f"/devices/{PHONE}"))["name"] == "Chrome on Android"
    assert len(ok(alice.get("/playlists/downloads"))["items"]) == 1


@pytest.mark.parametrize(
    "values",
    [
        {"name": ""},
        {"name": " \u202e\x00 "},
        {"name": "x" * 61},
        {"name": None},
        {"kind": "fridge"},
        {"kind": 1},
        {"figures": []},
        {"figures": {"used_bytes": -1}},
        {"figures": {"used_bytes": 2**60}},
        {"figures": {"used_bytes": "1"}},
        {"figures": {"persisted": "yes"}},
        {"figures": {"else": 1}},
        {"else": 1},
    ],
)
def test_a_device_that_makes_no_sense_changes_nothing(
    app: Flask, alice: Person, values: JSON
) -> None:
    problem(tells(alice, **values), 422)
    assert ok(alice.get("/devices"))["items"] == []
    assert told_to(app, alice) == []


def test_a_name_is_one_clean_line(alice: Person) -> None:
    assert ok(tells(alice, name=" My\n\x07phone\u202e "), 201)["name"] == "My phone"


@pytest.mark.parametrize("id_", ["phone", "1", "x" * 200, "%00"])
def test_the_id_of_a_device_is_a_uuid(alice: Person, id_: str) -> None:
    problem(tells(alice, id_), 422)
    problem(alice.get(f"/devices/{id_}"), 404)
    problem(alice.delete(f"/devices/{id_}"), 404)


def test_the_id_of_a_device_may_be_written_in_capitals(alice: Person) -> None:
    id_ = "ABCDEFAB-CDEF-4BCD-8FAB-CDEFABCDEFAB"
    assert ok(tells(alice, id_), 201)["id"] == id_.lower()
    ok(alice.get(f"/devices/{id_}"))


def test_of_too_many_devices_those_unseen_for_longest_go(app: Flask, alice: Person) -> None:
    ids = [str(uuid.UUID(int=number + 10)) for number in range(MOST_DEVICES + 2)]
    for age, id_ in enumerate(ids[:MOST_DEVICES]):
        tells(alice, id_)
        with app.app_context(), write() as tx:
            seen = now() - timedelta(days=age + 1)
            tx.execute(update(Device).where(Device.id == id_).values(seen_at=seen))
    for id_ in ids[MOST_DEVICES:]:
        ok(tells(alice, id_), 201)

    left = [device["id"] for device in ok(alice.get("/devices"))["items"]]

    assert len(left) == MOST_DEVICES
    assert set(ids) - set(left) == {ids[MOST_DEVICES - 1], ids[MOST_DEVICES - 2]}
    assert left[0] == ids[-1]


def test_a_forgotten_device_is_gone_with_what_it_held(app: Flask, alice: Person) -> None:
    playlist = alice.makes_playlist()
    tells(alice)
    holds(alice, playlist)
    assert alice.delete(f"/devices/{PHONE}").status_code == 204
    problem(alice.get(f"/devices/{PHONE}"), 404)
    problem(alice.delete(f"/devices/{PHONE}"), 404)
    assert ok(alice.get("/playlists/downloads"))["items"] == []
    assert len(told_to(app, alice)) == 3  # it came, it held, it went
    ok(tells(alice), 201)  # and comes again when it is used
    assert ok(alice.get(f"/devices/{PHONE}"))["copies"] == []


# --- the page ------------------------------------------------------------------------------------


def test_the_page_says_what_each_device_holds(alice: Person, bob: Person) -> None:
    playlist = alice.makes_playlist("Friday <kitchen>")
    tells(alice)
    holds(alice, playlist, tracks_safe=214, quality="small", state="paused", problem="disk_full")
    tells(alice, LAPTOP, name="Firefox on Linux", kind="computer")
    holds(alice, playlist, LAPTOP, state="whole", tracks_safe=220)

    for path in ("/downloads", "/downloads/devices"):
        page = alice.page(path).get_data(as_text=True)
        assert "Friday &lt;kitchen&gt;" in page
        assert "214 of 220 safe · 400 MB of 900 MB · stopped: the device is full · small" in page
        assert "All 220 safe · 900 MB" in page
        assert "200 MB of 500 MB used" in page
        assert page.index("Firefox on Linux") < page.index("Chrome on Android")  # seen last
        assert "Friday" not in bob.page(path).get_data(as_text=True)
    assert "<other-devices" not in alice.page("/offline-shell").get_data(as_text=True)


def test_a_device_is_forgotten_with_a_plain_form(app: Flask, alice: Person, bob: Person) -> None:
    tells(alice)
    path = f"/downloads/devices/{PHONE}/forget"
    assert bob.page(path, "POST").status_code == 404
    assert Browser(app).opens("/downloads/devices").status_code == 302
    answer = Browser(app, alice).submits(path, seen_at="/downloads")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/downloads")
    assert ok(alice.get("/devices"))["items"] == []
    assert len(told_to(app, alice)) == 2


def test_the_page_asks_as_often_for_many_devices(app: Flask, alice: Person) -> None:
    tells(alice)
    holds(alice, alice.makes_playlist())
    alice.page("/downloads/devices")
    few = queries_of(app, lambda: alice.page("/downloads/devices"))
    lists = [alice.makes_playlist() for _ in range(3)]
    for device in (PHONE, LAPTOP):
        tells(alice, device)
        for playlist in lists:
            holds(alice, playlist, device)
    assert queries_of(app, lambda: alice.page("/downloads/devices")) == few
