"""The background work of imports."""

from __future__ import annotations

from datetime import timedelta

from playlist_app.config import settings
from playlist_app.imports import checking, looking, queue, sources
from playlist_app.work.tasks import Jobs

jobs = Jobs()


@jobs.task(
    queue.TASK,
    title="Fetch what is in the import queue",
    every=timedelta(minutes=1),
    lanes=lambda: max(1, settings().import_lanes),
)
def fetch() -> bool:
    return False


@jobs.task(
    looking.TASK,
    title="Look at addresses before they are imported",
    every=timedelta(minutes=1),
    lanes=lambda: 2,
)
def look() -> bool:
    return False


@jobs.task(sources.TASK, title="Look what is new at the sources", every=timedelta(minutes=1))
def check_sources() -> bool:
    return checking.step()
