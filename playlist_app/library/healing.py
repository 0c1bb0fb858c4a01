"""Healing: audio that the server lost, given back by a device that has a whole copy of it.

It comes a chunk at a time, each as long and with the hash that the server knows of it; the device
proves in this way that it has the bytes. They lie in `media/healing/` until the last is there; then
the whole is compared with its hash once more and put in its place.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
from pathlib import Path
from typing import Any

from sqlalchemy import select

from playlist_app.config import Settings, settings
from playlist_app.database import new_id, session, write
from playlist_app.library.incoming import require_disk
from playlist_app.library.models import CHUNK, AudioFile, hearable_by
from playlist_app.library.stored import audio_path
from playlist_app.people.models import User
from playlist_app.refusals import Invalid, NotFound

JSON = dict[str, Any]

AT_ONCE = 100  # lost files that are told of


def wanted_of(person: User) -> list[JSON]:
    """The lost files that this person may hear, and which chunks of them are missing."""
    lost = select(AudioFile).where(AudioFile.lost_at.is_not(None), hearable_by(person))
    files = session().scalars(lost.order_by(AudioFile.lost_at, AudioFile.id).limit(AT_ONCE)).all()
    return [_shape(audio) for audio in files]


def give(sha256: str, index: int, data: bytes, by: User) -> JSON:
    """Take a chunk of a lost file; answers what is still missing, which is nothing once it is whole
    again. Raises NotFound for audio that one may not hear, Invalid for other bytes."""
    found = select(AudioFile).where(AudioFile.sha256 == sha256, hearable_by(by))
    audio = session().scalar(found)
    if not audio:
        raise NotFound("This audio isn't here, or isn't shared with you.")
    if not audio.lost_at:
        return _shape(audio)  # somebody else was faster, or the answer got lost
    config = settings()
    folder = _folder(config, sha256)
    if not _is_chunk(audio, index, data):
        raise Invalid("These are not the bytes that are missing here.")
    require_disk(config, audio.size_bytes)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = folder / new_id()
    draft.write_bytes(data)
    draft.replace(folder / str(index))
    if not _missing(audio):
        _put_in_place(audio, config)
    return _shape(audio)


def forget_what_is_whole(config: Settings) -> None:
    """Remove chunks of files that are no longer lost."""
    for folder in _of_all(config).glob("*"):
        lost = select(AudioFile.id).where(
            AudioFile.sha256 == folder.name, AudioFile.lost_at.is_not(None)
        )
        if not session().scalar(lost):
            shutil.rmtree(folder, ignore_errors=True)


def _of_all(config: Settings) -> Path:
    return config.media_folder / "healing"


def _folder(config: Settings, sha256: str) -> Path:
    return _of_all(config) / sha256


def _shape(audio: AudioFile) -> JSON:
    return {
        "sha256": audio.sha256,
        "size_bytes": audio.size_bytes,
        "chunk_size": CHUNK,
        "missing": _missing(audio) if audio.lost_at else [],
    }


def _missing(audio: AudioFile) -> list[int]:
    folder = _folder(settings(), audio.sha256)
    count = -(-audio.size_bytes // CHUNK)
    return [index for index in range(count) if not (folder / str(index)).exists()]


def _is_chunk(audio: AudioFile, index: int, data: bytes) -> bool:
    if index < 0:
        return False
    length = min(CHUNK, audio.size_bytes - index * CHUNK)
    known = audio.chunk_hashes[index * 32 : index * 32 + 32]
    return len(data) == length and hashlib.sha256(data).digest() == known


def _put_in_place(audio: AudioFile, config: Settings) -> None:
    """Make the file of its chunks, and use it: from now on it is ours, wherever it lay before."""
    folder, sha256 = _folder(config, audio.sha256), audio.sha256
    draft = folder / new_id()
    whole = hashlib.sha256()
    with contextlib.suppress(FileNotFoundError), draft.open("xb") as file:
        for index in range(-(-audio.size_bytes // CHUNK)):
            data = (folder / str(index)).read_bytes()
            whole.update(data)
            file.write(data)
        file.flush()
        os.fsync(file.fileno())
        draft.chmod(0o600)
    if whole.hexdigest() != sha256:
        # The disk kept something else, or another request is done with it already.
        shutil.rmtree(folder, ignore_errors=True)
        return
    with write() as tx:
        found = tx.scalar(select(AudioFile).where(AudioFile.sha256 == sha256))
        if found and found.lost_at:
            target = audio_path(config, sha256)
            target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            draft.replace(target)  # also over damaged bytes
            found.path = found.path_mtime_ns = found.lost_at = None
    shutil.rmtree(folder, ignore_errors=True)
