"""The background work of the library."""

from __future__ import annotations

from datetime import timedelta

from playlist_app.library import analysis
from playlist_app.work.tasks import Jobs

jobs = Jobs()


@jobs.task(
    "analysis",
    title="Listen to new audio: how long, how loud, whether it can be played",
    every=timedelta(minutes=1),
)
def analyse() -> bool:
    return analysis.analyse_some()
