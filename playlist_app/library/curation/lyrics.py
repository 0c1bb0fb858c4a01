"""Lyrics: a text beside a track, from its tags, from a file beside it, or written by hand."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import ForeignKey, select
from sqlalchemy.orm import Mapped, mapped_column

from playlist_app.database import Base, Id, Moment, now, session, write
from playlist_app.library import rules
from playlist_app.library.curation.lrc import lines_of
from playlist_app.library.models import Track
from playlist_app.library.tags import LONGEST_LYRICS
from playlist_app.people.models import User
from playlist_app.refusals import Invalid

JSON = dict[str, Any]

# Controls but for the ends of lines, and marks that change the direction of what stands around.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


class Lyrics(Base):
    """What is sung in a track. `text` is as it came: plain, or LRC with a time before each line."""

    __tablename__ = "lyrics"

    track_id: Mapped[str] = mapped_column(
        Id, ForeignKey("track.id", ondelete="CASCADE"), primary_key=True
    )
    text: Mapped[str]
    updated_at: Mapped[datetime] = mapped_column(Moment, default=now)


def shape(text: str) -> JSON:
    """`{text, synced, lines: [{at, text}]}`; `at` in seconds, null where it is not synced."""
    lines = lines_of(text)
    return {
        "text": text,
        "synced": any(line.at is not None for line in lines),
        "lines": [{"at": line.at, "text": line.text} for line in lines],
    }


def lyrics_of(track: Track) -> JSON:
    """The shape of a track's lyrics; of one without them, an empty text."""
    found = session().get(Lyrics, track.id)
    return shape(found.text if found else "")


def lyrics_of_many(track_ids: Collection[str]) -> dict[str, JSON]:
    """The lyrics of those of these tracks that have some, by their ids. One query."""
    rows = session().execute(
        select(Lyrics.track_id, Lyrics.text).where(Lyrics.track_id.in_(track_ids))
    )
    return {track_id: shape(text) for track_id, text in rows}


def touched_lyrics(since: datetime | None) -> set[str]:
    """The ids of tracks whose lyrics were written since then; of those that have some."""
    if since is None:
        return set()
    rows = session().scalars(select(Lyrics.track_id).where(Lyrics.updated_at >= since))
    return set(rows)


def write_lyrics(track: Track, text: str, by: User) -> JSON:
    """Replace the lyrics; an empty text takes them away. Raises NotAllowed, or Invalid."""
    with write():
        track.require_editor(by)
        before = lyrics_of(track)
        keep_lyrics(track.id, text)
        if lyrics_of(track) != before:
            # The track's shape is the same, but copies on devices hold its lyrics too.
            for tell in rules.telling:
                tell([track.id], by)
    return lyrics_of(track)


def keep_lyrics(track_id: str, text: str) -> None:
    """Within a write in which somebody was allowed to. Raises Invalid for a text that is too
    long."""
    text = clean(text)
    if len(text) > LONGEST_LYRICS:
        raise Invalid.field("text", f"Lyrics have at most {LONGEST_LYRICS:,} characters.")
    found = session().get(Lyrics, track_id)
    if found and not text:
        session().delete(found)
    elif found:
        found.text, found.updated_at = text, now()
    elif text:
        session().add(Lyrics(track_id=track_id, text=text, updated_at=now()))
    session().flush()


def clean(text: str) -> str:
    """Lines that end as everywhere here, without what nobody sees and empty lines around."""
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    lines = [line.rstrip() for line in _CONTROL.sub("", text.lstrip("\ufeff")).split("\n")]
    return "\n".join(lines).strip("\n")


def lyrics_beside(path: Path) -> str:
    """What the .lrc file of the same name beside an audio file holds; empty where there is none.

    A link is not followed: it may lead out of what is shared.
    """
    for suffix in (".lrc", ".LRC", ".Lrc"):
        beside = path.with_suffix(suffix)
        try:
            if beside.is_symlink() or beside.stat().st_size > 4 * LONGEST_LYRICS:
                continue
            return clean(_decoded(beside.read_bytes()))[:LONGEST_LYRICS]
        except OSError:
            continue  # not there, or not ours to read: the music is what counts
    return ""


def _decoded(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")
