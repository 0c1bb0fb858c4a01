"""Listing imports, and looks at addresses before anything is imported."""

from __future__ import annotations

from sqlalchemy import func, select, tuple_

from playlist_app.database import as_id, session
from playlist_app.imports.models import Import, visible_to
from playlist_app.imports.states import State
from playlist_app.people.models import User
from playlist_app.refusals import Invalid


def imports_of(
    person: User,
    *,
    states: list[State] | None = None,
    batch_id: str | None = None,
    limit: int = 50,
    cursor: str = "",
) -> tuple[list[Import], str | None]:
    """A page of a person's imports (an admin's: of everybody's), newest batch first and in the
    batch's order; and the cursor of the next. One query, however many."""
    query = select(Import).where(visible_to(person))
    if states:
        query = query.where(Import.state.in_(states))
    if batch_id:
        query = query.where(Import.batch_id == batch_id)
    if cursor:
        last = session().get(Import, as_id(cursor) or "")
        if not last:
            raise Invalid.field("cursor", "This is not a cursor of this list.")
        # The newest first, but in a batch the first first: that is two directions in one order.
        query = query.where(
            tuple_(Import.created_at, -Import.position, Import.id)
            < tuple_(last.created_at, -last.position, last.id)
        )
    query = query.order_by(
        Import.created_at.desc(), (-Import.position).desc(), Import.id.desc()
    ).limit(limit + 1)
    rows = list(session().scalars(query))
    more = len(rows) > limit
    rows = rows[:limit]
    return rows, rows[-1].id if more else None


def counts_of(person: User) -> dict[str, int]:
    """How many imports of each state a person sees."""
    rows = session().execute(
        select(Import.state, func.count()).where(visible_to(person)).group_by(Import.state)
    )
    found = dict.fromkeys(map(str, State), 0)
    for state, count in rows:
        found[state] = count
    return found


def waiting() -> int:
    """How many imports of everybody wait for their turn."""
    query = select(func.count()).select_from(Import).where(Import.state == State.QUEUED)
    return session().scalar(query) or 0
