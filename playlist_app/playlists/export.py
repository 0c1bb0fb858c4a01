"""Export of a playlist: its songs as files in a zip, in their order, or their list as a file.

The zip is made while it is sent: nothing of it lies on the disk, and none of it in memory but a
piece of one song.
"""

from __future__ import annotations

import errno
import logging
import threading
import zipfile
from collections.abc import Iterable, Iterator
from typing import Any

from flask import Flask, current_app

from playlist_app.library.export import Opened, Song, file_name, songs
from playlist_app.library.models import Status
from playlist_app.people import sessions
from playlist_app.people.models import User
from playlist_app.playlists.exchange import writing
from playlist_app.playlists.finding import find_playlist
from playlist_app.playlists.items import items_of
from playlist_app.playlists.models import Playlist
from playlist_app.refusals import NotSignedIn, Refusal

JSON = dict[str, Any]

log = logging.getLogger(__name__)

AT_A_TIME = 4  # zips a process: each keeps one of its threads for as long as it takes
_running = threading.BoundedSemaphore(AT_A_TIME)


class Busy(Refusal):
    status = 503
    title = "One moment"


class _Out:
    """What zipfile writes to: it can't go back, and what was written is taken from it."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def write(self, data: bytes) -> int:
        self._pieces.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Nothing is held back."""

    def taken(self) -> Iterator[bytes]:
        pieces, self._pieces = self._pieces, []
        yield from pieces


class Export:
    """A playlist as it is now, for one person: the songs that they may hear and that are there."""

    def __init__(self, playlist: Playlist, person: User) -> None:
        self.name = file_name(playlist.title)
        self._playlist_id, self._person = playlist.id, person
        self._app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
        self._title, self._creator = playlist.title, playlist.owner.name
        tracks = [item["track"] for item in items_of(playlist, person)]
        found = songs([track["id"] for track in tracks], person)
        width = max(2, len(str(len(tracks))))
        # The number is the place in the list, also where one is missing.
        names = {
            track["id"]: f"{number:0{width}} {song.name}.{song.extension}"
            for number, track in enumerate(tracks, start=1)
            if (song := found.get(track["id"]))
        }
        self._songs: list[tuple[str, Song]] = [(names[id_], found[id_]) for id_ in names]
        self._lines = [
            _line(track, found.get(track["id"]), names.get(track["id"]))
            for track in tracks
            if track["id"] in found or track["status"] == Status.PUBLISHED
        ]

    @property
    def is_empty(self) -> bool:
        return not self._songs

    def m3u8(self) -> str:
        return writing.m3u8(self._title, self._lines)

    def xspf(self) -> bytes:
        return writing.xspf(self._title, self._creator, self._lines)

    def jspf(self) -> bytes:
        return writing.jspf(self._title, self._creator, self._lines)

    def zip(self) -> Iterable[bytes]:
        """The pieces of the zip. Raises Busy where enough are under way."""
        if not _running.acquire(blocking=False):
            raise Busy("Several playlists are being taken away right now. Try again in a minute.")
        return _Zip(self._pieces())

    def _still_theirs(self) -> None:
        """It may take an hour: who was logged out meanwhile, or lost the playlist, gets no further
        song. There is no other way to say so than to hang up."""
        with self._app.app_context():
            try:
                if not sessions.stands(self._person):
                    raise NotSignedIn
                find_playlist(self._playlist_id, User.by_id(self._person.id))
            except Refusal:
                log.info("an export was cut off: who takes it was logged out, or lost the playlist")
                # As if the other side had: that is what a web server takes for an end.
                raise ConnectionResetError(errno.ECONNRESET, "no longer theirs") from None

    def _pieces(self) -> Iterator[bytes]:
        out: Any = _Out()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
            for name, song in self._songs:
                self._still_theirs()
                try:
                    opened = Opened(song)
                except OSError:
                    continue  # it went away meanwhile; the list in the zip still names it
                entry = zipfile.ZipInfo(name, song.created_at.timetuple()[:6])
                entry.external_attr = 0o644 << 16
                entry.file_size = opened.size
                with archive.open(entry, "w") as into:
                    for piece in opened:
                        into.write(piece)
                        yield from out.taken()
                yield from out.taken()
            archive.writestr(f"{self.name}.m3u8", self.m3u8())
            archive.writestr(f"{self.name}.xspf", self.xspf())
        yield from out.taken()


class _Zip:
    """The pieces, and that one more may run when they were sent, or nobody wants them any more."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces: Any = pieces
        self._ended = False

    def __iter__(self) -> Iterator[bytes]:
        try:
            yield from self._pieces
        finally:
            self.close()

    def close(self) -> None:
        if not self._ended:
            self._ended = True
            self._pieces.close()
            _running.release()


def _line(track: JSON, song: Song | None, file: str | None) -> writing.Line:
    return writing.Line(
        title=track["title"],
        artist=track["artist"],
        album=track["album"],
        duration_seconds=track["duration_seconds"],
        sha256=song.sha256 if song else None,
        sound_sha256=song.sound_sha256 if song else None,
        file=file,
    )
