"""`flask data reinit | clean`: both say what they will delete, and ask."""

from __future__ import annotations

import json
from collections.abc import Callable

import click
from flask import Flask, current_app
from flask.cli import with_appcontext

from playlist_app.config import settings
from playlist_app.operations import emptying
from playlist_app.operations.backups.layout import Backup
from playlist_app.operations.saying import said

yes_option = click.option("--yes", is_flag=True, help="Do it without asking.")
backup_option = click.option("--no-backup", is_flag=True, help="Don't take a backup first.")
json_option = click.option("--json", "as_json", is_flag=True)


@click.command("reinit")
@yes_option
@backup_option
@json_option
@with_appcontext
def reinit(yes: bool, no_backup: bool, as_json: bool) -> None:
    """Begin anew, as at a first start: without people, music and lists. Stop the server first.

    A backup is taken before. Backups stay, and audio that lies in folders of others.
    """
    _say_and_ask("begin anew", [], no_backup=no_backup, yes=yes, as_json=as_json)
    _do(lambda app: emptying.reinit(app, back_up=not no_backup), as_json)


@click.command("clean")
@click.option("--backups", is_flag=True, help="Delete the backups, too. Then nothing is left.")
@yes_option
@backup_option
@json_option
@with_appcontext
def clean(backups: bool, yes: bool, no_backup: bool, as_json: bool) -> None:
    """Delete everything that the server made in the data folder. Stop the server first.

    A backup is taken before, and backups stay, unless they are to go too.
    """
    more = [f"all backups in {settings().backup_folder}"] if backups else []
    _say_and_ask("do it", more, no_backup=no_backup or backups, yes=yes, as_json=as_json)
    _do(lambda app: emptying.clean(app, back_up=not no_backup, backups_too=backups), as_json)


def _say_and_ask(act: str, more: list[str], *, no_backup: bool, yes: bool, as_json: bool) -> None:
    if as_json and not yes:
        raise click.UsageError("With --json nobody can be asked: say --yes as well.")
    goes = [*emptying.what_goes(settings()), *more]
    if not as_json:
        click.echo("This deletes, and there is no way back but a backup:")
        for line in goes:
            click.echo(f"  - {line}")
        click.echo("No backup is taken." if no_backup else "A backup is taken first.")
    if not yes:
        click.confirm(f"Really {act}?", abort=True)


def _do(act: Callable[[Flask], Backup | None], as_json: bool) -> None:
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    with said():
        backup = act(app)
    if as_json:
        click.echo(json.dumps({"backup": str(backup.path) if backup else None}))
        return
    if backup:
        click.echo(f"What was here is in {backup.path}")
    click.echo("Done.")


commands = (reinit, clean)
