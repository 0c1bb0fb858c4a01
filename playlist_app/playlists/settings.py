"""A playlist's settings: changing them, and what a change meets that was made on a device.

Which setting changed when is a row of its own, as events are kept for a time only: an edit that
was made without network months ago must still be told from one that nobody contradicted
(docs/decisions/0029).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import ForeignKey, String, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from playlist_app.database import Base, Id, session, write
from playlist_app.live import events
from playlist_app.people.models import User
from playlist_app.playlists.members import Membership, require
from playlist_app.playlists.past.steps import note
from playlist_app.playlists.roles import RIGHTS, Right, Role

if TYPE_CHECKING:
    from playlist_app.playlists.models import Playlist

SETTINGS = ("title", "description", "visibility", "order_mode", "consume")


class SettingChange(Base):
    """The last change of one setting after the playlist was made; no row: never."""

    __tablename__ = "setting_change"

    playlist_id: Mapped[str] = mapped_column(
        Id, ForeignKey("playlist.id", ondelete="CASCADE"), primary_key=True
    )
    name: Mapped[str] = mapped_column(String(20), primary_key=True)
    seq: Mapped[int]  # of its event
    by_id: Mapped[str | None] = mapped_column(Id, ForeignKey("user.id", ondelete="SET NULL"))
    # The device whose operation it was; None: a page or an API call.
    device: Mapped[str | None] = mapped_column(String(100))

    by: Mapped[User | None] = relationship()


class Configurable:
    """The verbs of a playlist's settings."""

    def update(self, *, by: User, device: str | None = None, **fields: Any) -> bool:
        """Change title, description, visibility, order_mode or consume; whether any changed.

        Raises Invalid, NotAllowed.
        """
        playlist = cast("Playlist", self)
        with write():
            require(playlist, by, Right.MANAGE)
            changed = self.put(fields, by=by, device=device)
            if changed:
                note(playlist, "settings", {"settings": changed}, by, playlist.seq)
        return bool(changed)

    def put(
        self, fields: dict[str, Any], *, by: User, device: str | None = None
    ) -> dict[str, list[Any]]:
        """The same within a write in which somebody was allowed to; answers what changed: its name
        → [before, after]."""
        playlist = cast("Playlist", self)
        before = {name: getattr(playlist, name) for name in SETTINGS}
        playlist.set(**fields)
        after = {name: getattr(playlist, name) for name in SETTINGS}
        changed = {
            name: [before[name], after[name]] for name in SETTINGS if before[name] != after[name]
        }
        if changed:
            session().flush()
            playlist.record(events.PlaylistUpdated(playlist.shape()), by)
        for name in changed:
            change = SettingChange(playlist_id=playlist.id, name=name, seq=playlist.seq)
            change.by_id, change.device = by.id, device
            session().merge(change)
        return changed

    def set_meanwhile(
        self, fields: dict[str, Any], *, by: User, device: str, since: int | None
    ) -> list[SettingChange]:
        """Which of these settings stand otherwise, because they were changed elsewhere after
        `since`, which the device had seen; None: it had seen nothing.

        The device's own changes are none of them, as it knew of those. In a list that nobody else
        may edit neither are the person's own from another device: there the last to arrive wins.
        """
        playlist = cast("Playlist", self)
        if since is None or since > events.newest_seq():
            since = 0  # a number of another history says nothing about this one
        changes = session().scalars(
            select(SettingChange).where(
                SettingChange.playlist_id == playlist.id,
                SettingChange.name.in_(fields),
                SettingChange.seq > since,
            )
        )
        is_own = self._is_own(by)
        return [
            change
            for change in changes
            if getattr(playlist, change.name) != fields[change.name]
            and not (change.by_id == by.id and (is_own or change.device == device))
        ]

    def _is_own(self, person: User) -> bool:
        """Whether the playlist is a person's, and nobody whom they invited may edit it."""
        playlist = cast("Playlist", self)
        editing = [role for role in Role if Right.EDIT in RIGHTS[role]]
        others = select(Membership.user_id).where(
            Membership.playlist_id == playlist.id, Membership.role.in_(editing)
        )
        return playlist.owner_id == person.id and not session().scalar(others.limit(1))
