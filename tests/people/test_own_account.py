"""Leaving the server, and taking one's data along."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import inspect, select

from playlist_app.database import Base, db, session
from playlist_app.people import leaving
from playlist_app.people.audit import Note
from playlist_app.people.models import User
from tests.cast import PASSWORD, Browser, Person, ok, problem

SECRET_WISH = "a very private wish"


@pytest.fixture
def house(alice: Person, bob: Person, charlie: Person) -> dict[str, Any]:
    """Alice shares a list with Bob, has one for herself, and is in one of Bob's."""
    shared = alice.makes_playlist("Shared kitchen")
    alice.invites(shared, bob)
    private = alice.makes_playlist(SECRET_WISH)
    bobs = bob.makes_playlist("Bob's own")
    bob.invites(bobs, alice)
    track = alice.makes_track("Tidal", genre="Ambient")
    item = alice.adds(shared, track)
    in_bobs = alice.adds(bobs, track)
    bob_adds = bob.adds(shared, bob.makes_track("Bob's song"))
    ok(alice.post(f"/playlists/{bobs['id']}/items/{in_bobs['id']}/vote", {"direction": "up"}))
    ok(bob.post(f"/playlists/{shared['id']}/items/{item['id']}/vote", {"direction": "down"}))
    alice.call("PUT", f"/devices/{uuid.uuid4()}", json={"name": "Alice's phone", "kind": "phone"})
    return {
        "shared": shared,
        "private": private,
        "bobs": bobs,
        "track": track,
        "in_bobs": in_bobs,
        "bob_adds": bob_adds,
    }


def test_deletions_are_noted(alice: Person, dora: Person, house: Any) -> None:
    assert alice.delete(f"/playlists/{house['private']['id']}").status_code == 204
    assert alice.delete(f"/tracks/{house['track']['id']}").status_code == 204
    notes = ok(dora.get("/audit"))["items"]
    told = {(note["actor"]["name"], note["action"], note["subject"]) for note in notes}
    assert ("Alice", "playlist.deleted", SECRET_WISH) in told
    assert ("Alice", "track.deleted", "Tidal · Mira Lund") in told


def leave(person: Person, password: str = PASSWORD, **how: str) -> Any:
    return person.post("/users/me/leave", {"password": password, **how})


def test_who_leaves_is_gone_and_what_they_gave_stays_without_their_name(
    app: Flask, alice: Person, bob: Person, dora: Person, nobody: Person, house: Any, happened: Any
) -> None:
    alices_id = alice.id
    assert "password" in problem(leave(alice, "wrong"), 422)["errors"]
    ok(alice.get("/users/me"))
    since = happened()[-1:] and ok(bob.get(f"/playlists/{house['bobs']['id']}"))["seq"]
    left = leave(alice, playlists="hand_over", heir="Bob ")
    assert (left.status_code, left.data) == (204, b"")
    # The account: no session, no log-in, and nobody of that name; the name is free again.
    assert alice.get("/users/me").status_code == 401
    problem(nobody.post("/users/login", {"username": "alice", "password": PASSWORD}), 401)
    people = ok(dora.get("/users?limit=200"))["items"]
    assert {one["username"] for one in people} == {"bob", "charlie", "dora"}
    problem(dora.patch(f"/users/{alices_id}", {"is_active": True}), 404)
    # What was shared is Bob's; what was hers alone is gone.
    shared = ok(bob.get(f"/playlists/{house['shared']['id']}"))
    assert (shared["owner"]["name"], shared["my_role"]) == ("Bob", "owner")
    problem(bob.get(f"/playlists/{house['private']['id']}"), 404)
    # In Bob's own list her item and her vote stay, and nobody's name is on them.
    [item] = ok(bob.get(f"/playlists/{house['bobs']['id']}/items"))["items"]
    assert (item["up"], item["added_by"]["name"]) == (1, leaving.LEFT)
    assert ok(bob.get(f"/tracks/{house['track']['id']}"))["owner"]["name"] == leaving.LEFT
    # Open pages were told, and what they were told before does not name her any more.
    told = happened(house["bobs"]["id"], since)
    assert ("playlist.restored", {}) in told
    assert all("Alice" not in json.dumps(payload) for _, payload in happened())
    assert any(type_ == "session.revoked" for type_, _ in happened())
    # The audit remembers who did it: that is what it is for.
    [note] = ok(dora.get("/audit?action=user.left"))["items"]
    assert (note["actor"]["name"], note["subject"]) == ("Alice", "alice")
    with app.app_context():
        row = session().get_one(User, alices_id)
        assert (row.username, row.email, row.roles, row.is_active) == ("", None, frozenset(), False)
        User.create("alice", PASSWORD, roles=["member"], by=None)  # type: ignore[list-item]


def test_no_table_knows_anything_else_of_who_left(app: Flask, alice: Person, house: Any) -> None:
    """Whatever is keyed to a person goes, in tables that come later as well."""
    alices_id = alice.id
    ok(alice.post("/users/me/factors/totp", {"password": PASSWORD}), 201)
    assert leave(alice).status_code == 204
    still = set()
    with app.app_context():
        for table in Base.metadata.sorted_tables:
            for key in table.foreign_keys:
                if key.column.table.name != "user":
                    continue
                found = session().execute(select(table).where(key.parent == alices_id)).first()
                if found:
                    still.add(f"{table.name}.{key.parent.name}")
        names = {name for name in inspect(db.engine).get_table_names() if name != "audit"}
        for name in names & {table.name for table in Base.metadata.sorted_tables}:
            rows = session().execute(select(Base.metadata.tables[name])).all()
            assert SECRET_WISH not in str(rows), name
            assert "Alice" not in str(rows), name
    assert still == {"item.added_by_id", "track.owner_id", "vote.user_id"}


def test_the_last_admin_does_not_leave(app: Flask, dora: Person, alice: Person) -> None:
    assert "only admin" in problem(leave(dora), 409)["detail"]
    ok(dora.get("/users/me"))
    with app.app_context():
        assert not session().scalars(select(Note).where(Note.action == "user.left")).all()
    ok(dora.patch(f"/users/{alice.id}", {"roles": ["admin", "member"]}))
    assert leave(dora).status_code == 204
    problem(leave(alice), 409)


@pytest.mark.parametrize("heir", ["", "alice", "nobody here"])
def test_playlists_go_only_to_a_member_who_is_there(
    alice: Person, bob: Person, heir: str, house: Any
) -> None:
    refused = leave(alice, playlists="hand_over", heir=heir)
    assert "heir" in problem(refused, 422)["errors"]
    assert len(ok(alice.get("/playlists"))["items"]) >= 2


def test_leaving_by_the_page(app: Flask, alice: Person, bob: Person, house: Any) -> None:
    browser = Browser(app, alice)
    form = {"seen_at": "/you/security", "playlists": "delete"}
    refused = browser.submits("/you/leave", password="wrong", **form)
    assert refused.status_code == 422
    assert "not your password" in refused.get_data(as_text=True)
    sent = browser.submits("/you/leave", password=PASSWORD, **form)
    assert (sent.status_code, sent.headers["Location"]) == (303, "/gone")
    assert "Your account is gone" in browser.opens("/gone").get_data(as_text=True)
    assert browser.opens("/you").status_code == 302
    problem(bob.get(f"/playlists/{house['shared']['id']}"), 404)


def test_ones_data_has_all_of_oneself_and_nothing_of_others(
    app: Flask, alice: Person, bob: Person, dora: Person, house: Any
) -> None:
    answer = alice.post("/users/me/data")
    assert answer.headers["Cache-Control"] == "no-store"
    data = json.loads(answer.data)
    assert data["about"]["username"] == "alice"
    assert {one["title"] for one in data["playlists"]} == {"Shared kitchen", SECRET_WISH}
    [shared] = [one for one in data["playlists"] if one["title"] == "Shared kitchen"]
    assert [(one["title"], one["added_by_me"]) for one in shared["items"]] == [
        ("Tidal", True),
        ("Bob's song", False),
    ]
    assert [one["playlist"]["title"] for one in data["memberships"]] == ["Bob's own"]
    assert [(one["title"], one["direction"]) for one in data["votes"]] == [("Tidal", "up")]
    assert [one["title"] for one in data["tracks"]] == ["Tidal"]
    assert [one["name"] for one in data["devices"]] == ["Alice's phone"]
    assert len(data["log_ins"]) == 1
    everything = answer.get_data(as_text=True)
    for others in (bob.id, dora.id, 'bob"', "down", "password_hash", "token"):
        assert others not in everything, others
    # By the page, as a file; Bob's has nothing of hers.
    browser = Browser(app, bob)
    sent = browser.submits("/you/data", seen_at="/you/security")
    assert sent.headers["Content-Disposition"].startswith('attachment; filename="jamboree-my-data')
    bobs = json.loads(sent.data)
    assert SECRET_WISH not in sent.get_data(as_text=True)
    assert [one["direction"] for one in bobs["votes"]] == ["down"]
    assert any(one["action"] == "user.data_taken" for one in bobs["acts"])
