"""Changes: what was said anew about tracks, one or many at once, and taking it back.

A change keeps each value before and after. Undoing it restores those fields whose value is still
what the change made it: what somebody else wrote since stays.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import orjson
from sqlalchemy import ForeignKey, String, select
from sqlalchemy.orm import Mapped, mapped_column, selectinload

from playlist_app.database import Base, Id, Moment, forget, new_id, now, session, write
from playlist_app.library import rules
from playlist_app.library.models import Track, visible_to
from playlist_app.people.models import User
from playlist_app.refusals import Invalid, NotAllowed, NotFound

JSON = dict[str, Any]

AT_ONCE = 1000  # tracks of one change
KEPT_FOR = timedelta(days=30)


class Change(Base):
    """What one person changed at once. `what`, as JSON: of an edit {track id: {field: [before,
    after]}}; of a genre's see genres.py."""

    __tablename__ = "change"

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    kind: Mapped[str] = mapped_column(String(10))  # edit, rename, merge
    by_id: Mapped[str] = mapped_column(Id, ForeignKey("user.id", ondelete="CASCADE"), index=True)
    at: Mapped[datetime] = mapped_column(Moment, default=now, index=True)
    what: Mapped[str]
    undone_at: Mapped[datetime | None] = mapped_column(Moment)


def edit(ids: Sequence[str], by: User, fields: Mapping[str, Any]) -> tuple[Change | None, int]:
    """Say the same of all these tracks; answers the change, and of how many it changed anything.

    `fields` are those of description.py. Every list that holds one of them is told. Raises
    NotFound, NotAllowed, or Invalid for a value: then none is changed.
    """
    with write() as tx:
        tracks = editable(ids, by)
        before = {track.id: track.said() for track in tracks}
        say(tracks, fields)
        what = {track.id: _difference(before[track.id], track.said()) for track in tracks}
        what = {id_: difference for id_, difference in what.items() if difference}
        if not what:
            return None, 0
        change = Change(id=new_id(), kind="edit", by_id=by.id, what=orjson.dumps(what).decode())
        tx.add(change)
        tx.flush()
        _tell(list(what), by)
    return change, len(what)


def delete(ids: Sequence[str], by: User) -> int:
    """Take these tracks out of the library and of every list. Raises NotFound, or NotAllowed: then
    none goes."""
    with write():
        tracks = editable(ids, by)
        for track in tracks:
            track.delete(by)
    return len(tracks)


def find_change(change_id: str, by: User) -> Change:
    """One's own change. Raises NotFound."""
    found = session().get(Change, change_id)
    if not found or found.by_id != by.id:
        raise NotFound("This change isn't here any more, or isn't yours.")
    return found


def undo_edit(change: Change, by: User) -> int:
    """Restore what the change replaced and nobody replaced since; answers how many tracks."""
    with write() as tx:
        what: dict[str, JSON] = orjson.loads(change.what)
        there = select(Track.id).where(Track.id.in_(what), visible_to(by))
        tracks = editable(list(tx.scalars(there)), by)
        restored = []
        for track in tracks:
            current = track.said()
            old = {
                field: before
                for field, (before, after) in what[track.id].items()
                if current[field] == after
            }
            if "artist" in what[track.id] and "artist" not in old:
                old.pop("artists", None)  # the names in a line go with it
            if old:
                say([track], old)
                restored.append(track.id)
        change.undone_at = now()
        tx.flush()
        _tell(restored, by)
    return len(restored)


def forget_old() -> None:
    forget(Change.at, now() - KEPT_FOR)


def say(tracks: Sequence[Track], fields: Mapping[str, Any]) -> None:
    """Say these things of the tracks, within a write in which somebody was allowed to."""
    for track in tracks:
        track.describe(**fields)


def _difference(before: JSON, after: JSON) -> JSON:
    return {name: [before[name], after[name]] for name in before if before[name] != after[name]}


def editable(ids: Sequence[str], by: User) -> list[Track]:
    """Raises NotFound where one isn't there for this person, NotAllowed where one isn't theirs."""
    wanted = dict.fromkeys(ids)
    if len(wanted) > AT_ONCE:
        raise Invalid.field("ids", f"At most {AT_ONCE:,} tracks at once, please.")
    found = session().scalars(
        select(Track)
        .where(Track.id.in_(wanted), visible_to(by))
        .options(selectinload(Track.credits))
        .execution_options(populate_existing=True)
    )
    tracks = {track.id: track for track in found}
    if len(tracks) < len(wanted):
        missing = len(wanted) - len(tracks)
        raise NotFound(
            "This track isn't here, or isn't shared with you."
            if len(wanted) == 1
            else f"{missing} of these {len(wanted)} tracks aren't here any more."
        )
    foreign = [track for track in tracks.values() if not track.is_editable_by(by)]
    if foreign and len(wanted) > 1:
        raise NotAllowed(
            f"{len(foreign)} of these {len(wanted)} tracks were added by others, such as"
            f" “{foreign[0].title}”. Only who added a track, or a reviewer, can change it."
        )
    for track in foreign:
        track.require_editor(by)
    return [tracks[id_] for id_ in wanted]


def _tell(ids: Sequence[str], by: User) -> None:
    for tell in rules.telling:
        tell(ids, by)
