"""Checking: of a backup, whether all that was written is there and right; of the data folder,
whether the database and the files agree. A check changes nothing."""

from __future__ import annotations

import os
import random
import sqlite3
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path

from playlist_app.config import Settings
from playlist_app.operations.backups import contents, disk, layout
from playlist_app.operations.backups.contents import File
from playlist_app.operations.backups.disk import Progress
from playlist_app.operations.backups.layout import Backup
from playlist_app.operations.backups.opening import Opened, connected, read_only

AT_MOST = 50  # problems of one kind that are told one by one


@dataclass(frozen=True)
class Problem:
    """One thing that is not as it should be: what, and why."""

    what: str
    reason: str

    def __str__(self) -> str:
        return f"{self.what}: {self.reason}"

    def shape(self) -> dict[str, str]:
        return asdict(self)


# --- a backup -----------------------------------------------------------------------------------


def verify(
    backup: Backup,
    *,
    passphrase: str | None = None,
    progress: Progress = disk.silent,
) -> list[Problem]:
    """Read every file of a backup and compare it with what was written; then its database, which of
    an encrypted one takes the passphrase. Answers what is wrong.

    Raises sealing.WrongPassphrase."""
    found = list(stored_problems(backup, progress=progress))
    if found or (backup.is_encrypted and passphrase is None):
        return found
    with tempfile.TemporaryDirectory(prefix="jamboree-verify-") as folder:
        database = Path(folder) / "app.db"
        Opened(backup, passphrase).database(database)
        progress(1, 1, "Checking the database")
        with connected(database) as connection:
            found += database_problems(connection)
            found += [
                Problem(layout.DATABASE, wrong)
                for wrong in contents.differences(connection, backup)
            ]
    return found


def stored_problems(backup: Backup, *, progress: Progress = disk.silent) -> Iterator[Problem]:
    """What is wrong with the files of a backup as they lie there."""
    if not backup.sums_sha256:
        yield Problem(layout.ABOUT, backup.problem or "It can't be read.")
        return
    for name in (layout.ABOUT, layout.PROOF):
        try:
            layout.read(backup.path)
        except layout.Damaged as error:
            yield Problem(name if name in str(error) else layout.ABOUT, str(error))
            break
    try:
        sums = layout.read_sums(backup)
    except layout.Damaged as error:
        yield Problem(layout.SUMS, str(error))
        return
    for number, (name, sha256) in enumerate(sums.items()):
        progress(number, len(sums), "Comparing files with their hashes")
        try:
            if disk.sha256_of(backup.path / name) != sha256:
                yield Problem(name, "It is damaged: its bytes are not what was written.")
        except FileNotFoundError:
            yield Problem(name, "It is missing.")
        except OSError as error:
            yield Problem(name, f"It can't be read: {error.strerror}.")
    yield from _strangers(backup, set(sums))


def _strangers(backup: Backup, known: set[str]) -> Iterator[Problem]:
    known |= {layout.ABOUT, layout.PROOF, layout.SUMS}
    for folder, _, names in os.walk(backup.path):
        for name in names:
            path = (Path(folder) / name).relative_to(backup.path).as_posix()
            if path not in known:
                yield Problem(path, "No backup wrote this file here.")


# --- a database ---------------------------------------------------------------------------------


def database_problems(database: sqlite3.Connection) -> list[Problem]:
    """Its pages, its keys, its events, its counters. Takes databases of every schema."""
    try:
        found = [
            Problem("database", text)
            for (text,) in database.execute(f"PRAGMA integrity_check({AT_MOST})")
            if text != "ok"
        ]
        if found:
            return found
        for table, row, other, _ in _some(database.execute("PRAGMA foreign_key_check")):
            found.append(Problem(f"{table} {row}", f"Its row of {other} is gone."))
        found += _events(database)
        found += _counters(database)
    except sqlite3.DatabaseError as error:
        return [Problem("database", f"It can't be read: {error}.")]
    return found


def _events(database: sqlite3.Connection) -> Iterator[Problem]:
    """Numbers rise with the moments, and no list knows of an event that was never given out."""
    epochs = database.execute("SELECT count(*) FROM fact WHERE name = 'epoch'").fetchone()[0]
    if epochs != 1:
        yield Problem("fact", f"There are {epochs} epochs, not one.")
    given = database.execute("SELECT seq FROM sqlite_sequence WHERE name = 'event'").fetchone()
    newest = contents.seq(database)
    if newest > (given[0] if given else 0):
        yield Problem("event", f"Number {newest} was never given out.")
    # A server's clock may be put right by seconds; more is events in the wrong order.
    back = database.execute(
        "SELECT seq FROM (SELECT seq, at, lag(at) OVER (ORDER BY seq) AS before FROM event)"
        " WHERE julianday(at) < julianday(before) - 1.0"
    )
    for (seq,) in _some(back):
        yield Problem(f"event {seq}", "It is a day or more older than the one before it.")
    ahead = database.execute(
        "SELECT id, seq FROM playlist WHERE seq > ?", (given[0] if given else 0,)
    )
    for id_, seq in _some(ahead):
        yield Problem(f"playlist {id_}", f"It knows of event {seq}, which was never given out.")
    behind = database.execute(
        "SELECT playlist.id, max(event.seq) FROM event JOIN playlist"
        " ON playlist.id = event.playlist_id GROUP BY playlist.id"
        " HAVING max(event.seq) > playlist.seq"
    )
    for id_, seq in _some(behind):
        yield Problem(f"playlist {id_}", f"It does not know of its event {seq}.")


def _counters(database: sqlite3.Connection) -> Iterator[Problem]:
    """What is counted beside the rows is what the rows say."""
    wrong = database.execute(
        "SELECT id, up, down, (SELECT count(*) FROM vote WHERE item_id = item.id AND value = 1) u,"
        " (SELECT count(*) FROM vote WHERE item_id = item.id AND value = -1) d"
        " FROM item WHERE up != u OR down != d"
    )
    for id_, up, down, votes_up, votes_down in _some(wrong):
        reason = f"It says {up} up and {down} down; its votes are {votes_up} and {votes_down}."
        yield Problem(f"item {id_}", reason)


def _some(rows: Iterable[tuple[object, ...]]) -> Iterator[tuple[object, ...]]:
    for number, row in enumerate(rows):
        if number == AT_MOST:
            return
        yield row


# --- the data folder ----------------------------------------------------------------------------


def verify_live(
    config: Settings,
    *,
    sample: int | None = None,
    progress: Progress = disk.silent,
) -> list[Problem]:
    """The data folder as it serves now: its database, and the audio and covers that its rows ask
    for, all of them read or a random `sample`. Answers what is wrong."""
    if not config.database.exists():
        return [Problem("database", f"There is none in {config.data_folder}.")]
    try:
        with closing(read_only(config.database)) as database:
            progress(0, 1, "Checking the database")
            database.execute("BEGIN")  # all of one moment
            found = database_problems(database)
            if found:
                return found
            files = contents.files(database)
    except sqlite3.DatabaseError as error:
        return [Problem("database", f"It can't be read: {error}.")]
    if sample is not None and sample < len(files):
        files = random.sample(files, sample)
    for number, file in enumerate(files):
        progress(number, len(files), "Comparing files with their hashes")
        problem = file_problem(config, file)
        # Not where the row went meanwhile, and its file after it.
        if problem and _is_asked_for(config, file):
            found.append(problem)
    return found


def file_problem(config: Settings, file: File) -> Problem | None:
    """What is wrong with a file that the rows ask for."""
    path = config.media_folder / Path(file.name).relative_to("media")
    try:
        size = path.stat().st_size
        if file.size is not None and size != file.size:
            return Problem(file.name, f"It has {size} bytes, not {file.size}.")
        if file.sha256 and disk.sha256_of(path) != file.sha256:
            return Problem(file.name, "Its bytes are not what was stored.")
    except FileNotFoundError:
        return Problem(file.name, "It is not in its place.")
    except OSError as error:
        return Problem(file.name, f"It can't be read: {error.strerror}.")
    return None


def _is_asked_for(config: Settings, file: File) -> bool:
    with closing(read_only(config.database)) as database:
        kind, name = Path(file.name).parts[1], Path(file.name).name.partition(".")[0]
        sql = {
            "audio": "SELECT 1 FROM audio_file WHERE sha256 = ?",
            "covers": "SELECT 1 FROM cover WHERE id = ?",
        }[kind]
        return database.execute(sql, (name,)).fetchone() is not None
