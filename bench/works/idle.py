"""How much memory a web process has that was started, has answered a few pages, and waits."""

from __future__ import annotations

from bench.options import Options
from bench.report.figures import Figure, Row, median_of
from bench.stage.house import furnished
from bench.stage.server import serving

MIB = 2**20


def measure(options: Options) -> list[Row]:
    with furnished(1) as house:
        playlist = house.playlist(10)
        rounds = []
        for _ in range(options.rounds):
            with serving(house.folder, options.workers) as server:
                server.ask_each_worker(f"/playlists/{playlist.id}", house.people[0].headers)
                largest = max(worker.resident for worker in server.workers)
                rounds.append([Figure(largest / MIB, "MiB", at_most=110)])
    return [Row("idle web process, after a few pages", median_of(rounds))]
