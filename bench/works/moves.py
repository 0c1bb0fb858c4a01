"""2,000 times the last item is put behind the first: into the same gap, whose ranks grow.

After each move the order is compared with that of a plain list to which the same was done.
"""

from __future__ import annotations

import asyncio
import time

from bench.load.http import Address, Connection, raw
from bench.options import Options
from bench.report.figures import Figure, Row
from bench.stage.house import House, List, furnished
from bench.stage.server import serving

MOVES = 2000
ITEMS = 50
LONGEST = 200  # characters; a longer rank must have been tidied up


def measure(options: Options) -> list[Row]:
    with furnished(1) as house:
        playlist = house.playlist(ITEMS)
        with serving(house.folder, options.workers) as server:
            return [asyncio.run(_move_all(server.address, house, playlist))]


async def _move_all(address: Address, house: House, playlist: List) -> Row:
    connection = await Connection.open(address)
    token, order = house.people[0].token, list(playlist.items)
    wrong, longest, seconds = 0, 0, 0.0
    for _ in range(MOVES):
        order.insert(1, order.pop())
        path = f"{playlist.path}/items/{order[1]}"
        request = raw("PATCH", path, token, body={"after": order[0]})
        begun = time.perf_counter()
        answer = await connection.ask(request)
        seconds += time.perf_counter() - begun
        ranked = _ranked(house, playlist)
        wrong += answer.status != 200 or [item for item, _ in ranked] != order
        longest = max(longest, *(len(rank) for _, rank in ranked))
    listed = (await connection.ask(raw("GET", f"{playlist.path}/items", token))).json()["items"]
    wrong += [item["id"] for item in listed] != order
    connection.close()
    figures = [
        Figure(wrong, "wrong orders", at_most=0),
        Figure(longest, "characters", "longest rank", at_most=LONGEST),
        Figure(_tidied(house), "tidied up"),
        Figure(MOVES / seconds, "moves/s"),
    ]
    return Row(f"{MOVES:,} moves into the same gap", figures)


def _ranked(house: House, playlist: List) -> list[tuple[str, str]]:
    """Items with their ranks, in the order that the database sorts them."""
    rows = house.query(
        f"SELECT id, rank FROM item WHERE playlist_id = '{playlist.id}' ORDER BY rank"
    )
    return [(str(item), str(rank)) for item, rank in rows]


def _tidied(house: House) -> int:
    return len(house.query("SELECT seq FROM event WHERE type = 'playlist.reordered'"))
