"""Start-up: makes what is missing, migrates what is old, changes nothing that is there.

Safe to repeat, and once even when started twice at the same moment. It runs in a process of its own
before the web processes start (gunicorn.conf.py), so that they never load the migration tools.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from flask import Flask

from playlist_app.config import ROOT, Settings
from playlist_app.database import connect
from playlist_app.operations import cleaning
from playlist_app.people import first_admin

MIGRATIONS = ROOT / "migrations"


class NewerDatabase(Exception):
    """The database was made by a newer version of the code."""


def prepare(app: Flask) -> None:
    """Bring the data folder to where this code can serve it. Raises NewerDatabase."""
    config: Settings = app.config["JAMBOREE"]
    with _alone(config.data_folder):
        migrate(config)
        with app.app_context():
            first_admin.offer(config.data_folder)
            cleaning.clean_up()


def is_prepared(config: Settings) -> bool:
    """Whether the database is as this code has it, told without loading the migration tools."""
    # Versions are numbered, and files are called after them.
    newest = max(path.name[:4] for path in (MIGRATIONS / "versions").glob("[0-9]*.py"))
    return config.database.exists() and _version(config.database) == newest


def migrate(config: Settings) -> None:
    """Make the tables, or bring old ones to where the code is, after a copy of what was there."""
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    is_new = not config.database.exists()
    if is_new:
        os.close(os.open(config.database, os.O_CREAT | os.O_WRONLY, 0o600))
    alembic = Config()
    alembic.set_main_option("script_location", str(MIGRATIONS))
    alembic.attributes["database"] = config.database
    scripts = ScriptDirectory.from_config(alembic)
    newest = scripts.get_current_head()
    found = _version(config.database)
    if found == newest:
        return
    if found and found not in {script.revision for script in scripts.walk_revisions()}:
        raise NewerDatabase(
            f"The database in {config.data_folder} was made by a newer version of Jamboree "
            f"({found}). Install that version again, or restore a backup made before it."
        )
    if found:
        _back_up(config, found)
    command.upgrade(alembic, "head")


def _version(database: Path) -> str | None:
    connection = connect(database)
    try:
        row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    except sqlite3.OperationalError:
        return None  # no tables yet
    finally:
        connection.close()
    return row[0] if row else None


def _back_up(config: Settings, version: str) -> None:
    """A copy of the database before it is migrated; media are never changed by a migration."""
    moment = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    target = config.data_folder / "backups" / f"before-migration-{version}-{moment}.db"
    os.close(os.open(target, os.O_CREAT | os.O_WRONLY, 0o600))
    source, copy = connect(config.database), sqlite3.connect(target)
    with copy:
        source.backup(copy)
    source.close()
    copy.close()


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Of several starts at the same moment, one at a time."""
    with (folder / "start.lock").open("w") as file:
        (folder / "start.lock").chmod(0o600)
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
