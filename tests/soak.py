"""How often: a normal run repeats to catch a mistake soon, `make soak` to trust what it found."""

from __future__ import annotations

import os

IS_SOAK = os.environ.get("JAMBOREE_SOAK") == "1"


def count(normal: int, full: int) -> int:
    """So many, as a rule; or so many in the soak."""
    return full if IS_SOAK else normal
