"""History: what a playlist played, when and for whom; it stays when item or track are gone."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import ForeignKey, Index, String, false, select
from sqlalchemy.orm import Mapped, mapped_column

from playlist_app.config import settings
from playlist_app.database import Base, Id, Moment, iso, new_id, now, session
from playlist_app.library.shapes import cover_url, duration_text

if TYPE_CHECKING:
    from playlist_app.playlists.items import Item
    from playlist_app.playlists.models import Playlist

SHOWN = 20


class Play(Base):
    """One item that began to play. Names are as they were then."""

    __tablename__ = "play"
    __table_args__ = (Index("play_of_playlist", "playlist_id", "played_at"),)

    id: Mapped[str] = mapped_column(Id, primary_key=True, default=new_id)
    playlist_id: Mapped[str] = mapped_column(Id, ForeignKey("playlist.id", ondelete="CASCADE"))
    item_id: Mapped[str] = mapped_column(Id)  # no key: the item may be gone
    track_id: Mapped[str | None] = mapped_column(
        Id, ForeignKey("track.id", ondelete="SET NULL"), index=True
    )
    title: Mapped[str]
    artist: Mapped[str]
    duration_seconds: Mapped[float | None]
    cover_id: Mapped[str | None] = mapped_column(String(64))
    added_by_id: Mapped[str] = mapped_column(Id)
    added_by_name: Mapped[str] = mapped_column(String(60))
    played_at: Mapped[datetime] = mapped_column(Moment, default=now)
    is_filler: Mapped[bool] = mapped_column(default=False, server_default=false())

    @classmethod
    def of(cls, item: Item, moment: datetime) -> Play:
        track = item.track
        return cls(
            playlist_id=item.playlist_id,
            item_id=item.id,
            track_id=track.id,
            title=track.title,
            artist=track.artist,
            duration_seconds=track.duration_seconds,
            cover_id=track.cover_id,
            added_by_id=item.added_by_id,
            added_by_name=item.added_by.name,
            played_at=moment,
            is_filler=item.is_filler,
        )

    def shape(self, playlist: Playlist) -> dict[str, Any]:
        prefix = settings().path_prefix
        return {
            "id": self.id,
            "item_id": self.item_id,
            "track_id": self.track_id,
            "title": self.title,
            "artist": self.artist,
            "duration_seconds": self.duration_seconds,
            "duration_formatted": duration_text(self.duration_seconds),
            "cover_url": cover_url(self.cover_id, prefix) if self.cover_id else None,
            "added_by": playlist.adder(self.added_by_id, self.added_by_name),
            "played_at": iso(self.played_at),
        }


def last_played(playlist: Playlist) -> list[dict[str, Any]]:
    """The newest first, at most SHOWN."""
    plays = session().scalars(
        select(Play)
        .where(Play.playlist_id == playlist.id)
        .order_by(Play.played_at.desc(), Play.id)
        .limit(SHOWN)
    )
    return [play.shape(playlist) for play in plays]
