"""What it costs a vote to be counted, so that nobody does it too often.

The same app twice, in this process: with the rate limits on, set so high that nobody meets them,
and with them off. Measured in time of the processor, turn by turn, as in `sight`.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable
from unittest import mock

from flask import Flask

from bench.options import Options
from bench.report.figures import Figure, Row, median_of, percentile
from bench.stage.house import House, List, furnished
from playlist_app import create_app
from playlist_app.config import Settings
from playlist_app.people.counts import Limit

ITEMS = AT_ONCE = 20  # votes of a turn
MUST = 0.2  # ms

Vote = Callable[[], None]


def measure(options: Options) -> list[Row]:
    with furnished(1) as house:
        playlist = house.playlist(ITEMS)
        apps = [_app(house, limits) for limits in ("on", "off")]
        # Each undoes what the other did: the same vote again would change nothing.
        counted = _voter(apps[0], house, playlist, "up")
        free = _voter(apps[1], house, playlist, "down")
        rounds = [_round(counted, free, options.seconds_or(3)) for _ in range(options.rounds)]
        for app in apps:
            _close(app)
    return [Row("counting a vote for the rate limits", median_of(rounds))]


def _app(house: House, limits: str) -> Flask:
    app = create_app(Settings(data=str(house.folder), rate_limits=limits))
    lots = ("votes", Limit(10**9, 60.0), Limit(10**9, 60.0))
    vote = app.view_functions["playlist_api.vote"]
    mock.patch.object(vote, "limited_to", lots).start()  # for as long as this process lasts
    return app


def _voter(app: Flask, house: House, playlist: List, direction: str) -> Vote:
    client = app.test_client(use_cookies=False)
    items = itertools.cycle(playlist.items)

    def vote() -> None:
        path = f"{playlist.path}/items/{next(items)}/vote"
        headers = house.people[0].headers
        answer = client.post(path, headers=headers, json={"direction": direction})
        if answer.status_code != 200:
            raise RuntimeError(f"a vote was answered with {answer.status_code}")

    return vote


def _round(counted: Vote, free: Vote, seconds: float) -> list[Figure]:
    took: dict[Vote, list[float]] = {counted: [], free: []}
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        for vote in (counted, free):
            began = time.process_time()
            for _ in range(AT_ONCE):
                vote()
            took[vote].append((time.process_time() - began) / AT_ONCE * 1000)
    # The quickest tenth: what is above it is what neighbours did to the caches.
    without, with_it = (percentile(took[vote], 10) for vote in (free, counted))
    more = max(with_it - without, 0)
    return [Figure(more, "ms of CPU more", at_most=MUST), Figure(without, "ms", "without")]


def _close(app: Flask) -> None:
    with app.app_context():
        for engine in app.extensions["sqlalchemy"].engines.values():
            engine.dispose()
    app.extensions["writer_lock"].close()
