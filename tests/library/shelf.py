"""What a library holds, to compare before and after; and ways to put things into it."""

from __future__ import annotations

import hashlib
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import func, select, update

from playlist_app.config import Settings
from playlist_app.database import new_id, session, write
from playlist_app.library.models import AudioFile, AudioSender, Cover, Genre, Track
from playlist_app.library.upload import audio_path
from playlist_app.live.events import Event
from playlist_app.people.idempotency import KeptAnswer
from playlist_app.people.models import Role, User
from playlist_app.people.sessions import open_session
from tests.cast import PASSWORD, Person

TABLES = (Track, AudioFile, AudioSender, Cover, Genre, Event, KeptAnswer)


@dataclass(frozen=True)
class Stock:
    """How many rows there are of each kind, and every file with its size."""

    rows: dict[str, int]
    files: dict[str, int]


def stock(app: Flask) -> Stock:
    with app.app_context():
        rows = {
            table.__tablename__: session().scalar(select(func.count()).select_from(table)) or 0
            for table in TABLES
        }
    return Stock(rows, files(app))


def files(app: Flask, under: str = "") -> dict[str, int]:
    """The files in the media folder, or in a folder of it, with their sizes."""
    config: Settings = app.config["JAMBOREE"]
    folder = config.media_folder
    return {
        path.relative_to(folder).as_posix(): path.stat().st_size
        for path in (folder / under).rglob("*")
        if path.is_file()
    }


def set_status(app: Flask, track: dict[str, Any], status: str) -> None:
    """What a review will do, once there is one."""
    with app.app_context(), write() as tx:
        tx.execute(update(Track).where(Track.id == track["id"]).values(status=status))


def shelve(
    app: Flask, owner: str, source: Path, title: str = "Paper Lanterns", artist: str = ""
) -> dict[str, Any]:
    """A track with its audio, put in its place without the time that looking into it takes."""
    data = source.read_bytes()
    sha256 = hashlib.sha256(data).hexdigest()
    with app.app_context(), write() as tx:
        target = audio_path(app.config["JAMBOREE"], sha256)
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        shutil.copyfile(source, target)
        audio = AudioFile(
            id=new_id(),
            sha256=sha256,
            size_bytes=len(data),
            format=source.suffix.lstrip("."),
            codec="",
            bitrate=128_000,
            duration_seconds=2.0,
            chunk_hashes=b"",
        )
        tx.add(audio)
        tx.flush()
        return Track.publish(User.named(owner), title=title, artist=artist, audio=audio).shape()


def somebody(app: Flask, name: str, *roles: Role) -> Person:
    """A person beside the cast, for a role that nobody in it has."""
    with app.app_context():
        user = User.create(name, PASSWORD, roles=roles, by=None)
        return Person(app, name, open_session(user))
