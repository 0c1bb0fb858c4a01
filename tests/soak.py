"""How often: a normal run repeats to catch a mistake soon, `make soak` to trust what it found."""

from __future__ import annotations

import os

IS_SOAK = os.environ.get("JAMBOREE_SOAK") == "1"


def count(normal: int, full: int) -> int:
    """So many, as a rule; or so many in the soak."""
    return full if IS_SOAK else normal


def within(seconds: float) -> float:
    """The seconds that something may take: those that are promised in the soak, which has the
    machine to itself; else some more, as who else works beside the tests is not what they try."""
    return seconds if IS_SOAK else seconds + 4
