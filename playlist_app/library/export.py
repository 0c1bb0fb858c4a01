"""Export: a track as a file of its own, with tags, cover and lyrics as they are in the library now.

In an mp3 only the beginning is another. Other formats are written anew by a process of its own
(decoding/retag.py), to a file that has no name any more once it is read. What has no place for tags
is given away as it is.
"""

from __future__ import annotations

import os
import re
import threading
import unicodedata
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import quote

from flask import Response, request
from sqlalchemy import select

from playlist_app.config import Settings, settings
from playlist_app.database import new_id, session
from playlist_app.library import id3
from playlist_app.library.apart import Apart, Gone
from playlist_app.library.curation.lyrics import lyrics_of_many
from playlist_app.library.formats import FORMATS
from playlist_app.library.models import AudioFile, Track, visible_to
from playlist_app.library.stored import cover_path, is_there, path_of
from playlist_app.people.models import User
from playlist_app.refusals import Refusal

PIECE = 256 * 1024  # bytes that are read at a time
SECONDS = 120  # that writing one anew may take
BEGIN_WITH_ID3 = ("mp3", "mp2", "aac")
WRITTEN_ANEW = ("m4a", "flac", "ogg", "opus")
LEFT_AFTER = 3600  # seconds after which a file that was written anew is nobody's any more

_at_a_time = threading.BoundedSemaphore(2)  # it is work for a disk, and each has a process


class NothingToExport(Refusal):
    status = 404
    title = "There is nothing to take away"


@dataclass(frozen=True)
class Song:
    """A track with all that goes into its file, read at once so that nothing of the database is
    needed while it is sent."""

    name: str  # of the file, without what comes after the dot
    artist: str
    title: str
    format: str
    sha256: str
    sound_sha256: str | None
    path: Path
    size_bytes: int
    duration_seconds: float
    created_at: datetime
    tags: dict[str, str]
    cover: Path | None
    folder: Path  # for what is written anew

    @property
    def extension(self) -> str:
        return FORMATS[self.format].extensions[0]

    @property
    def mimetype(self) -> str:
        return FORMATS[self.format].mimetype


def songs(track_ids: Collection[str], person: User) -> dict[str, Song]:
    """Those of these tracks that this person may hear and that are there, by their ids."""
    config = settings()
    query = select(Track).where(
        Track.id.in_(track_ids), Track.audio_id.is_not(None), visible_to(person)
    )
    tracks = session().scalars(query).all()
    lyrics = lyrics_of_many([track.id for track in tracks])
    found = {}
    for track in tracks:
        if track.audio and not track.audio.lost_at and is_there(config, track.audio):
            text = lyrics[track.id]["text"] if track.id in lyrics else ""
            found[track.id] = _song(config, track, track.audio, text)
    return found


def _song(config: Settings, track: Track, audio: AudioFile, lyrics: str) -> Song:
    cover = cover_path(config, track.cover_id, "large") if track.cover_id else None
    tags = {
        "title": track.title,
        "artist": track.artist,
        "album": track.album,
        "album_artist": track.album_artist,
        "genre": track.genre_name,
        "date": str(track.year) if track.year else "",
        "track": str(track.track_number) if track.track_number else "",
        "disc": str(track.disc) if track.disc else "",
        "compilation": "1" if track.compilation else "",
        "lyrics": lyrics,
    }
    return Song(
        name=file_name(" - ".join(part for part in (track.artist, track.title) if part)),
        artist=track.artist,
        title=track.title,
        format=audio.format,
        sha256=audio.sha256,
        sound_sha256=audio.sound_sha256,
        path=path_of(config, audio),
        size_bytes=audio.size_bytes,
        duration_seconds=audio.duration_seconds,
        created_at=track.created_at,
        tags={name: value for name, value in tags.items() if value},
        cover=cover if cover and cover.exists() else None,
        folder=config.cache_folder / "exports",
    )


class Opened:
    """The bytes of a song's file: `size` of them, to be read once."""

    def __init__(self, song: Song) -> None:
        self._front = b""
        path, start, end = song.path, 0, song.size_bytes
        if song.format in BEGIN_WITH_ID3:
            self._front = id3.tag(song.tags, song.cover.read_bytes() if song.cover else None)
            start, end = id3.untagged(path)
        elif song.format in WRITTEN_ANEW and (anew := _written_anew(song)):
            path, start, end = anew, 0, anew.stat().st_size
        self._file = path.open("rb")
        if path != song.path:
            path.unlink()  # it is there for as long as it is open
        self._file.seek(start)
        self._left = end - start
        self.size = len(self._front) + self._left

    def __iter__(self) -> Iterator[bytes]:
        try:
            if self._front:
                yield self._front
            while self._left > 0 and (data := self._file.read(min(PIECE, self._left))):
                self._left -= len(data)
                yield data
        finally:
            self.close()

    def close(self) -> None:
        self._file.close()


def _written_anew(song: Song) -> Path | None:
    """A new file with the tags; None where that can't be had."""
    song.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    target = song.folder / new_id()
    question = {
        "source": os.fsencode(song.path).hex(),
        "target": os.fsencode(target).hex(),
        "format": song.format,
        "tags": song.tags,
        "cover": os.fsencode(song.cover).hex() if song.cover else "",
        "seconds": SECONDS,
    }
    written = False
    try:
        with _at_a_time, Apart("retag") as apart:
            written = apart.ask(question, SECONDS)["written"]
    except Gone:
        pass  # the file is given away as it is
    finally:
        if not written:
            target.unlink(missing_ok=True)
    return target if written else None


def as_download(name: str, mimetype: str, body: object, size: int | None = None) -> Response:
    """An answer that browsers save under this name (RFC 6266)."""
    response = Response(body, mimetype=mimetype)  # type: ignore[arg-type]
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().strip()
    plain = re.sub(r'["\\%]', "", plain) or "download"
    encoded = quote(name, safe="!#$&+-.^_`|~")
    response.headers["Content-Disposition"] = (
        f"attachment; filename=\"{plain}\"; filename*=UTF-8''{encoded}"
    )
    response.headers["Cache-Control"] = "private, no-store"
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    if size is not None:
        response.content_length = size
    return response


def file_name(text: str) -> str:
    """A text as a name that every system takes for a file, at most 120 characters."""
    clean = "".join(
        " " if unicodedata.category(character).startswith("C") else character for character in text
    )
    clean = re.sub(r'[/\\:*?"<>|]', "_", clean)
    return re.sub(r"\s+", " ", clean).strip(" .")[:120].strip(" .") or "Untitled"


def cut_off_who_stalls(after: float) -> None:
    """A reader that takes nothing for so long doesn't keep a thread of the server."""
    connection = request.environ.get("gunicorn.socket")
    if connection:
        connection.settimeout(after)


def find_song(track: Track, person: User) -> Song:
    """Raises NothingToExport for a track whose audio isn't there."""
    found = songs([track.id], person).get(track.id)
    if not found:
        raise NothingToExport("This track has no audio to take away.")
    return found
