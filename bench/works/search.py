"""10 clients search a library of 100,000 tracks, 20 rows an answer.

Each question is asked once before, and its answer checked: there must be hits, and what was meant.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from urllib.parse import quote

from bench.load.closed_loop import Tally, all_wrong, closed_loop
from bench.load.http import Address, Connection, Request, raw
from bench.options import Options
from bench.report.figures import Figure, Row, median_of, percentile
from bench.stage import library
from bench.stage.house import furnished
from bench.stage.library import Question
from bench.stage.server import serving

TRACKS = 100_000
QUESTIONS = 600
CONNECTIONS = 10
LIMIT = 20


def measure(options: Options) -> list[Row]:
    with furnished(1) as house:
        library.fill(house, TRACKS)
        questions = library.questions(QUESTIONS, TRACKS)
        requests = [_request(question, house.people[0].token) for question in questions]
        with serving(house.folder, options.workers) as server:
            missed, understood = asyncio.run(_check(server.address, questions, requests))
            # Everybody asks everything, each from another place on.
            step = QUESTIONS // CONNECTIONS
            scripts = [requests[at * step :] + requests[: at * step] for at in range(CONNECTIONS)]
            rounds = [
                closed_loop(server.address, scripts, options.seconds_or(5))
                for _ in range(options.rounds)
            ]
    figures = median_of([_figures(tally) for tally in rounds])
    figures.append(Figure(understood, "% of typos understood"))
    wrong = all_wrong(rounds) + Counter({"what was asked for is not in the answer": missed})
    work = f"search {TRACKS:,} tracks, {LIMIT} rows, {CONNECTIONS} connections"
    return [Row(work, figures, wrong)]


def _request(question: Question, token: str) -> Request:
    path = f"/api/v1/tracks?search={quote(question.text)}&limit={LIMIT}"
    return Request(raw("GET", path, token), lacks=b'"items":[]')


async def _check(
    address: Address, questions: Sequence[Question], requests: Sequence[Request]
) -> tuple[int, float]:
    """How many answers miss what they must have, and what percentage of typos was understood."""
    connection = await Connection.open(address)
    missed, understood = 0, []
    for question, request in zip(questions, requests, strict=True):
        answer = await connection.ask(request.raw)
        hits = [question.is_answered_by(track) for track in answer.json()["items"]]
        if question.is_typo:
            understood.append(any(hits))
        missed += not hits or not (question.is_typo or any(hits))
    connection.close()
    return missed, 100 * sum(understood) / len(understood)


def _figures(tally: Tally) -> list[Figure]:
    return [
        Figure(tally.rate, "/s", at_least=150),
        Figure(percentile(tally.milliseconds, 50), "ms", "p50"),
        Figure(percentile(tally.milliseconds, 95), "ms", "p95", at_most=150),
    ]
