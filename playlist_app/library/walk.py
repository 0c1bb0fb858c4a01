"""Walking through a folder: the audio files below it, and what can't be looked at.

Links that lead to folders are not followed, and links to files only where they stay inside: a
shared folder must not be a way to what lies elsewhere on the machine.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from playlist_app.library.formats import EXTENSIONS

_ENDINGS = tuple(f".{extension}".encode() for extension in EXTENSIONS)


@dataclass(frozen=True, slots=True)
class Found:
    """A file that is called like audio. `path` is where its bytes are, which a link leads to."""

    name: bytes
    path: bytes
    size: int
    mtime_ns: int


@dataclass(frozen=True)
class Folder:
    """A folder, with the files that were found; None where it can't be read. `has_others`: there
    are others in it, which were not asked for."""

    path: bytes
    files: list[Found] | None
    has_others: bool = False


class Walk:
    """From `root`, a real path, downwards. `passed_over` are folders that are none of its own;
    `problem` is told a path and a reason."""

    def __init__(
        self, root: bytes, passed_over: Iterable[bytes], problem: Callable[[bytes, str], None]
    ) -> None:
        self._root = root
        self._within = root.rstrip(b"/") + b"/"
        self._passed_over = set(passed_over)
        self._problem = problem

    def __iter__(self) -> Iterator[Folder]:
        waiting, seen = [self._root], set()
        while waiting:
            path = waiting.pop()
            try:
                with os.scandir(path) as listing:
                    here = os.stat(path, follow_symlinks=False)
                    entries = sorted(listing, key=lambda entry: entry.name)
            except OSError as error:
                self._problem(path, _reason(error, "folder"))
                yield Folder(path, None)
                continue
            if (here.st_dev, here.st_ino) in seen:  # mounted into itself
                continue
            seen.add((here.st_dev, here.st_ino))
            folders: list[bytes] = []
            files = list(self._files(entries, folders))
            yield Folder(path, files)
            waiting += reversed(folders)

    def _files(self, entries: list[os.DirEntry[bytes]], folders: list[bytes]) -> Iterator[Found]:
        for entry in entries:
            if entry.name.startswith(b"."):
                continue  # hidden: bins, and what Macs leave beside each file
            try:
                if entry.is_dir(follow_symlinks=False):
                    if entry.path not in self._passed_over:
                        folders.append(entry.path)
                elif entry.name.lower().endswith(_ENDINGS):
                    found = self._found(entry)
                    if found:
                        yield found
            except OSError as error:
                self._problem(entry.path, _reason(error, "file"))

    def _found(self, entry: os.DirEntry[bytes]) -> Found | None:
        path = entry.path
        if entry.is_symlink():
            path = os.path.realpath(entry.path)
            if not path.startswith(self._within):
                self._problem(entry.path, "This link leads out of the folder: it is not followed.")
                return None
        about = os.stat(path) if entry.is_symlink() else entry.stat(follow_symlinks=False)
        if not stat.S_ISREG(about.st_mode):
            return None  # a pipe or a device; a link to a folder
        return Found(entry.name, path, about.st_size, about.st_mtime_ns)


def _reason(error: OSError, what: str) -> str:
    if isinstance(error, PermissionError):
        return f"This {what} may not be read by the server. Change its permissions."
    return f"This {what} can't be read: {error.strerror}."
