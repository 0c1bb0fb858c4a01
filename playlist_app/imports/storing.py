"""Storing: what was fetched becomes a track, is put where it is wanted, and its origin is noted,
all in the write that completes the import. A worker that is killed before it leaves nothing done,
one that is killed after it nothing to do."""

from __future__ import annotations

import unicodedata
from pathlib import Path
from typing import Any

from playlist_app.config import settings
from playlist_app.database import after_commit, now, session
from playlist_app.imports import addresses, claims, folders, hosts, origins, quota, telling
from playlist_app.imports.models import Import
from playlist_app.imports.placing import place
from playlist_app.imports.states import Failed, State, Trouble
from playlist_app.library import formats, upload
from playlist_app.library.incoming import NoRoom, as_incoming
from playlist_app.library.inspection import Truncated
from playlist_app.library.models import Track
from playlist_app.refusals import Refusal

JSON = dict[str, Any]


def store(import_id: str, claim: str, path: Path, said: JSON) -> None:
    """Make a track of a file, and complete the import. Raises Failed, or Lost."""
    try:
        incoming = as_incoming(path, settings())
    except NoRoom as full:
        raise Failed(Trouble.DISK, full.detail) from full
    try:
        received = upload.receive(incoming, _file_name(path, said))
        hours = settings().import_hours
        if received.inspection.duration_seconds > hours * 3600 + 60:
            most = "one hour" if hours == 1 else f"{hours} hours"
            raise Failed(Trouble.REFUSED, f"It is longer than {most}.")
        with claims.held(import_id, claim) as row:
            track = upload.track_with(received, row.person, _fields(row, said))
            row.bytes_done = row.bytes_total = incoming.size
            quota.used(row.person_id, incoming.size)
            hosts.answered(row.host)
            row.key = str(said.get("key") or row.key)[: addresses.LONGEST]
            origins.note(track, {row.key, row.url}, row.url)
            _complete(row, track)
    except NoRoom as full:
        raise Failed(Trouble.DISK, full.detail) from full
    except Truncated as cut:
        raise Failed(Trouble.BROKEN, cut.detail) from cut
    except Refusal as refusal:
        raise Failed(Trouble.REFUSED, refusal.detail) from refusal
    finally:
        incoming.remove()


def complete_if_known(import_id: str, claim: str, key: str) -> bool:
    """Give the person the track that is there, where this was imported before and they may hear
    it. Raises Lost."""
    with claims.held(import_id, claim) as row:
        track = origins.known_track(key, row.person)
        if not track:
            return False
        row.bytes_done, row.bytes_total = 0, None
        row.key = key
        _complete(row, track)
    return True


def _complete(row: Import, track: Track) -> None:
    row.state = State.COMPLETED
    row.claim = row.claimed_by = None
    row.progress = 1.0
    row.finished_at = now()
    row.error_class = row.error = None
    row.track_id = track.id
    row.title, row.artist = track.title, track.artist
    row.duration_seconds = track.duration_seconds
    place(row, track)
    session().flush()
    telling.changed([row], None)
    import_id, config = row.id, settings()
    after_commit(lambda: folders.remove(config, import_id))


def _fields(row: Import, said: JSON) -> JSON:
    """What is known of it beside the file's own tags, and goes before them: what a feed or a site
    says, but not the name of a file."""
    if row.title and row.looked:
        return {"title": row.title, "artist": row.artist, "album": said.get("album") or ""}
    return {name: said.get(name) or "" for name in ("title", "artist", "album")}


def _file_name(path: Path, said: JSON) -> str:
    """What the file is called for `upload.receive`: of it the title is made where nothing better
    is known."""
    found = formats.sniffed_in(path)
    name = str(said.get("title") or said.get("name") or "")
    hidden = ("Cc", "Cs")
    plain = "".join(c if unicodedata.category(c) not in hidden else " " for c in name)
    stem = plain.replace("/", " ").replace("\\", " ").strip()[:100]
    return f"{stem or 'Untitled'}.{found.name if found else 'mp3'}"
