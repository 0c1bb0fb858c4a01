"""What is kept about a person's listening: every listen, and their smart playlists."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import orjson
from sqlalchemy import select

from playlist_app.database import iso, session
from playlist_app.listening.models import Listen
from playlist_app.listening.smart.models import SmartPlaylist
from playlist_app.people import own_data
from playlist_app.people.models import User
from playlist_app.people.own_data import AT_ONCE

JSON = dict[str, Any]


def _listens(person: User) -> Iterator[JSON]:
    mine = select(
        Listen.at, Listen.title, Listen.artist, Listen.genre, Listen.seconds, Listen.is_finished
    ).where(Listen.user_id == person.id)
    for row in session().execute(mine.order_by(Listen.at).execution_options(yield_per=AT_ONCE)):
        yield dict(row._mapping) | {"at": iso(row.at)}


def _smart_playlists(person: User) -> Iterator[JSON]:
    for one in session().scalars(select(SmartPlaylist).where(SmartPlaylist.owner_id == person.id)):
        yield {
            "title": one.title,
            "match": one.match,
            "rules": orjson.loads(one.rules),
            "order": one.order,
            "limit": one.limit,
            "created_at": iso(one.created_at),
        }


def register() -> None:
    own_data.sections.update(listens=_listens, smart_playlists=_smart_playlists)
