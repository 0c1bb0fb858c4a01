"""Adding to a playlist, where there is room, and not again before it has played."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import ColumnElement, and_, case, func, or_, select, update

from playlist_app.database import new_id, session, write
from playlist_app.library.curation.review import require_published
from playlist_app.library.models import AudioFile, Track
from playlist_app.live import events
from playlist_app.people.models import User
from playlist_app.playlists import order, rules
from playlist_app.playlists.items import Item
from playlist_app.playlists.limiting import require_within_limits
from playlist_app.playlists.members import require
from playlist_app.playlists.past.steps import note
from playlist_app.playlists.roles import Right
from playlist_app.refusals import Conflict

if TYPE_CHECKING:
    from playlist_app.playlists.models import Playlist

FULL_AT = 10_000  # items; a list is answered whole


class AlreadyHere(Conflict):
    """The track, or another with the same audio, waits in the list: `item` is that place."""

    title = "Already here"

    def __init__(self, item: Item) -> None:
        super().__init__(
            f"“{item.track.title}” is already here. Vote for it?", extra={"item": item.shape()}
        )
        self.item = item


class Addable:
    """The verb of adding a track to a playlist, and where in it."""

    def add(
        self,
        track: Track,
        *,
        by: User,
        after: Item | None = None,
        before: Item | None = None,
        item_id: str | None = None,
    ) -> Item:
        """Add a track at the end, or beside another; a client may have chosen the item's id.

        Raises AlreadyHere, NotAllowed, or Conflict for a list that is full or an id that is taken.
        """
        playlist = cast("Playlist", self)
        with write() as tx:
            require(playlist, by, Right.ADD)
            require_published(track)
            there = self._item_with(track)
            if there:
                raise AlreadyHere(there)
            require_within_limits(playlist, track, by)
            if playlist.count()[0] >= FULL_AT:
                raise Conflict(f"A playlist has at most {FULL_AT:,} tracks.")
            if item_id and tx.scalar(select(Item.id).where(Item.id == item_id)):
                raise Conflict("This id is taken.")
            last = tx.scalar(select(func.max(Item.rank)).where(Item.playlist_id == playlist.id))
            if after or before:
                rank = self.rank_at(after=after, before=before)
            else:
                rank = order.rank_between(last, None)
            item = Item(
                id=item_id or new_id(),
                playlist=playlist,
                track=track,
                rank=rank,
                added_by_id=by.id,
                up=0,
                down=0,
            )
            tx.add(item)
            tx.flush()
            playlist.record(events.TrackAdded(item.shape()), by)
            what = {"added": [{"id": item.id, "title": track.title}]}
            note(playlist, "add", what, by, playlist.seq)
            for told in rules.adding:
                told(playlist, track)
        return item

    def _item_with(self, track: Track) -> Item | None:
        same = Item.track_id == track.id
        if track.audio_id:
            same = or_(same, Track.audio_id == track.audio_id)
        return session().scalar(select(Item).join(Item.track).where(self._waits, same).limit(1))

    def places_of(self, tracks: Sequence[Mapping[str, Any]]) -> dict[str, str]:
        """Where these tracks (their shapes) wait in the list, they or others with their audio: the
        item's id, by the id of the track and by the SHA-256 of the audio."""
        hashes = [track["audio"]["sha256"] for track in tracks if track["audio"]]
        ids = [track["id"] for track in tracks]
        rows = session().execute(
            select(Item.id, Item.track_id, AudioFile.sha256)
            .join(Track, Track.id == Item.track_id)
            .outerjoin(AudioFile, AudioFile.id == Track.audio_id)
            .where(self._waits, or_(Item.track_id.in_(ids), AudioFile.sha256.in_(hashes)))
        )
        return {key: item for item, *keys in rows for key in keys if key}

    @property
    def _waits(self) -> ColumnElement[bool]:
        """A condition on Item: it is in this list, and was not played yet."""
        playlist = cast("Playlist", self)
        return and_(Item.playlist_id == playlist.id, Item.played_at.is_(None))

    def rank_at(
        self, *, after: Item | None = None, before: Item | None = None, but: Item | None = None
    ) -> str:
        """A rank behind `after`, or in front of `before`; with neither, before everything.

        `but` is the item that moves: its own rank is no neighbour. Re-keys the playlist where the
        ranks in this place have become too long.
        """
        rank = self._rank_at(after, before, but)
        if len(rank) > order.LONGEST:
            self._tidy_up()
            rank = self._rank_at(after, before, but)
        return rank

    def _rank_at(self, after: Item | None, before: Item | None, but: Item | None) -> str:
        playlist = cast("Playlist", self)
        others = select(func.min(Item.rank)).where(Item.playlist_id == playlist.id)
        if but:
            others = others.where(Item.id != but.id)
        if before:
            lower = session().scalar(
                others.with_only_columns(func.max(Item.rank)).where(Item.rank < before.rank)
            )
            return order.rank_between(lower, before.rank)
        lower = after.rank if after else None
        upper = session().scalar(others.where(Item.rank > lower) if lower else others)
        return order.rank_between(lower, upper)

    def _tidy_up(self) -> None:
        """Give every item a short rank, in the same order, with one event."""
        playlist = cast("Playlist", self)
        ids = (
            session()
            .scalars(select(Item.id).where(Item.playlist_id == playlist.id).order_by(Item.rank))
            .all()
        )
        ranks = dict(zip(ids, order.even_ranks(len(ids)), strict=True))
        # Ranks are unique at every moment: out of the way first, then to their new place.
        session().execute(
            update(Item).where(Item.playlist_id == playlist.id).values(rank="~" + Item.id)
        )
        session().execute(
            update(Item)
            .where(Item.playlist_id == playlist.id)
            .values(rank=case(ranks, value=Item.id))
        )
        session().expire_all()
        playlist.record(events.PlaylistReordered(ranks), None)
