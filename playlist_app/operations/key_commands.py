"""`flask data rotate-key`: a new key to sign cookies with."""

from __future__ import annotations

import json

import click
from flask.cli import with_appcontext

from playlist_app.config import settings
from playlist_app.operations import keys, startup
from playlist_app.operations.saying import said


@click.command("rotate-key")
@click.option("--forget", is_flag=True, help="Log everybody out: what was signed before is void.")
@click.option("--yes", is_flag=True, help="Do it without asking.")
@click.option("--json", "as_json", is_flag=True)
@with_appcontext
def rotate_key(forget: bool, yes: bool, as_json: bool) -> None:
    """Sign cookies with a new key from the next start of the server on.

    Who is logged in stays so: what the older keys signed is believed for thirty days. With --forget
    it is not, for the case that somebody read the key.
    """
    with said():
        startup.require_current(settings())
        if not yes:
            ends = " Everybody is logged out." if forget else ""
            click.confirm(f"Make a new key?{ends}", abort=True, err=True)
        believed = keys.rotate(settings(), forget=forget)
    if as_json:
        click.echo(json.dumps({"older_keys_believed": believed}))
        return
    click.echo("There is a new key. Restart the server (and `flask work`, where that runs alone).")


commands = (rotate_key,)
