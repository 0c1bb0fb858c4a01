"""The queue: what is put in, and what its people may do with it. Nothing is fetched here."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cast import Person, ok, problem

URL = "https://music.example/songs/one.mp3"


def asks(person: Person, url: str = URL, **fields: Any) -> dict[str, Any]:
    return ok(person.post("/imports", {"url": url, **fields}), 201)


def status(person: Person, row: dict[str, Any]) -> str:
    return str(ok(person.get(f"/imports/{row['id']}"))["status"])


def test_an_address_is_queued_for_who_asks_and_admins_see_it(
    alice: Person, charlie: Person, dora: Person, happened: Any
) -> None:
    row = asks(alice)
    assert (row["status"], row["url"], row["host"]) == ("queued", URL, "music.example")
    assert row["person"] == {"id": alice.id, "name": "Alice"}
    assert [found["id"] for found in ok(alice.get("/imports"))["items"]] == [row["id"]]
    assert [found["id"] for found in ok(dora.get("/imports"))["items"]] == [row["id"]]
    assert ok(charlie.get("/imports"))["items"] == []
    problem(charlie.get(f"/imports/{row['id']}"), 404)
    shape = {key: value for key, value in row.items() if key != "imports"}
    assert happened() == [("import.changed", {"import": shape})] * 2  # to Alice and to Dora


def test_what_waits_already_is_not_put_in_twice(alice: Person, bob: Person) -> None:
    row = asks(alice)
    again = ok(alice.post("/imports", {"url": URL.replace("https", "HTTPS") + "#t=5"}), 201)
    assert again["id"] == row["id"]
    assert asks(bob)["id"] != row["id"]


@pytest.mark.parametrize(
    ("verbs", "ends"),
    [
        (["pause"], "paused"),
        (["pause", "pause"], "paused"),
        (["pause", "resume"], "queued"),
        (["pause", "cancel"], "cancelled"),
        (["cancel"], "cancelled"),
        (["cancel", "retry"], "queued"),
        (["ignore"], "ignored"),
        (["ignore", "retry"], "queued"),
    ],
)
def test_verbs_lead_from_state_to_state(alice: Person, verbs: list[str], ends: str) -> None:
    row = asks(alice)
    for verb in verbs:
        ok(alice.post(f"/imports/{row['id']}/{verb}"))
    assert status(alice, row) == ends


@pytest.mark.parametrize(
    ("verbs", "then"),
    [(["cancel"], "pause"), (["cancel"], "resume"), (["ignore"], "cancel"), (["pause"], "retry")],
)
def test_what_makes_no_sense_is_refused(
    alice: Person, happened: Any, verbs: list[str], then: str
) -> None:
    row = asks(alice)
    for verb in verbs:
        ok(alice.post(f"/imports/{row['id']}/{verb}"))
    before = happened()
    problem(alice.post(f"/imports/{row['id']}/{then}"), 409)
    assert happened() == before


@pytest.mark.parametrize("verb", ["pause", "resume", "cancel", "retry", "ignore"])
def test_nobody_else_but_an_admin_may(
    alice: Person, charlie: Person, dora: Person, verb: str
) -> None:
    row = asks(alice)
    first = {"resume": "pause", "retry": "cancel"}.get(verb)
    if first:
        ok(dora.post(f"/imports/{row['id']}/{first}"))
    before = ok(alice.get(f"/imports/{row['id']}"))
    problem(charlie.post(f"/imports/{row['id']}/{verb}"), 404)
    assert ok(alice.get(f"/imports/{row['id']}")) == before
    ok(dora.post(f"/imports/{row['id']}/{verb}"))
    assert status(alice, row) != before["status"]


def test_an_import_is_taken_off_the_list(alice: Person, charlie: Person, happened: Any) -> None:
    row = asks(alice)
    problem(charlie.delete(f"/imports/{row['id']}"), 404)
    assert alice.delete(f"/imports/{row['id']}").status_code == 204
    problem(alice.get(f"/imports/{row['id']}"), 404)
    assert happened()[-1] == ("import.removed", {"id": row["id"]})


def test_only_who_may_add_to_a_playlist_imports_into_it(
    alice: Person, bob: Person, charlie: Person
) -> None:
    playlist = alice.makes_playlist()
    alice.invites(playlist, bob, "voter")
    assert asks(alice, playlist_id=playlist["id"])["playlist_id"] == playlist["id"]
    problem(bob.post("/imports", {"url": URL, "playlist_id": playlist["id"]}), 403)
    problem(charlie.post("/imports", {"url": URL, "playlist_id": playlist["id"]}), 404)
    assert ok(charlie.get("/imports"))["items"] == []


def test_lists_come_a_page_at_a_time_and_by_status(alice: Person) -> None:
    ids = [asks(alice, f"{URL}?{number}")["id"] for number in range(5)]
    ok(alice.post(f"/imports/{ids[2]}/pause"))
    page = ok(alice.get("/imports?limit=3"))
    rest = ok(alice.get(f"/imports?limit=3&cursor={page['next_cursor']}"))
    assert [row["id"] for row in page["items"] + rest["items"]] == ids[::-1]
    assert rest["next_cursor"] is None
    assert (page["counts"]["queued"], page["counts"]["paused"]) == (4, 1)
    assert [r["id"] for r in ok(alice.get("/imports?status=paused,failed"))["items"]] == [ids[2]]
    problem(alice.get("/imports?status=odd"), 422)


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "ftp://music.example/a.mp3",
        "gopher://music.example/",
        "data:audio/mpeg;base64,AAAA",
        "javascript:alert(1)",
        "//music.example/a.mp3",
        "music",
        "https://",
        "https://user:secret@music.example/a.mp3",
        "https://music.example:25/a.mp3",
        "https://music.example:99999/a.mp3",
        "https://music.example\\@localhost/",
        "http://10.0.0.1/",
        "http://[::1]/",
        "http://169.254.169.254/latest/meta-data/",
        "http://0xa9fea9fe/",
        "http://[::ffff:10.0.0.1]/",
        "https://music.example/" + "a" * 2000,
        "",
    ],
)
def test_what_can_never_be_fetched_is_refused_at_the_door(
    alice: Person, happened: Any, url: str
) -> None:
    refusal = problem(alice.post("/imports", {"url": url}), 422)
    assert refusal["errors"]["url"]
    problem(alice.post("/imports/look", {"url": url}), 422)
    assert ok(alice.get("/imports"))["items"] == []
    assert happened() == []
