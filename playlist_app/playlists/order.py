"""Order: ranks between which there is always room, and the order modes.

A rank is a text compared byte by byte; between any two there is always another, so a move changes
one row (fractional indexing: David Greenspan, "Implementing Fractional Indexing", 2020; the package
implements it). Keys grow where one keeps inserting in one place; past LONGEST the playlist is
re-keyed in one change.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from fractional_indexing import generate_key_between, generate_n_keys_between

LONGEST = 200  # characters


class OrderMode(StrEnum):
    """`manual`: by rank. `votes`: by score, then older first. `fair`: people take turns
    (`in_turns`). What plays stays on top in the last two."""

    MANUAL = "manual"
    VOTES = "votes"
    FAIR = "fair"


def rank_between(before: str | None, after: str | None) -> str:
    """A rank after `before` and before `after`; None for the end of the list on that side."""
    rank: str = generate_key_between(before, after)
    return rank


def ranks_between(before: str | None, after: str | None, count: int) -> list[str]:
    """So many ranks between two, as short as they can be."""
    ranks: list[str] = generate_n_keys_between(before, after, count)
    return ranks


def even_ranks(count: int) -> list[str]:
    """So many ranks, as short as they can be."""
    ranks: list[str] = generate_n_keys_between(None, None, count)
    return ranks


def ordering(mode: str, item: Any, playing: Any) -> Sequence[Any]:
    """What to order a query over the columns of `item` by; `playing` is the id of what plays.

    Turns are counted, not stored: of `fair` this is only near enough for what is fetched first, and
    `in_turns` puts right what is shown."""
    if mode != OrderMode.MANUAL:
        return (item.id.is_distinct_from(playing), item.down - item.up, item.added_at, item.id)
    return (item.rank,)


@dataclass(frozen=True)
class Turns:
    """How often something of a person's was played, and when last (ISO 8601)."""

    count: int
    last: str


@dataclass(frozen=True)
class Standing:
    """What `in_turns` needs to know of an item. Moments are ISO 8601; all that a page knows, too,
    which puts its rows in the same order (static/js/playlists/order.js)."""

    id: str
    adder: str
    score: int
    added_at: str
    played_at: str | None


def in_turns(
    items: Iterable[Standing],
    *,
    playing: str | None,
    since: str | None,
    turns: Mapping[str, Turns],
) -> list[str]:
    """The ids of the items in the order `fair` (SPEC §2): what plays, then what waits, then what
    was played in this round (since then), which waits no more.

    An item's turn is how many its adder has had, and its place among what waits of theirs (by
    score, then older first). Sorted by turn, then by who waited longest since they had one, then
    older first.
    """

    def waits(item: Standing) -> bool:
        was_played = item.played_at and since and item.played_at >= since
        return item.id != playing and not was_played

    found = list(items)
    waiting = sorted(filter(waits, found), key=lambda one: (-one.score, one.added_at, one.id))
    places: dict[str, int] = {}
    keys: dict[str, tuple[Any, ...]] = {}
    for item in waiting:
        places[item.adder] = place = places.get(item.adder, 0) + 1
        had = turns.get(item.adder, Turns(0, ""))
        keys[item.id] = (1, had.count + place, had.last, item.added_at, item.id)
    for item in found:
        if item.id == playing:
            keys[item.id] = (0,)
        elif item.id not in keys:
            keys[item.id] = (2, 0, item.played_at, item.added_at, item.id)
    return sorted(keys, key=keys.__getitem__)
