"""Importing: a parcel becomes the server, or is merged into the one that is there."""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from flask import Flask

from playlist_app.config import Settings
from playlist_app.database import connect, db, session
from playlist_app.operations import figures, in_use, keys, startup
from playlist_app.operations.in_words import size, things
from playlist_app.operations.moving import merging, parcel, scratch
from playlist_app.operations.moving.parcel import AUDIO, COVER, BadParcel, Manifest, Progress
from playlist_app.operations.troubles import FullDisk
from playlist_app.people import audit
from playlist_app.refusals import Conflict


class NotEmpty(Conflict):
    title = "There is something here already"


@dataclass
class Imported:
    """What came in. Of a merge also what is new by kind, and what was here already."""

    path: Path
    audio_files: int
    new: dict[str, int] = field(default_factory=dict)
    known: dict[str, int] = field(default_factory=dict)


def look(config: Settings, path: Path) -> Manifest:
    """What is in a parcel, as far as it says itself. Raises BadParcel, also for a newer one."""
    manifest = parcel.manifest_of(path)
    if manifest.schema > startup.newest_version():
        raise BadParcel(
            f"{path} was made by a newer version of Jamboree ({manifest.schema}). Install that "
            "version here first."
        )
    free = shutil.disk_usage(config.media_folder).free
    if free < manifest.bytes:
        raise FullDisk(
            f"{config.media_folder} has no room for it: it takes {size(manifest.bytes)}, and "
            f"{size(free)} are free. Nothing was changed."
        )
    return manifest


def is_empty(config: Settings) -> bool:
    """Whether nobody ever did anything here."""
    found = figures.of(config)
    return not (found.users or found.tracks or found.playlists)


def replace_with(app: Flask, path: Path, progress: Progress = lambda _: None) -> Imported:
    """Make an empty server the one that was exported. Until the last step, which is one rename,
    it is as empty as before. Raises NotEmpty, BadParcel, StillServed, FullDisk."""
    config: Settings = app.config["JAMBOREE"]
    with in_use.by_nobody_else(config):
        if not is_empty(config):
            raise NotEmpty(
                f"There are people or music in {config.data_folder}. Say --merge to add what is in "
                "the file to it, or `flask data reinit` first."
            )
        look(config, path)
        with _unpacked(config, path, progress) as unpacked:
            unpacked.place()
            _forget_connections()
            for suffix in ("-wal", "-shm"):
                beside = config.database.with_name(f"{config.database.name}{suffix}")
                beside.unlink(missing_ok=True)
            if unpacked.has_authority:
                # Devices go on trusting it; nobody was here to trust the one that was made here.
                shutil.rmtree(config.https_folder, ignore_errors=True)
                (unpacked.folder / "https").replace(config.https_folder)
            (unpacked.folder / parcel.SECRET).replace(config.data_folder / "secret_key")
            (unpacked.folder / parcel.DATABASE).replace(config.database)
            _sync(config.data_folder)
            startup.prepare(app)
            audit.note("data.imported", subject=path.name)
            return Imported(path, unpacked.audio_files)


def merge(app: Flask, path: Path, progress: Progress = lambda _: None) -> Imported:
    """Add what is in a parcel to what is here, in one write; a server may run meanwhile.

    People are known by the names they log in with, audio by its hash, lists and tracks by their
    ids. What is here already is left as it is. Raises BadParcel or FullDisk, with nothing changed.
    """
    config: Settings = app.config["JAMBOREE"]
    look(config, path)
    with _unpacked(config, path, progress) as unpacked:
        with closing(sqlite3.connect(unpacked.folder / parcel.DATABASE)) as other:
            theirs = keys.all_in((unpacked.folder / parcel.SECRET).read_text())
            new, known = merging.merge(other, unpacked.place, called=path.name, keys=theirs)
        return Imported(path, unpacked.audio_files, new, known)


@dataclass
class _Unpacked:
    """What was in a parcel, checked: the small files in `folder`, media beside their places."""

    config: Settings
    folder: Path
    waiting: dict[Path, Path]  # where they are → where they belong
    audio_files: int
    has_authority: bool

    def place(self) -> list[Path]:
        """Move audio and covers to their places; answers which are new there."""
        placed = []
        for draft, target in self.waiting.items():
            if not target.exists():
                target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                draft.replace(target)
                placed.append(target)
        for folder in {path.parent for path in placed}:
            _sync(folder)
        return placed


@contextlib.contextmanager
def _unpacked(config: Settings, path: Path, progress: Progress) -> Iterator[_Unpacked]:
    """Beside where it belongs, so that it is moved there at no cost; gone in the end."""
    with (
        scratch.folder(config.data_folder, scratch.IMPORT) as folder,
        scratch.folder(config.media_folder, scratch.IMPORT) as media,
    ):
        yield _checked(config, path, folder, media, progress)


def _checked(
    config: Settings, path: Path, folder: Path, media: Path, progress: Progress
) -> _Unpacked:
    (folder / "https").mkdir(mode=0o700)
    waiting: dict[Path, Path] = {}

    def place(name: str) -> Path | None:
        if not name.startswith("media/"):
            return folder / name
        target = config.media_folder / Path(name).relative_to("media")
        if target.exists():
            return None
        waiting[media / Path(name).name] = target
        return media / Path(name).name

    found = parcel.unpack(path, place, progress)
    for name, (sha256, _) in found.items():
        of = AUDIO.fullmatch(name) or (COVER.fullmatch(name) if ".large." in name else None)
        if of and of[2] != sha256:
            raise BadParcel(f"{path} is damaged: {name} is not what its name says.")
    for name in (parcel.DATABASE, parcel.SECRET):
        if name not in found:
            raise BadParcel(f"{path} is not whole: {name} is missing.")
    _check(folder / parcel.DATABASE, path)
    startup.migrate(Settings(data=str(folder)), back_up=False)
    count = sum(bool(AUDIO.fullmatch(name)) for name in found)
    has_authority = all(name in found for name in parcel.AUTHORITY)
    return _Unpacked(config, folder, waiting, count, has_authority)


def _check(database: Path, path: Path) -> None:
    with closing(connect(database)) as opened:
        try:
            [[first], *_] = opened.execute("PRAGMA integrity_check").fetchall()
            broken = opened.execute("PRAGMA foreign_key_check").fetchall()
        except sqlite3.DatabaseError as error:
            raise BadParcel(f"The database in {path} can't be read: {error}.") from error
    if first != "ok":
        raise BadParcel(f"The database in {path} is damaged: {first}.")
    if broken:
        rows = things(len(broken), "row")
        raise BadParcel(f"In the database in {path} {rows} refer to what is not there.")


def _forget_connections() -> None:
    """What was open is of the file that goes."""
    session().rollback()
    session().close()
    db.engine.dispose()


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
