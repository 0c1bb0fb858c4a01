"""Rendering: the background work that makes renditions, and keeps them within their budget."""

from __future__ import annotations

import os
import shutil
import time
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from playlist_app.config import settings
from playlist_app.database import if_dropped, now, session, write
from playlist_app.library import rules
from playlist_app.library.apart import Apart, Gone, Stopped
from playlist_app.library.export import LEFT_AFTER
from playlist_app.library.incoming import SPARE
from playlist_app.library.models import CHUNK, AudioFile, Track
from playlist_app.library.renditions import (
    QUALITIES,
    Profile,
    Rendition,
    State,
    folder,
    rendition_path,
)
from playlist_app.library.stored import is_there, path_of
from playlist_app.work.tasks import stopping

ATTEMPTS = 2  # a file that ends the process so often is not tried again
GAVE_UP = "It can't be made from this file: the decoder gave up."
# Seconds since one was last asked for in which it stays: who plays it comes back for more.
IN_USE = 3600


class DiskFull(Exception):
    """There is no room for renditions on the server's disk; they wait."""


def make_one() -> bool:
    """A step of the task: the rendition that is wanted next. False when there are none."""
    wanted = session().execute(
        select(Rendition.id, AudioFile)
        .join(AudioFile, AudioFile.id == Rendition.audio_id)
        .where(Rendition.status == State.PREPARING, AudioFile.lost_at.is_(None))
        .order_by(Rendition.place, Rendition.asked_at, Rendition.id)
        .limit(1)
    )
    found = wanted.first()
    if not found:
        return False
    id_, audio = found
    rendition = session().get(Rendition, id_)
    assert rendition
    _make(rendition, audio)
    keep_within_budget()
    return True


def _make(rendition: Rendition, audio: AudioFile) -> None:
    config = settings()
    if not is_there(config, audio):
        with write():
            audio.lost_at = now()  # `flask library verify` finds out when it is back
        return
    bits = QUALITIES[Profile(rendition.profile)].bits
    folder(config).mkdir(mode=0o700, parents=True, exist_ok=True)
    if shutil.disk_usage(folder(config)).free - bits / 8 * audio.duration_seconds < SPARE:
        raise DiskFull("There is no room left for renditions on the server's disk.")
    id_, seconds = rendition.id, audio.duration_seconds
    making = folder(config) / f"making-{id_}"
    allowed = 120 + seconds / 2  # of a processor: twice as fast as people listen is slow
    question = {
        "source": os.fsencode(path_of(config, audio)).hex(),
        "target": os.fsencode(making).hex(),
        "bits": bits,
        "chunk": CHUNK,
        "loudness": audio.loudness_lufs,
        "measured": audio.analysed_at is not None,
        "seconds": allowed,
    }
    session().rollback()  # encoding takes a while, and keeps no view of the database open
    try:
        with Apart("transcode", stop=stopping) as apart:
            said = apart.ask(question, 3 * allowed)
        _note(id_, said, making)
    except Stopped:
        pass  # it is wanted as before
    except Gone as gone:
        _note(id_, {"gone": str(gone)}, making)
    finally:
        making.unlink(missing_ok=True)


def _note(id_: str, said: dict[str, Any], made: Path) -> None:
    with write() as tx:
        rendition = tx.get(Rendition, id_)
        if not rendition or rendition.status != State.PREPARING:
            return
        if said.get("lost"):
            rendition.audio.lost_at = now()
            return
        if "gone" in said:
            rendition.attempts += 1
            if rendition.attempts < ATTEMPTS:
                return
            said = {"failed": GAVE_UP}
        if "failed" in said:
            rendition.status, rendition.error = State.FAILED, said["failed"]
        else:
            _keep(rendition, said, made)
        rendition.changed_at = now()
        if rendition.profile == Profile.WEB:
            _tell(rendition.audio)


def _tell(audio: AudioFile) -> None:
    """The lists that hold it hear that there is something that every browser plays."""
    tx = session()
    tx.flush()
    tracks = tx.scalars(select(Track.id).where(Track.audio_id == audio.id)).all()
    for tell in rules.telling:
        tell(tracks, None)


def _keep(rendition: Rendition, said: dict[str, Any], made: Path) -> None:
    target = rendition_path(settings(), said["sha256"])
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    made.chmod(0o600)
    if not target.exists():
        if_dropped(lambda: target.unlink(missing_ok=True))
    made.replace(target)
    rendition.status, rendition.sha256 = State.READY, said["sha256"]
    rendition.size_bytes = said["size_bytes"]
    rendition.bitrate = round(said["size_bytes"] * 8 / said["seconds"])
    rendition.chunk_hashes = bytes.fromhex(said["chunk_hashes"])
    if rendition.profile == Profile.WEB:
        rendition.audio.playable_sha256 = said["sha256"]
        rendition.audio.playable_bytes = said["size_bytes"]


def keep_within_budget() -> None:
    """Take away what was not asked for longest, until the rest fits; never what may be playing."""
    config = settings()
    query = select(func.sum(Rendition.size_bytes)).where(Rendition.status == State.READY)
    too_much = (session().scalar(query) or 0) - config.renditions_budget
    if too_much <= 0:
        return
    ready = session().execute(
        select(Rendition.sha256, func.sum(Rendition.size_bytes))
        .where(Rendition.status == State.READY)
        .group_by(Rendition.sha256)
    )
    by_use = sorted(
        (_used_at(rendition_path(config, sha256)), sha256, size or 0)
        for sha256, size in ready
        if sha256
    )
    for used_at, sha256, size in by_use:
        if too_much <= 0 or used_at > time.time() - IN_USE:
            return
        _take_away(sha256)
        too_much -= size


def _used_at(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except FileNotFoundError:
        return 0.0


def _take_away(sha256: str) -> None:
    with write() as tx:
        for rendition in tx.scalars(select(Rendition).where(Rendition.sha256 == sha256)):
            if rendition.profile == Profile.WEB:
                rendition.audio.playable_sha256 = rendition.audio.playable_bytes = None
            # Its hash stays known: a device that has these bytes has what it needs.
            rendition.status = State.GONE
    rendition_path(settings(), sha256).unlink(missing_ok=True)


def tidy() -> None:
    """Bring rows and files together: what was deleted from the cache is made again, and what no
    row knows goes."""
    config = settings()
    keep_within_budget()
    known = {
        sha256: id_
        for id_, sha256 in session().execute(
            select(Rendition.id, Rendition.sha256).where(Rendition.status == State.READY)
        )
    }
    there = {path.name: path for path in folder(config).glob("??/*")}
    session().rollback()
    for sha256 in known.keys() - there.keys():
        with write() as tx:
            for rendition in tx.scalars(select(Rendition).where(Rendition.sha256 == sha256)):
                rendition.want()
    for sha256 in there.keys() - known.keys():
        _remove_stray(sha256, there[sha256])
    for left in (config.cache_folder / "exports").glob("*"):
        if _used_at(left) < time.time() - LEFT_AFTER:
            left.unlink(missing_ok=True)


def _remove_stray(sha256: str, path: Path) -> None:
    with write() as tx:  # nobody can be about to make it known
        if not tx.scalar(select(Rendition.id).where(Rendition.sha256 == sha256).limit(1)):
            path.unlink(missing_ok=True)
