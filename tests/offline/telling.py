"""Telling the server of a device and of what it holds, as devices do."""

from __future__ import annotations

import uuid
from typing import Any

from flask import Flask
from sqlalchemy import select

from playlist_app.database import session
from playlist_app.live.events import Event
from tests.cast import Person

JSON = dict[str, Any]

PHONE, LAPTOP = (str(uuid.UUID(int=number)) for number in (1, 2))
FIGURES = {
    "used_bytes": 200_000_000,
    "budget_bytes": 500_000_000,
    "quota_bytes": 10_000_000_000,
    "persisted": True,
    "hits": 80,
    "misses": 20,
    "saved_bytes": 25_000_000,
    "worker": True,
}
COPY = {
    "quality": "original",
    "state": "fetching",
    "tracks": 220,
    "tracks_safe": 100,
    "size_bytes": 900_000_000,
    "bytes_safe": 400_000_000,
    "seq": 17,
    "checked_at": "2026-11-21T12:00:00Z",
}


def tells(person: Person, id_: str = PHONE, **values: Any) -> Any:
    body = {"name": "Chrome on Android", "kind": "phone", "figures": FIGURES} | values
    return person.call("PUT", f"/devices/{id_}", json=body)


def holds(person: Person, playlist: JSON, id_: str = PHONE, **values: Any) -> Any:
    return person.call("PUT", f"/devices/{id_}/copies/{playlist['id']}", json=COPY | values)


def told_to(app: Flask, person: Person) -> list[tuple[str, str]]:
    """The events of a person: (type, device)."""
    with app.app_context():
        rows = session().scalars(
            select(Event)
            .where(Event.person_id == person.id, Event.type == "device.changed")
            .order_by(Event.seq)
        )
        return [(event.type, event.payload) for event in rows]
