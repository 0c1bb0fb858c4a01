"""`flask data …`: the data folder, from the command line."""

from __future__ import annotations

import click
from flask import Flask, current_app
from flask.cli import AppGroup, with_appcontext

from playlist_app.operations import seeding, startup


def on_a_prepared_folder(group: AppGroup) -> AppGroup:
    """Make a group of commands work on a folder that no server has ever served."""

    @with_appcontext
    def make_what_is_missing() -> None:
        _prepare()

    group.callback = make_what_is_missing
    return group


def _prepare() -> Flask:
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    try:
        startup.prepare(app)
    except startup.NewerDatabase as error:
        raise click.ClickException(str(error)) from None
    return app


data = AppGroup("data", help="The data folder: what lasts.")


@data.command("prepare")
@click.option("--sweep", is_flag=True, help="Also remove what an interrupted upload left.")
def prepare(sweep: bool) -> None:
    """Make what is missing and migrate what is old; start-up does this by itself."""
    app = _prepare()
    if sweep:
        startup.sweep(app)


@data.command("seed")
def seed() -> None:
    """Make the demo music and a demo playlist; what is there already is left as it is."""
    _prepare()
    admin = seeding.owner()
    if not admin:
        raise click.ClickException("There is no admin yet whose music it could be.")
    for done, of in seeding.seed(admin):
        click.echo(f"{done} of {of}")
    click.echo("The demo music is there.")
