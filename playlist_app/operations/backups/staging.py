"""Staging: what a restore makes ready beside what is there, before anything of that is touched."""

from __future__ import annotations

import contextlib
import sqlite3
import subprocess
import sys
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

from playlist_app.config import ROOT, Settings
from playlist_app.database import iso, new_id, now
from playlist_app.operations.backups import contents, layout
from playlist_app.operations.backups.checking import database_problems, file_problem
from playlist_app.operations.backups.contents import File
from playlist_app.operations.backups.disk import Progress
from playlist_app.operations.backups.opening import Opened, connected, read_only
from playlist_app.refusals import Refusal

VERSIONS = ROOT / "migrations" / "versions"


class NewerBackup(Refusal):
    status = 409
    title = "This backup is newer than this version of Jamboree"


def require_known_schema(opened: Opened) -> None:
    """Raises NewerBackup."""
    backup = opened.backup
    if backup.schema not in known_schemas():
        raise NewerBackup(
            f"The backup {backup.name} was made by a newer version of Jamboree (schema "
            f"{backup.schema}). Install that version, and restore it there. Nothing was changed."
        )


def known_schemas() -> set[str]:
    """The versions of the schema that this code knows; files are called after them."""
    return {path.name[:4] for path in VERSIONS.glob("[0-9]*.py")}


def database(opened: Opened, folder: Path, progress: Progress) -> Path:
    """The backup's database in this folder: whole, proven to be what was backed up, and of the
    schema of this code. Raises layout.Damaged."""
    path = folder / "app.db"
    progress(0, 1, "Getting the database out")
    opened.database(path)
    with connected(path) as made:
        wrong = [*map(str, database_problems(made)), *contents.differences(made, opened.backup)]
    if wrong:
        raise layout.Damaged(f"The database of {opened.backup.name} is damaged: {wrong[0]}")
    if opened.backup.schema != max(known_schemas()):
        progress(0, 1, "Bringing the database to this version")
        _migrate(folder)
    return path


def _migrate(folder: Path) -> None:
    # In a process of its own, so that neither a server nor a worker loads the migration tools.
    command = [sys.executable, "-m", "playlist_app.operations.backups.migrating", str(folder)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        said = done.stderr.strip().splitlines() or ["it does not say why"]
        raise Refusal(f"The backup's database can't be brought to this version: {said[-1]}")


def media(opened: Opened, made: Path, config: Settings, folder: Path, progress: Progress) -> Media:
    """Those files of the backup in this folder that the media folder lacks, or has damaged."""
    with closing(read_only(made)) as reading:
        wanted = contents.files(reading)
    found = Media([], [])
    for number, file in enumerate(wanted):
        progress(number, len(wanted), "Getting audio and covers out")
        if not file_problem(config, file):
            continue
        if not opened.has(file):
            found.missing.append(file.name)
            continue
        opened.media(file, folder / Path(file.name).relative_to("media"))
        found.files.append(file)
    return found


class Media:
    """What of the media was made ready, and what neither the backup nor this server has."""

    def __init__(self, files: list[File], missing: list[str]) -> None:
        self.files = files
        self.missing = missing


def begin_a_new_history(made: Path, live: Path | None, note: Mapping[str, object]) -> None:
    """Make the database one that clients take for another: a new epoch, and numbers that the one it
    replaces has not given out. What was under way when it was backed up is over."""
    given, library = 0, 0
    if live:
        with closing(read_only(live)) as before:
            given = _sequence(before)
            with contextlib.suppress(sqlite3.OperationalError):  # of an older schema
                [library] = before.execute("SELECT max(version) FROM library_version").fetchone()
    with connected(made) as database:
        database.execute("PRAGMA foreign_keys = ON")
        database.execute("BEGIN IMMEDIATE")
        database.execute("UPDATE fact SET value = ? WHERE name = 'epoch'", (new_id(),))
        if given > _sequence(database):
            database.execute("DELETE FROM sqlite_sequence WHERE name = 'event'")
            database.execute("INSERT INTO sqlite_sequence VALUES ('event', ?)", (given,))
        if library:
            database.execute("UPDATE library_version SET version = max(version, ?) + 1", (library,))
        # A restore that was under way when this was saved must not begin once more.
        database.execute(
            "UPDATE long_work SET state = 'cancelled', finished_at = ?, worker = NULL"
            " WHERE state IN ('queued', 'running')",
            (_stored(),),
        )
        database.execute(
            "INSERT INTO audit (at, actor_id, actor_name, action, subject, detail, address)"
            " VALUES (:at, :actor_id, :actor_name, 'backup.restored', :subject, '{}', :address)",
            {"at": _stored(), "address": None, **note},
        )
        database.execute("COMMIT")


def keep_work(made: Path, live: Path, work_id: str) -> None:
    """Let the restored database know of the work by which it is restored, so that people see how it
    ended."""
    with connected(made) as database:
        database.execute("ATTACH ? AS live", (str(live),))
        names = [row[1] for row in database.execute("PRAGMA live.table_info(long_work)")]
        columns = ", ".join(f'"{name}"' for name in names)
        values = ", ".join(
            "(SELECT id FROM main.user WHERE id = by_id)" if name == "by_id" else f'"{name}"'
            for name in names
        )
        database.execute(
            f"INSERT OR REPLACE INTO main.long_work ({columns})"  # noqa: S608 - our own names
            f" SELECT {values} FROM live.long_work WHERE id = ?",
            (work_id,),
        )
        database.execute("DETACH live")


def _sequence(database: sqlite3.Connection) -> int:
    found = database.execute("SELECT seq FROM sqlite_sequence WHERE name = 'event'").fetchone()
    return int(found[0]) if found else 0


def _stored() -> str:
    """This moment as the database stores it."""
    return iso(now()).replace("T", " ").replace("Z", "000")
