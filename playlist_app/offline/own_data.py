"""What is kept about a person's devices."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import select

from playlist_app.database import session
from playlist_app.offline.devices import Device
from playlist_app.people import own_data
from playlist_app.people.models import User


def _devices(person: User) -> Iterator[dict[str, Any]]:
    for device in session().scalars(select(Device).where(Device.user_id == person.id)):
        yield device.shape()


def register() -> None:
    own_data.sections.update(devices=_devices)
