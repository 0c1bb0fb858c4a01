"""The background work of running a server."""

from __future__ import annotations

from datetime import timedelta

from playlist_app.config import settings
from playlist_app.operations import cleaning, figures, long_work
from playlist_app.operations.backups import work as backup_work
from playlist_app.operations.letters import sending
from playlist_app.work.tasks import Jobs

jobs = Jobs()


@jobs.task(
    "clean-up",
    title="Remove what is over, and what was left behind",
    every=timedelta(hours=6),
    at_start=False,  # the start of the server does it
)
def clean_up() -> None:
    cleaning.clean_up()


@jobs.task("measure", title="Measure what takes how much room", every=timedelta(hours=1))
def measure() -> None:
    figures.measure(settings())


@jobs.task(
    long_work.TASK,
    title="Do what admins asked for: backups, checks and the like",
    every=timedelta(minutes=1),
    waiting=long_work.waiting,
)
def do_long_work() -> bool:
    return long_work.do_next()


@jobs.task(
    sending.TASK,
    title="Send one-time codes",
    every=timedelta(minutes=1),
    waiting=sending.waiting,
)
def send_codes() -> bool:
    return sending.send_next()


@jobs.task("backups", title="Back up every day", every=timedelta(minutes=15))
def back_up_daily() -> None:
    if backup_work.is_due(settings()):
        long_work.ask(backup_work.DAILY, by=None)
