"""Sources: channels, feeds and remote playlists that are imported again and again.

A source knows what its listing holds (`SourceItem`). What is new becomes an import; what is no
longer listed stays in the library and is marked. An admin sets sources up, members look at them.
checking.py compares what is listed with what is known.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import ForeignKey, Index, String, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from playlist_app.database import Base, Id, Moment, WithId, new_id, now, session, write
from playlist_app.imports.addresses import LONGEST as LONGEST_URL
from playlist_app.imports.queue import checked_url
from playlist_app.imports.states import Quality
from playlist_app.library.texts import clean_text
from playlist_app.people.models import User
from playlist_app.playlists.members import require
from playlist_app.playlists.models import Playlist
from playlist_app.playlists.roles import Right
from playlist_app.refusals import Conflict, Invalid, NotAllowed, NotFound
from playlist_app.work.tasks import wake

TASK = "sources"
SHORTEST = 15  # minutes between two checks: more often is a burden for who is asked
LONGEST = 60 * 24 * 30
LONGEST_WAIT = timedelta(days=1)  # after failures, unless its own time is longer
GIVES_UP_AFTER = 10  # failures in a row


class Kind(StrEnum):
    """What a source is, as a look at it found."""

    CHANNEL = "channel"
    PLAYLIST = "playlist"
    FEED = "feed"


class Source(WithId, Base):
    """A listing elsewhere that is followed. `owner` is whose account its imports are counted to."""

    __tablename__ = "source"

    url: Mapped[str] = mapped_column(String(LONGEST_URL), unique=True)
    title: Mapped[str] = mapped_column(String(300))
    kind: Mapped[str] = mapped_column(String(10))
    owner_id: Mapped[str] = mapped_column(Id, ForeignKey("user.id", ondelete="CASCADE"), index=True)
    playlist_id: Mapped[str | None] = mapped_column(
        Id, ForeignKey("playlist.id", ondelete="SET NULL"), index=True
    )
    every_minutes: Mapped[int] = mapped_column(default=360)
    # How many of the newest are taken when it is first read; None: all. What comes later is taken
    # in any case.
    depth: Mapped[int | None]
    quality: Mapped[str] = mapped_column(String(20))
    enabled: Mapped[bool] = mapped_column(default=True)
    # The look at it that is under way.
    look_id: Mapped[str | None] = mapped_column(
        Id, ForeignKey("import_look.id", ondelete="SET NULL")
    )
    last_checked_at: Mapped[datetime | None] = mapped_column(Moment)
    next_check_at: Mapped[datetime] = mapped_column(Moment, default=now, index=True)
    failures: Mapped[int] = mapped_column(default=0)  # in a row
    error: Mapped[str | None]  # why the last check failed

    owner: Mapped[User] = relationship(lazy="joined", innerjoin=True)
    playlist: Mapped[Playlist | None] = relationship(lazy="joined")

    @classmethod
    def follow(
        cls,
        url: str,
        *,
        by: User,
        title: str = "",
        playlist: Playlist | None = None,
        **fields: Any,
    ) -> Source:
        """Follow a listing from now on; it is looked at soon, which also tells what it is.

        Raises NotAllowed, Conflict where it is followed already, Invalid for a value.
        """
        require_admin(by)
        url = checked_url(url)
        with write() as tx:
            if tx.scalar(select(cls.id).where(cls.url == url)):
                raise Conflict("This source is followed already.")
            source = cls(
                id=new_id(),
                url=url,
                kind=Kind.PLAYLIST,
                owner_id=by.id,
                next_check_at=now(),
                created_at=now(),
                failures=0,
            )
            source._set(
                by,
                playlist=playlist,
                **{"every_minutes": 360, "depth": None, "quality": "best", "enabled": True}
                | fields
                | {"title": title},
            )
            tx.add(source)
            tx.flush()
            tx.refresh(source)
            wake(TASK)
        return source

    def change(self, *, by: User, **fields: Any) -> None:
        """Change title, playlist, every_minutes, depth, quality or enabled.

        Raises NotAllowed, Invalid.
        """
        require_admin(by)
        with write() as tx:
            if fields.get("enabled") and not self.enabled:
                self.failures, self.error, self.next_check_at = 0, None, now()
            self._set(by, **fields)
            tx.flush()
            wake(TASK)

    def unfollow(self, *, by: User) -> None:
        """Follow it no longer; what came from it stays. Raises NotAllowed."""
        require_admin(by)
        with write() as tx:
            tx.delete(self)

    def check_soon(self, *, by: User) -> None:
        """Check it now, and not only when its time has come. Raises NotAllowed."""
        require_admin(by)
        with write():
            if not self.enabled:
                raise Conflict("It is switched off. Switch it on first.")
            self.next_check_at = now()
            wake(TASK)

    @property
    def host(self) -> str:
        return urlsplit(self.url).hostname or ""

    def _set(self, by: User, **fields: Any) -> None:
        """Each field as it may be; what is not named stays as it is."""
        if "playlist" in fields:
            playlist: Playlist | None = fields.pop("playlist")
            if playlist:
                require(playlist, by, Right.ADD)
            self.playlist_id = playlist.id if playlist else None
        for name, value in fields.items():
            setattr(self, name, _CHECKS[name](value, self))


class SourceItem(Base):
    """One entry of a source's listing, by the key that the source itself knows it by."""

    __tablename__ = "source_item"
    __table_args__ = (Index("source_item_of_import", "import_id"),)

    source_id: Mapped[str] = mapped_column(
        Id, ForeignKey("source.id", ondelete="CASCADE"), primary_key=True
    )
    key: Mapped[str] = mapped_column(String(LONGEST_URL), primary_key=True)
    url: Mapped[str] = mapped_column(String(LONGEST_URL))
    title: Mapped[str] = mapped_column(String(300))
    place: Mapped[int]  # where it stood when it was last listed, from 0
    first_seen_at: Mapped[datetime] = mapped_column(Moment, default=now)
    # None: it was there before the source was followed, and older than `depth`.
    import_id: Mapped[str | None] = mapped_column(Id, ForeignKey("import.id", ondelete="SET NULL"))
    # Kept beside the import, which its person may take off their list.
    track_id: Mapped[str | None] = mapped_column(
        Id, ForeignKey("track.id", ondelete="SET NULL"), index=True
    )
    vanished_at: Mapped[datetime | None] = mapped_column(Moment)


def find_source(source_id: str, person: User) -> Source:
    """Raises NotFound: sources are for members to look at."""
    found = session().get(Source, source_id) if person.is_member else None
    if not found:
        raise NotFound("This source isn't here.")
    return found


def require_admin(person: User) -> None:
    if not person.is_member:
        raise NotFound("There are no sources here for you.")
    if not person.is_admin:
        raise NotAllowed("Only an admin sets up what is imported again and again.")


def _title(value: str, source: Source) -> str:
    return clean_text(value, "title") or source.url[:300]


def _every_minutes(value: int | None, _: Source) -> int:
    if value is None or not SHORTEST <= value <= LONGEST:
        raise Invalid.field("every_minutes", "Between 15 minutes and 30 days.")
    return value


def _depth(value: int | None, _: Source) -> int | None:
    if value is not None and not 0 <= value <= 100_000:
        raise Invalid.field("depth", "A number up to 100,000, or nothing for all.")
    return value


def _quality(value: str, _: Source) -> str:
    if value not in list(Quality):
        raise Invalid.field("quality", f"One of {', '.join(Quality)}.")
    return value


# What can be set, and what is made of a value.
_CHECKS: dict[str, Callable[[Any, Source], Any]] = {
    "title": _title,
    "every_minutes": _every_minutes,
    "depth": _depth,
    "quality": _quality,
    "enabled": lambda value, _: bool(value),
}
