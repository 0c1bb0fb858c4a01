"""The merge of settings that were changed without network, and perhaps elsewhere as well."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from flask import Flask

from playlist_app.live import events
from tests.cast import Person, ok, problem
from tests.offline.sending import operation, sends

Happened = Any


def settings_of(person: Person, playlist: Any) -> tuple[Any, ...]:
    now = ok(person.get(f"/playlists/{playlist['id']}"))
    return (now["title"], now["description"], now["order_mode"], now["consume"])


def test_settings_that_nobody_else_touched_apply(
    alice: Person, bob: Person, charlie: Person, playlist: Any, happened: Happened
) -> None:
    fields = {"title": "Late", "description": "After ten", "order_mode": "votes", "consume": True}
    update = operation("update", playlist, fields=fields)

    outsider = sends(charlie, update | {"id": str(uuid.uuid4())})[0]
    member = sends(bob, update | {"id": str(uuid.uuid4())})[0]
    result = sends(alice, update)[0]

    assert (result["status"], result["playlist"]["title"]) == ("applied", "Late")
    assert settings_of(alice, playlist) == ("Late", "After ten", "votes", True)
    type_, payload = happened(playlist["id"])[-1]
    assert (type_, payload["playlist"]["order_mode"]) == ("playlist.updated", "votes")
    assert (outsider["status"], outsider["problem"]["status"]) == ("rejected", 404)
    assert (member["status"], member["problem"]["status"]) == ("rejected", 403)
    assert "playlist" not in outsider and "playlist" not in member


def test_in_a_shared_list_what_the_server_has_stands_and_both_are_told(
    alice: Person, playlist: Any, happened: Happened
) -> None:
    ok(alice.patch(f"/playlists/{playlist['id']}", {"title": "Saturday"}))
    before = happened()
    update = operation("update", playlist, fields={"title": "Sunday"})

    result = sends(alice, update)[0]

    assert result["status"] == "conflict"
    assert result["problem"]["theirs"] == {"title": "Saturday"}
    assert result["problem"]["mine"] == {"title": "Sunday"}
    assert "Alice changed the title" in result["problem"]["detail"]
    assert settings_of(alice, playlist)[0] == "Saturday"
    assert happened() == before
    assert sends(alice, update)[0] == result | {"replayed": True}

    seen = ok(alice.get(f"/playlists/{playlist['id']}"))
    mine = operation("update", seen, fields=result["problem"]["mine"])
    assert sends(alice, mine)[0]["status"] == "applied"
    assert settings_of(alice, playlist)[0] == "Sunday"


def test_only_what_was_changed_on_both_sides_stays(
    alice: Person, playlist: Any, happened: Happened
) -> None:
    ok(alice.patch(f"/playlists/{playlist['id']}", {"title": "Saturday", "order_mode": "votes"}))
    fields = {"title": "Sunday", "description": "Mine", "order_mode": "votes"}

    result = sends(alice, operation("update", playlist, fields=fields))[0]

    assert result["status"] == "conflict"
    assert (result["problem"]["theirs"], result["problem"]["mine"]) == (
        {"title": "Saturday"},
        {"title": "Sunday"},
    )
    assert settings_of(alice, playlist) == ("Saturday", "Mine", "votes", False)
    assert happened(playlist["id"])[-1][1]["playlist"]["description"] == "Mine"


def test_in_a_list_of_ones_own_the_last_to_arrive_wins(alice: Person, bob: Person) -> None:
    """Whatever the clock of the device says; and a voter is nobody who edits."""
    own = alice.makes_playlist("Mine")
    alice.invites(own, bob, "voter")
    ok(alice.patch(f"/playlists/{own['id']}", {"title": "From the desk"}))
    update = operation("update", own, fields={"title": "From the phone"})
    update["at"] = "2001-01-01T00:00:00Z"

    assert sends(alice, update)[0]["status"] == "applied"
    assert settings_of(alice, own)[0] == "From the phone"


def test_what_an_admin_changed_in_it_is_not_written_over(alice: Person, dora: Person) -> None:
    own = alice.makes_playlist("Mine")
    ok(dora.patch(f"/playlists/{own['id']}", {"title": "Tidied"}))

    result = sends(alice, operation("update", own, fields={"title": "Messy"}))[0]

    assert (result["status"], result["problem"]["theirs"]) == ("conflict", {"title": "Tidied"})
    assert "Dora" in result["problem"]["detail"]


def test_a_device_does_not_contradict_itself(alice: Person, playlist: Any) -> None:
    """Two edits that waited know the same state of the server; the second knows of the first."""
    first = operation("update", playlist, fields={"title": "Saturday"})
    second = operation("update", playlist, fields={"title": "Sunday"})
    other = operation("update", playlist, fields={"title": "Monday"})

    assert [result["status"] for result in sends(alice, first, second)] == ["applied", "applied"]
    answer = ok(alice.post("/sync", {"device": "tablet", "operations": [other]}))

    assert answer["results"][0]["status"] == "conflict"
    assert settings_of(alice, playlist)[0] == "Sunday"


def test_the_same_on_both_sides_is_satisfied(
    alice: Person, playlist: Any, happened: Happened
) -> None:
    ok(alice.patch(f"/playlists/{playlist['id']}", {"title": "Saturday"}))
    before = happened()

    result = sends(alice, operation("update", playlist, fields={"title": " Saturday "}))[0]

    assert (result["status"], result["playlist"]["title"]) == ("satisfied", "Saturday")
    assert happened() == before


def test_which_setting_changed_is_known_after_its_event_is_gone(
    app: Flask, alice: Person, playlist: Any
) -> None:
    ok(alice.patch(f"/playlists/{playlist['id']}", {"title": "Saturday"}))
    with app.app_context():
        events.forget_old(1)
    fields = {"title": "Sunday", "description": "Mine"}

    result = sends(alice, operation("update", playlist, fields=fields))[0]

    assert (result["status"], result["problem"]["theirs"]) == ("conflict", {"title": "Saturday"})
    assert settings_of(alice, playlist)[:2] == ("Saturday", "Mine")


@pytest.mark.parametrize("seen", [None, 10**9])
def test_who_has_seen_nothing_of_this_history_contradicts_every_change(
    alice: Person, playlist: Any, seen: int | None
) -> None:
    ok(alice.patch(f"/playlists/{playlist['id']}", {"title": "Saturday"}))
    update = operation("update", playlist, fields={"title": "Sunday"}) | {"base_seq": seen}

    assert sends(alice, update)[0]["status"] == "conflict"


def test_settings_of_a_list_that_is_gone_are_rejected(alice: Person, playlist: Any) -> None:
    alice.delete(f"/playlists/{playlist['id']}")

    result = sends(alice, operation("update", playlist, fields={"title": "Sunday"}))[0]

    assert (result["status"], result["problem"]["status"]) == ("rejected", 404)


def test_saving_what_is_there_already_is_no_event(
    alice: Person, playlist: Any, happened: Happened
) -> None:
    before = happened()

    ok(alice.patch(f"/playlists/{playlist['id']}", {"title": playlist["title"]}))

    assert happened() == before


@pytest.mark.parametrize(
    "wrong",
    [
        {"fields": {}},
        {"fields": {"visibility": "members"}},
        {"fields": {"title": ""}},
        {"fields": {"title": "x" * 121}},
        {"fields": {"order_mode": "sideways"}},
        {"fields": {"consume": "yes"}},
        {"fields": "title"},
        {"fields": {"title": "x"}, "title": "y"},
        {"kind": "create"},
        {"kind": "create", "title": "x", "playlist": "no-uuid"},
    ],
)
def test_settings_and_lists_that_make_no_sense_are_refused(
    alice: Person, playlist: Any, happened: Happened, wrong: dict[str, Any]
) -> None:
    before = happened()
    update = operation("update", playlist) | wrong

    refused = problem(alice.post("/sync", {"device": "phone", "operations": [update]}), 422)

    assert refused["errors"]
    assert happened() == before
