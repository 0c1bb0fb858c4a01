"""Lists come a page at a time, and what was read already is not sent again."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from tests.cast import Person, ok, problem
from tests.conforming import openapi_of

# What has an end by its nature, and comes whole.
WHOLE = {
    "/api/v1/audio/known",  # what was asked about
    "/api/v1/audio/lost",
    "/api/v1/devices",
    "/api/v1/playlists/{playlist_id}/events",  # up to what is kept; more is a 410
    "/api/v1/playlists/{playlist_id}/history",  # the last 20
    "/api/v1/playlists/{playlist_id}/items",  # SPEC §5: whole, up to 10,000
    "/api/v1/tasks",
    "/api/v1/uploads",
    "/api/v1/users/me/sessions",
    "/api/v1/users/me/tokens",
}


def lists_of(app: Flask) -> dict[str, dict[str, Any]]:
    """The calls that answer a list, by their addresses."""
    whole = openapi_of(app)
    found = {}
    for path, calls in whole["paths"].items():
        shape = calls.get("get", {}).get("responses", {}).get("200", {}).get("content", {})
        name = shape.get("application/json", {}).get("schema", {}).get("$ref", "")
        schema = whole["components"]["schemas"].get(name.rpartition("/")[2], {})
        if "next_cursor" in schema.get("properties", {}):
            found[path] = calls["get"]
    return found


def test_every_list_is_paged_unless_it_has_an_end(app: Flask) -> None:
    lists = lists_of(app)
    assert len(lists) > 15
    names = {path: {each["name"] for each in call["parameters"]} for path, call in lists.items()}
    assert {path for path in lists if not {"limit", "cursor"} <= names[path]} == WHOLE & set(lists)
    assert set(lists) >= WHOLE


def test_playlists_come_a_page_at_a_time(alice: Person) -> None:
    made = [alice.makes_playlist(f"List {number}")["id"] for number in range(5)]
    seen: list[list[str]] = []
    cursor: str | None = ""
    while cursor is not None:
        page = ok(alice.get(f"/playlists?limit=2&cursor={cursor}"))
        seen.append([each["id"] for each in page["items"]])
        cursor = page["next_cursor"]
    assert [len(page) for page in seen] == [2, 2, 1]
    assert [id_ for page in seen for id_ in page] == made[::-1]


def test_a_page_goes_on_where_the_last_ended_though_lists_came_and_went(alice: Person) -> None:
    made = [alice.makes_playlist(f"List {number}")["id"] for number in range(6)]
    first = ok(alice.get("/playlists?limit=2"))
    assert [each["id"] for each in first["items"]] == [made[5], made[4]]
    alice.makes_playlist("Newer")
    second = ok(alice.get(f"/playlists?limit=2&cursor={first['next_cursor']}"))
    assert [each["id"] for each in second["items"]] == [made[3], made[2]]

    ok(alice.delete(f"/playlists/{made[2]}"), 204)
    last = ok(alice.get(f"/playlists?cursor={second['next_cursor']}"))
    assert {made[1], made[0]} <= {each["id"] for each in last["items"]}


@pytest.mark.parametrize(
    "path",
    ["/playlists", "/genres", "/smart-playlists", "/sources", "/wishes", "/invites"],
)
def test_what_is_no_page_is_refused(dora: Person, path: str) -> None:
    assert ok(dora.get(f"{path}?limit=1"))["next_cursor"] is None
    for query in ("limit=0", "limit=201", "limit=x", "cursor=x", "cursor=WzFd", "cursor=%F0%9F"):
        problem(dora.get(f"{path}?{query}"), 422)


def test_members_and_genres_come_a_page_at_a_time(alice: Person, bob: Person) -> None:
    playlist = alice.makes_playlist()
    alice.invites(playlist, bob)
    path = f"/playlists/{playlist['id']}/members?limit=1"
    first = ok(alice.get(path))
    second = ok(alice.get(f"{path}&cursor={first['next_cursor']}"))
    assert [each["user"]["name"] for each in first["items"] + second["items"]] == ["Alice", "Bob"]
    assert second["next_cursor"] is None

    for genre in ("Dub", "Jazz"):
        alice.makes_track(f"In {genre}", genre=genre)
    first = ok(alice.get("/genres?limit=1"))
    second = ok(alice.get(f"/genres?limit=1&cursor={first['next_cursor']}"))
    assert [each["name"] for each in first["items"] + second["items"]] == ["Dub", "Jazz"]


def test_what_is_read_often_is_a_304_until_it_changes(
    app: Flask, alice: Person, charlie: Person
) -> None:
    playlist = alice.makes_playlist()
    at = f"/playlists/{playlist['id']}"
    paths = ["/playlists", "/tracks", "/genres", f"{at}/items", f"{at}/events", f"{at}/members"]
    described = lists_of(app)
    for path in paths:
        call = described["/api/v1" + path.replace(playlist["id"], "{playlist_id}")]
        assert "304" in call["responses"]
        assert "ETag" in call["responses"]["200"]["headers"]
    etags = {path: {"If-None-Match": alice.get(path).headers["ETag"]} for path in paths}
    for path in paths:
        answer = alice.get(path, headers=etags[path])
        assert (answer.status_code, answer.data) == (304, b""), path
        assert answer.headers["ETag"] == etags[path]["If-None-Match"]

    alice.adds(playlist, alice.makes_track("Tide", genre="Dub"))
    alice.invites(playlist, charlie)
    for path in paths:
        answer = alice.get(path, headers=etags[path])
        assert answer.status_code == 200, path
        assert answer.headers["ETag"] != etags[path]["If-None-Match"]


def test_an_etag_of_another_person_finds_nothing(alice: Person, charlie: Person) -> None:
    playlist = alice.makes_playlist()
    for path in ("items", "events", "members"):
        where = f"/playlists/{playlist['id']}/{path}"
        etag = {"If-None-Match": alice.get(where).headers["ETag"]}
        problem(charlie.get(where, headers=etag), 404)
