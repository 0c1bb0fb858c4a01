"""Devices: the browsers that a person uses, and which playlists each of them took along.

A device tells of itself (static/js/offline/report.js), and only its person is told. Its id is its
own; two people in one browser have a device each, that know nothing of one another.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import ForeignKey, ForeignKeyConstraint, Index, String, delete, func, select
from sqlalchemy.orm import Mapped, mapped_column

from playlist_app.database import Base, Id, Moment, iso, now, session, write
from playlist_app.library.texts import clean_text
from playlist_app.live import events
from playlist_app.offline.entries import Quality, ask_for_all_of
from playlist_app.people.models import User
from playlist_app.playlists.models import Playlist
from playlist_app.refusals import Conflict, Invalid, NotFound

JSON = dict[str, Any]

MOST_DEVICES = 50  # a person; of more, those that were not seen for longest are forgotten
MOST_COPIES = 500  # a device
LONGEST_NAME = 60
KINDS = ("phone", "tablet", "computer")
STATES = ("fetching", "paused", "whole")


class Device(Base):
    """One browser profile that a person uses. `id`: its own, which another person's may have."""

    __tablename__ = "device"
    __table_args__ = (Index("device_by_seen", "user_id", "seen_at"),)

    user_id: Mapped[str] = mapped_column(
        Id, ForeignKey("user.id", ondelete="CASCADE"), primary_key=True
    )
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    name: Mapped[str] = mapped_column(String(LONGEST_NAME))
    kind: Mapped[str] = mapped_column(String(10))
    figures: Mapped[str]  # JSON: how much room there is, and how its cache does
    created_at: Mapped[datetime] = mapped_column(Moment, default=now)
    seen_at: Mapped[datetime] = mapped_column(Moment, default=now)

    def shape(self) -> JSON:
        return {
            "id": self.id,
            "name": self.name,
            "kind": self.kind,
            "figures": orjson.loads(self.figures),
            "created_at": iso(self.created_at),
            "last_seen_at": iso(self.seen_at),
        }

    def hold(self, playlist: Playlist, **says: Any) -> tuple[DeviceCopy, bool]:
        """Note what the device holds of a playlist; answers also whether that is new. With a small
        copy, what is missing of its renditions is made.

        Raises Conflict for a device that holds too many.
        """
        with write() as tx:
            copy = tx.get(DeviceCopy, (self.user_id, self.id, playlist.id))
            is_new = copy is None
            if copy is None:
                self._require_room()
                copy = DeviceCopy(user_id=self.user_id, device_id=self.id, playlist_id=playlist.id)
                tx.add(copy)
            before = None if is_new else copy.told
            for name, value in ({"problem": None} | says).items():
                setattr(copy, name, value)
            copy.updated_at = self.seen_at = now()
            tx.flush()
            if copy.told != before:
                self._record()
                if copy.quality == Quality.SMALL and copy.state == "fetching":
                    ask_for_all_of(playlist)
        return copy, is_new

    def leave(self, playlist_id: str) -> None:
        """The device does not hold this playlist any more. Raises NotFound where it did not."""
        with write() as tx:
            tx.delete(find_copy(self, playlist_id))
            self.seen_at = now()
            self._record()

    def forget(self) -> None:
        """Forget the device and what it holds. Nothing goes on the device: when it is used again,
        it tells of itself again."""
        with write() as tx:
            self._record()
            tx.delete(self)

    def _require_room(self) -> None:
        here = (DeviceCopy.user_id == self.user_id, DeviceCopy.device_id == self.id)
        count = session().scalar(select(func.count()).select_from(DeviceCopy).where(*here))
        if (count or 0) >= MOST_COPIES:
            raise Conflict(f"A device has at most {MOST_COPIES} copies.")

    def _record(self) -> None:
        events.record(events.DeviceChanged(self.id), person=self.user_id, by=self.user_id)


class DeviceCopy(Base):
    """A playlist that a device holds, as the device told it."""

    __tablename__ = "device_copy"
    __table_args__ = (
        ForeignKeyConstraint(
            ["user_id", "device_id"], ["device.user_id", "device.id"], ondelete="CASCADE"
        ),
        # Whose small copies need a rendition of what is added.
        Index("device_copy_of_playlist", "playlist_id", "quality"),
    )

    user_id: Mapped[str] = mapped_column(Id, primary_key=True)
    device_id: Mapped[str] = mapped_column(Id, primary_key=True)
    playlist_id: Mapped[str] = mapped_column(
        Id, ForeignKey("playlist.id", ondelete="CASCADE"), primary_key=True
    )
    quality: Mapped[str] = mapped_column(String(10))
    state: Mapped[str] = mapped_column(String(10))
    tracks: Mapped[int]
    tracks_safe: Mapped[int]
    size_bytes: Mapped[int]
    bytes_safe: Mapped[int]
    seq: Mapped[int]
    checked_at: Mapped[datetime | None] = mapped_column(Moment)
    problem: Mapped[str | None] = mapped_column(String(40))
    updated_at: Mapped[datetime] = mapped_column(Moment, default=now)

    @property
    def is_complete(self) -> bool:
        return self.state == "whole" and self.tracks_safe == self.tracks

    @property
    def told(self) -> tuple[Any, ...]:
        """What other devices are told at once; how far a download is, they see when they look."""
        return (self.quality, self.state, self.problem, self.is_complete)

    def shape(self) -> JSON:
        return {
            "device": self.device_id,
            "playlist": self.playlist_id,
            "status": "completed" if self.is_complete else "active",
            "quality": self.quality,
            "state": self.state,
            "tracks": self.tracks,
            "tracks_safe": self.tracks_safe,
            "size_bytes": self.size_bytes,
            "bytes_safe": self.bytes_safe,
            "seq": self.seq,
            "checked_at": iso(self.checked_at) if self.checked_at else None,
            "problem": self.problem,
            "updated_at": iso(self.updated_at),
        }


def meet(id_: str, *, by: User, name: str, kind: str, figures: JSON) -> tuple[Device, bool]:
    """A device tells of itself; answers also whether it is new. Raises Invalid for its name."""
    name = clean_text(name, "name", longest=LONGEST_NAME)
    if not name:
        raise Invalid.field("name", "A device needs a name.")
    with write() as tx:
        device = tx.get(Device, (by.id, id_))
        is_new = device is None
        if device is None:
            device = Device(user_id=by.id, id=id_, name="", kind="", created_at=now())
            tx.add(device)
        is_other = (device.name, device.kind) != (name, kind)
        device.name, device.kind, device.seen_at = name, kind, now()
        device.figures = orjson.dumps(figures).decode()
        tx.flush()
        if is_new:
            _forget_the_oldest(by)
        if is_other:
            device._record()
    return device, is_new


def _forget_the_oldest(person: User) -> None:
    seen = (
        select(Device.id).where(Device.user_id == person.id).order_by(Device.seen_at.desc())
    ).offset(MOST_DEVICES)
    session().execute(
        delete(Device)
        .where(Device.user_id == person.id, Device.id.in_(seen))
        .execution_options(synchronize_session=False)
    )


def find_device(id_: str, person: User) -> Device:
    """Raises NotFound, also for somebody else's."""
    found = session().get(Device, (person.id, id_))
    if not found:
        raise NotFound("This device isn't known, or isn't yours.")
    return found


def find_copy(device: Device, playlist_id: str) -> DeviceCopy:
    found = session().get(DeviceCopy, (device.user_id, device.id, playlist_id))
    if not found:
        raise NotFound("This device doesn't hold this playlist.")
    return found
