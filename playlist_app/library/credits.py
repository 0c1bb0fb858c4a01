"""Artists: the several that one line names, each to be found by their own name.

Runs also where there is no app (probe.py): no database here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from playlist_app.library.texts import LONGEST, clean_text

MOST = 20  # artists of one track that are told apart

# What stands between two artists for certain. "&", "," and "/" without spaces don't: they are parts
# of names ("Simon & Garfunkel", "Earth, Wind & Fire", "AC/DC").
_BETWEEN = re.compile(
    r"""\s*[;\x00]\s*                                   # "Mira Lund; Tobi Vale"
    |   \s+/\s+                                         # "Mira Lund / Tobi Vale"
    |   \s*[(\[]\s*(?:feat|ft|featuring)\b\.?\s+        # "Mira Lund (feat. Tobi Vale)"
    |   \s+(?:feat\.?|ft\.?|featuring)\s+               # "Mira Lund feat. Tobi Vale"
    """,
    re.IGNORECASE | re.VERBOSE,
)
_CLOSED = re.compile(r"^([^(\[]*)[)\]]")


def artists_in(text: str) -> list[str]:
    """The artists that a line names, in their order; one where nothing says that there are more.

    "A feat. B", "A (ft. B)", "A; B" and "A / B" are two.
    """
    first, *others = _BETWEEN.split(text)
    # The bracket that was opened before "feat." closes behind the name.
    return distinct([first, *(_CLOSED.sub(r"\1", other) for other in others)])


def distinct(names: Iterable[str]) -> list[str]:
    """Each name once, clean, the first so many."""
    clean = (clean_text(name[:LONGEST], "artist") for name in names)
    return list(dict.fromkeys(name for name in clean if name))[:MOST]
