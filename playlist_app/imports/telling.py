"""Telling people what became of their imports, and admins of everybody's."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import String, select

from playlist_app.database import session
from playlist_app.imports.models import Import
from playlist_app.live import events
from playlist_app.people.models import Role, User

ONE_BY_ONE = 20  # events; of more at once a page would only flicker


def changed(rows: Sequence[Import], by: User | None, *, batch: str | None = None) -> None:
    """Within a write: these are new, or in another state."""
    if len(rows) > ONE_BY_ONE:
        people = {row.person_id for row in rows}
        _tell(people, events.ImportsChanged(batch or _one_batch(rows)), by)
        return
    for row in rows:
        _tell({row.person_id}, events.ImportChanged(row.shape()), by)


def progressed(row: Import) -> None:
    """Within a write: it is further on. Only its person is told."""
    events.record(events.ImportChanged(row.shape()), person=row.person_id)


def removed(row: Import, by: User) -> None:
    """Within a write: it is taken off the list."""
    _tell({row.person_id}, events.ImportRemoved(row.id), by)


def _one_batch(rows: Sequence[Import]) -> str | None:
    batches = {row.batch_id for row in rows}
    return batches.pop() if len(batches) == 1 else None


def _tell(people: set[str], happening: events.Happening, by: User | None) -> None:
    admins = select(User.id).where(User.roles.cast(String).contains(Role.ADMIN.value))
    for person in sorted({*people, *session().scalars(admins)}):
        events.record(happening, person=person, by=by.id if by else None)
