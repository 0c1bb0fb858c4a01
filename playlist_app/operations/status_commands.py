"""`flask data status | info | size`: what there is, and how it is."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import click
from flask.cli import with_appcontext

from playlist_app.config import settings
from playlist_app.library import quota
from playlist_app.operations import figures, startup, status
from playlist_app.operations.backups.layout import Backup
from playlist_app.operations.figures import Figures
from playlist_app.operations.in_words import ago, size, things
from playlist_app.operations.saying import said
from playlist_app.operations.status import Status


@click.command("status")
@click.option("--json", "as_json", is_flag=True)
@with_appcontext
def tell_status(as_json: bool) -> None:
    """How the server is, on one screen.

    The exit status is 0 while a server can serve from the data folder as it is, whatever it warns
    of; 1 where it can't, or where nothing was made there yet.
    """
    found = status.of(settings())
    if as_json:
        click.echo(json.dumps(found.shape()))
    else:
        for line in _lines(found):
            click.echo(line)
    if not found.can_serve:
        raise SystemExit(1)


def _lines(found: Status) -> Iterator[str]:
    if found.can_serve:
        works = things(found.workers, "worker")
        serves = f"A server runs, and {works}." if found.is_served else "No server runs now."
        yield f"All is ready in {found.data_folder}. {serves}"
    else:
        yield f"Nobody can serve from {found.data_folder}."
        yield f"  {found.problem}"
    if found.initialised:
        yield ""
        yield from _figures(found)
    for warning in found.warnings:
        yield ""
        yield f"{warning.level.upper()}: {warning.title}. {warning.detail}"
        yield f"  {warning.remedy}"


def _figures(found: Status) -> Iterator[str]:
    what = found.figures
    roles = ", ".join(things(count, role) for role, count in what.roles.items())
    blocked = f"; {what.blocked} blocked" if what.blocked else ""
    newer = "" if what.schema == found.code_schema else f" (the code's is {found.code_schema})"
    files = things(what.audio_files, "audio file")
    yield f"  database   schema {what.schema}{newer}, newest event {what.seq:,}"
    yield f"  people     {what.users:,}: {roles}{blocked}"
    lists = things(what.playlists, "playlist")
    yield f"  music      {things(what.tracks, 'track')}, {lists}, {files}"
    yield f"  room       {', '.join(f'{name} {size(count)}' for name, count in _kinds(what))}"
    yield f"  free       {size(what.free_bytes)} of {size(what.disk_bytes)}"
    yield f"  backup     {_backup(found.backup)}"
    if found.proven and found.backup and found.proven.name != found.backup.name:
        yield f"  proven     {_backup(found.proven)}"


def _kinds(what: Figures) -> list[tuple[str, int]]:
    kinds = [
        ("audio", what.audio_bytes),
        ("covers", what.cover_bytes),
        ("database", what.database_bytes),
        ("cache", what.cache_bytes),
        ("backups", what.backup_bytes),
    ]
    return [*kinds, ("elsewhere", what.in_place_bytes)] if what.in_place_bytes else kinds


def _backup(backup: Backup | None) -> str:
    if not backup:
        return "none yet; `flask data backup` makes one"
    how = "damaged" if backup.problem else "proven" if backup.proven_at else "not proven yet"
    return f"{ago(backup.made_at)} ({backup.kind}, {size(backup.size_bytes)}), {how}"


@click.command("info")
@click.option("--json", "as_json", is_flag=True)
@with_appcontext
def tell_details(as_json: bool) -> None:
    """Details: versions, settings, folders, tables, tasks, backups. Nothing in it is secret."""
    with said():
        startup.require_current(settings())
        found = status.details(settings())
    if as_json:
        click.echo(json.dumps(found, default=str))
        return
    for line in _outline(found):
        click.echo(line)


def _outline(value: Any, depth: int = 0) -> Iterator[str]:
    """What JSON would say, for people."""
    for name, below in value.items() if isinstance(value, dict) else enumerate(value, 1):
        if isinstance(below, dict | list) and below:
            yield f"{'  ' * depth}{name}"
            yield from _outline(below, depth + 1)
        else:
            said = "-" if below in (None, "", [], {}) else below
            yield f"{'  ' * depth}{name!s:<24} {said}"


@click.command("size")
@click.option("--json", "as_json", is_flag=True)
@with_appcontext
def tell_sizes(as_json: bool) -> None:
    """What takes how much room, by kind and by person."""
    config = settings()
    with said():
        startup.require_current(config)
        figures.measure(config)
        found = figures.of(config)
        people = quota.stored_by_everybody()
    if as_json:
        shape = {name: count for name, count in found.shape().items() if name.endswith("_bytes")}
        rows = [{"username": name, "bytes": size, "files": files} for name, size, files in people]
        click.echo(json.dumps(shape | {"people": rows}))
        return
    for name, count in sorted(_kinds(found), key=lambda kind: -kind[1]):
        click.echo(f"{size(count):>12}  {name}")
    click.echo(f"{size(found.total_bytes):>12}  in all; {size(found.free_bytes)} are free")
    if people:
        click.echo("\nAudio by person; what several have counts for each of them:")
    for name, count, files in people:
        click.echo(f"{size(count):>12}  {name} ({things(files, 'file')})")


commands = (tell_status, tell_details, tell_sizes)
