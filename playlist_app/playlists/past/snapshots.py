"""Snapshots: the list as it stood at one moment, taken by hand or before much of it changes.

One keeps the songs in their order, with who added them and the votes; how the list was set up, and
what played, are no part of it. Titles are kept too: what is gone from the library can be named.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Sequence
from enum import StrEnum
from typing import Any

import orjson
from flask_babel import gettext as _
from sqlalchemy import ForeignKey, Index, LargeBinary, Select, String, delete, func, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from playlist_app.database import Base, Id, WithId, iso, now, session, write
from playlist_app.library.texts import clean_text
from playlist_app.people.models import User
from playlist_app.playlists.members import require
from playlist_app.playlists.models import Playlist
from playlist_app.playlists.past.list_state import ListState
from playlist_app.playlists.past.rows import tracks_of, votes_for
from playlist_app.playlists.past.steps import Place
from playlist_app.playlists.roles import Right
from playlist_app.refusals import Conflict, NotFound

JSON = dict[str, Any]

LONGEST_TEXT = 200
BY_HAND_AT_MOST = 500  # in a playlist
AUTOMATIC_AT_MOST = 100  # the oldest go first


class Kind(StrEnum):
    """Why a snapshot was taken; all but the first two are automatic, before a bulk change."""

    HAND = "hand"
    MESSAGE = "message"
    RESTORE = "restore"
    CLEAR = "clear"
    UNDO = "undo"


_KEPT = (Kind.HAND, Kind.MESSAGE)


class Snapshot(WithId, Base):
    """The items of a playlist as they stood. `places`: their JSON (steps.Place), compressed."""

    __tablename__ = "snapshot"
    __table_args__ = (Index("snapshot_of_playlist", "playlist_id", "created_at"),)

    playlist_id: Mapped[str] = mapped_column(Id, ForeignKey("playlist.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(String(10))
    text: Mapped[str] = mapped_column(String(LONGEST_TEXT), default="")
    by_id: Mapped[str | None] = mapped_column(
        Id, ForeignKey("user.id", ondelete="SET NULL"), index=True
    )
    seq: Mapped[int]  # the newest event that is in it
    item_count: Mapped[int]
    digest: Mapped[str] = mapped_column(String(64))
    compressed: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)

    by: Mapped[User | None] = relationship(lazy="joined")

    @property
    def places(self) -> list[Place]:
        return _read(self.compressed)

    def shape(self, *, names: bool) -> JSON:
        """`names`: whether who took it is told."""
        return {
            "id": self.id,
            "kind": self.kind,
            "text": self.text,
            "by": self.by.as_person() if self.by and names else None,
            "item_count": self.item_count,
            "created_at": iso(self.created_at),
        }

    @property
    def name(self) -> str:
        """What to call it in a sentence."""
        return self.text or _("the list of %(when)s UTC", when=f"{self.created_at:%Y-%m-%d %H:%M}")

    def delete(self, *, by: User) -> None:
        """One's own, or any for who runs the playlist. Raises NotAllowed."""
        with write() as tx:
            playlist = tx.get_one(Playlist, self.playlist_id)
            require(playlist, by, Right.SEE)
            if self.by_id != by.id:
                require(playlist, by, Right.MANAGE)
            tx.delete(self)


def take(playlist: Playlist, *, by: User, text: str = "", kind: Kind = Kind.HAND) -> Snapshot:
    """Take one by hand, or with a message. Raises NotAllowed, Invalid, and Conflict where there are
    too many."""
    with write():
        refusal = "You can look at this playlist, but not take snapshots of it."
        require(playlist, by, Right.ADD, refusal)
        text = clean_text(text, "text", longest=LONGEST_TEXT)
        count = select(func.count()).where(
            Snapshot.playlist_id == playlist.id, Snapshot.kind.in_(_KEPT)
        )
        if (session().scalar(count) or 0) >= BY_HAND_AT_MOST:
            raise Conflict(
                f"A playlist has at most {BY_HAND_AT_MOST} snapshots. Delete some first."
            )
        return _keep(playlist, ListState(playlist), kind, by, text)


def take_before(state: ListState, kind: Kind, by: User) -> Snapshot | None:
    """Take one before a bulk change, within its write; the newest where that is the same."""
    if not state.before:
        return None
    return _keep(state.playlist, state, kind, by, "")


def _keep(playlist: Playlist, state: ListState, kind: Kind, by: User, text: str) -> Snapshot:
    votes = votes_for(state.before)
    said = [place.said() | {"votes": votes.get(place.id, {})} for place in state.before.values()]
    content = orjson.dumps(said)
    digest = hashlib.sha256(content).hexdigest()
    if kind not in _KEPT:
        newest = session().scalar(_of(playlist).limit(1))
        if newest and newest.digest == digest:
            return newest
    snapshot = Snapshot(
        playlist_id=playlist.id,
        kind=kind,
        text=text,
        by_id=by.id,
        seq=playlist.seq,
        item_count=len(said),
        digest=digest,
        compressed=zlib.compress(content, 6),
        created_at=now(),
    )
    session().add(snapshot)
    session().flush()
    _forget_automatic(playlist)
    return snapshot


def _forget_automatic(playlist: Playlist) -> None:
    old = (
        select(Snapshot.id)
        .where(Snapshot.playlist_id == playlist.id, Snapshot.kind.not_in(_KEPT))
        .order_by(Snapshot.created_at.desc())
        .offset(AUTOMATIC_AT_MOST)
    )
    session().execute(delete(Snapshot).where(Snapshot.id.in_(old)))


def _of(playlist: Playlist) -> Select[Snapshot]:
    newest_first = Snapshot.created_at.desc(), Snapshot.id
    return select(Snapshot).where(Snapshot.playlist_id == playlist.id).order_by(*newest_first)


def snapshots_of(playlist: Playlist, *, limit: int = 50, offset: int = 0) -> Sequence[Snapshot]:
    """The newest first, without their content."""
    return session().scalars(_of(playlist).limit(limit).offset(offset)).all()


def find_snapshot(playlist: Playlist, snapshot_id: str) -> Snapshot:
    found = session().get(Snapshot, snapshot_id)
    if not found or found.playlist_id != playlist.id:
        raise NotFound("This snapshot isn't here any more.")
    return found


def places_of(ids: Sequence[str]) -> dict[str, list[Place]]:
    """What is in each of these snapshots. One query."""
    rows = session().execute(select(Snapshot.id, Snapshot.compressed).where(Snapshot.id.in_(ids)))
    return {id_: _read(compressed) for id_, compressed in rows}


def _read(compressed: bytes) -> list[Place]:
    return [Place.of(said) for said in orjson.loads(zlib.decompress(compressed))]


def with_songs(snapshots: Sequence[Snapshot]) -> dict[str, list[JSON]]:
    """The songs of each, in their order, and whether they are in the library still."""
    places = places_of([snapshot.id for snapshot in snapshots])
    here = tracks_of(place.track for some in places.values() for place in some)
    return {
        id_: [
            {
                "item": place.id,
                "track": place.track,
                "title": place.title,
                "artist": place.artist,
                "here": place.track in here,
            }
            for place in some
        ]
        for id_, some in places.items()
    }
