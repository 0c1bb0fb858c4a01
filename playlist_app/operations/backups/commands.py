"""`flask data backup | restore | verify`: backups, from the command line."""

from __future__ import annotations

import contextlib
import json
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import click
from flask.cli import with_appcontext

from playlist_app.config import settings
from playlist_app.database import session
from playlist_app.operations.backups import (
    checking,
    kept,
    layout,
    objects,
    restoring,
    sealing,
    taking,
)
from playlist_app.operations.backups.disk import Progress
from playlist_app.operations.backups.layout import Backup
from playlist_app.operations.backups.only import Brought, restore_only
from playlist_app.operations.backups.restoring import Restored
from playlist_app.operations.saying import said
from playlist_app.people import audit
from playlist_app.refusals import Refusal

PASSPHRASE_FILE = click.option(
    "--passphrase-file",
    type=click.Path(path_type=Path),
    help="Where the passphrase stands, on the first line; else you are asked for it.",
)
AS_JSON = click.option("--json", "as_json", is_flag=True)


def _telling(as_json: bool) -> Progress:
    """One line that changes, for who looks on; nothing for a log or a script."""
    if as_json or not sys.stderr.isatty():
        return lambda *_: None

    def tell(done: int, of: int, message: str) -> None:
        click.echo(
            f"\r\033[K{message}: {done} of {of}" if of > 1 else f"\r\033[K{message}",
            err=True,
            nl=False,
        )

    return tell


def _passphrase(file: Path | None, *, is_new: bool) -> str | None:
    """What was given: by the option, by the setting of the server, or by a person."""
    if file:
        return sealing.passphrase_in(file)
    found = sealing.own_passphrase(settings())
    if found or not sys.stdin.isatty():
        return found
    asked: str = click.prompt("Passphrase", hide_input=True, confirmation_prompt=is_new, err=True)
    return asked


def _given(backup: Backup, file: Path | None) -> str | None:
    return _passphrase(file, is_new=False) if backup.is_encrypted else None


@contextlib.contextmanager
def _found(name: str, as_json: bool) -> Iterator[Backup]:
    """A backup by its name, its path, or its address in an object store."""
    if not objects.is_address(name):
        yield kept.named(settings(), name)
        return
    address, name = objects.parted(name)
    with tempfile.TemporaryDirectory(dir=settings().cache_folder) as folder:
        store = objects.Store(settings(), address)
        try:
            yield store.fetch(name, Path(folder), _telling(as_json))
        except layout.Damaged as error:
            raise Refusal(f"The backup {name} in {address} is damaged. {error}") from None


@click.command("backup")
@click.option(
    "--to", metavar="FOLDER", help="A folder, or s3://bucket/folder; else the server's own."
)
@click.option("--encrypt", is_flag=True, help="With a passphrase, in the age format.")
@PASSPHRASE_FILE
@AS_JSON
@with_appcontext
def backup(to: str | None, encrypt: bool, passphrase_file: Path | None, as_json: bool) -> None:
    """Back up database, audio and covers, while the server goes on. The last line is its path.

    Audio that an earlier backup in that folder has is linked to, not copied.
    """
    with said():
        passphrase = None
        if encrypt or passphrase_file or settings().backup_passphrase_file:
            passphrase = _passphrase(passphrase_file, is_new=True)
            if not passphrase:
                raise Refusal("There is no passphrase: give --passphrase-file.")
        made = taking.take(
            settings(),
            to=Path(to) if to and not objects.is_address(to) else None,
            passphrase=passphrase,
            progress=_telling(as_json),
        )
        _note("backup.taken", made)
        where = str(made.path)
        if to and objects.is_address(to):
            where = objects.Store(settings(), to).send(made, _telling(as_json))
    if as_json:
        click.echo(json.dumps(made.shape() | {"path": where}))
        return
    if made.missing:
        click.echo(
            f"{made.missing} files are not in it, as the server has lost them: "
            "`flask library verify` names them."
        )
    click.echo(
        f"{made.files} files, {made.size_bytes / 1e6:,.1f} MB, "
        f"of which {made.new_bytes / 1e6:,.1f} MB are new"
    )
    click.echo(where)


@click.command("verify")
@click.argument("name", metavar="[BACKUP]", required=False)
@click.option("--sample", type=click.IntRange(min=0), help="Read so many files only, at random.")
@PASSPHRASE_FILE
@AS_JSON
@with_appcontext
def verify(
    name: str | None, sample: int | None, passphrase_file: Path | None, as_json: bool
) -> None:
    """Check a backup, or without one what the server has: database, references, events, files.

    Nothing is changed. The exit status is 1 where something is wrong.
    """
    with said():
        if name:
            with _found(name, as_json) as found:
                passphrase = _given(found, passphrase_file)
                problems = checking.verify(found, passphrase=passphrase, progress=_telling(as_json))
                is_read = passphrase is not None or not found.is_encrypted
        else:
            problems = checking.verify_live(settings(), sample=sample, progress=_telling(as_json))
            is_read = True
    if as_json:
        shapes = [problem.shape() for problem in problems]
        click.echo(json.dumps({"is_well": not problems, "problems": shapes}))
    else:
        for problem in problems:
            click.echo(str(problem))
        if not is_read:
            click.echo("Its files are whole; to look into its database takes the passphrase.")
        click.echo("All is well." if not problems else f"{len(problems)} problems")
    if problems:
        raise SystemExit(1)


@click.command("restore")
@click.argument("name", metavar="BACKUP")
@click.option("--yes", is_flag=True, help="Do it without asking.")
@click.option(
    "--only", metavar="WHAT", help="playlist=TITLE (or its id), or user=NAME; the rest stays."
)
@PASSPHRASE_FILE
@AS_JSON
@with_appcontext
def restore(
    name: str, yes: bool, only: str | None, passphrase_file: Path | None, as_json: bool
) -> None:
    """Put back what a backup holds, by its name or path. What is there is backed up first.

    A server that runs goes on with what was restored, and all pages read it afresh.
    """
    with said(), _found(name, as_json) as found:
        if not yes:
            click.confirm(_question(found, only), abort=True)
        given, telling = _given(found, passphrase_file), _telling(as_json)
        done: Brought | Restored
        if only:
            done = restore_only(settings(), found, only, passphrase=given, progress=telling)
        else:
            done = restoring.restore(settings(), found, passphrase=given, progress=telling)
    session().close()
    if as_json:
        click.echo(json.dumps({"backup": found.shape()} | done.shape()))
        return
    for sentence in done.sentences:
        click.echo(sentence)


def _question(found: Backup, only: str | None) -> str:
    if only:
        return f"What the backup {found.name} has of {only} comes back. Go on?"
    return (
        f"All that this server has in {settings().data_folder} becomes what it was on "
        f"{found.made_at:%d %B %Y at %H:%M} UTC; what is there now is backed up first. Go on?"
    )


def _note(action: str, made: Backup) -> None:
    audit.note(action, subject=made.name, encrypted=made.is_encrypted, bytes=made.size_bytes)


commands = (backup, restore, verify)
