"""`flask library …`: the library, from the command line."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import click
from flask.cli import AppGroup

from playlist_app.database import now
from playlist_app.library import dedupe as deduping
from playlist_app.library import pruning
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


@library.command("dedupe")
@click.option("--yes", is_flag=True, help="Do it without asking.")
@click.option("--json", "as_json", is_flag=True, help="Say what there is; merge with --yes.")
def dedupe(yes: bool, as_json: bool) -> None:
    """Make one track of those of one person that sound the same and are called the same."""
    sounds = deduping.merge_sounds() if yes else 0
    found = deduping.find()
    if not as_json:
        for one in found:
            click.echo(f"{one.title} - {one.artist} ({one.owner}): {len(one.others) + 1} times")
        if found and not yes:
            yes = click.confirm("Keep the oldest of each, in the place of the others?")
    merged = sum(map(deduping.merge, found)) if yes else 0
    if as_json:
        shapes = [one.shape() for one in found]
        click.echo(json.dumps({"duplicates": shapes, "sounds_merged": sounds, "merged": merged}))
    else:
        click.echo(f"{len(found)} songs were there more than once; {merged} tracks merged")


@library.command("prune")
@click.option("--unplayed-for", "days", type=click.IntRange(min=1), required=True, metavar="DAYS")
@click.option("--yes", is_flag=True, help="Do it without asking.")
@click.option("--json", "as_json", is_flag=True, help="Say what there is; prune with --yes.")
def prune(days: int, yes: bool, as_json: bool) -> None:
    """Take tracks out of the library that nobody has played for so many days.

    Never what a playlist holds, nor what came within that time.
    """
    moment = now() - timedelta(days=days)
    found = pruning.unplayed_since(moment)
    shapes = [{"id": track.id, "title": track.title, "artist": track.artist} for track in found]
    if not as_json:
        for shape in shapes:
            click.echo(f"{shape['title']} - {shape['artist']}")
        if found and not yes:
            yes = click.confirm(f"Take these {len(found)} tracks out of the library?")
    by = _owner(None)
    pruned = pruning.prune([shape["id"] for shape in shapes], moment, by) if yes else 0
    if as_json:
        click.echo(json.dumps({"tracks": shapes, "pruned": pruned}))
    else:
        click.echo(f"{len(found)} tracks unplayed for {days} days; {pruned} pruned")


def _owner(name: str | None) -> User:
    owner = User.named(name) if name else User.first_admin()
    if not owner:
        raise click.ClickException("There is no admin yet whose music it could be. Make one first.")
    return owner
