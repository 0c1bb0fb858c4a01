"""How long it takes from starting the server, on a folder that is there, until it serves."""

from __future__ import annotations

from bench.options import Options
from bench.report.figures import Figure, Row, median_of
from bench.stage.house import furnished
from bench.stage.server import Server


def measure(options: Options) -> list[Row]:
    with furnished(1) as house:
        house.playlist(100)
        rounds = []
        for _ in range(options.rounds):
            server = Server(house.folder, options.workers)
            try:
                rounds.append([Figure(server.start(), "s")])
                server.stop()
            finally:
                server.kill()
    return [Row("start, until it serves", median_of(rounds))]
