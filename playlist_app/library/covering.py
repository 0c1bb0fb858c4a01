"""Covering: tracks that came without a cover (a scan only reads what it must) get one.

The picture in the file, or the one that lies beside it, or a drawn one: so every track has one in
the end.
"""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import select, update

from playlist_app.config import settings
from playlist_app.database import if_dropped, new_id, now, session, write
from playlist_app.library import rules
from playlist_app.library.apart import Apart, Gone, Stopped
from playlist_app.library.models import AudioFile, Cover, Track
from playlist_app.library.scanned import ScannedFile
from playlist_app.library.stored import cover_path, is_there, path_of
from playlist_app.work.tasks import stopping

AT_ONCE = 32  # tracks that one process is asked about
SECONDS = 60  # that a picture may take


@dataclass(frozen=True)
class Bare:
    """A track without a cover; the paths are in hex, "" where there is none."""

    track_id: str
    seed: str
    path: str
    folder: str


def cover_some() -> bool:
    """A step of the task: some tracks. False when there are none left."""
    bare = _bare()
    if not bare:
        return False
    making = settings().cache_folder / "covers-in-the-making" / new_id()
    making.parent.mkdir(mode=0o700, exist_ok=True)
    try:
        with Apart("picture", stop=stopping) as apart:
            made: dict[str, dict[str, str]] = {}
            for one in bare:
                target = making.with_name(f"{making.name}-{one.track_id}")
                try:
                    made[one.track_id] = _ask(apart, one, target)
                except Stopped:
                    break
        _note(made, making)
    finally:
        for left in making.parent.glob(f"{making.name}-*"):
            left.unlink(missing_ok=True)
    return True


def _bare() -> list[Bare]:
    """Of audio that was analysed: nothing is drawn for what turns out to be broken."""
    config = settings()
    rows = session().execute(
        select(Track.id, Track.artist, Track.title, AudioFile, ScannedFile.folder)
        .join(AudioFile, AudioFile.id == Track.audio_id)
        .outerjoin(ScannedFile, ScannedFile.track_id == Track.id)
        .where(
            Track.cover_id.is_(None),
            AudioFile.analysed_at.is_not(None),
            AudioFile.broken.is_(None),
        )
        .limit(AT_ONCE)
    )
    found = {}
    for id_, artist, title, audio, folder in rows:
        path = path_of(config, audio)
        beside = folder or os.fsencode(path.parent)  # in the media folder nothing lies beside it
        is_readable = is_there(config, audio)
        found[id_] = Bare(
            id_, f"{artist} {title}", os.fsencode(path).hex() if is_readable else "", beside.hex()
        )
    session().rollback()  # pictures take a while, and keep no view of the database open
    return list(found.values())


def _ask(apart: Apart, one: Bare, target: Path) -> dict[str, str]:
    question: dict[str, Any] = {
        "path": one.path,
        "folder": one.folder,
        "seed": one.seed,
        "target": os.fsencode(target).hex(),
        "seconds": SECONDS,
    }
    try:
        return apart.ask(question, 2 * SECONDS)
    except Gone:
        # Its picture ends the process: one is drawn instead.
        return apart.ask(question | {"path": ""}, 2 * SECONDS)


def _note(made: dict[str, dict[str, str]], making: Path) -> None:
    config = settings()
    with write() as tx:
        for track_id, cover in made.items():
            for size in ("large", "small"):
                source = making.with_name(f"{making.name}-{track_id}.{size}.jpg")
                _copy_once(source, cover_path(config, cover["id"], size))
            if not tx.get(Cover, cover["id"]):
                tx.add(Cover(id=cover["id"], tint=cover["tint"], created_at=now()))
                tx.flush()
            # Somebody may have given it one meanwhile.
            bare = update(Track).where(Track.id == track_id, Track.cover_id.is_(None))
            tx.execute(bare.values(cover_id=cover["id"]))
        for tell in rules.telling:
            tell(list(made), None)


def _copy_once(source: Path, target: Path) -> None:
    """To the media folder, which may be another disk than the cache."""
    if target.exists():
        return
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if_dropped(lambda: target.unlink(missing_ok=True))
    shutil.copyfile(source, target)
    target.chmod(0o600)
