"""Where the bytes of an audio file are, whether they are there, and which bytes they are."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from sqlalchemy import select

from playlist_app.config import Settings
from playlist_app.database import if_dropped, session
from playlist_app.library.models import AudioAlias, AudioFile


def audio_path(config: Settings, sha256: str) -> Path:
    return config.media_folder / "audio" / sha256[:2] / sha256


def path_of(config: Settings, audio: AudioFile) -> Path:
    """Where the bytes are: in the media folder, or where they were taken in place."""
    return Path(os.fsdecode(audio.path)) if audio.path else audio_path(config, audio.sha256)


def cover_path(config: Settings, cover_id: str, size: str) -> Path:
    return config.media_folder / "covers" / cover_id[:2] / f"{cover_id}.{size}.jpg"


def is_there(config: Settings, audio: AudioFile) -> bool:
    """Whether its bytes are in their place, as far as that can be told without reading them."""
    if audio.path:
        return is_unchanged(audio.path, audio.size_bytes, audio.path_mtime_ns)
    path = audio_path(config, audio.sha256)
    return path.is_file() and path.stat().st_size == audio.size_bytes


def is_unchanged(path: bytes, size: int, mtime_ns: int | None) -> bool:
    """Whether a file that was taken in place is still the one that was read: others may write
    there, and must not get anything else served by putting it, or a link to it, in its place."""
    try:
        about = os.stat(path, follow_symlinks=False)
    except OSError:
        return False
    same = (about.st_size, about.st_mtime_ns) == (size, mtime_ns)
    return same and stat.S_ISREG(about.st_mode) and os.path.realpath(path) == path


def with_bytes(sha256: str) -> AudioFile | None:
    """The audio file that has these bytes, or that has their sound and is kept instead."""
    found = session().scalar(select(AudioFile).where(AudioFile.sha256 == sha256))
    if found:
        return found
    alias = select(AudioFile).join(AudioAlias).where(AudioAlias.sha256 == sha256)
    return session().scalar(alias)


def with_sound(sound_sha256: str | None) -> AudioFile | None:
    """The audio file that has this sound: the one that can be played, then the oldest."""
    if not sound_sha256:
        return None
    return session().scalar(
        select(AudioFile)
        .where(AudioFile.sound_sha256 == sound_sha256)
        .order_by(AudioFile.lost_at.is_not(None), AudioFile.created_at, AudioFile.id)
        .limit(1)
    )


def note_alias(sha256: str, audio: AudioFile) -> None:
    """Remember other bytes that have this sound. Within a write."""
    if sha256 != audio.sha256:
        session().merge(AudioAlias(sha256=sha256, audio_id=audio.id))


def put_on(
    audio: AudioFile,
    sha256: str,
    *,
    size_bytes: int,
    chunk_hashes: bytes,
    format: str,
    codec: str,
    bitrate: int,
) -> None:
    """The bytes of this audio file are lost, and these have the same sound: they are the ones that
    are kept from now on. Within a write; whoever calls puts them in their place."""
    before = audio.sha256
    alias = session().get(AudioAlias, sha256)
    if alias:
        session().delete(alias)
        session().flush()
    audio.sha256, audio.size_bytes, audio.chunk_hashes = sha256, size_bytes, chunk_hashes
    audio.format, audio.codec, audio.bitrate = format, codec, bitrate
    audio.analysed_at = None
    session().flush()
    note_alias(before, audio)


def move_once(source: Path, target: Path) -> None:
    """Move the file to its place, unless the same bytes are there. Within a write."""
    if target.exists():
        return
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    source.chmod(0o600)
    if_dropped(lambda: target.unlink(missing_ok=True))
    source.replace(target)
