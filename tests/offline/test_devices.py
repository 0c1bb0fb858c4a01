"""Devices: what each tells of itself and holds, told to its own person alone."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from playlist_app.database import now, session, write
from playlist_app.library.rendering import make_one
from playlist_app.library.renditions import Rendition
from playlist_app.live.events import Event
from playlist_app.offline.devices import MOST_COPIES, MOST_DEVICES, Device, DeviceCopy
from tests.cast import API, Browser, Person, ok, problem
from tests.counting import queries_of
from tests.sounds import Sounds

JSON = dict[str, Any]

PHONE, LAPTOP = (str(uuid.UUID(int=number)) for number in (1, 2))
FIGURES = {
    "used_bytes": 200_000_000,
    "budget_bytes": 500_000_000,
    "quota_bytes": 10_000_000_000,
    "persisted": True,
    "hits": 80,
    "misses": 20,
    "saved_bytes": 25_000_000,
    "worker": True,
}
COPY = {
    "quality": "original",
    "state": "fetching",
    "tracks": 220,
    "tracks_safe": 100,
    "size_bytes": 900_000_000,
    "bytes_safe": 400_000_000,
    "seq": 17,
    "checked_at": "2026-11-21T12:00:00Z",
}


def tells(person: Person, id_: str = PHONE, **values: Any) -> Any:
    body = {"name": "Chrome on Android", "kind": "phone", "figures": FIGURES} | values
    return person.call("PUT", f"/devices/{id_}", json=body)


def holds(person: Person, playlist: JSON, id_: str = PHONE, **values: Any) -> Any:
    return person.call("PUT", f"/devices/{id_}/copies/{playlist['id']}", json=COPY | values)


def told_to(app: Flask, person: Person) -> list[tuple[str, str]]:
    """The events of a person: (type, device)."""
    with app.app_context():
        rows = session().scalars(
            select(Event)
            .where(Event.person_id == person.id, Event.type == "device.changed")
            .order_by(Event.seq)
        )
        return [(event.type, event.payload) for event in rows]


# --- a device -----------------------------------------------------------------------------------


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


# --- what it holds ------------------------------------------------------------------------------


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


# --- small copies are made ahead ----------------------------------------------------------------


def wanted(app: Flask) -> list[Any]:
    """Originals' ids of the small renditions to come, in the order in which they are made."""
    with app.app_context():
        return list(
            session().scalars(
                select(Rendition.audio_id).order_by(Rendition.place, Rendition.asked_at)
            )
        )


def test_a_small_copy_is_made_ahead_in_the_order_of_the_list(
    app: Flask, alice: Person, bob: Person, sounds: Sounds
) -> None:
    playlist = alice.makes_playlist()
    alice.invites(playlist, bob, "viewer")
    tracks = [
        alice.uploads(sounds("wav", seconds=5.0, pitch=pitch), title=f"Tone {pitch}")
        for pitch in (300.0, 400.0, 500.0)
    ]
    items = [alice.adds(playlist, track) for track in tracks]
    alice.patch(f"/playlists/{playlist['id']}/items/{items[2]['id']}", {"index": 0})
    tells(bob)
    holds(bob, playlist)
    assert wanted(app) == []  # an original is there already

    holds(bob, playlist, quality="small")

    with app.app_context():
        made = []
        while make_one():
            newest = session().scalars(select(Rendition).order_by(Rendition.changed_at.desc()))
            made.append(newest.first().audio.sha256)  # type: ignore[union-attr]
    order = [tracks[2], tracks[0], tracks[1]]
    assert made == [track["audio"]["sha256"] for track in order]
    entries = ok(bob.get(f"/playlists/{playlist['id']}/offline?quality=small"))["audio"]
    assert [entry["of"] for entry in entries] == made
    assert {entry["status"] for entry in entries} == {"ready"}


def test_many_copies_get_their_beginnings_first(
    app: Flask, alice: Person, bob: Person, sounds: Sounds
) -> None:
    """Who takes a short list along does not wait for somebody's thousand songs."""
    lists = [alice.makes_playlist(), bob.makes_playlist()]
    tones = iter(range(300, 1000, 50))
    for person, playlist in zip((alice, bob), lists, strict=True):
        for _ in range(3):
            track = person.uploads(sounds("wav", seconds=5.0, pitch=float(next(tones))))
            person.adds(playlist, track)
        tells(person)
        holds(person, playlist, quality="small")
    with app.app_context():
        places = session().scalars(
            select(Rendition.place).order_by(Rendition.place, Rendition.asked_at)
        )
        assert list(places) == [1, 1, 2, 2, 3, 3]
    # What somebody wants to hear now comes before all of it.
    wma = alice.uploads(sounds("wma"))
    ok(
        alice.post(
            f"{API}/audio/by-hash/{wma['audio']['sha256']}/renditions", {"profile": "web-playable"}
        ),
        202,
    )
    with app.app_context():
        make_one()
        [ready] = session().scalars(select(Rendition).where(Rendition.status == "ready"))
        assert ready.profile == "web-playable"


def test_what_is_added_to_a_small_copy_is_made_at_once(
    app: Flask, alice: Person, bob: Person, sounds: Sounds
) -> None:
    playlist, other = alice.makes_playlist(), alice.makes_playlist()
    alice.invites(playlist, bob)
    track = alice.uploads(sounds("wav", seconds=5.0))
    tells(bob)
    holds(bob, playlist, quality="small")
    alice.adds(other, track)
    assert wanted(app) == []  # nobody has that list small

    alice.adds(playlist, track)

    assert len(wanted(app)) == 1
    alice.adds(playlist, alice.makes_track("Without audio"))
    alice.delete(f"/playlists/{playlist['id']}")  # and nothing of it stands in the way


def test_an_add_that_comes_to_nothing_has_nothing_made(
    app: Flask, alice: Person, sounds: Sounds, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is asked for in the write of the adding, and dropped with it."""
    playlist = alice.makes_playlist()
    tells(alice)
    holds(alice, playlist, quality="small")
    track = alice.uploads(sounds("wav", seconds=5.0))

    def fails(*_: object) -> None:
        raise RuntimeError("after the adding")

    monkeypatch.setattr("playlist_app.playlists.rules.adding", [*_adding(), fails])
    with pytest.raises(RuntimeError):
        alice.post(f"/playlists/{playlist['id']}/items", {"track_id": track["id"]})
    assert wanted(app) == []
    assert alice.titles(playlist) == []


def _adding() -> list[Any]:
    from playlist_app.playlists import rules

    return list(rules.adding)


# --- the page -----------------------------------------------------------------------------------


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
