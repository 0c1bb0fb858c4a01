"""The background work of imports."""

from __future__ import annotations

from datetime import timedelta

from playlist_app.config import settings
from playlist_app.imports import checking, cleaning, listing, looking, queue, sources, working
from playlist_app.work.tasks import Jobs

jobs = Jobs()


@jobs.task(
    queue.TASK,
    title="Fetch what is in the import queue",
    every=timedelta(minutes=1),
    lanes=lambda: max(1, settings().import_lanes),
    waiting=listing.waiting,
)
def fetch() -> bool:
    return working.fetch_next()


@jobs.task(
    looking.TASK,
    title="Look at addresses before they are imported",
    every=timedelta(minutes=1),
    lanes=lambda: 2,
)
def look() -> bool:
    return working.look_at_next()


@jobs.task("imports-clean-up", title="Remove what imports left behind", every=timedelta(hours=1))
def clean_up() -> None:
    cleaning.clean_up()


@jobs.task(sources.TASK, title="Look what is new at the sources", every=timedelta(minutes=1))
def check_sources() -> bool:
    return checking.step()
