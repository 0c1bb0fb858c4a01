"""Uploading: from bytes that came in to an audio file and a track, all of it or nothing."""

from __future__ import annotations

import contextlib
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import or_, select, union_all

from playlist_app.config import Settings, settings
from playlist_app.database import new_id, now, session, write
from playlist_app.library import description, quota
from playlist_app.library.curation.lyrics import keep_lyrics
from playlist_app.library.formats import EXTENSIONS
from playlist_app.library.incoming import IncomingFile
from playlist_app.library.inspection import Inspection, NotAudio, inspect
from playlist_app.library.models import (
    AudioAlias,
    AudioFile,
    AudioSender,
    Cover,
    Status,
    Track,
    hearable_by,
    visible_to,
)
from playlist_app.library.stored import (
    audio_path,
    cover_path,
    is_there,
    move_once,
    note_alias,
    path_of,
    put_on,
    with_bytes,
    with_sound,
)
from playlist_app.people.models import User
from playlist_app.refusals import Invalid, NotFound, Refusal
from playlist_app.work.tasks import wake

# Where bytes lie is told by stored.py; who uploads asks here.
__all__ = ["audio_path", "cover_path", "path_of"]


class TooLarge(Refusal):
    status = 413
    title = "That file is too large"


@dataclass(frozen=True)
class Received:
    """A file that came in and was found to be audio; nothing is stored yet."""

    incoming: IncomingFile
    inspection: Inspection


def receive(incoming: IncomingFile, name: str) -> Received:
    """Look at what came in. Raises Invalid for its name, TooLarge, NotAudio or Truncated."""
    check_name(name)
    check_size(incoming.size)
    incoming.finish()
    return Received(incoming, inspect(incoming.path, name))


def check_size(size: int) -> None:
    """Raises TooLarge, or NotAudio for an empty file."""
    if not size:
        raise NotAudio("This file is empty.", errors={"file": ["This file is empty."]})
    if size > settings().upload_limit:
        most = settings().upload_limit // 1_000_000
        raise TooLarge(f"Files have at most {most} MB here.")


def check_name(name: str) -> None:
    """A name of a file, as browsers send it: no path, and what it is called is what it is."""
    hidden = any(unicodedata.category(character) in ("Cc", "Cs") for character in name)
    if "/" in name or "\\" in name or len(name) > 255 or hidden:
        raise Invalid.field("file", "This file's name can't be used. Rename it and try again.")
    extension = Path(name).suffix.lstrip(".").lower()
    if extension and extension not in EXTENSIONS:
        detail = f"A file called .{extension} is not taken for audio."
        raise NotAudio(detail, errors={"file": [detail]})


def add_audio(received: Received, by: User) -> tuple[AudioFile, bool]:
    """Store the bytes, once; answers the file, and whether it is new to this person. That somebody
    else has it in secret makes no difference to the answer."""
    with _stored(received) as (audio, _):
        known = select(AudioFile.id).where(AudioFile.id == audio.id, hearable_by(by))
        is_new = session().scalar(known) is None
        session().merge(AudioSender(audio_id=audio.id, user_id=by.id))
        session().flush()
        quota.require_within(by)
        return audio, is_new


def add_track(received: Received, by: User, fields: Mapping[str, Any]) -> Track:
    """Store the bytes and publish a track on them; `fields` go before the file's own tags."""
    with _stored(received) as (audio, cover):
        return _publish(received, audio, cover, by, fields)


def _publish(
    received: Received, audio: AudioFile, cover: Cover, by: User, fields: Mapping[str, Any]
) -> Track:
    given = {name: value for name, value in fields.items() if value not in (None, "")}
    tags = _tags(received.inspection) | given
    if "artist" in given and "artists" not in given:
        tags.pop("artists", None)  # those of the file's own artist
    track = Track.publish(by, audio=audio, cover=cover, **tags)
    keep_lyrics(track.id, received.inspection.tags.get("lyrics", ""))
    quota.require_within(by)
    return track


def add_known(sha256: str, by: User, fields: Mapping[str, Any]) -> Track:
    """Publish a track on bytes that are here, without having them sent; what `fields` leave out is
    taken from a track that is there. Raises NotFound, just the same for bytes that aren't here and
    for those that this person may not hear; Invalid where nobody knows a title."""
    with write():
        known = known_audio([sha256], by).get(sha256)
        if not known:
            raise NotFound("This audio isn't here, or isn't shared with you.")
        audio, like = known
        said: dict[str, Any] = {}
        if like:
            said = like.said()
        if fields.get("artist"):
            said.pop("artists", None)  # those of the other line
        said |= {name: value for name, value in fields.items() if value not in (None, "")}
        if not said.get("title"):
            raise Invalid.field("title", "A track needs a title.")
        cover = session().get(Cover, like.cover_id) if like and like.cover_id else None
        track = Track.publish(by, audio=audio, cover=cover, **said)
        quota.require_within(by)
        return track


def known_audio(hashes: Sequence[str], person: User) -> dict[str, tuple[AudioFile, Track | None]]:
    """Which of these hashes are of audio that this person may hear, also as other bytes of the same
    sound; with a track on it that they see: their own, or else the oldest. Two queries."""
    alias = select(AudioAlias.sha256, AudioAlias.audio_id).where(AudioAlias.sha256.in_(hashes))
    direct = select(AudioFile.sha256, AudioFile.id).where(AudioFile.sha256.in_(hashes))
    asked = union_all(direct, alias).subquery()
    may = select(asked.c.sha256, AudioFile).join(AudioFile, AudioFile.id == asked.c[1])
    # What was lost is asked for again, and heals.
    may = may.where(hearable_by(person), AudioFile.lost_at.is_(None))
    audio: dict[str, AudioFile] = {row[0]: row[1] for row in session().execute(may)}
    seen = select(Track).where(
        Track.audio_id.in_([file.id for file in audio.values()]), visible_to(person)
    )
    # The last one stays: the oldest of theirs, or else the oldest.
    order = (Track.owner_id == person.id, Track.created_at.desc(), Track.number.desc())
    tracks = {track.audio_id: track for track in session().scalars(seen.order_by(*order))}
    return {sha256: (file, tracks.get(file.id)) for sha256, file in audio.items()}


def track_with(received: Received, by: User, fields: Mapping[str, Any]) -> Track:
    """The track on these bytes that is there already, the person's own or one that all members
    hear; else a new one, as `add_track` makes it."""
    with _stored(received) as (audio, cover):
        there = session().scalar(
            select(Track)
            .where(
                Track.audio_id == audio.id,
                or_(Track.owner_id == by.id, Track.status == Status.PUBLISHED),
            )
            .order_by(Track.owner_id != by.id, Track.number)
            .limit(1)
        )
        return there or _publish(received, audio, cover, by, fields)


def _tags(inspection: Inspection) -> dict[str, Any]:
    """The tags of the file as fields of a track."""
    tags = {name: value for name, value in inspection.tags.items() if name in description.NAMES}
    return {"title": "Untitled"} | tags


@contextlib.contextmanager
def _stored(received: Received) -> Iterator[tuple[AudioFile, Cover]]:
    """Within one write: the bytes are in their place, and the rows say so.

    Bytes go first: a row without its bytes would be a track that can't be played, while bytes
    without a row are found and removed.
    """
    config = settings()
    with write() as tx:
        audio = _audio_row(received, config)
        cover = _cover_row(received.inspection)
        for size in ("large", "small"):
            move_once(received.incoming.beside(size), cover_path(config, cover.id, size))
        tx.flush()
        yield audio, cover


def _audio_row(received: Received, config: Settings) -> AudioFile:
    """The row of these bytes, or of others that have their sound: those are kept alone."""
    incoming, found = received.incoming, received.inspection
    known = with_bytes(incoming.sha256) or with_sound(found.sound_sha256)
    if known and is_there(config, known) and not known.lost_at:
        note_alias(incoming.sha256, known)
        return known
    bytes_: dict[str, Any] = {
        "size_bytes": incoming.size,
        "format": found.format,
        "codec": found.codec,
        "bitrate": found.bitrate,
        "chunk_hashes": incoming.chunk_hashes,
    }
    if known:
        # The server lost them, or their owner took them out of a scanned folder.
        if known.sha256 != incoming.sha256:
            put_on(known, incoming.sha256, **bytes_)
        known.path = known.path_mtime_ns = known.lost_at = None
        audio_path(config, known.sha256).unlink(missing_ok=True)
    else:
        known = AudioFile(
            id=new_id(),
            sha256=incoming.sha256,
            duration_seconds=found.duration_seconds,
            sound_sha256=found.sound_sha256,
            created_at=now(),
            **bytes_,
        )
        session().add(known)
    move_once(incoming.path, audio_path(config, known.sha256))
    wake("analysis")
    return known


def _cover_row(found: Inspection) -> Cover:
    cover = session().get(Cover, found.cover_id)
    if not cover:
        cover = Cover(id=found.cover_id, tint=found.tint, created_at=now())
        session().add(cover)
    return cover
