"""What a person's devices hold, as it is listed: many rows in one query, with what each is called.

A playlist that one may not see any more is only an id, also where a device of one's own still has a
copy of it: what it is called now is not for them.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import and_, or_, select, true

from playlist_app.database import session
from playlist_app.offline.devices import Device, DeviceCopy
from playlist_app.people.models import User
from playlist_app.playlists.members import Membership
from playlist_app.playlists.models import Playlist
from playlist_app.playlists.roles import role_of

JSON = dict[str, Any]

_COMPLETE = and_(DeviceCopy.state == "whole", DeviceCopy.tracks_safe == DeviceCopy.tracks)


@dataclass
class Held:
    """A device, and the copies on it, by what they are called."""

    device: Device
    copies: list[JSON] = field(default_factory=list)

    @property
    def figures(self) -> JSON:
        found: JSON = self.device.shape()["figures"]
        return found

    def shape(self) -> JSON:
        return self.device.shape() | {"copies": self.copies}


def held_by(person: User) -> list[Held]:
    """A person's devices with their copies, those seen last first. Two queries."""
    devices = session().scalars(
        select(Device).where(Device.user_id == person.id).order_by(Device.seen_at.desc(), Device.id)
    )
    held = {device.id: Held(device) for device in devices}
    for copy in copies_of(person):
        held[copy["device"]].copies.append(copy)
    return list(held.values())


def copies_of(
    person: User, *, device: str | None = None, status: set[str] | None = None
) -> list[JSON]:
    """The copies on a person's devices, each with the `title` of its playlist; null where they may
    not see that any more. By title. One query."""
    rows = session().execute(
        select(DeviceCopy, Playlist.title, Playlist.owner_id, Playlist.visibility, Membership.role)
        .join(Playlist, Playlist.id == DeviceCopy.playlist_id)
        .outerjoin(
            Membership,
            and_(Membership.playlist_id == Playlist.id, Membership.user_id == person.id),
        )
        .where(
            DeviceCopy.user_id == person.id,
            DeviceCopy.device_id == device if device else true(),
            _with_status(status),
        )
        .order_by(Playlist.title, DeviceCopy.playlist_id, DeviceCopy.device_id)
    )
    found: defaultdict[bool, list[JSON]] = defaultdict(list)
    for copy, title, owner, visibility, given in rows:
        is_seen = role_of(person, owner, visibility, given) is not None
        found[is_seen].append(copy.shape() | {"title": title if is_seen else None})
    return found[True] + found[False]


def _with_status(status: set[str] | None) -> Any:
    wanted = {"completed": _COMPLETE, "active": ~_COMPLETE}
    return or_(*(wanted[name] for name in sorted(status))) if status else true()
