"""Scanning a folder: what is new or changed in it comes into the library, in place or copied.

What did not change is known by size and time and not opened. A scan that is killed goes on where it
was: what was taken is in rows, some files at a time.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playlist_app.config import Settings, settings
from playlist_app.database import connect
from playlist_app.library import on_disk
from playlist_app.library.incoming import IncomingFile, as_incoming, require_disk
from playlist_app.library.scanned import readable
from playlist_app.library.taking import Candidate, Taking
from playlist_app.library.walk import Folder, Found, Walk
from playlist_app.people.models import User
from playlist_app.refusals import Refusal

AT_ONCE = 50  # files that are written together: some 30 ms of the writers' lock
WAITS_AT_MOST = 5.0  # seconds until what was read is written, so that a kill costs no more
LISTED = 1000  # problems that are told one by one


class NoFolder(Refusal):
    status = 404
    title = "There is no such folder"


class AnotherScan(Refusal):
    status = 409
    title = "Another scan is under way"


@dataclass
class Report:
    """How a scan went. `files` are those that are called like audio and could be there to play."""

    counts: Counter[str] = field(default_factory=Counter)
    problems: list[tuple[str, str]] = field(default_factory=list)
    seconds: float = 0.0

    def problem(self, path: bytes, reason: str) -> None:
        if len(self.problems) < LISTED:
            self.problems.append((readable(path), reason))

    @property
    def sentence(self) -> str:
        """As `flask library scan` ends (SPEC §6)."""
        return ", ".join(
            f"{self.counts[name]} {name}" for name in ("files", "added", "unchanged", "broken")
        )

    def shape(self) -> dict[str, Any]:
        names = (
            "files", "added", "unchanged", "broken", "changed", "moved", "copies", "missing",
        )  # fmt: skip
        return {
            **{name: self.counts[name] for name in names},
            "seconds": round(self.seconds, 3),
            "problems": [{"path": path, "reason": reason} for path, reason in self.problems],
        }


def scan(
    path: Path,
    owner: User,
    *,
    copy: bool = False,
    wait: bool = True,
    stop: Callable[[], bool] = lambda: False,
) -> Report:
    """Bring the library to what is in a folder, or take one file. New tracks are `owner`'s.

    Raises NoFolder; AnotherScan where one is under way and `wait` is not wanted; NoRoom where the
    disk is full. What was taken by then stays.
    """
    real = os.path.realpath(os.fsencode(path))
    if not os.path.exists(real):
        raise NoFolder(f"There is nothing at {readable(os.fsencode(path))}. Look at the path.")
    with _alone(settings(), wait=wait):
        return _Scan(real, owner, copy=copy, stop=stop).run()


@contextlib.contextmanager
def _alone(config: Settings, *, wait: bool) -> Iterator[None]:
    """One scan at a time: two would read the same files."""
    with (config.cache_folder / "scan.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            raise AnotherScan("A folder is being scanned just now. Try again later.") from None
        yield


# A file as its row has it: number, size, time, error, and whether it is missing; and what the
# analysis found wrong with its sound.
Row = tuple[int, int, int, str | None, str | None, str | None]


class _Scan:
    def __init__(self, root: bytes, owner: User, *, copy: bool, stop: Callable[[], bool]) -> None:
        self._root, self._copy, self._stop = root, copy, stop
        self._config = settings()
        self._report = Report()
        self._taking = Taking(owner)
        self._waiting: list[Candidate] = []
        self._waiting_since = 0.0
        self._missing: list[int] = []
        self._unread: list[bytes] = []  # folders that could not be looked into

    def run(self) -> Report:
        begun = time.perf_counter()
        # Of its own: no reading transaction stays open while files are read.
        with contextlib.closing(connect(self._config.database)) as self._known:
            visited = set()
            for folder in self._folders():
                visited.add(folder.path)
                if folder.files is None:
                    self._unread.append(folder.path)
                else:
                    self._look_at(folder, folder.files)
                if self._stop():
                    break
            else:
                self._miss_folders(visited)
            self._take()
            for at in range(0, len(self._missing), AT_ONCE):
                self._taking.miss(self._missing[at : at + AT_ONCE])
        self._report.counts += self._taking.counts
        self._report.seconds = time.perf_counter() - begun
        return self._report

    def _folders(self) -> Iterator[Folder]:
        if os.path.isdir(self._root):
            own = (self._config.data_folder, self._config.media_folder)
            yield from Walk(self._root, map(os.fsencode, own), self._report.problem)
        else:
            about = os.stat(self._root)
            folder, name = os.path.split(self._root)
            yield Folder(
                folder,
                [Found(name, self._root, about.st_size, about.st_mtime_ns)],
                has_others=True,
            )

    def _look_at(self, folder: Folder, files: list[Found]) -> None:
        known = self._rows(folder.path)
        counts = self._report.counts
        for found in files:
            counts["files"] += 1
            row = known.pop(found.name, None)
            if row and row[1:3] == (found.size, found.mtime_ns) and not row[4]:
                error = row[3] or row[5]
                counts["broken" if error else "unchanged"] += 1
                if error:
                    self._report.problem(os.path.join(folder.path, found.name), error)
                continue
            self._read(folder.path, found, row[0] if row else None)
        if not folder.has_others:
            self._missing += [row[0] for row in known.values() if not row[4]]

    def _rows(self, folder: bytes) -> dict[bytes, Row]:
        rows = self._known.execute(
            "SELECT name, number, scanned_file.size_bytes, mtime_ns, error, missing_since, broken"
            " FROM scanned_file LEFT JOIN audio_file ON audio_file.id = audio_id WHERE folder = ?",
            (folder,),
        )
        return {row[0]: row[1:] for row in rows}

    def _miss_folders(self, visited: set[bytes]) -> None:
        """What is known of folders below that are no longer there."""
        below = self._root.rstrip(b"/") + b"/"
        # Everything that begins so, by the index: "0" is what comes after "/".
        rows = self._known.execute(
            "SELECT DISTINCT folder FROM scanned_file WHERE folder >= ? AND folder < ?",
            (below, below[:-1] + b"0"),
        )
        unread = tuple(path.rstrip(b"/") + b"/" for path in self._unread)
        for (folder,) in rows.fetchall():
            if folder not in visited and not (folder + b"/").startswith(unread):
                self._missing += [row[0] for row in self._rows(folder).values() if not row[4]]

    def _read(self, folder: bytes, found: Found, number: int | None) -> None:
        copied: IncomingFile | None = None
        try:
            read = on_disk.read(found)
            if self._copy:
                copied = self._copied(found, read.sha256)
            candidate = Candidate(folder, found, number, read, copied=copied)
        except on_disk.Unusable as error:
            self._report.problem(os.path.join(folder, found.name), str(error))
            candidate = Candidate(folder, found, number, error=str(error), passing=error.passing)
        if not self._waiting:
            self._waiting_since = time.monotonic()
        self._waiting.append(candidate)
        late = time.monotonic() - self._waiting_since > WAITS_AT_MOST
        if late or len(self._waiting) >= AT_ONCE:
            self._take()

    def _copied(self, found: Found, sha256: str) -> IncomingFile | None:
        """Its bytes, copied in; None where they are there."""
        known = "SELECT 1 FROM audio_file WHERE sha256 = ? AND path IS NULL AND lost_at IS NULL"
        if self._known.execute(known, (sha256,)).fetchone():
            return None
        require_disk(self._config, found.size)
        copied = as_incoming(Path(os.fsdecode(found.path)), self._config)
        try:
            if copied.sha256 != sha256:
                raise on_disk.Unusable("This file was changed while it was read.", passing=True)
            copied.finish()
        except BaseException:
            copied.remove()
            raise
        return copied

    def _take(self) -> None:
        waiting, self._waiting = self._waiting, []
        try:
            if waiting:
                self._taking.take(waiting)
        finally:
            for candidate in waiting:
                if candidate.copied:
                    candidate.copied.remove()
