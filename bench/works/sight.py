"""What it costs a request to be seen: its id, times, counts and line in the log.

The same app twice, in this process: as it serves, and with nothing of it hung in. Measured in time
of the processor, turn by turn, as wall time has the neighbours in it.
"""

from __future__ import annotations

import contextlib
import logging
import os
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from unittest import mock

from flask import Flask

from bench.options import Options
from bench.report.figures import Figure, Row, median_of, percentile
from bench.stage.house import furnished
from playlist_app import create_app
from playlist_app.config import Settings
from playlist_app.operations.sight import logs, shared, timing, watching

ITEMS = 20
AT_ONCE = 30  # requests of a turn
MUST = 0.2  # ms

Ask = Callable[[], object]


def measure(options: Options) -> list[Row]:
    with furnished(1) as house, tempfile.TemporaryDirectory() as folder, _logging():
        # As under gunicorn: numbers in mapped files, that several processes share.
        os.environ[shared.FOLDER] = folder
        playlist = house.playlist(ITEMS)
        settings = Settings(data=str(house.folder))
        token = house.people[0].headers
        seen, unseen = create_app(settings), _unseen(settings)
        works = {"a list of 20 items": f"{playlist.path}/items", "who one is": "/api/v1/users/me"}
        rows = []
        for about, path in works.items():
            asks = _ask(seen, path, token), _ask(unseen, path, token)
            rounds = [_round(*asks, options.seconds_or(3)) for _ in range(options.rounds)]
            rows.append(Row(f"being seen: {about}", median_of(rounds)))
        for app in (seen, unseen):
            _close(app)
        del os.environ[shared.FOLDER]
    return rows


def _unseen(settings: Settings) -> Flask:
    with (
        mock.patch.object(watching, "init_app"),
        mock.patch.object(timing.Watch, "connection", lambda _: sqlite3.Connection),
    ):
        return create_app(settings)


def _ask(app: Flask, path: str, headers: dict[str, str]) -> Ask:
    client = app.test_client(use_cookies=False)

    def ask() -> None:
        answer = client.get(path, headers=headers)
        if answer.status_code != 200:
            raise RuntimeError(f"{path} answered {answer.status_code}")

    return ask


def _round(seen: Ask, unseen: Ask, seconds: float) -> list[Figure]:
    """Turn by turn, so that what the machine does meanwhile meets both."""
    took: dict[Ask, list[float]] = {seen: [], unseen: []}
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        for ask in (seen, unseen):
            began = time.process_time()
            for _ in range(AT_ONCE):
                ask()
            took[ask].append((time.process_time() - began) / AT_ONCE * 1000)
    # The quickest tenth: what is above it is what neighbours did to the caches.
    without, with_it = (percentile(took[ask], 10) for ask in (unseen, seen))
    more = max(with_it - without, 0)
    return [Figure(more, "ms of CPU more", at_most=MUST), Figure(without, "ms", "without")]


@contextlib.contextmanager
def _logging() -> Iterator[None]:
    """Lines are written as they are under gunicorn, to where they take no room."""
    with Path(os.devnull).open("w") as nowhere:
        handler = logging.StreamHandler(nowhere)
        handler.setFormatter(logs.formatter("text"))
        logging.root.addHandler(handler)
        logging.getLogger(logs.ACCESS).setLevel(logging.INFO)
        try:
            yield
        finally:
            logging.root.removeHandler(handler)


def _close(app: Flask) -> None:
    with app.app_context():
        for engine in app.extensions["sqlalchemy"].engines.values():
            engine.dispose()
    app.extensions["writer_lock"].close()
