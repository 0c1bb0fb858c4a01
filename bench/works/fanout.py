"""1,000 people follow one playlist while somebody votes each 100 ms: when does the last one know?

From the moment a POST is sent until the last client has the frame with that vote. Meanwhile other
requests are timed, and in the end the server is stopped with everybody still connected.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from bench.load.audience import Audience, Notes
from bench.load.closed_loop import closed_loop
from bench.load.http import Request, raw
from bench.load.open_loop import Schedule, Sent, all_wrong, open_loop
from bench.options import Options
from bench.report.figures import Figure, Row, median_of, percentile
from bench.stage.house import House, List, furnished
from bench.stage.server import Server, serving

CLIENTS = 1000
ITEMS = 100
EVERY = 0.1  # seconds between two votes
PROBED_EVERY = 0.04  # seconds between two other requests
RESTARTING = 1012  # the code with which a server that stops closes its sockets

# A vote as everybody hears it: the item, and how many are for it then. People vote for one item
# after the other, all of them "up", so that each vote makes a pair that no other makes.
Mark = tuple[str, int]


@dataclass(frozen=True)
class Round:
    marks: Sequence[Mark]
    votes: Sequence[Sent]
    probes: Sequence[Sent]
    notes: Notes


@dataclass(frozen=True)
class Evening:
    """All rounds, how much memory the server had between, in bytes, and how it ended."""

    rounds: Sequence[Round]
    before: int
    connected: int
    after: int
    stopping: float  # seconds
    closed: Counter[int]  # clients by the code that they were told


def measure(options: Options) -> list[Row]:
    votes = int(options.seconds_or(30) / EVERY)
    with furnished(-(-votes * options.rounds // ITEMS)) as house:
        playlist = house.playlist(ITEMS)
        with serving(house.folder, options.workers, limits=options.limits) as server:
            _warm_up(server, house, playlist)
            return _rows(_evening(server, house, playlist, votes, options.rounds))


def _evening(server: Server, house: House, playlist: List, votes: int, count: int) -> Evening:
    before = _resident(server)
    url = f"ws://{server.url}/ws/playlists/{playlist.id}"
    with Audience(url, house.tokens(), CLIENTS) as audience:
        connected = _resident(server)
        rounds = [
            _round(server, house, playlist, audience, range(at * votes, (at + 1) * votes))
            for at in range(count)
        ]
        after = _resident(server)
        stopping = server.stop()
        closed = audience.notes_at_the_end().closed
    return Evening(rounds, before, connected, after, stopping, closed)


def _rows(evening: Evening) -> list[Row]:
    rounds = evening.rounds
    live = median_of([_live_figures(each) for each in rounds])
    others = median_of([_other_figures(each) for each in rounds])
    memory = [
        Figure((evening.connected - evening.before) / CLIENTS / 1000, "KB", at_most=20),
        Figure((evening.after - evening.before) / CLIENTS / 1000, "KB after all votes"),
    ]
    stop = [Figure(evening.stopping, "s", at_most=2)]
    untold = Counter({"clients that were not told why": CLIENTS - evening.closed[RESTARTING]})
    probes = [probe for each in rounds for probe in each.probes]
    work = f"a vote each 100 ms, {CLIENTS:,} clients: until the last has it"
    return [
        Row(work, live, _wrong(rounds)),
        Row("… other requests meanwhile", others, all_wrong(probes)),
        Row("… memory a person connected", memory),
        Row("… stop with all connected", stop, +untold),
    ]


def _warm_up(server: Server, house: House, playlist: List) -> None:
    """Let every thread of the server begin, so that their memory is not taken for the clients'."""
    requests = [
        Request(raw("GET", f"{playlist.path}/{part}", house.people[0].token))
        for part in ("items", "members")
    ]
    closed_loop(server.address, [requests] * 40, 1)


def _round(
    server: Server, house: House, playlist: List, audience: Audience, numbers: range
) -> Round:
    """The votes of these numbers, counted over all rounds."""
    casts = [(playlist.items[at % ITEMS], at // ITEMS) for at in numbers]
    votes = [
        Request(
            raw(
                "POST",
                f"{playlist.path}/items/{item}/vote",
                house.people[person].token,
                body={"direction": "up"},
            )
        )
        for item, person in casts
    ]
    probe = Request(raw("GET", playlist.path, house.people[0].token))
    probes = [probe] * int(len(votes) * EVERY / PROBED_EVERY)
    sent, probed = open_loop(
        server.address, [Schedule(votes, EVERY), Schedule(probes, PROBED_EVERY)]
    )
    newest = house.query("SELECT max(seq) FROM event")[0][0]
    assert isinstance(newest, int)
    marks = [(item, person + 1) for item, person in casts]
    return Round(marks, sent, probed, audience.notes_until(newest))


def _resident(server: Server) -> int:
    return sum(worker.resident for worker in server.workers)


def _live_figures(round_: Round) -> list[Figure]:
    heard = {
        (each.payload["id"], each.payload["up"]): each
        for each in round_.notes.heard.values()
        if each.type == "track.voted"
    }
    times = [
        (heard[mark].last - vote.at) / 1e6
        for mark, vote in zip(round_.marks, round_.votes, strict=True)
        if mark in heard
    ]
    lost = sum(CLIENTS - (heard[mark].clients if mark in heard else 0) for mark in round_.marks)
    return [
        Figure(percentile(times, 50), "ms", "p50"),
        Figure(percentile(times, 99), "ms", "p99", at_most=100),
        Figure(lost, "lost", at_most=0),
        Figure(percentile([vote.milliseconds for vote in round_.votes], 50), "ms", "answered p50"),
    ]


def _other_figures(round_: Round) -> list[Figure]:
    times = [probe.milliseconds for probe in round_.probes]
    return [
        Figure(percentile(times, 50), "ms", "p50"),
        Figure(percentile(times, 99), "ms", "p99", at_most=50),
    ]


def _wrong(rounds: Sequence[Round]) -> Counter[str]:
    wrong = all_wrong(vote for each in rounds for vote in each.votes)
    for each in rounds:
        wrong["frames that came twice or too late"] += each.notes.again
        wrong["clients told to read afresh"] += each.notes.resyncs
        wrong["clients cut off"] += each.notes.closed.total()
    return +wrong
