"""The wish list: imports that wait, and that several people want.

An import is its person's own until they put it on the list, which is their own wish for it; others
then add theirs. What most people wish for is taken first (`Import.wishes`, kept equal to the rows
in the same write). When its person takes their wish back, it is their own again.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, ForeignKey, and_, delete, func, or_, select
from sqlalchemy.orm import Mapped, mapped_column

from playlist_app.database import Base, Id, Moment, now, session, write
from playlist_app.imports.models import Import, visible_to
from playlist_app.imports.states import UNFINISHED, WAITING
from playlist_app.live import events
from playlist_app.people.models import User
from playlist_app.refusals import Conflict, NotAllowed, NotFound
from playlist_app.work.tasks import wake

JSON = dict[str, Any]

SHOWN_AT_MOST = 100


class Wish(Base):
    """One person wants an import."""

    __tablename__ = "import_wish"

    import_id: Mapped[str] = mapped_column(
        Id, ForeignKey("import.id", ondelete="CASCADE"), primary_key=True
    )
    person_id: Mapped[str] = mapped_column(
        Id, ForeignKey("user.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    at: Mapped[datetime] = mapped_column(Moment, default=now)


def is_on_the_list() -> ColumnElement[bool]:
    """A condition on Import: everybody with an account here may see and wish for it."""
    return and_(Import.wishes > 0, Import.state.in_(UNFINISHED))


def find_wished(import_id: str, person: User) -> Import:
    """An import that this person may wish for: one of their own, or one that is on the list.

    Raises NotFound."""
    if not person.is_member:
        raise NotFound("There is no wish list here for you.")
    seen = or_(visible_to(person), is_on_the_list())
    found = session().scalar(select(Import).where(Import.id == import_id, seen))
    if not found:
        raise NotFound("This isn't on the wish list any more.")
    return found


def wish(one: Import, by: User) -> None:
    """Want it too; for one's own import, put it on the list. Safe to repeat.

    Raises Conflict for one that doesn't wait any more, NotAllowed for somebody else's that is not
    on the list.
    """
    with write() as tx:
        if one.state not in UNFINISHED:
            raise Conflict("This doesn't wait any more.")
        if one.person_id != by.id and not one.wishes:
            raise NotAllowed("Only who imports it can put it on the wish list.")
        if tx.get(Wish, (one.id, by.id)):
            return
        tx.add(Wish(import_id=one.id, person_id=by.id, at=now()))
        _changed(one, by)


def unwish(one: Import, by: User) -> None:
    """Want it no longer; for one's own import, take it off the list, with the wishes of others."""
    with write() as tx:
        mine = tx.get(Wish, (one.id, by.id))
        if not mine:
            return
        told = _wishers(one)
        if one.person_id == by.id:
            tx.execute(delete(Wish).where(Wish.import_id == one.id))
        else:
            tx.delete(mine)
        _changed(one, by, told)


def _changed(one: Import, by: User, also: set[str] | None = None) -> None:
    """Count the wishes anew, and tell everybody who has one, or had."""
    session().flush()
    one.wishes = session().scalar(select(func.count()).where(Wish.import_id == one.id)) or 0
    session().flush()
    happening = events.ImportChanged(one.shape())
    for person in {one.person_id} | _wishers(one) | (also or set()):
        events.record(happening, person=person, by=by.id)
    if one.state in WAITING:
        wake("imports")


def _wishers(one: Import) -> set[str]:
    return set(session().scalars(select(Wish.person_id).where(Wish.import_id == one.id)))


def join_those_who_wait(keys: list[str], by: User) -> dict[str, Import]:
    """Wish for what is on the list already, by its key: asked for twice, it is fetched once."""
    waiting = session().scalars(
        select(Import).where(Import.key.in_(keys), Import.person_id != by.id, is_on_the_list())
    )
    joined: dict[str, Import] = {}
    with write():
        for one in waiting.all():
            if one.key not in joined:
                joined[one.key] = one
                wish(one, by)
    return joined


def wish_list(person: User) -> list[JSON]:
    """What waits and is wished for, most wanted first. One query."""
    mine = select(Wish.person_id).where(Wish.import_id == Import.id, Wish.person_id == person.id)
    rows = session().execute(
        select(Import, mine.exists())
        .where(is_on_the_list())
        .order_by(Import.wishes.desc(), Import.queued_at, Import.id)
        .limit(SHOWN_AT_MOST)
    )
    return [
        {
            "id": one.id,
            "title": one.title or one.url,
            "artist": one.artist,
            "host": one.host,
            "duration_seconds": one.duration_seconds,
            "status": one.state,
            "person": one.person.as_person(),
            "wishes": one.wishes,
            "my_wish": my_wish,
        }
        for one, my_wish in rows
    ]
