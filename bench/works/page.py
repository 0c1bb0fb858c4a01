"""The page of a playlist of 100 rows, as a browser gets it: by one person, and by ten at once."""

from __future__ import annotations

from bench.load.closed_loop import Tally, all_wrong, closed_loop
from bench.load.http import Address, Request, raw
from bench.options import Options
from bench.report.figures import Figure, Row, median_of, percentile
from bench.stage.house import furnished
from bench.stage.server import serving

ITEMS = 100
CONNECTIONS = 10


def measure(options: Options) -> list[Row]:
    with furnished(1) as house:
        playlist = house.playlist(ITEMS)
        path = f"/playlists/{playlist.id}"
        request = Request(raw("GET", path, house.people[0].token, headers={"Accept": "text/html"}))
        with serving(house.folder, options.workers) as server:
            measured = [
                _round(server.address, request, options.seconds_or(3))
                for _ in range(options.rounds)
            ]
    figures = median_of([_figures(alone, together) for alone, together in measured])
    wrong = all_wrong(tally for both in measured for tally in both)
    return [Row(f"page of {ITEMS} rows", figures, wrong)]


def _round(address: Address, request: Request, seconds: float) -> tuple[Tally, Tally]:
    alone = closed_loop(address, [[request]], seconds)
    return alone, closed_loop(address, [[request]] * CONNECTIONS, seconds)


def _figures(alone: Tally, together: Tally) -> list[Figure]:
    return [
        Figure(percentile(alone.milliseconds, 50), "ms", "alone p50"),
        Figure(percentile(alone.milliseconds, 99), "ms", "p99"),
        Figure(together.rate, "/s", f"{CONNECTIONS} connections"),
    ]
