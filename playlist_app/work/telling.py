"""Telling admins, wherever they are, how a task went."""

from __future__ import annotations

from sqlalchemy import String, select

from playlist_app.database import session
from playlist_app.live import events
from playlist_app.people.models import User
from playlist_app.work.models import TaskRecord


def tell_admins(record: TaskRecord) -> None:
    """Within the write that notes it."""
    session().flush()
    admins = select(User.id).where(User.roles.cast(String).contains("admin"), User.is_active)
    happening = events.TaskChanged(task=record.as_facts())
    for person in session().scalars(admins).all():
        events.record(happening, person=person)
