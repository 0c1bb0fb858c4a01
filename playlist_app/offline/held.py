"""What a person's devices hold, as it is listed: many rows in one query, with what each is called.

A playlist that one may not see any more is only an id, also where a device of one's own still has a
copy of it: what it is called now is not for them.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import orjson
from sqlalchemy import and_, or_, select, true

from playlist_app.database import session
from playlist_app.offline.devices import Device, DeviceCopy
from playlist_app.people.models import User
from playlist_app.playlists.members import Membership
from playlist_app.playlists.models import Playlist
from playlist_app.playlists.roles import role_of
from playlist_app.refusals import Invalid

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
    )
    found = []
    for copy, title, owner, visibility, given in rows:
        is_seen = role_of(person, owner, visibility, given) is not None
        found.append(copy.shape() | {"title": title if is_seen else None})
    return sorted(found, key=_place)


def page_of(copies: list[JSON], *, limit: int, cursor: str) -> tuple[list[JSON], str | None]:
    """So many copies behind a cursor, and the cursor of the next page; None where there is none.

    A person's devices have few: what is spared here is the answer, and not the query.
    """
    after = _place_of(cursor) if cursor else None
    rest = (copy for copy in copies if after is None or _place(copy) > after)
    page = list(islice(rest, limit))
    if next(rest, None) is None:
        return page, None
    return page, base64.urlsafe_b64encode(orjson.dumps(_place(page[-1]))).decode()


def _place(copy: JSON) -> list[Any]:
    """Where it stands in a list: by title, and behind all others what has no name any more."""
    return [copy["title"] is None, copy["title"] or "", copy["playlist"], copy["device"]]


def _place_of(cursor: str) -> list[Any]:
    """Raises Invalid for what is no cursor of ours."""
    try:
        place = orjson.loads(base64.urlsafe_b64decode(cursor))
    except (ValueError, binascii.Error):
        place = None
    match place:
        case [bool(), str(), str(), str()]:
            return list(place)
    raise Invalid.field("cursor", "This cursor isn't one that a list answered.")


def _with_status(status: set[str] | None) -> Any:
    wanted = {"completed": _COMPLETE, "active": ~_COMPLETE}
    return or_(*(wanted[name] for name in sorted(status))) if status else true()
