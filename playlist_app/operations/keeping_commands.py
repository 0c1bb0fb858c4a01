"""`flask data prune | vacuum`: keeping the data folder small."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import timedelta

import click
from flask.cli import with_appcontext

from playlist_app.config import settings
from playlist_app.operations import compacting, pruning, startup
from playlist_app.operations.in_words import size
from playlist_app.operations.saying import said
from playlist_app.people import audit


@click.command("prune")
@click.option("--dry-run", is_flag=True, help="Only say what would go.")
@click.option(
    "--backups-older-than",
    "days",
    type=click.IntRange(min=1),
    default=pruning.OTHER_BACKUPS.days,
    show_default=True,
    metavar="DAYS",
    help="Of backups that were not made by the daily schedule.",
)
@click.option("--yes", is_flag=True, help="Do it without asking.")
@click.option("--json", "as_json", is_flag=True, help="Say what there is; prune with --yes.")
@with_appcontext
def prune(dry_run: bool, days: int, yes: bool, as_json: bool) -> None:
    """Remove what nobody needs: old backups, events, sessions, notes of the audit, files that
    nothing knows of, and what is left over in the cache.

    Of daily backups those stay that JAMBOREE_BACKUPS_DAILY and _WEEKLY say; the newest whole one
    and the newest proven one stay in any case. A server that runs is not disturbed.
    """
    age = timedelta(days=days)
    with said():
        startup.require_current(settings())
        found = pruning.look(backups_older_than=age)
        is_some = any(one.count for one in found)
        if not as_json:
            for one in found:
                room = f" ({size(one.bytes)})" if one.bytes else ""
                click.echo(f"{one.count:>8,}  {one.what}{room}")
        if is_some and not (dry_run or yes or as_json):
            yes = click.confirm("Remove these?")
        removes = yes and not dry_run
        if removes:
            found = pruning.prune(backups_older_than=age)
    if as_json:
        click.echo(json.dumps({"found": [asdict(one) for one in found], "pruned": removes}))
    elif not is_some:
        click.echo("There is nothing to remove.")
    elif removes:
        click.echo(f"Removed. {size(sum(one.bytes for one in found))} are free again.")
    else:
        click.echo("Nothing was removed.")


@click.command("vacuum")
@click.option("--json", "as_json", is_flag=True)
@with_appcontext
def vacuum(as_json: bool) -> None:
    """Write the database anew, without gaps. Who wants to write waits meanwhile."""
    with said():
        startup.require_current(settings())
        done = compacting.compact()
        audit.note("data.vacuumed", **asdict(done))
    if as_json:
        click.echo(json.dumps(asdict(done)))
    else:
        click.echo(f"The database has {size(done.after_bytes)}; it had {size(done.before_bytes)}.")


commands = (prune, vacuum)
