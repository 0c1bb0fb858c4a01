"""The passage of a request: its id, its times for admins, and what is found in the log under it."""

from __future__ import annotations

import io
import json
import logging
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from playlist_app import create_app
from playlist_app.config import Settings
from playlist_app.database import session
from playlist_app.operations.sight import logs
from playlist_app.web import public
from tests.cast import API, PASSWORD, Browser, Person, ok
from tests.conftest import close, make_app

ID = re.compile(r"[0-9a-f]{16}")


class Log:
    """What a process would write to its standard error."""

    def __init__(self, form: str) -> None:
        self._stream = io.StringIO()
        self.handler = logging.StreamHandler(self._stream)
        self.handler.setFormatter(logs.formatter(form))

    @property
    def text(self) -> str:
        return self._stream.getvalue()

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.text.splitlines()]

    def requests(self) -> list[dict[str, Any]]:
        return [line for line in self.lines if line["logger"] == logs.ACCESS]


@pytest.fixture
def log_form() -> str:
    return "json"


@pytest.fixture
def log(log_form: str) -> Iterator[Log]:
    log = Log(log_form)
    logging.root.addHandler(log.handler)
    names = ("playlist_app", logs.ACCESS)
    before = {name: logging.getLogger(name).level for name in names}
    for name in names:
        logging.getLogger(name).setLevel(logging.INFO)
    yield log
    logging.root.removeHandler(log.handler)
    for name, level in before.items():
        logging.getLogger(name).setLevel(level)


Served = Callable[..., Flask]


@pytest.fixture
def served(data_folder: Path) -> Iterator[Served]:
    """Apps as they serve: other than in tests, an error becomes a page."""
    made = []

    def serve(**settings: Any) -> Flask:
        app = create_app(Settings(data=str(data_folder), **settings))

        @app.get("/breaks/<code>")
        @public
        def breaks(code: str) -> str:
            raise RuntimeError(f"it broke at token={code}")

        made.append(app)
        return app

    yield serve
    for app in made:
        close(app)


# --- ids ----------------------------------------------------------------------------------------


def test_each_request_has_an_id_of_its_own(nobody: Person) -> None:
    ids = {nobody.page("/healthz").headers["X-Request-ID"] for _ in range(3)}
    assert len(ids) == 3
    assert all(ID.fullmatch(id_) for id_ in ids)


def test_what_a_stranger_sends_as_an_id_counts_for_nothing(nobody: Person) -> None:
    answer = nobody.page("/healthz", headers={"X-Request-ID": "mine"})
    assert answer.headers["X-Request-ID"] != "mine"


def test_a_trusted_proxys_id_is_taken(served: Served) -> None:
    client = served(trusted_proxies=1).test_client()
    answer = client.get("/healthz", headers={"X-Request-ID": "proxy-1/abc"})
    assert answer.headers["X-Request-ID"] == "proxy-1/abc"


@pytest.mark.parametrize("bad", ["", " ", "a b", "x" * 65, "<script>", 'a"b'])
def test_not_even_a_proxys_id_may_be_anything(served: Served, bad: str) -> None:
    client = served(trusted_proxies=1).test_client()
    answer = client.get("/healthz", headers={"X-Request-ID": bad})
    assert ID.fullmatch(answer.headers["X-Request-ID"])


def test_the_page_of_an_error_shows_the_id_under_which_the_log_tells_of_it(
    served: Served, log: Log
) -> None:
    answer = served().test_client().get("/breaks/abcdef123456", headers={"Accept": "text/html"})
    id_ = answer.headers["X-Request-ID"]
    assert answer.status_code == 500
    assert id_ in answer.get_data(as_text=True)
    [error] = [line for line in log.lines if line["level"] == "error"]
    assert error["request"] == id_
    assert "RuntimeError" in error["error"]
    assert "abcdef123456" not in log.text


def test_a_program_gets_the_id_too(served: Served) -> None:
    app = served()

    @app.get("/api/v1/breaks")
    @public
    def breaks_too() -> str:
        raise RuntimeError

    answer = app.test_client().get("/api/v1/breaks")
    assert answer.get_json(force=True)["request_id"] == answer.headers["X-Request-ID"]


# --- lines --------------------------------------------------------------------------------------


def test_a_request_is_one_line_with_who_what_and_how_long(log: Log, alice: Person) -> None:
    person = alice.id
    answer = alice.get("/playlists?q=private")
    line = log.requests()[-1]
    assert line["request"] == answer.headers["X-Request-ID"]
    assert (line["method"], line["path"]) == ("GET", "/api/v1/playlists")
    assert (line["status"], line["person"]) == (200, person)
    assert line["ms"] >= line["db_ms"] > 0
    assert line["queries"] >= 1
    assert "address" not in line
    assert "private" not in log.text


def test_who_knocks_in_vain_is_told_with_the_address(log: Log, nobody: Person) -> None:
    nobody.get("/playlists")
    line = log.requests()[-1]
    assert (line["status"], line["person"], line["address"]) == (401, "", "127.0.0.1")


def test_what_is_asked_for_all_the_time_is_no_line(log: Log, nobody: Person) -> None:
    nobody.page("/healthz")
    assert log.requests() == []


def test_lines_can_be_left_out_but_for_what_went_wrong(served: Served, log: Log) -> None:
    client = served(log_requests="off").test_client()
    client.get("/login")
    client.get("/nothing/here")
    assert [line["status"] for line in log.requests()] == [404]


@pytest.mark.parametrize("log_form", ["text", "json"])
def test_no_secret_gets_into_the_log(
    served: Served, log: Log, furnished: tuple[Path, dict[str, str]]
) -> None:
    token = furnished[1]["alice"]
    app = served(slow_query_ms=0)
    client = app.test_client()
    code = "q7Yp-Zx_90aBcDeFgH"
    client.get(f"/first-admin/{code}")
    client.get(f"/first-admin/{code}/more")
    client.get(f"/join/{code}")
    client.get(f"/login?next=/library&token={code}")
    client.get("/login", headers={"Authorization": f"Bearer {token}"})
    Browser(app).logs_in("alice")
    Browser(app).logs_in("alice", "a wrong but real pass")
    log_ = logging.getLogger("playlist_app.library")
    log_.error("sent %s", {"Authorization": f"Bearer {token}", "Cookie": f"jamboree={token}"})
    log_.error('{"password": "%s", "token":"%s"}', PASSWORD.replace(" ", ""), token)
    log_.error("fetch https://bob:%s@example.org/x?code=%s&y=1", code, code)
    log_.error("Cookie: jamboree=%s; other=1", token)
    try:
        raise RuntimeError(f"GET /x?access_token={token}")
    except RuntimeError:
        log_.exception("failed")
    said = log.text
    assert "/first-admin/<code>" in said
    assert "example.org" in said
    for secret in (token, code, PASSWORD.replace(" ", ""), "a wrong but real pass"):
        assert secret not in said, said


def test_an_error_of_the_database_does_not_tell_its_values(app: Flask) -> None:
    from sqlalchemy import text
    from sqlalchemy.exc import OperationalError

    with app.app_context(), pytest.raises(OperationalError) as failed:
        session().execute(text("SELECT * FROM nowhere WHERE hash = :hash"), {"hash": "deadbeef"})
    assert "deadbeef" not in str(failed.value)


@pytest.mark.parametrize("log_form", ["text"])
def test_nobody_forges_a_line(served: Served, log: Log) -> None:
    served().test_client().get("/x%0A2026-11-21 00:00:00 INFO forged")
    logging.getLogger("playlist_app").warning("called %s", "a\n2026 [1] INFO forged")
    assert not [line for line in log.text.splitlines() if line.startswith("2026 [1]")]
    assert len(log.text.splitlines()) == 2


@pytest.mark.parametrize("log_form", ["text"])
def test_people_can_read_it(log: Log, alice: Person) -> None:
    id_ = alice.get("/playlists").headers["X-Request-ID"]
    line = log.text.splitlines()[-1]
    assert re.search(rf"INFO {id_} GET /api/v1/playlists 200 [\d.]+ ms person=\S+ endpoint", line)


# --- slow queries -------------------------------------------------------------------------------


def test_a_slow_query_is_told_with_its_text_and_not_with_its_values(
    data_folder: Path, furnished: tuple[Path, dict[str, str]], log: Log
) -> None:
    app = make_app(data_folder, slow_query_ms=1)
    try:
        with app.app_context():
            counting = (
                "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n WHERE x < ?)"
                " SELECT x FROM n"
            )
            # All of it while rows are fetched, where events of SQLAlchemy would not look.
            rows = session().connection().exec_driver_sql(counting, (60_123,)).fetchall()
            assert len(rows) == 60_123
        [line] = [line for line in log.lines if "slow query" in line["message"]]
        assert "WITH RECURSIVE" in line["query"]
        assert line["ms"] > 1
        assert "60123" not in log.text
    finally:
        close(app)


def test_quick_ones_are_not(app: Flask, alice: Person, log: Log) -> None:
    alice.makes_playlist()
    assert "slow query" not in log.text


# --- Server-Timing ------------------------------------------------------------------------------


def timing(header: str) -> dict[str, float]:
    return {name: float(ms) for name, ms in re.findall(r"(\w+);dur=([\d.]+)", header)}


def test_admins_see_how_long_what_took(dora: Person, alice: Person) -> None:
    track = alice.makes_track("Paper Lanterns")
    found = timing(dora.page("/library").headers["Server-Timing"])
    assert track
    assert set(found) == {"db", "lock", "render", "total"}
    assert 0 < found["render"] < found["total"]
    assert 0 < found["db"] < found["total"]


def test_the_number_of_queries_is_told_without_what_every_transaction_has(dora: Person) -> None:
    dora.get("/users/me")  # notes that the session is used, where that was long ago
    header = dora.get("/users/me").headers["Server-Timing"]
    assert '"1 queries"' in header, header


def test_nobody_else_does(alice: Person, nobody: Person) -> None:
    assert "Server-Timing" not in alice.page("/").headers
    assert "Server-Timing" not in nobody.page("/login").headers
    assert "Server-Timing" not in alice.get("/playlists").headers


def test_a_write_tells_how_long_it_waited(dora: Person) -> None:
    answer = dora.post(f"{API}/playlists", {"title": "Friday"})
    ok(answer, 201)
    assert "lock" in timing(answer.headers["Server-Timing"])
