"""Start-up: makes what is missing, migrates what is old, changes nothing that is there.

Safe to repeat, and once even when started twice at the same moment. It runs in a process of its own
before the web processes start (gunicorn.conf.py), so that they never load the migration tools.
"""

from __future__ import annotations

import os
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import click
from flask import Flask

from playlist_app.config import ROOT, Settings
from playlist_app.database import connect
from playlist_app.operations import cleaning, in_use
from playlist_app.operations.backups import taking
from playlist_app.operations.troubles import CannotServe, FullDisk, damaged, explained
from playlist_app.people import first_admin, totp

MIGRATIONS = ROOT / "migrations"
LOOKS_FOR = 1.0  # seconds, for damage in a database


class NewerDatabase(CannotServe):
    """The database was made by a newer version of the code."""


class OldDatabase(CannotServe):
    """It waits for its migration."""


class NotInitialised(CannotServe):
    """Nobody ever started a server there."""


class ForeignDatabase(CannotServe):
    """There is a database, and it is not ours."""


def prepare(app: Flask) -> None:
    """Bring the data folder to where this code can serve it. Raises CannotServe."""
    config: Settings = app.config["JAMBOREE"]
    with explained(config), in_use.alone(config):
        migrate(config)
        with app.app_context():
            first_admin.offer(config.data_folder)
            try:
                with explained(config):
                    totp.seal_again()
                    cleaning.clean_up()
            except FullDisk as trouble:
                # Music can be heard all the same, and an admin can make room.
                click.echo(f"Nothing was tidied up. {trouble}", err=True)


def is_prepared(config: Settings) -> bool:
    """Whether the database is as this code has it, told without loading the migration tools."""
    return config.database.exists() and version(config.database) == newest_version()


def newest_version() -> str:
    """Which migration this code is at."""
    # Versions are numbered, and files are called after them.
    return max(path.name[:4] for path in (MIGRATIONS / "versions").glob("[0-9]*.py"))


def require_current(config: Settings) -> None:
    """Raises CannotServe where the database is not one that this code can serve as it is."""
    found = _looked_into(config) if config.database.exists() else None
    newest = newest_version()
    if found is None:
        raise NotInitialised(
            "There is no database there yet. The next start of a server makes everything."
        )
    if found > newest:
        raise _newer(config, found)
    if found < newest:
        raise OldDatabase(
            f"The database is of an older version ({found}, and the code has {newest}). The next "
            "start of a server takes a backup and migrates it."
        )


def migrate(config: Settings, *, back_up: bool = True) -> None:
    """Make the tables, or bring old ones to where the code is, after a copy of what was there."""
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    found = _looked_into(config) if config.database.exists() else None
    alembic = Config()
    alembic.set_main_option("script_location", str(MIGRATIONS))
    alembic.attributes["database"] = config.database
    scripts = ScriptDirectory.from_config(alembic)
    newest = scripts.get_current_head()
    if found == newest:
        return
    if found and found not in {script.revision for script in scripts.walk_revisions()}:
        raise _newer(config, found)
    if found and back_up:
        # Of the database alone: media are never changed by a migration.
        taking.take(config, kind="before-migration", media=False)
    if not config.database.exists():
        os.close(os.open(config.database, os.O_CREAT | os.O_WRONLY, 0o600))
    command.upgrade(alembic, "head")


def _newer(config: Settings, found: str) -> NewerDatabase:
    return NewerDatabase(
        f"The database in {config.data_folder} was made by a newer version of Jamboree "
        f"({found}). Install that version again, or restore a backup made before it."
    )


def version(database: Path) -> str | None:
    """Which migration a database is at; None while it has no tables."""
    with closing(connect(database)) as connection:
        return _version(connection)


def _version(connection: sqlite3.Connection) -> str | None:
    names = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
    if "alembic_version" not in names:
        if names:
            raise ForeignDatabase(
                "There is a database called app.db in the data folder that Jamboree did not make. "
                "Move it away, or set JAMBOREE_DATA to another folder."
            )
        return None
    row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    return row[0] if row else None


def _looked_into(config: Settings) -> str | None:
    """The version of a database that is there. Raises DamagedDatabase where it is found to be: a
    large one is looked into for a moment only, as `flask data verify` reads it whole."""
    until = time.monotonic() + LOOKS_FOR
    with closing(connect(config.database)) as connection:
        found = _version(connection)
        connection.set_progress_handler(lambda: time.monotonic() > until, 10_000)
        try:
            [[first], *_] = connection.execute("PRAGMA quick_check(1)").fetchall()
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_INTERRUPT:
                raise
            first = "ok"
    if first != "ok":
        raise damaged(config, first)
    return found
