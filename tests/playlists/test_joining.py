"""Joining a playlist by its code, as oneself or as a guest with a nickname."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text, update

from playlist_app.database import now, session, write
from playlist_app.people.models import User
from playlist_app.people.sessions import LogInSession
from playlist_app.playlists.invites import PlaylistInvite, read, spaced
from playlist_app.playlists.members import Membership
from tests.cast import Browser, Person, ok, problem

JSON = dict[str, Any]
Happened = Any


@pytest.fixture
def playlist(alice: Person) -> JSON:
    return alice.makes_playlist()


def makes_code(person: Person, playlist: JSON, **values: Any) -> JSON:
    return ok(person.post(f"/playlists/{playlist['id']}/invites", values), 201)


def comes(app: Flask, code: str, nickname: str = "Zoe") -> Person:
    """Somebody without an account joins."""
    joined = ok(Person(app, nickname, None).post(f"/join/{code}", {"nickname": nickname}))
    return Person(app, nickname, joined["token"])


def is_over(app: Flask) -> None:
    """As if two hours had passed for every invite, and for who came by it."""
    over, soon = now() - timedelta(seconds=1), now() + timedelta(hours=2)
    with app.app_context(), write() as tx:
        for kind in (PlaylistInvite, Membership, LogInSession):
            tx.execute(update(kind).where(kind.ends_at < soon).values(ends_at=over))


def test_a_guest_is_in_by_a_code_and_a_nickname(
    app: Flask, alice: Person, charlie: Person, playlist: JSON, happened: Happened
) -> None:
    alice.adds(playlist, alice.makes_track("Copper Wire"))
    invite = makes_code(alice, playlist)
    assert invite["state"] == "open" and invite["role"] == "voter" and invite["code"]
    problem(charlie.get(f"/playlists/{playlist['id']}"), 404)

    zoe = comes(app, invite["code"].lower().replace("-", " "))

    assert alice.titles(playlist) == zoe.titles(playlist) == ["Copper Wire"]
    assert happened(playlist["id"])[-1] == (
        "member.changed",
        {"user": {"id": zoe.id, "name": "Zoe"}, "role": "voter"},
    )
    me = ok(zoe.get("/users/me"))
    assert me["roles"] == ["guest"] and me["name"] == "Zoe"
    [found] = ok(alice.get(f"/playlists/{playlist['id']}/invites"))["items"]
    assert found["used"] == 1
    item = ok(zoe.get(f"/playlists/{playlist['id']}/items"))["items"][0]
    vote = f"/playlists/{playlist['id']}/items/{item['id']}/vote"
    assert ok(zoe.post(vote, {"direction": "up"}))["votes"] == 1
    problem(charlie.get(f"/playlists/{playlist['id']}"), 404)


def test_a_guest_sees_this_playlist_alone(app: Flask, alice: Person, playlist: JSON) -> None:
    other = alice.makes_playlist("Another", visibility="members")
    zoe = comes(app, makes_code(alice, playlist)["code"])

    assert [one["id"] for one in ok(zoe.get("/playlists"))["items"]] == [playlist["id"]]
    problem(zoe.get(f"/playlists/{other['id']}"), 404)
    problem(zoe.post("/playlists", {"title": "Mine"}), 403)
    problem(zoe.get(f"/playlists/{playlist['id']}/invites"), 403)


def test_a_guest_adds_from_the_whole_library_where_the_party_lets_them(
    app: Flask, alice: Person, playlist: JSON
) -> None:
    track = alice.makes_track("Harbour Lights")
    zoe = comes(app, makes_code(alice, playlist)["code"])
    page = f"/playlists/{playlist['id']}/add?search=harbour"
    body = {"track_id": track["id"]}
    path = f"/playlists/{playlist['id']}/items"
    assert "Harbour Lights" not in zoe.page(page).get_data(as_text=True)
    problem(zoe.post(path, body), 404)

    ok(alice.patch(f"/playlists/{playlist['id']}/party", {"preset": "party"}))

    assert "Harbour Lights" in zoe.page(page).get_data(as_text=True)
    problem(zoe.get(f"/tracks/{track['id']}"), 404)  # to be chosen, not to be heard
    item = ok(zoe.post(path, body), 201)
    assert item["added_by"] == {"id": zoe.id, "name": "Zoe"}
    ok(zoe.get(f"/tracks/{track['id']}"))


def test_a_guest_leaves_when_the_time_is_over(app: Flask, alice: Person, playlist: JSON) -> None:
    invite = makes_code(alice, playlist, hours=1)
    zoe = comes(app, invite["code"])
    assert len(ok(alice.get(f"/playlists/{playlist['id']}/members"))["items"]) == 2

    is_over(app)

    problem(zoe.get(f"/playlists/{playlist['id']}"), 401)
    assert len(ok(alice.get(f"/playlists/{playlist['id']}/members"))["items"]) == 1
    refused = problem(Person(app, "yan", None).post(f"/join/{invite['code']}", {}), 404)
    assert "time of this code is over" in refused["detail"]


def test_who_has_an_account_joins_as_themselves(
    app: Flask, alice: Person, bob: Person, playlist: JSON, happened: Happened
) -> None:
    code = makes_code(alice, playlist, role="editor", uses=1)["code"]

    joined = ok(bob.post(f"/join/{code}", {}))
    assert joined["token"] is None and joined["playlist"]["my_role"] == "editor"
    events = happened()
    ok(bob.post(f"/join/{code}", {}))  # again: nothing is used up, nobody is told

    assert happened() == events
    listed = ok(alice.get(f"/playlists/{playlist['id']}/members"))["items"]
    assert [(one["user"]["name"], one["is_guest"]) for one in listed] == [
        ("Alice", False),
        ("Bob", False),
    ]
    refused = problem(Person(app, "yan", None).post(f"/join/{code}", {"nickname": "Yan"}), 404)
    assert "as often as it may" in refused["detail"]


def test_joining_takes_no_role_away(alice: Person, bob: Person, playlist: JSON) -> None:
    alice.invites(playlist, bob, "editor")
    code = makes_code(alice, playlist, role="viewer")["code"]

    assert ok(bob.post(f"/join/{code}", {}))["playlist"]["my_role"] == "editor"
    assert ok(alice.post(f"/join/{code}", {}))["playlist"]["my_role"] == "owner"


def test_the_session_of_a_member_stays(app: Flask, alice: Person, bob: Person) -> None:
    playlist = alice.makes_playlist("Roof party")
    code = read(makes_code(alice, playlist)["code"])
    browser = Browser(app, bob)

    assert "You join as Bob" in browser.opens(f"/join/{code}").get_data(as_text=True)
    answer = browser.submits(f"/join/{code}")

    assert answer.location.endswith(f"/playlists/{playlist['id']}")
    assert "Roof party" in browser.opens(f"/playlists/{playlist['id']}").get_data(as_text=True)
    assert "Set-Cookie" not in answer.headers
    with app.app_context():
        assert not [one for one in session().query(User) if not one.is_member]


def test_a_guest_joins_by_the_page_without_scripts(app: Flask, alice: Person) -> None:
    playlist = alice.makes_playlist("Roof party")
    code = makes_code(alice, playlist)["code"]
    browser = Browser(app)
    assert browser.opens(f"/join?code={code}").location.endswith(f"/join/{read(code)}")

    taken = browser.submits(f"/join/{read(code)}", nickname="alice")
    answer = browser.submits(f"/join/{read(code)}", nickname="Zoe")

    assert taken.status_code == 409 and "Pick another name" in taken.get_data(as_text=True)
    page = browser.opens(answer.location).get_data(as_text=True)
    assert "Roof party" in page and "Vote up" in page


@pytest.mark.parametrize(
    ("nickname", "status"),
    [
        ("", 422),
        ("   ", 422),
        ("\u3164", 422),
        ("x" * 200, 422),
        ("Alice", 409),
        ("ａｌｉｃｅ", 409),
        ("Zo\u0007e", 422),
        ("Zo\u202ee", 422),
        ("Zo\u2066e", 422),
    ],
)
def test_nicknames_that_can_not_be(
    app: Flask, alice: Person, playlist: JSON, happened: Happened, nickname: str, status: int
) -> None:
    code = makes_code(alice, playlist, uses=1)["code"]
    events = happened()

    problem(Person(app, "yan", None).post(f"/join/{code}", {"nickname": nickname}), status)

    assert happened() == events
    assert ok(alice.get(f"/playlists/{playlist['id']}/invites"))["items"][0]["used"] == 0


def test_markup_in_a_nickname_is_text(app: Flask, alice: Person, playlist: JSON) -> None:
    comes(app, makes_code(alice, playlist)["code"], "<b onclick=x()>Zoe</b>")
    page = Browser(app, alice).opens(f"/playlists/{playlist['id']}/members")
    assert "&lt;b onclick=x()&gt;Zoe" in page.get_data(as_text=True)
    assert "<b onclick" not in page.get_data(as_text=True)


def test_guessing_codes_is_stopped(app: Flask, alice: Person, playlist: JSON) -> None:
    nobody = Person(app, "nobody", None)
    right = makes_code(alice, playlist)["code"]
    for guess in range(10):
        ok(nobody.get(f"/join/{right}"))  # right ones don't count
        problem(nobody.get(f"/join/AAAA-AAA{guess}"), 404)

    answer = nobody.get("/join/AAAA-AAAX")

    refused = problem(answer, 429)
    assert "many wrong codes" in refused["detail"] and int(answer.headers["Retry-After"]) > 0
    assert Browser(app).opens("/join/AAAA-AAAX").status_code == 429
    problem(nobody.get(f"/join/{right}"), 429)  # else a guess would tell


def test_a_code_is_taken_back(app: Flask, alice: Person, playlist: JSON) -> None:
    invite = makes_code(alice, playlist)
    zoe = comes(app, invite["code"])
    path = f"/playlists/{playlist['id']}/invites"

    problem(zoe.delete(f"{path}/{invite['id']}"), 403)
    assert alice.delete(f"{path}/{invite['id']}").status_code == 204
    assert alice.delete(f"{path}/{invite['id']}").status_code == 204

    [found] = ok(alice.get(path))["items"]
    assert (found["state"], found["code"], found["url"]) == ("revoked", None, None)
    refused = problem(Person(app, "yan", None).post(f"/join/{invite['code']}", {}), 404)
    assert "taken back" in refused["detail"]
    assert ok(zoe.get(f"/playlists/{playlist['id']}"))["my_role"] == "voter"
    makes_code(alice, playlist)
    assert alice.delete(path).status_code == 204
    assert {one["state"] for one in ok(alice.get(path))["items"]} == {"revoked"}


def test_only_hosts_make_codes(alice: Person, bob: Person, charlie: Person, playlist: JSON) -> None:
    path = f"/playlists/{playlist['id']}/invites"
    alice.invites(playlist, bob, "editor")
    problem(bob.post(path, {}), 403)
    problem(charlie.post(path, {}), 404)
    problem(charlie.get(path), 404)
    assert ok(alice.get(path))["items"] == []

    alice.invites(playlist, bob, "host")

    assert ok(bob.post(path, {}), 201)["state"] == "open"


@pytest.mark.parametrize(
    "values",
    [
        {"role": "owner"},
        {"role": "host"},
        {"uses": 0},
        {"uses": 1001},
        {"hours": 0},
        {"hours": 24 * 366},
        {"uses": "many"},
    ],
)
def test_codes_that_can_not_be(alice: Person, playlist: JSON, values: JSON) -> None:
    problem(alice.post(f"/playlists/{playlist['id']}/invites", values), 422)
    assert ok(alice.get(f"/playlists/{playlist['id']}/invites"))["items"] == []


def test_the_picture_of_a_code_is_svg_for_hosts(
    alice: Person, charlie: Person, playlist: JSON
) -> None:
    invite = makes_code(alice, playlist)
    path = f"/playlists/{playlist['id']}/invites/{invite['id']}/qr.svg"

    answer = alice.get(path)

    assert answer.mimetype == "image/svg+xml"
    assert ElementTree.fromstring(answer.data).tag == "{http://www.w3.org/2000/svg}svg"
    problem(charlie.get(path), 404)


def test_codes_are_read_however_they_are_typed() -> None:
    assert read(" k7qm-2xpo ") == read("K7QM2XP0") == "K7QM2XP0"
    assert read("il0o") == "1100"
    assert spaced("K7QM2XP0") == "K7QM-2XP0"


def test_the_table_alone_opens_nothing(app: Flask, alice: Person, playlist: JSON) -> None:
    code = read(makes_code(alice, playlist)["code"])
    with app.app_context():
        row = session().execute(text("SELECT * FROM playlist_invite")).one()
    assert code not in str(row)
