"""Seeding: the demo music, made by the project itself, and a playlist of ten.

Runs beside the server; the playlist is made first and fills while people look on. What is there
already is left as it is, so that an interrupted seeding can simply be repeated.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import select

from playlist_app.config import ROOT, Settings, settings
from playlist_app.database import session
from playlist_app.library.incoming import as_incoming
from playlist_app.library.models import Track
from playlist_app.library.upload import add_track, receive
from playlist_app.people import first_admin
from playlist_app.people.models import User
from playlist_app.playlists.adding import AlreadyHere
from playlist_app.playlists.models import Playlist

PLAYLIST = "Friday kitchen"
DESCRIPTION = "Ten songs that Jamboree made itself. Vote, reorder, take them along."
STARTS_WITHIN = 20  # seconds that the process may take until it holds its lock


def register() -> None:
    """Make music for the first admin who wants some; called by create_app."""
    if start_beside not in first_admin.making_music:
        first_admin.making_music.append(start_beside)


def start_beside() -> None:
    """Start the seeding beside the server: it takes a while, and the page should not wait. The page
    that comes next says already that it is under way."""
    _note(_progress(settings()), 0, 0)
    command = [sys.executable, "-m", "flask", "--app", "app", "data", "seed"]
    seeding = subprocess.Popen(command, cwd=ROOT, start_new_session=True, stdout=subprocess.DEVNULL)
    # Somebody has to take note when it ends, or it stays as a zombie.
    threading.Thread(target=seeding.wait, daemon=True).start()


def owner() -> User | None:
    """Whose the demo music is: the first admin's."""
    return User.first_admin()


def seed(by: User) -> Iterator[tuple[int, int]]:
    """Make what is missing; yields how many tracks are there, of how many."""
    from playlist_app.library.demo import DEMO_PLAYLIST, SONGS, make_all

    config = settings()
    with _alone(config) as progress:
        session().rollback()  # what was read before we waited may be long out of date
        there = {(t, a) for t, a in session().execute(select(Track.title, Track.artist))}
        skip = [song.slug for song in SONGS if (song.title, song.artist) in there]
        done = len(skip)
        playlist = _playlist(by)
        folder = config.cache_folder / "demo"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        try:
            _note(progress, done, len(SONGS))
            for song, path in make_all(folder, skip=skip):
                track = _take_in(path, by, config)
                path.unlink()
                if song.slug in DEMO_PLAYLIST:
                    with contextlib.suppress(AlreadyHere):
                        playlist.add(track, by=by)
                done += 1
                _note(progress, done, len(SONGS))
                yield done, len(SONGS)
        finally:
            shutil.rmtree(folder, ignore_errors=True)
            progress.unlink(missing_ok=True)


def progress_now(config: Settings) -> tuple[int, int] | None:
    """How many tracks are there, of how many, while a seeding runs; (0, 0) while it starts."""
    note = _progress(config)
    try:
        done, of = json.loads(note.read_text())
        is_fresh = not of and time.time() - note.stat().st_mtime < STARTS_WITHIN
    except (FileNotFoundError, ValueError):
        return None
    # One that was killed leaves its note, but not its lock.
    return (done, of) if is_fresh or _is_running(config) else None


def _playlist(by: User) -> Playlist:
    there = session().scalar(
        select(Playlist).where(Playlist.owner_id == by.id, Playlist.title == PLAYLIST)
    )
    return there or Playlist.create(
        by=by, title=PLAYLIST, description=DESCRIPTION, visibility="members"
    )


def _take_in(path: Path, by: User, config: Settings) -> Track:
    incoming = as_incoming(path, config)
    try:
        return add_track(receive(incoming, path.name), by, {})
    finally:
        incoming.remove()


def _progress(config: Settings) -> Path:
    return config.cache_folder / "seeding.json"


def _note(path: Path, done: int, of: int) -> None:
    draft = path.with_suffix(".new")
    draft.write_text(json.dumps([done, of]))
    draft.replace(path)


@contextlib.contextmanager
def _alone(config: Settings) -> Iterator[Path]:
    """One seeding at a time; a second waits, and then finds everything there."""
    with _lock(config).open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield _progress(config)


def _is_running(config: Settings) -> bool:
    with contextlib.suppress(FileNotFoundError), _lock(config).open() as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def _lock(config: Settings) -> Path:
    return config.cache_folder / "seed.lock"
