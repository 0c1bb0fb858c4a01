"""The house: a data folder with people in it, furnished by the app's own verbs before it is served.

People's sessions are opened directly: logging in by password takes 50 ms each, on purpose.
"""

from __future__ import annotations

import contextlib
import hashlib
import itertools
import sqlite3
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from flask import Flask

from bench.stage import vocabulary
from playlist_app import create_app
from playlist_app.config import Settings
from playlist_app.database import new_id, session, write
from playlist_app.library.models import AudioFile, Cover, Track
from playlist_app.operations import startup
from playlist_app.people.models import Role, User
from playlist_app.people.sessions import open_session
from playlist_app.playlists.models import Playlist

PASSWORD = "a good long password"


@dataclass(frozen=True)
class Person:
    id: str
    name: str
    token: str

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}


@dataclass(frozen=True)
class List:
    """A playlist as the benchmarks need it: its id, and those of its items in their order."""

    id: str
    items: list[str]

    @property
    def path(self) -> str:
        return f"/api/v1/playlists/{self.id}"


@dataclass
class House:
    """A data folder, and who lives there."""

    folder: Path
    app: Flask
    people: list[Person] = field(default_factory=list)
    _songs: Iterator[int] = field(default_factory=itertools.count)

    def tokens(self) -> list[str]:
        return [person.token for person in self.people]

    def playlist(self, items: int) -> List:
        """A list of the first person's, of so many tracks with audio and cover, in which everybody
        may vote."""
        with self.app.app_context():
            owner = User.by_id(self.people[0].id)
            with write():
                playlist = Playlist.create(by=owner, title="Everybody's", visibility="members")
                added = [
                    playlist.add(_track(owner, next(self._songs)), by=owner) for _ in range(items)
                ]
            return List(playlist.id, [item.id for item in added])

    def query(self, sql: str) -> list[tuple[object, ...]]:
        """Look into the database, past the app."""
        with contextlib.closing(sqlite3.connect(self.folder / "app.db")) as connection:
            return connection.execute(sql).fetchall()


@contextlib.contextmanager
def furnished(people: int = 1) -> Iterator[House]:
    """A house with so many people; it is removed in the end."""
    with tempfile.TemporaryDirectory(prefix="jamboree-bench-") as folder:
        house = House(Path(folder, "instance"), create_app(Settings(data=f"{folder}/instance")))
        startup.prepare(house.app)
        with house.app.app_context():
            house.people = [_person(at) for at in range(people)]
        try:
            yield house
        finally:
            _close(house.app)


def _person(at: int) -> Person:
    user = User.create(f"person{at}", PASSWORD, roles={Role.MEMBER}, by=None, name=f"Person {at}")
    return Person(user.id, user.username, open_session(user))


def _track(owner: User, at: int) -> Track:
    """A track whose bytes nobody is going to ask for."""
    names = vocabulary.song(at)
    digest = hashlib.sha256(str(at).encode()).hexdigest()
    audio = AudioFile(
        id=new_id(),
        sha256=digest,
        size_bytes=6_000_000 + at,
        format="mp3",
        codec="mp3",
        bitrate=256_000,
        duration_seconds=180.0 + at % 120,
        chunk_hashes=b"",
    )
    cover = Cover(id=digest, tint="0.6 0.1 200")
    session().add_all([audio, cover])
    session().flush()
    return Track.publish(owner, audio=audio, cover=cover, **names)


def _close(app: Flask) -> None:
    app.extensions["live"].stop()
    with app.app_context():
        for engine in app.extensions["sqlalchemy"].engines.values():
            engine.dispose()
    app.extensions["writer_lock"].close()
