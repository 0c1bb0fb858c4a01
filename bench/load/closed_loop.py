"""A closed loop: so many connections, each asking again as soon as it was answered."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from bench.load.aside import aside, quickly
from bench.load.http import Address, Connection, Request

WARM_UP = 1.0  # seconds that are not counted

# What one connection asks, over and over; it has a connection of its own.
Script = Sequence[Request]


@dataclass
class Tally:
    """What a round brought. `asked` counts by script, the warm-up included."""

    seconds: float
    asked: list[int]
    milliseconds: list[float] = field(default_factory=list)
    wrong: Counter[str] = field(default_factory=Counter)

    @property
    def rate(self) -> float:
        """Answers a second."""
        return len(self.milliseconds) / self.seconds


def all_wrong(rounds: Iterable[Tally]) -> Counter[str]:
    """What went wrong in any of them."""
    return sum((tally.wrong for tally in rounds), Counter())


def closed_loop(address: Address, scripts: Sequence[Script], seconds: float) -> Tally:
    """Play the scripts for so long, in a process of its own."""
    return aside(_round, address, scripts, seconds)


def _round(address: Address, scripts: Sequence[Script], seconds: float) -> Tally:
    return quickly(_play_all(address, scripts, seconds))


async def _play_all(address: Address, scripts: Sequence[Script], seconds: float) -> Tally:
    tally = Tally(seconds, [0] * len(scripts))
    begin = time.perf_counter() + WARM_UP
    players = (
        _play(address, script, at, tally, begin, begin + seconds)
        for at, script in enumerate(scripts)
    )
    await asyncio.gather(*players)
    return tally


async def _play(
    address: Address, script: Script, at: int, tally: Tally, begin: float, end: float
) -> None:
    connection = await Connection.open(address)
    sent = time.perf_counter()
    while sent < end:
        request = script[tally.asked[at] % len(script)]
        try:
            answer = await connection.ask(request.raw)
        except ConnectionError:
            tally.wrong["the server hung up"] += 1
            return
        answered = time.perf_counter()
        tally.asked[at] += 1
        if complaint := request.complaint(answer):
            tally.wrong[complaint] += 1
        elif begin <= sent and answered <= end:
            tally.milliseconds.append((answered - sent) * 1000)
        sent = time.perf_counter()
    connection.close()
