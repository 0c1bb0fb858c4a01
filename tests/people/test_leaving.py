"""Logging out, and whose call a call is."""

from __future__ import annotations

from flask import Flask

from tests.cast import PASSWORD, Person, problem


def test_a_call_for_one_person_is_not_done_in_the_session_of_another(
    alice: Person, bob: Person
) -> None:
    ids = {who.name: who.get("/users/me").json["id"] for who in (alice, bob)}  # type: ignore[index]
    for_bob = {"X-Jamboree-Person": ids["bob"]}
    problem(alice.post("/playlists", {"title": "Bob’s"}, headers=for_bob), 401)
    problem(alice.get("/playlists", headers=for_bob), 401)
    assert alice.get("/playlists").json["items"] == []  # type: ignore[index]
    assert bob.post("/playlists", {"title": "Bob’s"}, headers=for_bob).status_code == 201


def test_who_logs_in_or_out_leaves_no_fetched_file_behind(app: Flask) -> None:
    browser = app.test_client()
    body = {"username": "alice", "password": PASSWORD}
    token = browser.post("/api/v1/users/login", json=body).get_json()["token"]
    csrf = browser.get("/api/v1/users/me").get_json()["csrf_token"]
    answer = browser.post("/api/v1/users/logout", headers={"X-CSRF-Token": csrf})
    assert answer.status_code == 204
    assert answer.headers["Clear-Site-Data"] == '"cache"'  # never "storage": others' copies stay
    headers = {"Authorization": f"Bearer {token}"}
    assert app.test_client().get("/api/v1/users/me", headers=headers).status_code == 401
