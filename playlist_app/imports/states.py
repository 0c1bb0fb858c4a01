"""States of an import, and the classes of what can go wrong with it.

Nothing here needs the app: the process that fetches (fetch.py) speaks in these words too.
"""

from __future__ import annotations

from enum import StrEnum


class State(StrEnum):
    QUEUED = "queued"
    ACTIVE = "active"
    PAUSED = "paused"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"
    # A tombstone: it is gone for good where it was, and is not tried again unless somebody asks.
    IGNORED = "ignored"


WAITING = (State.QUEUED, State.PAUSED)
UNFINISHED = (State.QUEUED, State.ACTIVE, State.PAUSED)
RETRIABLE = (State.FAILED, State.CANCELLED, State.IGNORED)


class Trouble(StrEnum):
    """Why an import did not go well; what follows is in `claims.py`."""

    GONE = "gone"  # removed, private, never was: it will not come back
    BLOCKED = "blocked"  # the host said no or not now: 403, 429, 5xx
    BROKEN = "broken"  # the connection: reset, stalled, another length than promised
    REFUSED = "refused"  # by us: the address, the scheme, the size, or because it isn't audio
    DISK = "disk"  # there is no room on the server
    CRASHED = "crashed"  # the process that fetched ended without a word


# What is tried again by itself.
PASSING = (Trouble.BLOCKED, Trouble.BROKEN, Trouble.CRASHED)


class Quality(StrEnum):
    """Which of several versions is taken, where there are several."""

    BEST = "best"
    SMALL = "small"


class Failed(Exception):
    """An import can't go on. The message is for people; `retry_after`, in seconds, what a host
    asked for."""

    def __init__(self, trouble: Trouble, message: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.trouble = trouble
        self.retry_after = retry_after
