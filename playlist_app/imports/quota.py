"""The daily budget: how much the server fetches for one person, and until when they wait.

What goes beyond it is not refused: it stays in the queue, says why, and goes on the next day. Only
a queue that grows without end is.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select

from playlist_app.config import settings
from playlist_app.database import iso, now, session
from playlist_app.imports.models import Import, Usage
from playlist_app.imports.states import UNFINISHED

QUEUE_AT_MOST = 5_000  # imports that wait, for one person


@dataclass(frozen=True)
class Quota:
    """What one person has used since midnight (UTC), of how much; 0 means without end."""

    items: int
    items_at_most: int
    bytes: int
    bytes_at_most: int
    resets_at: datetime

    @property
    def used_up(self) -> str:
        """A sentence for people: which limit, and until when. Empty while there is room."""
        until = f"It goes on by itself at {self.resets_at:%H:%M} UTC."
        if self.items_at_most and self.items >= self.items_at_most:
            return f"Your {self.items_at_most} imports of today are used up. {until}"
        if self.bytes_at_most and self.bytes >= self.bytes_at_most:
            most = self.bytes_at_most / 1_000_000_000
            return f"Your {most:g} GB of imports of today are used up. {until}"
        return ""

    def shape(self) -> dict[str, Any]:
        return {
            "items": self.items,
            "items_at_most": self.items_at_most or None,
            "bytes": self.bytes,
            "bytes_at_most": self.bytes_at_most or None,
            "resets_at": iso(self.resets_at),
        }


def quota_of(person_id: str) -> Quota:
    """What was fetched for this person today. What was here already counts as nothing."""
    midnight = now().replace(hour=0, minute=0, second=0, microsecond=0)
    config = settings()
    usage = session().get(Usage, (person_id, _today()))
    return Quota(
        usage.items if usage else 0,
        config.import_items_a_day,
        usage.bytes if usage else 0,
        config.import_bytes_a_day,
        midnight + timedelta(days=1),
    )


def used(person_id: str, size: int) -> None:
    """Within a write: something of so many bytes was fetched for a person."""
    usage = session().get(Usage, (person_id, _today()))
    if not usage:
        usage = Usage(person_id=person_id, day=_today(), items=0, bytes=0)
        session().add(usage)
    usage.items += 1
    usage.bytes += size


def _today() -> str:
    return now().date().isoformat()


def waiting_of(person_id: str) -> int:
    """How many imports of this person are not finished."""
    return (
        session().scalar(
            select(func.count()).where(Import.person_id == person_id, Import.state.in_(UNFINISHED))
        )
        or 0
    )
