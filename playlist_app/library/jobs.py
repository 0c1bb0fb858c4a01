"""The background work of the library."""

from __future__ import annotations

from datetime import timedelta

from playlist_app.library import analysis, covering, references, rendering, verify, watching
from playlist_app.work.tasks import Jobs, stopping

SAMPLE = 200  # files that are read and compared each day

jobs = Jobs()


@jobs.task(
    "analysis",
    title="Listen to new audio: how long, how loud, whether it can be played",
    every=timedelta(minutes=1),
)
def analyse() -> bool:
    return analysis.analyse_some()


@jobs.task(
    "covers",
    title="Give a cover to what came without one",
    every=timedelta(minutes=1),
)
def make_covers() -> bool:
    return covering.cover_some()


@jobs.task(
    "renditions",
    title="Make what browsers can't play playable, and small copies for phones",
    every=timedelta(minutes=1),
)
def make_renditions() -> bool:
    return rendering.make_one()


@jobs.task(
    "renditions-cache",
    title="Keep the cache of renditions within its budget",
    every=timedelta(hours=1),
    at_start=False,
)
def tidy_renditions() -> None:
    rendering.tidy()


@jobs.task(
    "folders", title="Take in what is new in the watched folders", every=timedelta(minutes=5)
)
def look_at_folders() -> None:
    watching.look()


@jobs.task(
    "references",
    title="Remove audio that no track needs any more",
    every=timedelta(hours=1),
    at_start=False,
)
def count_references() -> None:
    references.count_again()


@jobs.task(
    "verify",
    title="Look whether stored audio is what it was",
    every=timedelta(days=1),
    at_start=False,
)
def verify_some() -> None:
    verify.verify(sample=SAMPLE, stop=stopping.is_set)
