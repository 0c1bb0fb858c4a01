"""The library page with 100,000 tracks, as a browser gets it: the first, by artist, and a genre."""

from __future__ import annotations

from bench.load.closed_loop import Tally, all_wrong, closed_loop
from bench.load.http import Request, raw
from bench.options import Options
from bench.report.figures import Figure, Row, median_of, percentile
from bench.stage import library
from bench.stage.house import furnished
from bench.stage.server import serving

TRACKS = 100_000
PATHS = (
    "/library",
    "/library?ordering=artist,title",
    "/library?ordering=-created_at",
    "/library?ordering=album",
    "/library?ordering=-duration_seconds",
    "/library?genre=jazz",
    "/library?search=love",
)


def measure(options: Options) -> list[Row]:
    with furnished(1) as house:
        library.fill(house, TRACKS)
        token = house.people[0].token
        requests = [
            Request(raw("GET", path, token, headers={"Accept": "text/html"})) for path in PATHS
        ]
        with serving(house.folder, options.workers) as server:
            rounds = [
                [
                    closed_loop(server.address, [[request]], options.seconds_or(1.5))
                    for request in requests
                ]
                for _ in range(options.rounds)
            ]
    figures = median_of([_figures(first, others) for first, *others in rounds])
    wrong = all_wrong(tally for some in rounds for tally in some)
    return [Row(f"library page with {TRACKS:,} tracks", figures, wrong)]


def _page(path: str, token: str) -> Request:
    return Request(raw("GET", path, token, headers={"Accept": "text/html"}))


def _figures(first: Tally, others: list[Tally]) -> list[Figure]:
    return [
        Figure(percentile(first.milliseconds, 50), "ms", "p50", at_most=100),
        Figure(percentile(first.milliseconds, 99), "ms", "p99"),
        *(
            Figure(percentile(tally.milliseconds, 50), "ms", path.partition("?")[2], at_most=100)
            for path, tally in zip(PATHS[1:], others, strict=True)
        ),
    ]
