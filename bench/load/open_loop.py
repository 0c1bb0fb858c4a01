"""An open loop: requests at fixed times, whether or not those before were answered."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bench.load.aside import aside, quickly
from bench.load.http import Address, Connection, Request

BEGIN_AFTER = 0.5  # seconds, for the first connections to be there


@dataclass(frozen=True)
class Schedule:
    """One request each `every` seconds."""

    requests: Sequence[Request]
    every: float


@dataclass(frozen=True)
class Sent:
    """What became of one request; the moments are of time.monotonic_ns, which all processes of a
    machine share."""

    at: int
    answered: int
    wrong: str

    @property
    def milliseconds(self) -> float:
        return (self.answered - self.at) / 1e6


def all_wrong(sent: Iterable[Sent]) -> Counter[str]:
    """What was wrong with their answers."""
    return Counter(each.wrong for each in sent if each.wrong)


def open_loop(address: Address, schedules: Sequence[Schedule]) -> list[list[Sent]]:
    """Send every schedule, at the same time, in a process of its own."""
    return aside(_round, address, schedules)


def _round(address: Address, schedules: Sequence[Schedule]) -> list[list[Sent]]:
    return quickly(_send_all(address, schedules))


async def _send_all(address: Address, schedules: Sequence[Schedule]) -> list[list[Sent]]:
    begin = asyncio.get_running_loop().time() + BEGIN_AFTER
    return await asyncio.gather(*(_send(address, schedule, begin) for schedule in schedules))


async def _send(address: Address, schedule: Schedule, begin: float) -> list[Sent]:
    loop = asyncio.get_running_loop()
    free = [await Connection.open(address) for _ in range(2)]
    under_way = []
    for number, request in enumerate(schedule.requests):
        await asyncio.sleep(begin + number * schedule.every - loop.time())
        under_way.append(loop.create_task(_one(address, request, free)))
    sent = await asyncio.gather(*under_way)
    for connection in free:
        connection.close()
    return sent


async def _one(address: Address, request: Request, free: list[Connection]) -> Sent:
    """On a connection that is free, or on one more: nothing waits for its turn here."""
    at = time.monotonic_ns()
    # The server closes those that nobody needed for a while.
    free[:] = [connection for connection in free if connection.is_open]
    try:
        connection = free.pop() if free else await Connection.open(address)
        answer = await connection.ask(request.raw)
    except ConnectionError:
        return Sent(at, time.monotonic_ns(), "the server hung up")
    answered = time.monotonic_ns()
    free.append(connection)
    return Sent(at, answered, request.complaint(answer))
