"""What a device compares audio with that it keeps: the SHA-256 of every chunk of a file."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from playlist_app.config import settings
from playlist_app.database import session
from playlist_app.library import renditions
from playlist_app.library.models import CHUNK, AudioFile, hearable_by
from playlist_app.people.models import User
from playlist_app.refusals import NotFound

JSON = dict[str, Any]


def entry(sha256: str, of: str, size: int, format_: str, hashes: bytes) -> JSON:
    """A file as the manifest of a copy has it; `of` is the SHA-256 of the track's original."""
    return {
        "sha256": sha256,
        "of": of,
        "url": f"{settings().path_prefix}/audio/{sha256}",
        "size_bytes": size,
        "format": format_,
        "status": "ready",
        "chunk_size": CHUNK,
        "chunks": [hashes[at : at + 32].hex() for at in range(0, len(hashes), 32)],
    }


def find_entry(sha256: str, person: User) -> JSON:
    """The entry of an original or of a rendition, for those who may hear it. Raises NotFound."""
    original = (
        session()
        .execute(
            select(AudioFile.size_bytes, AudioFile.format, AudioFile.chunk_hashes).where(
                AudioFile.sha256 == sha256, AudioFile.lost_at.is_(None), hearable_by(person)
            )
        )
        .first()
    )
    if original:
        return entry(sha256, sha256, *original)
    made = renditions.find_bytes(sha256, person)
    if not made or not made.size_bytes or not made.chunk_hashes:
        raise NotFound("This audio isn't here, or isn't shared with you.")
    of = made.audio.sha256
    return entry(sha256, of, made.size_bytes, renditions.FORMAT, made.chunk_hashes)
