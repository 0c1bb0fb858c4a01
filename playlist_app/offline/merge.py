"""The merge: operations that were made on a device, applied here, each exactly once.

An operation carries its own id. Its result is kept in the transaction of its change, so there is no
moment at which a lost answer, a crash or a second sender could apply it twice; the same operation
again gets its first result. Each stands for itself: one that is rejected holds nothing up.

Outcomes are those of SPEC §4: what a verb refuses is rejected and told, what somebody else did
meanwhile satisfies, and what an operation meets of the list is as it is now, never as the client's
clock says.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import orjson
from sqlalchemy import ForeignKey, String, select
from sqlalchemy.orm import Mapped, mapped_column

from playlist_app.database import Base, Id, Moment, forget, now, session, write
from playlist_app.library.models import find_track
from playlist_app.library.texts import clean_text
from playlist_app.people.models import User
from playlist_app.playlists.adding import AlreadyHere
from playlist_app.playlists.finding import find_item, find_playlist
from playlist_app.playlists.items import Item
from playlist_app.playlists.members import may, require
from playlist_app.playlists.models import LONGEST_DESCRIPTION, Playlist
from playlist_app.playlists.roles import Right
from playlist_app.playlists.settings import SettingChange
from playlist_app.playlists.thread.messages import Message
from playlist_app.refusals import Conflict, NotFound, Refusal

JSON = dict[str, Any]

KEPT_FOR = timedelta(days=90)  # SPEC §5


class Operation(Base):
    """An operation that was received, and what came of it. Kept for KEPT_FOR."""

    __tablename__ = "operation"

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    user_id: Mapped[str] = mapped_column(Id, ForeignKey("user.id", ondelete="CASCADE"))
    device: Mapped[str] = mapped_column(String(100))
    kind: Mapped[str] = mapped_column(String(20))
    result: Mapped[str]  # JSON
    at: Mapped[datetime] = mapped_column(Moment, index=True, default=now)


class ChangedOnBothSides(Conflict):
    title = "Changed on both sides"


@dataclass
class Outcome:
    """What came of an operation: applied, satisfied, conflict or rejected."""

    status: str = "applied"
    item: Item | None = None
    playlist: Playlist | None = None  # where the operation was about the list itself
    problem: JSON | None = field(default=None)


def apply_all(operations: list[JSON], device: str, person: User) -> list[JSON]:
    """Apply each in turn, in a transaction of its own; one result each, in order."""
    return [apply(operation, device, person) for operation in operations]


def apply(operation: JSON, device: str, person: User) -> JSON:
    """Apply one operation, or answer what came of it before."""
    with write() as tx:
        known = tx.get(Operation, operation["id"])
        if known:
            if known.user_id != person.id:
                # An id that is somebody else's says no more than that it can't be used.
                return _result(operation, Outcome("rejected", problem=_taken()), person)
            result: JSON = orjson.loads(known.result)
            return result | {"replayed": True}
        try:
            with tx.begin_nested():
                outcome = _KINDS[operation["kind"]](operation | {"device": device}, person)
                tx.flush()
        except Refusal as refusal:
            outcome = Outcome("rejected", problem=refusal.problem())
        result = _result(operation, outcome, person)
        tx.add(
            Operation(
                id=operation["id"],
                user_id=person.id,
                device=device,
                kind=operation["kind"],
                result=orjson.dumps(result).decode(),
                at=now(),
            )
        )
        return result


def forget_old() -> None:
    """Drop the results of operations that no device will send again."""
    forget(Operation.at, now() - KEPT_FOR)


def _taken() -> JSON:
    return Conflict("This id can't be used.").problem()


def _result(operation: JSON, outcome: Outcome, person: User) -> JSON:
    """The shape of an operation's result (SPEC §5)."""
    seq = session().scalar(select(Playlist.seq).where(Playlist.id == operation["playlist"]))
    result: JSON = {
        "id": operation["id"],
        "status": outcome.status,
        "seq": seq if outcome.status != "rejected" else None,
        "replayed": False,
    }
    if outcome.item:
        result["item"] = outcome.item.shape_for(person)
    if outcome.playlist:
        result["playlist"] = outcome.playlist.shape_for(outcome.playlist.seen_as)
    if outcome.problem:
        result["problem"] = outcome.problem
    return result


def _vote(operation: JSON, person: User) -> Outcome:
    item = find_item(operation["playlist"], operation["item"], person)
    item.vote(operation["direction"], by=person)
    return Outcome(item=item)


def _add(operation: JSON, person: User) -> Outcome:
    playlist = find_playlist(operation["playlist"], person)
    may_add = may(playlist, playlist.seen_as, Right.ADD)
    track = find_track(operation["track"], person, to_add=may_add)
    after = _item(playlist, operation.get("after"))
    try:
        item = playlist.add(track, by=person, after=after, item_id=operation.get("item"))
    except AlreadyHere as here:
        return Outcome("satisfied", item=here.item)
    return Outcome(item=item)


def _remove(operation: JSON, person: User) -> Outcome:
    playlist = find_playlist(operation["playlist"], person)
    item = _item(playlist, operation["item"])
    if not item:
        return Outcome("satisfied")
    item.remove(by=person)
    return Outcome()


def _move(operation: JSON, person: User) -> Outcome:
    """Beside the nearest neighbour, of those the client named, that is still there."""
    item = find_item(operation["playlist"], operation["item"], person)
    playlist = item.playlist
    behind, ahead = operation.get("after", []), operation.get("before", [])
    for distance in range(max(len(behind), len(ahead))):
        after = _item(playlist, behind[distance]) if distance < len(behind) else None
        before = _item(playlist, ahead[distance]) if distance < len(ahead) else None
        if after and after is not item:
            item.move(by=person, after=after)
            return Outcome(item=item)
        if before and before is not item:
            item.move(by=person, before=before)
            return Outcome(item=item)
    if behind or ahead:
        raise NotFound("None of the tracks beside which this should stand is in the list any more.")
    item.move(by=person)
    return Outcome(item=item)


def _create(operation: JSON, person: User) -> Outcome:
    """A list that was made on a device, under the id that the device gave it."""
    playlist = Playlist.create(
        by=person,
        title=operation["title"],
        description=operation.get("description", ""),
        playlist_id=operation["playlist"],
    )
    return Outcome(playlist=playlist)


def _message(operation: JSON, person: User) -> Outcome:
    """What was written without network. Its id is the operation's: sent by another way as well, it
    is there once."""
    playlist = find_playlist(operation["playlist"], person)
    Message.post(playlist, by=person, text=operation["text"], message_id=operation["id"])
    return Outcome()


def _update(operation: JSON, person: User) -> Outcome:
    """Setting by setting: what nobody else changed is changed; what was changed on both sides
    stays as it is, and both are told (docs/decisions/0029)."""
    playlist = find_playlist(operation["playlist"], person)
    device, since = operation["device"], operation.get("base_seq")
    mine = {
        name: clean_text(value, name, longest=LONGEST_DESCRIPTION)
        if isinstance(value, str)
        else value
        for name, value in operation["settings"].items()
    }
    require(playlist, person, Right.MANAGE)
    disputed = playlist.set_meanwhile(mine, by=person, device=device, since=since)
    rest = {name: mine[name] for name in mine.keys() - {change.name for change in disputed}}
    changed = playlist.update(by=person, device=device, **rest)
    if disputed:
        return Outcome("conflict", playlist=playlist, problem=_both(playlist, disputed, mine))
    return Outcome("applied" if changed else "satisfied", playlist=playlist)


_CALLED = {
    "title": "the title",
    "description": "the description",
    "order_mode": "the order",
    "consume": "whether songs stay",
}


def _both(playlist: Playlist, disputed: list[SettingChange], mine: JSON) -> JSON:
    """The problem of settings that were changed on both sides: whose stand, theirs and mine."""
    names = [change.name for change in disputed]
    who = {change.by.name if change.by else "Somebody" for change in disputed}
    what = " and ".join(_CALLED[name] for name in _CALLED if name in names)
    detail = (
        f"{' and '.join(sorted(who))} changed {what} elsewhere meanwhile, and that stands. "
        "Yours is kept beside it: you can still put it in."
    )
    problem = ChangedOnBothSides(detail).problem()
    return problem | {
        "theirs": {name: getattr(playlist, name) for name in names},
        "mine": {name: mine[name] for name in names},
    }


def _item(playlist: Playlist, item_id: str | None) -> Item | None:
    if not item_id:
        return None
    return session().scalar(select(Item).where(Item.id == item_id, Item.playlist_id == playlist.id))


_KINDS: dict[str, Callable[[JSON, User], Outcome]] = {
    "vote": _vote,
    "add": _add,
    "remove": _remove,
    "move": _move,
    "create": _create,
    "update": _update,
    "message": _message,
}
