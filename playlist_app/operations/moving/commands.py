"""`flask data export | import`: one file to move a server to another machine."""

from __future__ import annotations

import contextlib
import json
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import click
from flask import Flask, current_app
from flask.cli import with_appcontext

from playlist_app.config import settings
from playlist_app.database import now
from playlist_app.operations import figures, startup
from playlist_app.operations.backups import taking
from playlist_app.operations.in_words import size, things
from playlist_app.operations.moving import exporting, importing
from playlist_app.operations.moving.parcel import Progress
from playlist_app.operations.saying import said

json_option = click.option("--json", "as_json", is_flag=True)


@click.command("export")
@click.argument("path", type=click.Path(path_type=Path), required=False)
@json_option
@with_appcontext
def export(path: Path | None, as_json: bool) -> None:
    """Put the whole server into one file: people, lists, music, and who is logged in.

    A server may run meanwhile. PATH is a file that is not there yet, or a folder; without it the
    file is made in this folder. Whoever has the file has everything: keep it as a password. The
    last line is its name.
    """
    path = path or Path()
    if path.is_dir():
        path = path / f"jamboree-{now():%Y%m%dT%H%M%SZ}.tar"
    if path.exists():
        raise click.ClickException(f"There is a file {path} already. It was left as it is.")
    with said():
        startup.require_current(settings())
        with _bar(_size()) as progress:
            done = exporting.export(settings(), path.absolute(), progress)
    if as_json:
        click.echo(json.dumps(asdict(done) | {"path": str(done.path)}))
        return
    if done.missing:
        click.echo(f"{things(done.missing, 'audio file')} of it were not on the disk any more.")
    click.echo(f"{things(done.audio_files, 'audio file')}, {size(done.size_bytes)} in all:")
    click.echo(done.path)


@click.command("import")
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--merge", is_flag=True, help="Add it to what is here; audio is known by its hash.")
@click.option("--no-backup", is_flag=True, help="Merge without taking a backup first.")
@json_option
@with_appcontext
def import_(path: Path, merge: bool, no_backup: bool, as_json: bool) -> None:
    """Take in a file that `flask data export` made, on this machine or another.

    Into an empty server, which becomes the other one; stop it first. Or, with --merge, into one
    that is not empty: people are known by the names they log in with and keep their own passwords
    here, what is here already stays as it is, and admins of the other server are members.
    """
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    with said():
        startup.prepare(app)
        if merge:
            importing.look(settings(), path)
            if not no_backup:
                taking.take(settings(), kind="before-restore")
        act = importing.merge if merge else importing.replace_with
        with _bar(path.stat().st_size if path.exists() else 0) as progress:
            done = act(app, path, progress)
    if as_json:
        click.echo(json.dumps(asdict(done) | {"path": str(done.path)}))
        return
    for kind, count in sorted(done.new.items()):
        known = f", {done.known[kind]:,} were here already" if done.known.get(kind) else ""
        click.echo(f"{count:>8,}  {kind} new{known}")
    click.echo(f"Taken in, with {things(done.audio_files, 'audio file')}.")


def _size() -> int:
    """About how many bytes an export will have, for the bar."""
    found = figures.of(settings())
    return found.audio_bytes + found.in_place_bytes + found.cover_bytes + found.database_bytes


@contextlib.contextmanager
def _bar(length: int) -> Iterator[Progress]:
    """How far it is, on a terminal; programs see nothing of it."""
    hidden = not sys.stderr.isatty()
    with click.progressbar(length=max(length, 1), file=sys.stderr, hidden=hidden) as bar:
        yield bar.update


commands = (export, import_)
