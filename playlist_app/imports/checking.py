"""Checking sources: a look at each when its time has come, and what follows from what it found.

Both halves are writes of their own, so that a worker that is killed in between loses nothing: the
look stands in the source's row until what it found is written.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import or_, select, update

from playlist_app.database import now, session, write
from playlist_app.imports import looking, queue
from playlist_app.imports.comparing import OUT_OF_SIGHT, Change, compare
from playlist_app.imports.models import Import, Look
from playlist_app.imports.sources import (
    GIVES_UP_AFTER,
    LONGEST_WAIT,
    TASK,
    Kind,
    Source,
    SourceItem,
)
from playlist_app.imports.states import State
from playlist_app.refusals import Refusal
from playlist_app.work.tasks import wake

JSON = dict[str, Any]

LOOKS_AGAIN = 1.5  # seconds, while a look is under way
_CHANNELS = ("/@", "/channel/", "/c/", "/user/")


def step() -> bool:
    """One source further; whether there was one."""
    done = _take_up_one() or _begin_one()
    if not done and session().scalar(select(Source.id).where(Source.look_id.is_not(None)).limit(1)):
        wake_again()
    return done


def wake_again() -> None:
    with write():
        wake(TASK, after=LOOKS_AGAIN)


def _begin_one() -> bool:
    """Have the source looked at whose time has come first."""
    with write() as tx:
        source = tx.scalar(
            select(Source)
            .where(Source.enabled, Source.look_id.is_(None), Source.next_check_at <= now())
            .order_by(Source.next_check_at)
            .limit(1)
        )
        if not source:
            return False
        try:
            source.look_id = looking.look(source.url, by=source.owner).id
        except looking.TooManyLooks:
            source.next_check_at = now() + timedelta(minutes=1)
        except Refusal as refusal:
            _failed(source, refusal.detail)
    return True


def _take_up_one() -> bool:
    """Write down what a look at a source found."""
    over = or_(Look.state.not_in([State.QUEUED, State.ACTIVE]), Look.id.is_(None))
    with write() as tx:
        source = tx.scalar(
            select(Source)
            .outerjoin(Look, Look.id == Source.look_id)
            .where(Source.look_id.is_not(None), over)
            .limit(1)
        )
        if not source:
            return False
        look = tx.get(Look, source.look_id)
        source.look_id = None
        try:
            _found(source, look)
        except Refusal as refusal:
            _failed(source, refusal.detail)
    return True


class Unbelievable(Refusal):
    """A look went well, and yet what it found can't be what is there."""


def _found(source: Source, look: Look | None) -> None:
    if not look:
        source.next_check_at = now()  # forgotten before anybody read it: look anew
        return
    if look.state == State.FAILED:
        raise Unbelievable(look.error or "It could not be looked at.")
    found = looking.shape(look)
    entries: list[JSON] = found["entries"]
    if found["kind"] == "single":
        raise Unbelievable("This link is one piece, and no list that could be followed.")
    _note_tracks(source)
    known = {item.key: item for item in _items(source)}
    if not entries and any(not item.vanished_at for item in known.values()):
        raise Unbelievable("The list over there is empty. Nothing was marked as gone.")
    by_key = {entry["key"]: entry for entry in reversed(entries)}
    change = compare(
        {key: item.place for key, item in known.items() if not item.vanished_at},
        [entry["key"] for entry in entries],
        is_whole=found["kind"] == "playlist" and found["count"] <= len(entries),
    )
    _note(source, known, by_key, change)
    _import(source, [by_key[key] for key in change.new if key not in known], is_first=not known)
    _went_well(source, found)


def _note_tracks(source: Source) -> None:
    """Which tracks came of it: an import may be taken off its person's list."""
    track = select(Import.track_id).where(Import.id == SourceItem.import_id).scalar_subquery()
    session().execute(
        update(SourceItem)
        .where(SourceItem.source_id == source.id, SourceItem.track_id.is_(None))
        .values(track_id=track)
        .execution_options(synchronize_session=False)
    )


def _items(source: Source) -> Sequence[SourceItem]:
    return session().scalars(select(SourceItem).where(SourceItem.source_id == source.id)).all()


def _note(
    source: Source,
    known: Mapping[str, SourceItem],
    entries: Mapping[str, JSON],
    change: Change,
) -> None:
    """The rows of what is listed, of what is gone, and of what is back."""
    for key, entry in entries.items():
        item = known.get(key)
        if not item:
            item = SourceItem(source_id=source.id, key=key, first_seen_at=now())
            session().add(item)
        item.place = change.places[key]
        item.url = str(entry["url"])
        item.title = str(entry.get("title") or entry["url"])[:300]
        item.vanished_at = None
    for key, item in known.items():
        if key in change.gone:
            item.vanished_at = now()
        elif key not in entries and not item.vanished_at:
            item.place = OUT_OF_SIGHT
    session().flush()


def _import(source: Source, new: list[JSON], *, is_first: bool) -> None:
    """Import what is new; at first, as many as are wanted of what is there already."""
    if is_first and source.depth is not None:
        new = new[: source.depth]
    if not new:
        return
    rows = queue.enqueue(
        source.url,
        by=source.owner,
        entries=new,
        title=source.title,
        playlist=source.playlist,
        quality=source.quality,
        again=False,
    )
    by_key = {row.key: row.id for row in rows}
    for item in _items(source):
        if item.key in by_key and not item.import_id:
            item.import_id = by_key[item.key]


def _went_well(source: Source, found: JSON) -> None:
    source.kind = _kind(source.url, found["kind"])
    if source.title == source.url[:300] and found.get("title"):
        source.title = str(found["title"])[:300]
    source.last_checked_at = now()
    source.next_check_at = now() + timedelta(minutes=source.every_minutes)
    source.failures, source.error = 0, None


def _failed(source: Source, why: str) -> None:
    """Note it, and wait longer with each failure; in the end it is switched off."""
    source.failures += 1
    source.error = why[:500]
    source.last_checked_at = now()
    own = timedelta(minutes=source.every_minutes)
    source.next_check_at = now() + min(
        own * 2 ** min(source.failures - 1, 10), max(own, LONGEST_WAIT)
    )
    if source.failures >= GIVES_UP_AFTER:
        source.enabled = False
        source.error = (
            f"{why[:400]} That was so {source.failures} times in a row, so it was switched off."
        )


def _kind(url: str, found: str) -> str:
    if found == "feed":
        return Kind.FEED
    is_channel = any(part in urlsplit(url).path for part in _CHANNELS)
    return Kind.CHANNEL if is_channel else Kind.PLAYLIST
