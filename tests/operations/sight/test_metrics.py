"""The metrics: who may read them, what they count, and that several processes make one answer."""

from __future__ import annotations

import http.client
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from prometheus_client.parser import text_string_to_metric_families

from playlist_app.config import ROOT
from playlist_app.operations import warnings
from playlist_app.operations.sight import shared
from tests.cast import Person, problem
from tests.conftest import close, make_app
from tests.library.test_renditions import cached, made
from tests.serving import PATIENCE, Client, Server
from tests.sounds import Sounds

TOKEN = "a-token-for-prometheus"

Numbers = dict[tuple[str, tuple[tuple[str, str], ...]], float]


def parsed(text: str) -> Numbers:
    """{(name, labels): value}; fails for what Prometheus would not read."""
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def number(found: Numbers, metric: str, /, **labels: str) -> float:
    return found.get((f"jamboree_{metric}", tuple(sorted(labels.items()))), 0.0)


def summed(found: Numbers, metric: str, /, **labels: str) -> float:
    """Over all time series of a name that have these labels."""
    return sum(
        value
        for (name, has), value in found.items()
        if name == f"jamboree_{metric}" and labels.items() <= dict(has).items()
    )


def metrics(person: Person) -> Numbers:
    answer = person.page("/metrics")
    assert answer.status_code == 200
    assert answer.mimetype == "text/plain"
    return parsed(answer.get_data(as_text=True))


# --- who may ------------------------------------------------------------------------------------


def test_admins_read_them(dora: Person) -> None:
    assert number(metrics(dora), "users", role="admin") == 1


@pytest.mark.parametrize("name", ["alice", "bob", "charlie", "nobody"])
def test_for_others_there_is_nothing(request: pytest.FixtureRequest, name: str) -> None:
    person: Person = request.getfixturevalue(name)
    problem(person.page("/metrics", headers={"Accept": "text/plain"}), 404)
    assert b"jamboree_" not in person.page("/metrics", headers={"Accept": "*/*"}).data


def test_a_token_that_is_not_set_opens_nothing(nobody: Person) -> None:
    for value in ("Bearer ", "Bearer", "Bearer x", "Basic eDp5"):
        answer = nobody.page("/metrics", headers={"Authorization": value})
        assert answer.status_code == 404, value


@pytest.fixture
def with_token(data_folder: Path) -> Iterator[Flask]:
    app = make_app(data_folder, metrics_token=TOKEN)
    yield app
    close(app)


def test_who_has_the_token_reads_them_and_nothing_else(with_token: Flask) -> None:
    prometheus = Person(with_token, "prometheus", TOKEN)
    assert number(metrics(prometheus), "users", role="admin") == 1
    problem(prometheus.get("/users/me"), 401)
    for wrong in (TOKEN[:-1], TOKEN + "x", "", "tökén"):
        assert Person(with_token, "x", wrong).page("/metrics").status_code == 404


# --- what they count ----------------------------------------------------------------------------


def test_requests_are_counted_by_what_they_were_answered(dora: Person, alice: Person) -> None:
    before = metrics(dora)
    for _ in range(3):
        alice.get("/playlists")
    alice.get("/playlists/nothing")
    after = metrics(dora)
    assert (
        summed(after, "requests_total", status="200")
        - summed(before, "requests_total", status="200")
        == 3 + 1
    )  # and the first look at the metrics
    assert summed(after, "requests_total", status="404") == 1
    assert summed(after, "request_seconds_count") == summed(after, "requests_total")
    assert number(after, "queries_total") > number(before, "queries_total")
    assert number(after, "query_seconds_total") > 0


def test_what_nobody_has_heard_of_makes_no_series_of_its_own(dora: Person, nobody: Person) -> None:
    metrics(dora)
    for at in range(20):
        nobody.page(f"/nothing/{at}", method=f"M{at}")
    found = metrics(dora)
    unknown = {
        labels
        for name, labels in found
        if "requests_total" in name and ("method", "other") in labels
    }
    assert len(unknown) == 1
    assert summed(found, "requests_total", method="other", endpoint="none") == 20


def test_what_a_browser_kept_counts_as_a_hit(dora: Person, alice: Person) -> None:
    playlist = alice.makes_playlist()
    tag = alice.get(f"/playlists/{playlist['id']}/items").headers["ETag"]
    for match in (tag, '"another"'):
        alice.get(f"/playlists/{playlist['id']}/items", headers={"If-None-Match": match})
    found = metrics(dora)
    assert number(found, "cache_requests_total", cache="client", result="hit") == 1
    assert number(found, "cache_requests_total", cache="client", result="miss") == 1


def test_renditions_that_are_there_are_hits(
    app: Flask, dora: Person, alice: Person, sounds: Sounds
) -> None:
    track = alice.uploads(sounds("alac", seconds=1.0))
    rendition = made(app, alice, track)
    for _ in range(2):
        assert alice.get(rendition["url"]).status_code == 200
    cached(app)[rendition["sha256"]].unlink()
    assert alice.get(rendition["url"]).status_code == 503
    found = metrics(dora)
    assert number(found, "cache_requests_total", cache="renditions", result="hit") == 2
    assert number(found, "cache_requests_total", cache="renditions", result="miss") == 1
    assert number(found, "renditions", status="preparing") == 1


def test_what_stands_in_the_tables_is_told(dora: Person, alice: Person, happened: Any) -> None:
    before = metrics(dora)
    playlist = alice.makes_playlist()
    alice.adds(playlist, alice.makes_track("Paper Lanterns"))
    after = metrics(dora)
    assert number(after, "playlists") == 1
    assert number(after, "tracks") == 1
    assert number(after, "events_total") == len(happened()) > number(before, "events_total")
    assert number(after, "users", role="member") == 4
    assert number(after, "workers") == 0
    assert number(after, "stored_bytes", kind="database") > 100_000
    assert number(after, "disk_free_bytes", folder="data") > 0
    assert number(after, "write_wait_seconds_count") > number(before, "write_wait_seconds_count")
    assert ("jamboree_task_waiting", (("task", "imports"),)) in after
    for task in ("imports", "renditions", "clean-up"):
        assert ("jamboree_task_failures", (("task", task),)) in after, task


def test_warnings_are_told_by_name_and_level(dora: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    found = warnings.Warning("disk-nearly-full", "Full", "Nearly.", "Make room.", "alert")
    monkeypatch.setattr(warnings, "_sources", [lambda: [found]])
    assert number(metrics(dora), "warnings", name="disk-nearly-full", level="alert") == 1
    monkeypatch.setattr(warnings, "_sources", [])
    assert summed(metrics(dora), "warnings") == 0


def test_asking_costs_a_number_of_queries_that_does_not_grow(dora: Person, alice: Person) -> None:
    def queries() -> float:
        first = number(metrics(dora), "queries_total")
        return number(metrics(dora), "queries_total") - first

    queries()  # some things are looked at now and then, and kept
    few = queries()
    playlist = alice.makes_playlist()
    for at in range(12):
        alice.adds(playlist, alice.makes_track(f"Track {at}"))
    assert queries() <= few


# --- several processes --------------------------------------------------------------------------


@pytest.fixture(scope="module")
def server(
    furnished: tuple[Path, dict[str, str]], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Server]:
    import shutil

    folder = tmp_path_factory.mktemp("server") / "instance"
    shutil.copytree(furnished[0], folder)
    running = Server(folder, METRICS_TOKEN=TOKEN, LOG_FORMAT="json").start()
    yield running
    running.stop()


def ask(server: Server, path: str = "/metrics") -> tuple[str, str]:
    """The answer, over a connection of its own, and so by whichever process takes it."""
    request = urllib.request.Request(
        server.url + path, headers={"Authorization": f"Bearer {TOKEN}"}
    )
    with urllib.request.urlopen(request, timeout=PATIENCE) as answer:
        return answer.read().decode(), answer.headers["X-Request-ID"]


def web_processes(server: Server) -> list[int]:
    assert server.process
    children = Path(f"/proc/{server.process.pid}/task/{server.process.pid}/children").read_text()
    return [int(pid) for pid in children.split()]


def knock_until_all_answered(server: Server) -> int:
    """Answers how many requests that took: each process is to have counted some."""
    asked = 0
    folder = folder_of(server)
    pids = web_processes(server)
    while asked < 40 or not all((folder / f"counter_{pid}.db").exists() for pid in pids):
        connections = [http.client.HTTPConnection("127.0.0.1", server.port) for _ in range(20)]
        for connection in connections:
            connection.request("GET", "/healthz")
        for connection in connections:
            connection.getresponse().read()
            connection.close()
        asked += len(connections)
        assert asked < 4000
    return asked


def folder_of(server: Server) -> Path:
    assert server.process
    environment = Path(f"/proc/{web_processes(server)[0]}/environ")
    assert environment.exists()
    found = [
        folder
        for folder in shared._place().glob(f"{shared._name()}-*")
        if any((folder / f"counter_{pid}.db").exists() for pid in web_processes(server))
    ]
    assert len(found) == 1, found
    return found[0]


def healthy(found: Numbers) -> float:
    return summed(found, "requests_total", endpoint="health.healthz")


def test_whichever_process_is_asked_tells_of_all(server: Server) -> None:
    before = healthy(parsed(ask(server)[0]))
    asked = knock_until_all_answered(server)
    assert len(web_processes(server)) == 2
    for _ in range(6):
        assert healthy(parsed(ask(server)[0])) == before + asked


def test_sockets_and_the_lag_of_the_feed_are_told_over_all_processes(
    server: Server, clients: dict[str, Client]
) -> None:
    alice = clients["alice"]
    playlist = alice.ok("POST", "/playlists", {"title": "Friday", "visibility": "members"})
    listeners = [clients["bob"].listens(f"/ws/playlists/{playlist['id']}") for _ in range(6)]
    for listener in listeners:
        listener.until("connection.established")
    assert number(parsed(ask(server)[0]), "sockets") == 6
    track = alice.ok("POST", "/tracks", {"title": "One"})
    alice.ok("POST", f"/playlists/{playlist['id']}/items", {"track_id": track["id"]})
    for listener in listeners:
        listener.until("track.added")
    found = parsed(ask(server)[0])
    assert number(found, "feed_lag_seconds_count") >= 1
    assert number(found, "feed_lag_seconds_sum") < 2 * number(found, "feed_lag_seconds_count")
    for listener in listeners:
        listener.close()
    deadline = time.monotonic() + PATIENCE
    while number(parsed(ask(server)[0]), "sockets"):
        assert time.monotonic() < deadline
        time.sleep(0.05)  # between two looks


def test_what_a_process_counted_stays_when_it_is_killed_and_its_sockets_go(
    server: Server, clients: dict[str, Client]
) -> None:
    listeners = [clients["bob"].listens("/ws/me") for _ in range(4)]
    for listener in listeners:
        listener.until("connection.established")
    knock_until_all_answered(server)
    before = healthy(parsed(ask(server)[0]))
    for pid in web_processes(server):
        os.kill(pid, signal.SIGKILL)
    for listener in listeners:
        listener.until_closed()
    server.wait_until_it_serves()
    deadline = time.monotonic() + PATIENCE
    while number(found := parsed(ask(server)[0]), "sockets"):
        assert time.monotonic() < deadline
        time.sleep(0.05)  # between two looks
    assert before < healthy(found) < before + 20


def test_counting_from_many_threads_loses_nothing(server: Server) -> None:
    before = healthy(parsed(ask(server)[0]))

    def knock() -> None:
        for _ in range(50):
            ask(server, "/healthz")

    threads = [threading.Thread(target=knock) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert healthy(parsed(ask(server)[0])) == before + 400


def test_the_server_tells_its_requests_in_the_log(server: Server) -> None:
    import json

    _, id_ = ask(server)
    urllib_answer = None
    try:
        urllib.request.urlopen(f"{server.url}/nothing/here?token=abcdefgh", timeout=PATIENCE)
    except urllib.error.HTTPError as error:
        urllib_answer = error
    assert urllib_answer
    with urllib_answer:
        id_ = urllib_answer.headers["X-Request-ID"]
    said = [json.loads(line) for line in server.log.read_text().splitlines() if line[:1] == "{"]
    assert any("Booting worker" in line["message"] for line in said)
    [line] = [line for line in said if line.get("request") == id_]
    assert (line["status"], line["path"]) == (404, "/nothing/here")
    assert TOKEN not in server.log.read_text()


# --- the folder that they share -----------------------------------------------------------------

HOLDER = """
import os, sys
from playlist_app.operations import warnings
from playlist_app.operations.sight import shared
shared._place = lambda: __import__("pathlib").Path(sys.argv[1])
print(shared.make(), flush=True)
sys.stdin.read()
"""


def hold(place: Path) -> tuple[subprocess.Popen[str], Path]:
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(place)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    return process, Path(process.stdout.readline().strip())


def end(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.communicate()


def test_what_a_killed_server_left_goes_with_the_next_and_that_of_the_living_stays(
    tmp_path: Path,
) -> None:
    first, left = hold(tmp_path)
    end(first)
    assert left.is_dir()
    second, of_the_living = hold(tmp_path)
    assert not left.exists()
    third, newest = hold(tmp_path)
    assert of_the_living.is_dir() and newest.is_dir()
    assert newest.stat().st_mode & 0o777 == 0o700
    for process in (second, third):
        end(process)


def test_a_command_and_an_idle_master_load_nothing_of_it() -> None:
    code = (
        "import sys, app; from playlist_app.operations.sight import shared, logs, faults;"
        "print([m for m in ('prometheus_client', 'sentry_sdk') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
