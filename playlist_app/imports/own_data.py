"""What is kept about a person's imports: what they asked for, and from where."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import select

from playlist_app.database import iso, session
from playlist_app.imports.models import Import
from playlist_app.people import own_data
from playlist_app.people.models import User
from playlist_app.people.own_data import AT_ONCE


def _imports(person: User) -> Iterator[dict[str, Any]]:
    mine = select(
        Import.url, Import.title, Import.artist, Import.state, Import.error, Import.created_at
    ).where(Import.person_id == person.id)
    for row in session().execute(
        mine.order_by(Import.created_at).execution_options(yield_per=AT_ONCE)
    ):
        yield dict(row._mapping) | {"created_at": iso(row.created_at)}


def register() -> None:
    own_data.sections.update(imports=_imports)
