"""A smart playlist: a title and rules, of one person, and the verbs on it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import ForeignKey, String, delete, select
from sqlalchemy.orm import Mapped, mapped_column

from playlist_app.database import Base, Id, Moment, WithId, iso, new_id, now, session, write
from playlist_app.library.models import Track
from playlist_app.library.texts import clean_text
from playlist_app.listening.smart import listing
from playlist_app.listening.smart.rules import Rules, checked
from playlist_app.live import events
from playlist_app.people.models import User
from playlist_app.playlists.adding import AlreadyHere
from playlist_app.playlists.models import LONGEST_TITLE, Playlist
from playlist_app.refusals import Conflict, Invalid, NotAllowed, NotFound

JSON = dict[str, Any]

AT_MOST = 200  # of one person
SAVED_AT_MOST = 500  # tracks in one write, which others wait for


class SmartPlaylist(WithId, Base):
    """Rules over the library, by which its tracks are found each time it is opened."""

    __tablename__ = "smart_playlist"

    owner_id: Mapped[str] = mapped_column(Id, ForeignKey("user.id", ondelete="CASCADE"), index=True)
    title: Mapped[str] = mapped_column(String(LONGEST_TITLE))
    match: Mapped[str] = mapped_column(String(3))
    rules: Mapped[str]  # JSON
    order: Mapped[str] = mapped_column(String(30))
    limit: Mapped[int]
    updated_at: Mapped[datetime] = mapped_column(Moment, default=now)

    @classmethod
    def create(cls, *, by: User, title: str, asked: Rules) -> SmartPlaylist:
        """A new one. Raises Invalid, NotAllowed, or Conflict where there are too many."""
        if not by.is_member:
            raise NotAllowed("Guests can't make playlists.")
        with write() as tx:
            if len(smart_playlists_of(by)) >= AT_MOST:
                raise Conflict(f"You have {AT_MOST} smart playlists; delete one first.")
            made = cls(id=new_id(), owner_id=by.id, created_at=now())
            made._set(title, asked)
            tx.add(made)
            tx.flush()
            made._record(by)
        return made

    def update(self, *, by: User, title: str | None = None, asked: Rules | None = None) -> None:
        """Raises Invalid."""
        with write() as tx:
            before = (self.title, self.asked)
            self._set(self.title if title is None else title, asked or self.asked)
            tx.flush()
            if (self.title, self.asked) != before:
                self._record(by)

    def delete(self, *, by: User) -> None:
        with write() as tx:
            self._record(by)
            tx.execute(delete(SmartPlaylist).where(SmartPlaylist.id == self.id))
            tx.expunge(self)

    def save_as_playlist(self, *, by: User) -> Playlist:
        """An ordinary playlist of what it holds now, in its order. Raises NotAllowed."""
        with write() as tx:
            playlist = Playlist.create(by=by, title=self.title)
            found = listing.tracks(self.asked, by, limit=SAVED_AT_MOST)
            ids = [shape["id"] for shape in found]
            tracks = {t.id: t for t in tx.scalars(select(Track).where(Track.id.in_(ids)))}
            for id_ in ids:
                try:
                    playlist.add(tracks[id_], by=by)
                except AlreadyHere:
                    continue  # another track with the same sound
        return playlist

    @property
    def asked(self) -> Rules:
        return Rules(self.match, orjson.loads(self.rules), self.order, self.limit)

    def shape(self) -> JSON:
        asked = self.asked
        return {
            "id": self.id,
            "title": self.title,
            "match": asked.match,
            "rules": list(asked.rules),
            "order": asked.order,
            "limit": asked.limit,
            "created_at": iso(self.created_at),
            "updated_at": iso(self.updated_at),
        }

    def _set(self, title: str, asked: Rules) -> None:
        clean = checked(asked)
        self.title = clean_text(title, "title", longest=LONGEST_TITLE)
        if not self.title:
            raise Invalid.field("title", "A smart playlist needs a title.")
        self.match, self.order, self.limit = clean.match, clean.order, clean.limit
        self.rules = orjson.dumps(list(clean.rules)).decode()
        self.updated_at = now()

    def _record(self, by: User) -> None:
        events.record(events.SmartPlaylistChanged(id=self.id), person=self.owner_id, by=by.id)


def smart_playlists_of(person: User) -> list[SmartPlaylist]:
    """One's own, by title."""
    mine = select(SmartPlaylist).where(SmartPlaylist.owner_id == person.id)
    return list(session().scalars(mine.order_by(SmartPlaylist.title, SmartPlaylist.id)))


def find_smart_playlist(id_: str, person: User) -> SmartPlaylist:
    """One's own alone. Raises NotFound."""
    found = session().scalar(
        select(SmartPlaylist).where(SmartPlaylist.id == id_, SmartPlaylist.owner_id == person.id)
    )
    if not found:
        raise NotFound("This smart playlist isn't here.")
    return found
