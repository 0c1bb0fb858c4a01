"""What changed in a listing between two looks at it: what is new, what is gone, what is back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

OUT_OF_SIGHT = 2**31  # the place of what a listing no longer reaches back to


@dataclass(frozen=True)
class Change:
    """Keys. `new` is in the order of the listing; `places`: where everything known stands now."""

    new: list[str]
    gone: set[str]
    places: dict[str, int]


def compare(known: Mapping[str, int], listed: Sequence[str], *, is_whole: bool) -> Change:
    """Compare what is known and not gone (key → the place where it stood last) with what is listed.

    Many feeds list their newest entries alone, and a look may stop at a limit: then what stood at
    the end has only been pushed out of sight. It counts as gone where something that stood behind
    it is still listed. Where the listing `is_whole`, everything that is missing is gone.
    """
    places = {key: place for place, key in reversed(list(enumerate(listed)))}
    new = [key for key in sorted(places, key=lambda key: places[key]) if key not in known]
    last = max((place for key, place in known.items() if key in places), default=-1)
    missing = [key for key in known if key not in places]
    gone = {key for key in missing if is_whole or known[key] < last}
    return Change(new, gone, places | {key: OUT_OF_SIGHT for key in missing if key not in gone})
