"""What devices hold: told by each, listed for its own person alone."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from playlist_app.database import session
from playlist_app.offline.devices import MOST_COPIES, DeviceCopy
from tests.cast import Person, ok, problem
from tests.counting import queries_of
from tests.offline.telling import COPY, LAPTOP, PHONE, holds, tells, told_to

JSON = dict[str, Any]


def test_a_device_tells_what_it_holds(
    app: Flask, alice: Person, bob: Person, charlie: Person
) -> None:
    playlist = alice.makes_playlist("Friday kitchen")
    alice.invites(playlist, bob)
    tells(bob)

    first = ok(holds(bob, playlist), 201)
    further = ok(holds(bob, playlist, tracks_safe=214, bytes_safe=880_000_000))

    assert first | {"updated_at": ""} == COPY | {
        "device": PHONE,
        "playlist": playlist["id"],
        "status": "active",
        "problem": None,
        "checked_at": "2026-11-21T12:00:00.000Z",
        "updated_at": "",
    }
    assert further["tracks_safe"] == 214
    path = f"/devices/{PHONE}/copies"
    assert ok(bob.get(f"{path}/{playlist['id']}")) == further
    listed = further | {"title": "Friday kitchen"}
    assert ok(bob.get(path))["items"] == [listed]
    assert ok(bob.get(f"/devices/{PHONE}"))["copies"] == [listed]
    assert ok(bob.get("/devices"))["items"][0]["copies"] == [listed]
    assert len(told_to(app, bob)) == 2  # the device, and the copy; progress is none
    ok(holds(bob, playlist, state="whole", tracks_safe=220))
    assert len(told_to(app, bob)) == 3
    # Not even who owns the playlist hears what Bob's phone holds.
    assert told_to(app, alice) == []
    assert ok(alice.get("/playlists/downloads"))["items"] == []
    problem(charlie.get(f"{path}/{playlist['id']}"), 404)
    problem(charlie.get(path), 404)


def test_what_one_may_not_see_can_not_be_held(
    app: Flask, alice: Person, charlie: Person, nobody: Person
) -> None:
    """An outsider learns nothing by telling that they hold it."""
    playlist = alice.makes_playlist()
    tells(charlie)
    problem(holds(charlie, playlist), 404)
    problem(holds(charlie, {"id": str(uuid.uuid4())}), 404)
    problem(holds(nobody, playlist), 401)
    problem(holds(alice, playlist), 404)  # a device of hers is not known yet
    with app.app_context():
        assert session().scalar(select(func.count()).select_from(DeviceCopy)) == 0


def test_what_is_not_shared_any_more_has_no_name(alice: Person, bob: Person) -> None:
    """A copy may still lie there; what the list is called now is not for them."""
    playlist = alice.makes_playlist()
    alice.invites(playlist, bob)
    tells(bob)
    holds(bob, playlist)
    ok(alice.delete(f"/playlists/{playlist['id']}/members/{bob.id}"), 204)
    ok(alice.patch(f"/playlists/{playlist['id']}", {"title": "Bob’s surprise"}))

    [held] = ok(bob.get("/playlists/downloads"))["items"]

    assert held["title"] is None
    problem(holds(bob, playlist), 404)
    page = bob.page("/downloads").get_data(as_text=True)
    assert "surprise" not in page
    assert bob.delete(f"/devices/{PHONE}/copies/{playlist['id']}").status_code == 204


def test_a_copy_that_was_left_is_gone(app: Flask, alice: Person) -> None:
    playlist = alice.makes_playlist()
    path = f"/devices/{PHONE}/copies/{playlist['id']}"
    problem(alice.delete(path), 404)
    tells(alice)
    problem(alice.delete(path), 404)
    holds(alice, playlist)
    before = len(told_to(app, alice))
    assert alice.delete(path).status_code == 204
    problem(alice.get(path), 404)
    assert len(told_to(app, alice)) == before + 1


def test_the_same_call_again_gets_its_first_answer(alice: Person) -> None:
    playlist = alice.makes_playlist()
    tells(alice)
    key = {"Idempotency-Key": str(uuid.uuid4())}
    path = f"/devices/{PHONE}/copies/{playlist['id']}"
    answers = [alice.call("PUT", path, json=COPY, headers=key) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].get_json() == answers[1].get_json()


def test_downloads_are_listed_by_how_they_stand(alice: Person) -> None:
    lists = [alice.makes_playlist(title) for title in ("Alpha", "Beta", "Gamma", "Delta")]
    for device in (PHONE, LAPTOP):
        tells(alice, device)
    holds(alice, lists[0])
    holds(alice, lists[1], state="whole", tracks_safe=220)
    holds(alice, lists[2], LAPTOP, state="whole", tracks_safe=219)  # the browser threw one away
    holds(alice, lists[3], LAPTOP, state="paused", problem="disk_full", quality="small")

    def titles(status: str | None) -> list[str]:
        query = {"status": status} if status is not None else {}
        found = ok(alice.get("/playlists/downloads", query_string=query))
        assert found["next_cursor"] is None
        return [item["title"] for item in found["items"]]

    assert titles("active") == ["Alpha", "Delta", "Gamma"]
    assert titles("completed") == ["Beta"]
    assert titles("active,completed") == titles(None) == ["Alpha", "Beta", "Delta", "Gamma"]
    for wrong in ("done", "active,", ""):
        problem(alice.get(f"/playlists/downloads?status={wrong}"), 422)


def test_downloads_come_page_by_page(alice: Person, bob: Person) -> None:
    """What is not to be seen any more stands last, and has no name in a cursor either."""
    lists = [alice.makes_playlist(title) for title in ("Alpha", "Beta", "Beta", "Gamma")]
    hidden = bob.makes_playlist("A secret")
    bob.invites(hidden, alice)
    for device in (PHONE, LAPTOP):
        tells(alice, device)
        for playlist in (*lists, hidden):
            holds(alice, playlist, device)
    ok(bob.delete(f"/playlists/{hidden['id']}/members/{alice.id}"), 204)
    for path, count in (("/playlists/downloads", 10), (f"/devices/{PHONE}/copies", 5)):
        whole = ok(alice.get(path))
        assert (len(whole["items"]), whole["next_cursor"]) == (count, None)
        found: list[JSON] = []
        cursor: str | None = ""
        while cursor is not None:
            page = ok(alice.get(path, query_string={"limit": 3, "cursor": cursor}))
            found += page["items"]
            cursor = page["next_cursor"]
        assert found == whole["items"]
        assert [item["title"] for item in found][-count // 5 :] == [None] * (count // 5)
        for wrong in ({"limit": 0}, {"limit": 201}, {"cursor": "x"}, {"cursor": "WzFd"}):
            problem(alice.get(path, query_string=wrong), 422)


@pytest.mark.parametrize(
    "values",
    [
        {"quality": "tiny"},
        {"state": "done"},
        {"tracks": -1},
        {"tracks": 10_001},
        {"tracks": "1"},
        {"tracks": 1.5},
        {"tracks_safe": 221},
        {"size_bytes": 2**60},
        {"bytes_safe": None},
        {"seq": -1},
        {"checked_at": "yesterday"},
        {"checked_at": "2026-11-21T12:00:00"},
        {"checked_at": "0001-01-01T00:00:00+14:00"},
        {"checked_at": "9999-12-31T23:59:59-14:00"},
        {"problem": "A long story"},
        {"problem": ""},
        {"else": 1},
    ],
)
def test_a_copy_that_makes_no_sense_changes_nothing(alice: Person, values: JSON) -> None:
    playlist = alice.makes_playlist()
    tells(alice)
    problem(holds(alice, playlist, **values), 422)
    assert ok(alice.get("/playlists/downloads"))["items"] == []


@pytest.mark.parametrize("body", [None, b"", b"[]", b'"x"', b"{", b'{"name":"\\ud800"}'])
def test_a_body_that_can_not_be_read_is_refused(alice: Person, body: bytes | None) -> None:
    playlist = alice.makes_playlist()
    tells(alice)
    for path in (f"/devices/{LAPTOP}", f"/devices/{PHONE}/copies/{playlist['id']}"):
        answer = alice.call("PUT", path, data=body, content_type="application/json")
        assert answer.status_code in (400, 422), path


def test_a_device_holds_no_endless_number_of_lists(app: Flask, alice: Person) -> None:
    one, other = alice.makes_playlist(), alice.makes_playlist()
    tells(alice)
    holds(alice, one)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("playlist_app.offline.devices.MOST_COPIES", 1)
        problem(holds(alice, other), 409)
        ok(holds(alice, one, tracks_safe=101))
    assert MOST_COPIES >= 100


def test_a_deleted_playlist_is_held_no_more(alice: Person) -> None:
    playlist = alice.makes_playlist()
    tells(alice)
    holds(alice, playlist)
    alice.delete(f"/playlists/{playlist['id']}")
    assert ok(alice.get(f"/devices/{PHONE}"))["copies"] == []
    problem(holds(alice, playlist), 404)


def test_lists_of_devices_ask_as_often_for_many(app: Flask, alice: Person) -> None:
    lists = [alice.makes_playlist() for _ in range(4)]
    tells(alice)
    holds(alice, lists[0])
    counts: list[list[int]] = []
    for _ in range(2):
        counts.append(
            [
                queries_of(app, lambda path=path: alice.get(path))  # type: ignore[misc]
                for path in ("/devices", f"/devices/{PHONE}", "/playlists/downloads")
            ]
        )
        for device in (PHONE, LAPTOP):
            tells(alice, device)
            for playlist in lists:
                holds(alice, playlist, device)
    assert counts[0] == counts[1]
