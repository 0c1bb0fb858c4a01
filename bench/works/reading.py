"""10 clients read a whole playlist over the API, again and again, without If-None-Match."""

from __future__ import annotations

from bench.load.closed_loop import Tally, all_wrong, closed_loop
from bench.load.http import Request, raw
from bench.options import Options
from bench.report.figures import Figure, Row, median_of, percentile
from bench.stage.house import furnished
from bench.stage.server import serving

CONNECTIONS = 10
MUST = {100: 300.0, 1000: 60.0}  # lists a second, by items in them


def measure(options: Options) -> list[Row]:
    with furnished(1) as house:
        lists = {items: house.playlist(items) for items in MUST}
        token = house.people[0].token
        with serving(house.folder, options.workers, limits=options.limits) as server:
            rows = []
            for items, playlist in lists.items():
                script = [Request(raw("GET", f"{playlist.path}/items", token))]
                rounds = [
                    closed_loop(server.address, [script] * CONNECTIONS, options.seconds_or(5))
                    for _ in range(options.rounds)
                ]
                figures = median_of([_figures(tally, MUST[items]) for tally in rounds])
                work = f"read a playlist of {items:,} items, {CONNECTIONS} connections, no 304"
                rows.append(Row(work, figures, all_wrong(rounds)))
    return rows


def _figures(tally: Tally, at_least: float) -> list[Figure]:
    return [
        Figure(tally.rate, "/s", at_least=at_least),
        Figure(percentile(tally.milliseconds, 50), "ms", "p50"),
        Figure(percentile(tally.milliseconds, 99), "ms", "p99"),
    ]
