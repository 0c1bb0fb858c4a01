"""Order: ranks between which there is always room, and the order modes.

A rank is a text compared byte by byte; between any two there is always another, so a move changes
one row (fractional indexing: David Greenspan, "Implementing Fractional Indexing", 2020; the package
implements it). Keys grow where one keeps inserting in one place; past LONGEST the playlist is
re-keyed in one change.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Any

from fractional_indexing import generate_key_between, generate_n_keys_between

LONGEST = 200  # characters


class OrderMode(StrEnum):
    """`manual`: by rank. `votes`: by score, then older first; what plays stays on top."""

    MANUAL = "manual"
    VOTES = "votes"


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
    """What to order a query over the columns of `item` by; `playing` is the id of what plays."""
    if mode == OrderMode.VOTES:
        return (item.id.is_distinct_from(playing), item.down - item.up, item.added_at, item.id)
    return (item.rank,)
