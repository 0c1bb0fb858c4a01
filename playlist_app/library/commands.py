"""`flask library …`: the library, from the command line."""

from __future__ import annotations

import json
from pathlib import Path

import click
from flask.cli import AppGroup

from playlist_app.library import scan as scanning
from playlist_app.library import verify as verifying
from playlist_app.people.models import User
from playlist_app.refusals import Refusal

library = AppGroup("library", help="The library: what is in it, and whether it is whole.")


@library.command("scan")
@click.argument("path", type=click.Path(path_type=Path))
@click.option(
    "--in-place/--copy",
    default=True,
    help="Play the files where they lie, which is usual, or copy them into the data folder.",
)
@click.option("--owner", "name", help="Whose tracks they are; the first admin's, if not said.")
@click.option("--json", "as_json", is_flag=True)
def scan(path: Path, in_place: bool, name: str | None, as_json: bool) -> None:
    """Take what is new or changed in a folder into the library."""
    try:
        report = scanning.scan(path, _owner(name), copy=not in_place)
    except Refusal as refusal:
        raise click.ClickException(refusal.detail) from None
    if as_json:
        click.echo(json.dumps(report.shape()))
        return
    for where, reason in report.problems:
        click.echo(f"{where}: {reason}")
    for count, what in (
        ("changed", "changed: their tracks play the new bytes."),
        ("moved", "moved or renamed: their tracks went with them."),
        ("copies", "of bytes that were there already."),
        ("missing", "no longer there: their tracks wait until they come back."),
    ):
        if report.counts[count]:
            click.echo(f"{report.counts[count]} {what}")
    rate = report.counts["files"] / max(report.seconds, 1e-6)
    click.echo(f"{report.seconds:.2f} s, {rate:,.0f} files/s")
    click.echo(report.sentence)


@library.command("verify")
@click.option("--sample", type=click.IntRange(min=0), help="Read so many files only, at random.")
@click.option("--repair", is_flag=True, help="Put right what can be: remove strays, merge, count.")
@click.option("--json", "as_json", is_flag=True)
def verify(sample: int | None, repair: bool, as_json: bool) -> None:
    """Compare the stored audio with its hashes, and prove the counts of references.

    What is missing or damaged is marked, and devices that have it give it back. The exit status is
    1 where something is wrong that was not put right.
    """
    report = verifying.verify(sample=sample, repair=repair)
    if as_json:
        click.echo(json.dumps(report.shape()))
    else:
        for problem in report.problems:
            mended = " Put right." if problem.mended else ""
            click.echo(f"{problem.kind}: {problem.what}: {problem.reason}{mended}")
        counts = report.counts
        click.echo(
            f"{counts['references']} tracks play {counts['referenced']} files;"
            f" nothing refers to {counts['unreferenced']}"
        )
        click.echo(report.sentence)
    if not report.is_well:
        raise SystemExit(1)


def _owner(name: str | None) -> User:
    owner = User.named(name) if name else User.first_admin()
    if not owner:
        raise click.ClickException("There is no admin yet whose music it could be. Make one first.")
    return owner
