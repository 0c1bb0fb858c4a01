"""Rows of many items at once: what a list that becomes another reads and writes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice

from sqlalchemy import delete, insert, select, update

from playlist_app.database import now, session
from playlist_app.library.models import Track
from playlist_app.people.models import User
from playlist_app.playlists.items import Item
from playlist_app.playlists.models import Playlist
from playlist_app.playlists.past.steps import Place
from playlist_app.playlists.votes import Vote

AT_ONCE = 500  # values in one query


def _some(values: Iterable[str]) -> Iterator[list[str]]:
    rest = iter(values)
    while some := list(islice(rest, AT_ONCE)):
        yield some


def tracks_of(ids: Iterable[str]) -> dict[str, tuple[str, str, str | None]]:
    """Title, status and audio of those that there are."""
    found: dict[str, tuple[str, str, str | None]] = {}
    for some in _some(set(ids)):
        rows = session().execute(
            select(Track.id, Track.title, Track.status, Track.audio_id).where(Track.id.in_(some))
        )
        found |= {id_: (title, status, audio) for id_, title, status, audio in rows}
    return found


def votes_for(items: Iterable[str]) -> dict[str, dict[str, int]]:
    """Who voted how: item → person → 1 or -1."""
    found: dict[str, dict[str, int]] = {}
    for some in _some(items):
        rows = session().execute(
            select(Vote.item_id, Vote.user_id, Vote.value).where(Vote.item_id.in_(some))
        )
        for item, person, value in rows:
            found.setdefault(item, {})[person] = value
    return found


def delete_items(ids: Iterable[str]) -> None:
    for some in _some(ids):
        session().execute(delete(Item).where(Item.id.in_(some)))


def rank_items(ranks: Mapping[str, str], *, aside: str | None) -> None:
    """Other ranks for these. They are unique at every moment: first all out of the way, then to
    their place. `aside` stays out of the way: it is about to go, and another may get its rank."""
    for some in _some([*ranks, *([aside] if aside else [])]):
        session().execute(update(Item).where(Item.id.in_(some)).values(rank="~" + Item.id))
    if ranks:
        rows = [{"id": id_, "rank": rank} for id_, rank in ranks.items()]
        session().execute(update(Item), rows)


def insert_items(playlist: Playlist, places: Sequence[Place]) -> None:
    """With the votes that they had, of the people that there still are."""
    if not places:
        return
    voters = {person for place in places for person in place.votes}
    there = set()
    for some in _some(voters):
        there |= set(session().scalars(select(User.id).where(User.id.in_(some))))
    votes = [
        {"item_id": place.id, "user_id": person, "value": value, "at": now()}
        for place in places
        for person, value in place.votes.items()
        if person in there
    ]
    counts = Counter((vote["item_id"], vote["value"]) for vote in votes)
    session().execute(
        insert(Item),
        [
            {
                "id": place.id,
                "playlist_id": playlist.id,
                "track_id": place.track,
                "rank": place.rank,
                "added_by_id": place.added_by,
                "added_at": datetime.fromisoformat(place.added_at),
                "played_at": place.played_at and datetime.fromisoformat(place.played_at),
                "up": counts[place.id, 1],
                "down": counts[place.id, -1],
            }
            for place in places
        ],
    )
    if votes:
        session().execute(insert(Vote), votes)


def vote_all(votes: Mapping[tuple[str, str], tuple[int, int]]) -> list[str]:
    """Set votes, and the counts of their items; the ids of these."""
    tx = session()
    for (item, person), (before, after) in votes.items():
        tx.execute(delete(Vote).where(Vote.item_id == item, Vote.user_id == person))
        if after:
            tx.execute(insert(Vote).values(item_id=item, user_id=person, value=after, at=now()))
        tx.execute(
            update(Item)
            .where(Item.id == item)
            .values(
                up=Item.up + (after == 1) - (before == 1),
                down=Item.down + (after == -1) - (before == -1),
            )
        )
    return list(dict.fromkeys(item for item, _ in votes))
