"""Versions of a manifest: what its ETag is made of, so that an unchanged copy costs one small
answer, and how a client's ETag is read again, to tell it what is new since.

Changes of a list are events. What changes without one is looked at directly: renditions that became
ready, lyrics, audio that was analysed again. Of these the ETag carries the newest moment.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import String, and_, bindparam, case, func, select

from playlist_app.database import Id, Moment, session
from playlist_app.library.curation.lyrics import Lyrics
from playlist_app.library.formats import played_by
from playlist_app.library.models import AudioFile, Track
from playlist_app.library.renditions import Profile, Rendition, State
from playlist_app.live import events
from playlist_app.offline.entries import Quality, Wanted
from playlist_app.people.models import User
from playlist_app.playlists.items import Item
from playlist_app.playlists.models import Playlist
from playlist_app.playlists.past.snapshots import Snapshot

JSON = dict[str, Any]

_START = datetime(1970, 1, 1, tzinfo=UTC)
_TICK = timedelta(microseconds=1)

_HERE: Any = bindparam("playlist", type_=Id)
_SNAPSHOTS: Any = [
    select(what).where(Snapshot.playlist_id == _HERE).scalar_subquery()
    for what in (func.max(Snapshot.created_at, type_=Moment), func.count(Snapshot.id))
]
_ORIGINALS: Any = (
    select(
        func.max(Lyrics.updated_at, type_=Moment),
        func.count(Lyrics.track_id),
        func.max(AudioFile.analysed_at, type_=Moment),
        func.count(AudioFile.broken),
        *_SNAPSHOTS,
    )
    .select_from(Item)
    .join(Track, Track.id == Item.track_id)
    .outerjoin(AudioFile, AudioFile.id == Track.audio_id)
    .outerjoin(Lyrics, Lyrics.track_id == Track.id)
    .where(Item.playlist_id == _HERE)
)
_RENDITIONS: Any = _ORIGINALS.add_columns(
    func.max(Rendition.changed_at, type_=Moment),
    func.count(Rendition.id),
    # What the cache gave up is as good as ready for who has it: no reason to come back.
    func.count(case((Rendition.status.in_([State.READY, State.GONE]), 1))),
    func.count(case((Rendition.status == State.FAILED, 1))),
)
_IS_SMALL = and_(Rendition.audio_id == AudioFile.id, Rendition.profile == Profile.SMALL)
_SMALL = _RENDITIONS.outerjoin(Rendition, _IS_SMALL)
# Of originals those count that stand for what the device can't play.
_IS_SILENT = (AudioFile.format + "-" + AudioFile.codec).not_in(
    bindparam("played", expanding=True, type_=String)
)
_HEARD: Any = _RENDITIONS.outerjoin(Rendition, and_(_IS_SMALL, _IS_SILENT))


@dataclass(frozen=True)
class Version:
    """What an ETag says: `touched` is when something last changed of what records no event."""

    epoch: str
    seq: int
    wanted: str
    touched: datetime
    digest: str

    @property
    def etag(self) -> str:
        ticks = (self.touched - _START) // _TICK
        return f"{self.epoch}.{self.seq}.{self.wanted}.{ticks}.{self.digest}"

    @classmethod
    def read(cls, etag: str) -> Version | None:
        """The version that an ETag of ours names; None for anything else."""
        match etag.split("."):
            case [epoch, seq, wanted, ticks, digest] if seq.isdecimal() and ticks.isdecimal():
                if len(seq) > 15 or len(ticks) > 17:
                    return None
                return cls(epoch, int(seq), wanted, _START + int(ticks) * _TICK, digest)
        return None


def version_of(playlist: Playlist, person: User, wanted: Wanted) -> Version:
    """The version that a manifest has now. Two queries."""
    state = session().execute(*_state_of(playlist, wanted)).one()
    moments = [value for value in state if isinstance(value, datetime)]
    counts = [str(value) for value in state if isinstance(value, int)]
    said = "\0".join([person.id, playlist.seen_as, *counts])
    return Version(
        events.epoch(),
        playlist.seq,
        wanted.label,
        max(moments, default=_START),
        hashlib.blake2s(said.encode(), digest_size=8).hexdigest(),
    )


def _state_of(playlist: Playlist, wanted: Wanted) -> tuple[Any, JSON]:
    here: JSON = {"playlist": playlist.id}
    if wanted.quality == Quality.SMALL:
        return _SMALL, here
    if wanted.asked is None:
        return _ORIGINALS, here
    return _HEARD, here | {"played": sorted(played_by(wanted.asked))}


def known_to_client(
    etags: Iterable[str], *, epoch: str, seq: int, wanted: Wanted
) -> tuple[bool, datetime | None]:
    """Whether what a client has of this seq can be added to, and what it knew of `touched`.

    It can't where its ETag names another quality, or a device that plays other things: then other
    files are the right ones. Without one of ours nothing is known: all that may be new is told.
    """
    for etag in etags:
        version = Version.read(etag)
        if version and version.epoch == epoch and version.seq == seq:
            return version.wanted == wanted.label, version.touched
    return True, None
