"""What becomes of imports when a person leaves the server: their own go, their wishes count no
more, and the sources that they followed for everybody go on in another admin's name."""

from __future__ import annotations

from sqlalchemy import String, select, update

from playlist_app.database import session
from playlist_app.imports.models import Import
from playlist_app.imports.sources import Source
from playlist_app.imports.wishes import Wish
from playlist_app.people import leaving
from playlist_app.people.leaving import Will
from playlist_app.people.models import User


def part(person: User, will: Will) -> None:
    """Within the write of `leaving.leave`."""
    tx = session()
    wished = select(Wish.import_id).where(Wish.person_id == person.id)
    tx.execute(update(Import).where(Import.id.in_(wished)).values(wishes=Import.wishes - 1))
    others = select(User.id).where(
        User.roles.cast(String).contains("admin"), User.is_active, User.id != person.id
    )
    other = tx.scalar(others.order_by(User.created_at).limit(1))
    if other:
        tx.execute(update(Source).where(Source.owner_id == person.id).values(owner_id=other))
        tx.expire_all()


def register() -> None:
    # More than one app may be made in a process (tests), and they share the slices.
    if part not in leaving.parting:
        leaving.parting.append(part)
