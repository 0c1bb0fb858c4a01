"""What the library keeps about a person: the tracks that they put into it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import select

from playlist_app.database import iso, session
from playlist_app.library.models import AudioFile, Track
from playlist_app.people import own_data
from playlist_app.people.models import User
from playlist_app.people.own_data import AT_ONCE


def _tracks(person: User) -> Iterator[dict[str, Any]]:
    mine = (
        select(
            Track.id,
            Track.title,
            Track.artist,
            Track.album,
            Track.year,
            Track.status,
            Track.review_reason,
            Track.latitude,
            Track.longitude,
            Track.created_at,
            AudioFile.sha256,
            AudioFile.size_bytes,
            AudioFile.source_url,
        )
        .outerjoin(AudioFile, AudioFile.id == Track.audio_id)
        .where(Track.owner_id == person.id)
        .order_by(Track.created_at)
    )
    for row in session().execute(mine.execution_options(yield_per=AT_ONCE)):
        yield dict(row._mapping) | {"created_at": iso(row.created_at)}


def register() -> None:
    own_data.sections.update(tracks=_tracks)
