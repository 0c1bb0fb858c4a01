"""One person after the other logs in with a password: how long it takes, on the clock and a core.

It is slow on purpose: what makes a right password cost 50 ms makes guessing cost as much.
"""

from __future__ import annotations

import http.client
import json
import time

from bench.options import Options
from bench.report.figures import Figure, Row, median_of, percentile
from bench.stage.house import PASSWORD, furnished
from bench.stage.server import Server, serving

TIMES = 20


def measure(options: Options) -> list[Row]:
    with furnished(1) as house, serving(house.folder, options.workers) as server:
        rounds = [_figures(server, house.people[0].name) for _ in range(options.rounds)]
    return [Row("log in with a password", median_of(rounds))]


def _figures(server: Server, username: str) -> list[Figure]:
    cpu, times = _cpu(server), []
    for _ in range(TIMES):
        begun = time.perf_counter()
        _log_in(server, username)
        times.append((time.perf_counter() - begun) * 1000)
    return [
        Figure(percentile(times, 50), "ms", "p50"),
        Figure((_cpu(server) - cpu) / TIMES * 1000, "ms", "CPU"),
    ]


def _log_in(server: Server, username: str) -> None:
    connection = http.client.HTTPConnection(*server.address)
    body = json.dumps({"username": username, "password": PASSWORD})
    connection.request("POST", "/api/v1/users/login", body, {"Content-Type": "application/json"})
    answer = connection.getresponse()
    assert answer.status == 200, answer.read()
    answer.read()
    connection.close()


def _cpu(server: Server) -> float:
    return sum(worker.cpu_seconds for worker in server.workers)
