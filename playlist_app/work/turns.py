"""Turns: when a task looks by itself."""

from __future__ import annotations

from datetime import datetime, timedelta

from playlist_app.database import now
from playlist_app.work.models import TaskRecord
from playlist_app.work.tasks import TICK, Task

FIRST_RETRY = timedelta(minutes=1)
DOUBLED_AT_MOST = 12  # times: that is three days


def next_turn(task: Task, record: TaskRecord | None, looked: datetime | None) -> datetime:
    """When the clock has the task look: `every` after it last did. After a failure sooner, first
    in a minute, then each time after twice as long. `looked` is what the worker knows beyond the
    record: turns that found nothing are not all noted."""
    noted = record.started_at if record else None
    last = max(filter(None, (noted, looked)), default=None)
    if not last or last > now() + TICK:
        return now()  # for the first time; or the server's clock was ahead, and was put right
    pause = task.every
    if record and record.failures:
        pause = min(pause, FIRST_RETRY * 2 ** min(record.failures - 1, DOUBLED_AT_MOST))
    return last + pause
