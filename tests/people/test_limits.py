"""Rate limits: what is refused, for how long, for whom, and whom it must not hit."""

from __future__ import annotations

import re
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from playlist_app.people import counts as counting
from playlist_app.people import limits
from playlist_app.people.counts import Count, Counts, Limit
from tests.cast import PASSWORD, Browser, Person, ok, problem
from tests.conftest import close, make_app
from tests.serving import PATIENCE, Client, Server


class Clock:
    def __init__(self) -> None:
        self.now = 1_000_000.0

    def time(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(counting, "time", clock)
    return clock


# --- counting ------------------------------------------------------------------------------------


def test_so_many_go_through_and_then_one_comes_back_after_the_other(
    tmp_path: Path, clock: Clock
) -> None:
    counts = Counts(tmp_path / "counts.db")
    one = [Count("a", Limit(3, 30))]
    assert [counts.take(one) for _ in range(3)] == [0, 0, 0]
    assert counts.take(one) == pytest.approx(10, abs=0.01)
    clock.now += 9.9
    assert counts.take(one) == pytest.approx(0.1, abs=0.01)
    clock.now += 0.2
    assert counts.take(one) == 0
    assert counts.take(one) > 0
    clock.now += 1000
    assert [counts.take(one) > 0 for _ in range(4)] == [False, False, False, True]
    counts.close()


def test_what_is_refused_is_not_counted_and_all_count_or_none(tmp_path: Path, clock: Clock) -> None:
    counts = Counts(tmp_path / "counts.db")
    person, client = Count("person", Limit(10, 10)), Count("client", Limit(1, 10))
    assert counts.take([person, client]) == 0
    for _ in range(20):
        assert counts.take([person, client]) > 0
    assert counts.take([person], 9) == 0
    assert counts.take([person]) > 0
    counts.close()


def test_processes_share_the_counts_and_what_is_given_back_is_free(
    tmp_path: Path, clock: Clock
) -> None:
    one, other = Counts(tmp_path / "counts.db"), Counts(tmp_path / "counts.db")
    counted = [Count("a", Limit(2, 60))]
    assert (one.take(counted), other.take(counted)) == (0, 0)
    assert one.take(counted) > 0
    other.give_back(counted)
    assert one.take(counted) == 0
    one.close()
    other.close()


def test_more_than_there_ever_is_takes_all_there_is(tmp_path: Path, clock: Clock) -> None:
    counts = Counts(tmp_path / "counts.db")
    assert counts.take([Count("a", Limit(3, 30))], 500) == 0
    assert counts.take([Count("a", Limit(3, 30))]) > 0
    counts.close()


def test_a_broken_file_keeps_nobody_out_and_makes_way(tmp_path: Path, clock: Clock) -> None:
    (tmp_path / "counts.db").write_bytes(b"no database" * 500)
    counts = Counts(tmp_path / "counts.db")
    counted = [Count("a", Limit(1, 60))]
    assert counts.take(counted) == 0  # not counted: it could not be
    assert counts.take(counted) == 0
    assert counts.take(counted) > 0
    counts.close()


def test_of_ipv6_the_network_is_the_client(app: Flask) -> None:
    for address, expected in (
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
    ):
        with app.test_request_context(environ_base={"REMOTE_ADDR": address}):
            assert limits.client() == expected


# --- the log-in ----------------------------------------------------------------------------------


ELSEWHERE = {"REMOTE_ADDR": "198.51.100.9"}


def tries(person: Any, password: str, name: str = "alice", **more: Any) -> Any:
    return person.post("/users/login", {"username": name, "password": password}, **more)


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """As many wrong passwords, and fewer of them."""
    monkeypatch.setattr(limits, "WRONG_FOR_NAME", Limit(3, 600))
    monkeypatch.setattr(limits, "WRONG_OF_CLIENT", Limit(5, 600))


def test_many_wrong_passwords_make_one_wait(nobody: Person, quick: None) -> None:
    for _ in range(3):
        problem(tries(nobody, "not this one"), 401)
    refused = tries(nobody, PASSWORD)
    assert "Try again in" in problem(refused, 429)["detail"]
    assert 100 < int(refused.headers["Retry-After"]) <= 201
    # Others, from elsewhere too, are not hit.
    ok(tries(nobody, PASSWORD, "bob"))
    ok(tries(nobody, PASSWORD, environ_base=ELSEWHERE))


def test_it_is_the_same_for_a_name_that_nobody_has(nobody: Person, quick: None) -> None:
    answers = [
        [(one.status_code, one.get_data()) for one in (tries(nobody, "wrong", n) for _ in range(2))]
        for n in ("alice", "zoe")
    ]
    assert answers[0] == answers[1]


def test_right_passwords_are_not_counted(nobody: Person, quick: None) -> None:
    for _ in range(8):
        ok(tries(nobody, PASSWORD))


def test_a_client_that_tries_many_names_has_to_wait(nobody: Person, quick: None) -> None:
    for number in range(5):
        problem(tries(nobody, "wrong", f"name {number}"), 401)
    problem(tries(nobody, "wrong", "another"), 429)
    ok(tries(nobody, PASSWORD, environ_base=ELSEWHERE))


def test_strangers_lock_nobody_out_of_a_device_where_they_were_before(
    app: Flask, nobody: Person, quick: None
) -> None:
    browser = Browser(app)
    assert browser.logs_in("alice").status_code == 303
    browser.submits("/logout", seen_at="/you")
    for _ in range(6):
        tries(nobody, "wrong")  # from the same address: the same flat, the same party
    problem(tries(nobody, PASSWORD), 429)
    assert browser.logs_in("alice").status_code == 303
    # It is no way around for others: that device is not bob's.
    browser.submits("/logout", seen_at="/you")
    assert [browser.logs_in("bob", "wrong").status_code for _ in range(3)] == [401, 401, 429]
    # And on the device itself guessing ends as well.
    statuses = [browser.logs_in("alice", "wrong").status_code for _ in range(4)]
    assert statuses == [401, 401, 401, 429]


def test_the_page_says_how_long_to_wait(app: Flask, quick: None) -> None:
    browser = Browser(app)
    for _ in range(3):
        browser.logs_in("alice", "wrong")
    answer = browser.logs_in("alice")
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) > 0
    assert "There were many wrong passwords" in answer.get_data(as_text=True)


# --- what people do ------------------------------------------------------------------------------


@pytest.fixture
def few(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two of each, for each person."""
    for view in app.view_functions.values():
        if hasattr(view, "limited_to"):
            name, _, of_client = view.limited_to
            fewer = (f"few {name}", Limit(2, 60), of_client)
            monkeypatch.setattr(view, "limited_to", fewer)


def test_votes_and_adds_have_their_limits_and_others_go_on(
    app: Flask, alice: Person, bob: Person, few: None, happened: Any
) -> None:
    playlist = alice.makes_playlist()
    alice.invites(playlist, bob)
    tracks = [alice.makes_track(f"Track {number}") for number in range(2)]
    refused = alice.post("/tracks", {"title": "Track 3", "artist": "Mira Lund"})
    problem(refused, 429)
    assert int(refused.headers["Retry-After"]) in range(25, 32)
    [item, _] = [alice.adds(playlist, track) for track in tracks]
    items = f"/playlists/{playlist['id']}/items"
    problem(alice.post(items, {"track_id": tracks[0]["id"]}), 429)
    for direction in ("up", "none"):
        ok(alice.post(f"{items}/{item['id']}/vote", {"direction": direction}))
    before = len(happened())
    problem(alice.post(f"{items}/{item['id']}/vote", {"direction": "up"}), 429)
    assert len(happened()) == before
    assert ok(bob.post(f"{items}/{item['id']}/vote", {"direction": "up"}))["votes"] == 1
    # Reading is not limited.
    for _ in range(5):
        ok(alice.get(items))


def test_each_kind_of_call_that_is_to_be_limited_is(app: Flask) -> None:
    limited = {
        name: view.limited_to[0]
        for name, view in app.view_functions.items()
        if hasattr(view, "limited_to")
    }
    assert limited == {
        "playlist_api.add": "adds",
        "playlist_api.vote": "votes",
        "playlists.add": "adds",
        "exchange.take": "adds",
        "exchange_api.import_playlist": "adds",
        "playlists.vote": "votes",
        "thread.post": "messages",
        "thread.edit": "messages",
        "thread_api.post": "messages",
        "thread_api.edit": "messages",
        "library.upload_files": "uploads",
        "library_api.add_track": "uploads",
        "uploads_api.begin": "uploads",
    }


def test_a_merge_that_is_too_much_at_once_is_told_when_to_come_again(
    alice: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "CHANGES", ("few changes", Limit(1, 60), Limit(100, 60)))
    ok(alice.post("/sync", {"device": "d", "operations": []}))
    operation = {"id": "6b0f1d5e-7c1e-4a55-8a53-0f6dfe4c5a11", "kind": "create"}
    operation |= {"at": "2026-01-01T00:00:00Z", "title": "Made offline"}
    operation |= {"playlist": "6b0f1d5e-7c1e-4a55-8a53-0f6dfe4c5a12"}
    body = {"device": "6b0f1d5e-7c1e-4a55-8a53-0f6dfe4c5a13", "operations": [operation]}
    assert ok(alice.post("/sync", body))["results"][0]["status"] == "applied"
    refused = alice.post("/sync", body)
    problem(refused, 429)
    assert int(refused.headers["Retry-After"]) > 0


def test_the_limits_are_one_count_over_all_web_processes(data_folder: Path) -> None:
    """Two gunicorn processes: together they let through as many as one would."""
    server = Server(data_folder, RATE_LIMITS="on", WORKERS="2").start()
    try:
        nobody = Client(server, None)
        body = {"username": "alice", "password": "wrong"}

        def tries(_: int) -> int:
            return nobody.call("POST", "/users/login", body)[0]

        answers: Counter[int] = Counter()
        answered: set[str] = set()
        deadline = time.monotonic() + PATIENCE
        with ThreadPoolExecutor(8) as people:
            while len(answered) < 2 and time.monotonic() < deadline:
                answers.update(people.map(tries, range(40)))
                line = r"\[(\d+)\] \w+ .*POST /api/v1/users/login"
                answered = set(re.findall(line, server.log.read_text()))
    finally:
        server.stop()
    let_through = limits.WRONG_FOR_NAME.times
    # One more may be given back by the clock meanwhile.
    assert let_through <= answers[401] <= let_through + 1, answers
    assert set(answers) == {401, 429}
    assert len(answered) == 2, "one process answered all"


def test_load_tests_lift_the_limits(data_folder: Path, quick: None) -> None:
    app = make_app(data_folder, rate_limits="off")
    nobody = Person(app, "nobody", None)
    for _ in range(4):
        problem(tries(nobody, "wrong"), 401)
    ok(tries(nobody, PASSWORD))
    close(app)
