"""The status of a server, told of its data folder: also of one that nobody can serve from."""

from __future__ import annotations

import platform
import sqlite3
from contextlib import closing
from dataclasses import dataclass, field, fields
from typing import Any

from sqlalchemy import select

from playlist_app.config import Settings
from playlist_app.database import now, session
from playlist_app.live import events
from playlist_app.operations import figures, in_use, startup, warnings
from playlist_app.operations.backups import kept
from playlist_app.operations.backups.layout import Backup
from playlist_app.operations.figures import Figures
from playlist_app.operations.troubles import CannotServe, explained
from playlist_app.operations.warnings import Warning
from playlist_app.work import worker
from playlist_app.work.models import TaskRecord


@dataclass(frozen=True)
class Status:
    """`problem` is why nobody can serve from the folder as it is; warnings don't keep from it."""

    data_folder: str
    code_schema: str
    problem: str | None = None
    is_served: bool = False
    workers: int = 0
    figures: Figures = field(default_factory=Figures)
    backups: int = 0
    backup: Backup | None = None  # the newest
    proven: Backup | None = None  # the newest that was
    warnings: list[Warning] = field(default_factory=list)

    @property
    def initialised(self) -> bool:
        return self.figures.schema is not None

    @property
    def can_serve(self) -> bool:
        return self.problem is None

    def shape(self) -> dict[str, Any]:
        """As JSON tells it."""
        found = self.figures.shape()
        sizes = {name: found.pop(name) for name in list(found) if name.endswith("_bytes")}
        schema = {"database": found.pop("schema"), "code": self.code_schema}
        return {
            "initialised": self.initialised,
            "can_serve": self.can_serve,
            "problem": self.problem,
            "data_folder": self.data_folder,
            "is_served": self.is_served,
            "workers": self.workers,
            "schema": schema,
            **found,
            "sizes": sizes,
            "backups": self.backups,
            "last_backup": self.backup.shape() if self.backup else None,
            "last_proven_backup": self.proven.shape() if self.proven else None,
            "warnings": [warning.shape() for warning in self.warnings],
        }


def of(config: Settings) -> Status:
    """How it is. Measures what takes room, and looks into the database for a second at most."""
    figures.measure(config)
    backups = kept.backups(config)
    status: dict[str, Any] = {
        "data_folder": str(config.data_folder),
        "code_schema": startup.newest_version(),
        "is_served": in_use.is_served(config),
        "workers": len(worker.alive()),
        "backups": len(backups),
        "backup": next(iter(backups), None),
        "proven": next((backup for backup in backups if backup.proven_at), None),
    }
    try:
        with explained(config):
            status["figures"] = figures.of(config)
            startup.require_current(config)
            status["warnings"] = warnings.standing()
    except CannotServe as trouble:
        status["problem"] = str(trouble)
    return Status(**status)


def details(config: Settings) -> dict[str, Any]:
    """What one wants to know where something is odd: versions, settings, tables, tasks, backups.
    Raises sqlite3.Error where the database can't be read."""
    with closing(sqlite3.connect(f"{config.database.as_uri()}?mode=ro", uri=True)) as reading:
        names = "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table'"
        tables = {
            name: reading.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]  # noqa: S608
            for (name,) in sorted(reading.execute(names))
            if not name.startswith("sqlite_")
        }
        pages, unused, page_bytes = (
            reading.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("page_count", "freelist_count", "page_size")
        )
    tasks = session().scalars(select(TaskRecord).order_by(TaskRecord.name))
    return {
        "versions": {
            "python": platform.python_version(),
            "sqlite": sqlite3.sqlite_version,
            "schema": startup.newest_version(),
        },
        "system": platform.platform(),
        "epoch": events.epoch(),
        "settings": {
            setting.name: _without_secrets(setting.name, getattr(config, setting.name))
            for setting in fields(config)
        },
        "folders": {
            "data": str(config.data_folder),
            "media": str(config.media_folder),
            "backups": str(config.backup_folder),
        },
        "database": {
            "page_bytes": page_bytes,
            "pages": pages,
            "unused_bytes": unused * page_bytes,
            "tables": tables,
        },
        "workers": [vars(one) for one in worker.alive()],
        "tasks": [task.as_facts() for task in tasks],
        "backups": [backup.shape() for backup in kept.backups(config)],
        "at": now().isoformat(timespec="seconds"),
    }


def _without_secrets(name: str, value: object) -> object:
    """A setting as it may be shown to who looks over one's shoulder."""
    is_secret = any(part in name for part in ("key", "secret", "password", "token", "dsn"))
    return "(set)" if is_secret and value else value
