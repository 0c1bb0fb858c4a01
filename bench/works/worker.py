"""The worker beside the server: what it costs while there is nothing to do, and how soon it begins
what another process asked for."""

from __future__ import annotations

import time

from flask import Flask

from bench.options import Options
from bench.report.figures import Figure, Row, median_of, percentile
from bench.stage.house import furnished
from bench.stage.processes import Process
from bench.stage.server import serving
from playlist_app.database import now, write
from playlist_app.work import tasks, worker
from playlist_app.work.worker import Alive

MIB = 2**20
TASK = "clean-up"
TIMES = 40
OFTEN = 0.001  # seconds between two looks whether it began


def measure(options: Options) -> list[Row]:
    idle, woken = [], []
    with furnished(1) as house:
        for _ in range(options.rounds):
            with serving(house.folder, options.workers):
                alive = _there(house.app)
                idle.append(_idle(Process(alive.pid), options.seconds_or(20)))
                woken.append(_woken(house.app))
    return [
        Row("worker with nothing to do", median_of(idle)),
        Row("… from another process's write until it begins", median_of(woken)),
    ]


def _there(app: Flask) -> Alive:
    """The worker, as soon as it has done what it does at its start."""
    while True:
        with app.app_context():
            for alive in worker.alive():
                if alive.looked and not alive.running:
                    return alive
        time.sleep(OFTEN)


def _idle(process: Process, seconds: float) -> list[Figure]:
    begun = process.cpu_seconds
    time.sleep(seconds)
    used = (process.cpu_seconds - begun) * 60 / seconds
    return [
        Figure(process.resident / MIB, "MiB", at_most=110),
        Figure(used, "s of CPU a minute", at_most=1),
    ]


def _woken(app: Flask) -> list[Figure]:
    times, tells = [], []
    for at in range(TIMES):
        time.sleep(0.1 + at % 10 / 100)  # at any moment between two of its looks
        asked, begun = now(), time.perf_counter()
        with app.app_context(), write():
            tasks.wake(TASK)
        tells.append((time.perf_counter() - begun) * 1000)
        times.append((_began(app, asked.timestamp()) - asked.timestamp()) * 1000)
    return [
        Figure(percentile(times, 50), "ms", "p50"),
        Figure(percentile(times, 99), "ms", "p99", at_most=500),
        Figure(percentile(tells, 50), "ms", "the write itself p50"),
    ]


def _began(app: Flask, asked: float) -> float:
    """When the task began that was asked for at this time."""
    while True:
        with app.app_context():
            for alive in worker.alive():
                moment = alive.looked_at(TASK)
                # Notes are in whole milliseconds.
                if moment and moment.timestamp() >= asked - 0.001:
                    return moment.timestamp()
        time.sleep(OFTEN)
