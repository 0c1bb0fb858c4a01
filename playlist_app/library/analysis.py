"""Analysis: each audio file is decoded once, in the background, and what that tells is noted.

How long it really is, how loud, what its seek bar looks like, its sound (sound.py), or why it can't
be played. A file that was never analysed is one with `analysed_at` NULL; whoever stores one wakes
the task, and a lost wake-up costs a minute.
"""

from __future__ import annotations

import os
import time
from typing import Any

from sqlalchemy import select

from playlist_app.config import settings
from playlist_app.database import now, session, write
from playlist_app.library import rules
from playlist_app.library.apart import Apart, Gone, Stopped
from playlist_app.library.models import AudioFile, Track
from playlist_app.library.references import merge_same_sound
from playlist_app.library.renditions import ask_ahead
from playlist_app.library.shapes import duration_text
from playlist_app.library.stored import is_there, path_of
from playlist_app.work.tasks import stopping, wake

AT_ONCE = 64  # files that one process is asked about
NOTES_EVERY = 2.0  # seconds: a write for some files is cheaper than one for each
ATTEMPTS = 2  # a file that ends the decoder so often is not tried again
GAVE_UP = "This file can't be read to its end: the decoder gave up."

Waiting = tuple[str, str, float]  # id, path in hex ("" where nothing is there), seconds
Found = dict[str, dict[str, Any]]  # by the file's id


def analyse_some() -> bool:
    """A step of the task: some files, the newest first. False when there are none left."""
    waiting = _waiting()
    if not waiting:
        return False
    found: Found = {}
    noted = time.monotonic()
    with Apart("analyse", stop=stopping) as apart:
        for id_, path, seconds in waiting:
            try:
                found[id_] = _ask(apart, path, seconds)
            except Stopped:
                break
            if time.monotonic() - noted > NOTES_EVERY:
                _note(found)
                found, noted = {}, time.monotonic()
    _note(found)
    return True


def _waiting() -> list[Waiting]:
    query = select(AudioFile).where(AudioFile.analysed_at.is_(None), AudioFile.lost_at.is_(None))
    files = session().scalars(query.order_by(AudioFile.created_at.desc()).limit(AT_ONCE)).all()
    found = [(audio.id, _path(audio), audio.duration_seconds) for audio in files]
    session().rollback()  # decoding takes a while, and keeps no view of the database open
    return found


def _path(audio: AudioFile) -> str:
    config = settings()
    return os.fsencode(path_of(config, audio)).hex() if is_there(config, audio) else ""


def _ask(apart: Apart, path: str, seconds: float) -> dict[str, Any]:
    """What the process says of a file; `gone` where it ended with it."""
    if not path:
        return {"lost": True}
    # Ten times as fast as people listen is slow; an hour may take six minutes, a song a minute.
    allowed = 60 + seconds / 10
    try:
        return apart.ask({"path": path, "seconds": allowed}, 3 * allowed)
    except Gone as gone:
        return {"gone": str(gone)}


def _note(found: Found) -> None:
    if not found:
        return
    with write() as tx:
        for id_, said in found.items():
            audio = tx.get(AudioFile, id_)
            if audio and not audio.analysed_at:
                _note_one(audio, said)
        wake("covers")


def _note_one(audio: AudioFile, said: dict[str, Any]) -> None:
    if said.get("lost"):
        # Its bytes aren't there, or can't be read: `flask library verify` finds out when they are.
        audio.lost_at = now()
        return
    if "gone" in said:
        audio.analysis_attempts += 1
        if audio.analysis_attempts < ATTEMPTS:
            return
        said = {"broken": GAVE_UP}
    audio.analysed_at = now()
    audio.broken = said.get("broken")
    if not audio.broken:
        audio.format, audio.codec = said["format"], said["codec"]
        audio.bitrate, audio.sound_sha256 = said["bitrate"], said["sound_sha256"]
        audio.loudness_lufs, audio.peaks = said["loudness_lufs"], bytes.fromhex(said["peaks"])
        audio.duration_seconds = said["duration_seconds"]
        if merge_same_sound(audio) is not audio:
            return  # its tracks play the one that was there before, and were told
        ask_ahead(audio)
    _tell_tracks(audio)


def _tell_tracks(audio: AudioFile) -> None:
    """Its tracks are as long as it is; lists are told where that, or something else, shows."""
    changed = []
    for track in session().scalars(select(Track).where(Track.audio_id == audio.id)):
        before = track.duration_seconds
        track.duration_seconds = audio.duration_seconds
        if audio.broken or duration_text(before) != duration_text(audio.duration_seconds):
            changed.append(track.id)
    session().flush()
    for tell in rules.telling:
        tell(changed, None)
