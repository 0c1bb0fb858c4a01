"""20 people vote at once, each as fast as they are answered, in a list of 100 items."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence

from bench.load.closed_loop import WARM_UP, Tally, all_wrong, closed_loop
from bench.load.http import Request, raw
from bench.options import Options
from bench.report.figures import Figure, Row, median_of, percentile
from bench.stage.house import House, List, Person, furnished
from bench.stage.server import serving

PEOPLE = 20
ITEMS = 100
AT_MOST = 200  # votes a second that one person can cast
VALUES = {"up": 1, "down": -1, "none": 0}

Cast = tuple[str, str]  # an item's id, and a direction


def measure(options: Options) -> list[Row]:
    with furnished(PEOPLE) as house:
        playlist = house.playlist(ITEMS)
        rounds, wrong = [], Counter[str]()
        standing: dict[tuple[str, str], str] = {}  # the vote of (item, person) as it must be
        with serving(house.folder, options.workers, limits=options.limits) as server:
            for number in range(options.rounds):
                count = int(AT_MOST * (options.seconds_or(5) + WARM_UP))
                casts = [
                    _casts(playlist, standing, person, number, count) for person in house.people
                ]
                scripts = [
                    [_request(playlist, person, cast) for cast in theirs]
                    for person, theirs in zip(house.people, casts, strict=True)
                ]
                tally = closed_loop(server.address, scripts, options.seconds_or(5))
                rounds.append(tally)
                _note(standing, house.people, casts, tally)
                wrong["items whose counts don't fit their votes"] += _wrong_counts(house)
                wrong["votes that are not as they were answered"] += _wrong_votes(house, standing)
    figures = median_of([_figures(tally) for tally in rounds])
    work = f"{PEOPLE} voters at once, {ITEMS} items, no listeners"
    return [Row(work, figures, all_wrong(rounds) + wrong)]


def _figures(tally: Tally) -> list[Figure]:
    return [
        Figure(tally.rate, "votes/s", at_least=250),
        Figure(percentile(tally.milliseconds, 50), "ms", "p50"),
        Figure(percentile(tally.milliseconds, 99), "ms", "p99", at_most=500),
    ]


def _casts(
    playlist: List, standing: dict[tuple[str, str], str], person: Person, number: int, count: int
) -> list[Cast]:
    """A person's votes of one round: any item, and always another vote than they have, as the same
    again would change nothing and cost little."""
    random_ = random.Random(f"{person.name} {number}")
    mine = {item: standing.get((item, person.id), "none") for item in playlist.items}
    casts = []
    for _ in range(count):
        item = random_.choice(playlist.items)
        mine[item] = random_.choice([each for each in VALUES if each != mine[item]])
        casts.append((item, mine[item]))
    return casts


def _request(playlist: List, person: Person, cast: Cast) -> Request:
    item, direction = cast
    path = f"{playlist.path}/items/{item}/vote"
    return Request(raw("POST", path, person.token, body={"direction": direction}))


def _note(
    standing: dict[tuple[str, str], str],
    people: Sequence[Person],
    casts: Sequence[Sequence[Cast]],
    tally: Tally,
) -> None:
    for person, theirs, asked in zip(people, casts, tally.asked, strict=True):
        for item, direction in theirs[:asked]:
            standing[item, person.id] = direction


def _wrong_counts(house: House) -> int:
    """Items whose counts are not what the table of votes adds up to."""
    rows = house.query(
        "SELECT count(*) FROM item WHERE"
        " up != (SELECT count(*) FROM vote WHERE item_id = item.id AND value = 1) OR"
        " down != (SELECT count(*) FROM vote WHERE item_id = item.id AND value = -1)"
    )
    count = rows[0][0]
    assert isinstance(count, int)
    return count


def _wrong_votes(house: House, standing: dict[tuple[str, str], str]) -> int:
    """Votes in the table that are not the last that was answered, or are missing there."""
    kept = set(house.query("SELECT item_id, user_id, value FROM vote"))
    meant = {(*who, VALUES[how]) for who, how in standing.items() if how != "none"}
    return len(kept ^ meant)
