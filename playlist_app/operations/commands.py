"""`flask data …`: the data folder, from the command line."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading

import click
from flask import Flask, current_app
from flask.cli import AppGroup, with_appcontext

from playlist_app.config import ROOT, settings
from playlist_app.operations import in_use, seeding, startup, trying
from playlist_app.operations.saying import said
from playlist_app.operations.sight import faults, logs
from playlist_app.work import worker

PREPARE = [sys.executable, "-m", "flask", "--app", "app", "data", "prepare"]


def on_a_prepared_folder(group: AppGroup) -> AppGroup:
    """Make a group of commands work on a folder that no server has ever served."""

    @with_appcontext
    def make_what_is_missing() -> None:
        with said():
            is_prepared = startup.is_prepared(settings())
        if not is_prepared:
            # In a process of its own: this one is to stay small.
            done = subprocess.run(PREPARE, cwd=ROOT, check=False)
            if done.returncode:
                raise SystemExit(done.returncode)

    group.callback = make_what_is_missing
    return group


def _prepare() -> None:
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    with said():
        startup.prepare(app)


data = AppGroup("data", help="The data folder: what lasts.")


@data.command("prepare")
def prepare() -> None:
    """Make what is missing and migrate what is old; start-up does this by itself."""
    _prepare()


@data.command("seed")
@click.option(
    "--people", is_flag=True, help="Also an owner, a member and an outsider to try things with."
)
@click.option("--json", "as_json", is_flag=True)
def seed(people: bool, as_json: bool) -> None:
    """Make the demo music and a demo playlist; what is there already is left as it is.

    With --people also three people, whose passwords are told this once, and a list that two of them
    share.
    """
    _prepare()
    with said():
        made = trying.make_people() if people else []
        whose = seeding.owner() or (trying.owner() if people else None)
        if not whose:
            raise click.ClickException("There is no admin yet whose music it could be.")
        for done, of in seeding.seed(whose):
            if not as_json:
                click.echo(f"{done} of {of}")
        if people:
            trying.share_a_list()
    if as_json:
        click.echo(json.dumps({"people": [vars(one) for one in made]}))
        return
    for one in made:
        password = f"password {one.password}" if one.password else "is there already"
        click.echo(f"{one.username:<10} {password}")
    click.echo("The demo music is there.")


@click.command("work")
@click.option("--beside", is_flag=True, help="End with the process that holds our standard input.")
@with_appcontext
def work(beside: bool) -> None:
    """Do the background work until told to stop: imports, analysis, clean-up and the like."""
    signal.signal(signal.SIGTERM, _told_to_stop)  # until the worker has its own way
    in_use.serve(settings())
    if beside:
        threading.Thread(target=_end_with_standard_input, daemon=True).start()
    elif subprocess.run(PREPARE, cwd=ROOT, check=False).returncode:
        # In a process of its own, as this one is to stay small. It has said why.
        sys.exit(1)
    logs.configure(settings())
    faults.watch(settings())
    worker.work(current_app._get_current_object())  # type: ignore[attr-defined]
    if beside:
        _told_to_stop()


_input_ended = threading.Event()


def _end_with_standard_input() -> None:
    while os.read(sys.stdin.fileno(), 1024):  # a buffered read would break the end of the process
        pass
    _input_ended.set()
    os.kill(os.getpid(), signal.SIGTERM)


def _told_to_stop(*_: object) -> None:
    """Whoever keeps a worker beside itself starts it again, unless that is what ended."""
    is_over = _input_ended.is_set() or "--beside" not in sys.argv
    sys.exit(0 if is_over else os.EX_TEMPFAIL)
