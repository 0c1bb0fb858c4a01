"""A list as it stands and as it shall be: what clearing, undoing and restoring have in common.

They change a copy in memory; `become` makes the rows so: the fewest that differ, with an event
each, or with one that tells everybody to read the list again where it is many.
"""

from __future__ import annotations

import bisect
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from playlist_app.database import session
from playlist_app.library.models import Status, Track
from playlist_app.live import events
from playlist_app.people.models import User
from playlist_app.playlists import order
from playlist_app.playlists.adding import FULL_AT
from playlist_app.playlists.items import Item
from playlist_app.playlists.models import Playlist
from playlist_app.playlists.past.rows import (
    delete_items,
    insert_items,
    rank_items,
    tracks_of,
    vote_all,
    votes_for,
)
from playlist_app.playlists.past.steps import Place, Step, around, note

JSON = dict[str, Any]

TOLD_SINGLY = 50  # changed items; of more, everybody reads the list again


class ListState:
    """The list of a playlist, within the write that is to change it."""

    def __init__(self, playlist: Playlist) -> None:
        self.playlist = playlist
        self._audio: dict[str, str | None] = {}  # of the tracks that were looked at
        self.before = {place.id: place for place in self._read()}
        self.now = dict(self.before)
        self._ranks = [place.rank for place in self.before.values()]
        # (item, person) → the vote before and after; 0 is none.
        self.votes: dict[tuple[str, str], tuple[int, int]] = {}
        self.settings: dict[str, Any] = {}
        self.left: list[str] = []  # what can't be done and why, in sentences

    def _read(self) -> Iterable[Place]:
        rows = session().execute(
            select(
                Item.id,
                Item.track_id,
                Track.title,
                Track.artist,
                Item.rank,
                Item.added_by_id,
                Item.added_at,
                Item.played_at,
                Track.audio_id,
            )
            .join(Track, Track.id == Item.track_id)
            .where(Item.playlist_id == self.playlist.id)
            .order_by(Item.rank)
        )
        for id_, track, title, artist, rank, by, added_at, played_at, audio in rows:
            self._audio[track] = audio
            played = played_at.isoformat() if played_at else None
            added = added_at.isoformat()
            yield Place(id_, track, title, artist, rank, by, added, played)

    # --- what is wanted of it -------------------------------------------------------------------

    def take_off(self, item_id: str) -> None:
        place = self.now.pop(item_id)
        del self._ranks[bisect.bisect_left(self._ranks, place.rank)]

    def put_back(self, places: Sequence[Place], beside: Sequence[str], *, anew: bool) -> list[str]:
        """Items that are not there any more, each to where it stood; the ids of those that are.

        `beside` are ids in their order of then. `anew`: all ranks were made anew since."""
        tracks = tracks_of(place.track for place in places)
        self._audio |= {id_: row[2] for id_, row in tracks.items()}
        waiting = {place.track: place.id for place in self.now.values() if not place.played_at}
        sounding = {self._audio.get(track): id_ for track, id_ in waiting.items()}
        back = []
        for place in places:
            title, status, audio = tracks.get(place.track, (place.title, None, None))
            if status is None:
                self.left.append(_("“%(title)s” isn’t in the library any more.", title=title))
            elif status != Status.PUBLISHED:
                self.left.append(_("“%(title)s” isn’t published any more.", title=title))
            elif place.id in self.now or (
                not place.played_at and (place.track in waiting or (audio and audio in sounding))
            ):
                self.left.append(_("“%(title)s” is in the list again already.", title=title))
            elif len(self.now) >= FULL_AT:
                self.left.append(_("“%(title)s” has no room: the list is full.", title=title))
            else:
                self._settle(place, place.rank, beside, anew=anew)
                back.append(place.id)
                if not place.played_at:
                    waiting[place.track] = sounding[audio] = place.id
        return back

    def lift(self, moved: Sequence[Place]) -> None:
        """Take items up that are to be put down elsewhere."""
        for place in moved:
            self.take_off(place.id)

    def put_down(self, moved: Sequence[Place], beside: Sequence[str], *, anew: bool) -> None:
        """Those that were lifted, each with the rank that it shall have."""
        for place in sorted(moved, key=lambda place: place.rank):
            self._settle(place, place.rank, beside, anew=anew)

    def _settle(self, place: Place, rank: str, beside: Sequence[str], *, anew: bool) -> None:
        at = bisect.bisect_left(self._ranks, rank)
        taken = at < len(self._ranks) and self._ranks[at] == rank
        if taken or anew:
            rank = self._rank_beside(place.id, beside)
        self.now[place.id] = replace(place, rank=rank)
        bisect.insort(self._ranks, rank)

    def _rank_beside(self, item_id: str, beside: Sequence[str]) -> str:
        """Behind the nearest that stood before it and is there, or ahead of the nearest behind."""
        mine = beside.index(item_id) if item_id in beside else len(beside)
        for other in reversed(beside[:mine]):
            if other in self.now:
                return self._rank_at(bisect.bisect_right(self._ranks, self.now[other].rank))
        for other in beside[mine + 1 :]:
            if other in self.now:
                return self._rank_at(bisect.bisect_left(self._ranks, self.now[other].rank))
        return self._rank_at(len(self._ranks))

    def _rank_at(self, place: int) -> str:
        lower = self._ranks[place - 1] if place else None
        upper = self._ranks[place] if place < len(self._ranks) else None
        return order.rank_between(lower, upper)

    def arrange(self, wanted: Sequence[str]) -> None:
        """All items in this order; as many as can be keep their rank."""
        keep = set(longest_rising([self.now[id_].rank for id_ in wanted]))
        ranks: list[str] = []
        at = 0
        while at < len(wanted):
            if at in keep:
                ranks.append(self.now[wanted[at]].rank)
                at += 1
                continue
            end = next((n for n in range(at, len(wanted)) if n in keep), len(wanted))
            upper = self.now[wanted[end]].rank if end < len(wanted) else None
            ranks += order.ranks_between(ranks[-1] if ranks else None, upper, end - at)
            at = end
        if any(len(rank) > order.LONGEST for rank in ranks):
            ranks = order.even_ranks(len(wanted))
        for id_, rank in zip(wanted, ranks, strict=True):
            self.now[id_] = replace(self.now[id_], rank=rank)
        self._ranks = ranks

    # --- making it so ---------------------------------------------------------------------------

    def become(self, kind: str, by: User, **about: Any) -> Step | None:
        """Change the rows, tell everybody, and keep the step; None where nothing differs."""
        gone = [place for id_, place in self.before.items() if id_ not in self.now]
        come = [place for id_, place in self.now.items() if id_ not in self.before]
        moved = [
            place
            for id_, place in self.now.items()
            if id_ in self.before and self.before[id_].rank != place.rank
        ]
        # Of an item that goes the votes go along, and of one that comes they come.
        self.votes = {
            (item, person): change
            for (item, person), change in self.votes.items()
            if item in self.before and item in self.now and change[0] != change[1]
        }
        settings = {name: [getattr(self.playlist, name), to] for name, to in self.settings.items()}
        if not (gone or come or moved or settings or self.votes):
            return None
        first = events.newest_seq() + 1
        lost = votes_for([place.id for place in gone])
        playing = self.playlist.room.item_id
        rest = [place.id for place in gone if place.id != playing]
        delete_items(rest)
        ends = playing in self.before and playing not in self.now
        rank_items({place.id: place.rank for place in moved}, aside=playing if ends else None)
        insert_items(self.playlist, come)
        voted = vote_all(self.votes)
        session().flush()
        session().expire_all()
        self._tell(rest, come, moved, voted, by)
        if ends:
            self.playlist.room.go_on(by)
            session().get_one(Item, playing).drop(by)
        if settings:
            self.playlist.put(self.settings, by=by)
        what = {
            "added": [{"id": place.id, "title": place.title} for place in come],
            "removed": [replace(place, votes=lost.get(place.id, {})).said() for place in gone],
            "moved": [
                {
                    "id": place.id,
                    "title": place.title,
                    "rank": self.before[place.id].rank,
                    "to": place.rank,
                }
                for place in moved
            ],
            "order": self._order_of([place.id for place in gone + moved]),
            "settings": settings,
            "votes": [[*key, *change] for key, change in self.votes.items()],
        }
        return note(self.playlist, kind, what, by, first, **about)

    def _tell(
        self,
        gone: Sequence[str],
        come: Sequence[Place],
        moved: Sequence[Place],
        voted: Sequence[str],
        by: User,
    ) -> None:
        record = self.playlist.record
        if len(gone) + len(come) + len(moved) + len(voted) > TOLD_SINGLY:
            record(events.PlaylistRestored(), by)
            return
        for id_ in gone:
            record(events.TrackRemoved(id_), by)
        for place in come:
            record(events.TrackAdded(session().get_one(Item, place.id).shape()), by)
        for place in moved:
            record(events.TrackMoved(session().get_one(Item, place.id).shape()), by)
        for id_ in voted:
            item = session().get_one(Item, id_)
            record(events.TrackVoted(id_, item.up - item.down, item.up, item.down), by)

    def _order_of(self, changed: Sequence[str]) -> list[str]:
        """The ids in their order of before: of one that changed those around it, else all."""
        ids = list(self.before)
        if not changed:
            return []
        return around(ids, ids.index(changed[0])) if len(changed) == 1 else ids


def longest_rising(ranks: Sequence[str]) -> list[int]:
    """The places of the longest run of ranks that rises: what needs no other rank (patience
    sorting; Fredman, "On computing the length of longest increasing subsequences", 1975)."""
    ends: list[str] = []  # the lowest rank that a run of each length ends with
    at: list[int] = []
    before: list[int] = []
    for place, rank in enumerate(ranks):
        length = bisect.bisect_left(ends, rank)
        before.append(at[length - 1] if length else -1)
        if length == len(ends):
            ends.append(rank)
            at.append(place)
        else:
            ends[length], at[length] = rank, place
    run: list[int] = []
    place = at[-1] if at else -1
    while place >= 0:
        run.append(place)
        place = before[place]
    return run[::-1]
