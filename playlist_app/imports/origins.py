"""Origins: which audio came from where, so that it is fetched once for all who may hear it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable

from sqlalchemy import ColumnElement, or_, select, update

from playlist_app.database import session
from playlist_app.imports.addresses import Unusable, canonical
from playlist_app.imports.models import Import, Origin
from playlist_app.library import rules
from playlist_app.library.models import AudioFile, Status, Track
from playlist_app.people.models import User


def note(track: Track, keys: Iterable[str], url: str) -> None:
    """Within a write: the audio of this track is what these keys stand for."""
    assert track.audio
    for key in keys:
        session().merge(Origin(key=key, audio_id=track.audio.id, url=url))
    if not track.audio.source_url:
        track.audio.source_url = url


def known_track(key: str, person: User) -> Track | None:
    """The track on what came from there: their own, or one that all members hear."""
    query = (
        select(Track)
        .join(Origin, Origin.audio_id == Track.audio_id)
        .join(AudioFile, AudioFile.id == Track.audio_id)
        .where(
            Origin.key == key,
            AudioFile.lost_at.is_(None),
            AudioFile.broken.is_(None),
            or_(Track.owner_id == person.id, Track.status == Status.PUBLISHED),
        )
        .order_by(Track.owner_id != person.id, Track.number)
        .limit(1)
    )
    return session().scalar(query)


def came_from(url: str) -> ColumnElement[bool]:
    """Which audio files came from an address, in any spelling of it: a condition on AudioFile."""
    with contextlib.suppress(Unusable):
        url = canonical(url)
    return AudioFile.id.in_(select(Origin.audio_id).where(Origin.key == url))


def _follow(gone: str, stays: str, _: User) -> None:
    """One track took the place of another: what was imported as that is this one now."""
    session().execute(update(Import).where(Import.track_id == gone).values(track_id=stays))


def register() -> None:
    """Answer what the library asks (library/rules.py)."""
    if came_from not in rules.came_from:
        rules.came_from.append(came_from)
        rules.replacing.append(_follow)
