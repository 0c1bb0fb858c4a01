"""Taking the files of a scan into the library, some at a time: rows for bytes, tracks and files.

What a file is to the library is decided here: new, known bytes in another place, moved, or changed.
A changed file stays the same track, so that its votes and its history stay with it.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from playlist_app.config import Settings, settings
from playlist_app.database import new_id, now, write
from playlist_app.library import rules
from playlist_app.library.curation.lyrics import Lyrics
from playlist_app.library.incoming import IncomingFile
from playlist_app.library.models import AudioAlias, AudioFile, Status, Track
from playlist_app.library.on_disk import OnDisk
from playlist_app.library.scanned import ScannedFile
from playlist_app.library.stored import audio_path, is_there, move_once, put_on
from playlist_app.library.walk import Found
from playlist_app.people.models import User


@dataclass(frozen=True, slots=True)
class Candidate:
    """A file that is new or changed. `number` is its row's, where it has one; `read` is what is in
    it, or else `error` why it can't be taken; `copied` are its bytes where they are to be kept."""

    folder: bytes
    found: Found
    number: int | None
    read: OnDisk | None = None
    error: str | None = None
    passing: bool = False
    copied: IncomingFile | None = None


class Taking:
    """One scan's writes. `counts` tells how many were added, changed, moved, copies, unchanged."""

    def __init__(self, owner: User) -> None:
        self._owner = owner
        self._config: Settings = settings()
        self.counts: Counter[str] = Counter()

    def take(self, candidates: Sequence[Candidate]) -> None:
        """In one write, short enough that nobody notices who votes meanwhile."""
        with write() as tx:
            # All at once in the end: a statement a table.
            with tx.no_autoflush:
                batch = _Batch(tx, self._owner, self._config, candidates)
                for candidate in candidates:
                    self.counts[batch.take(candidate)] += 1
            tx.flush()
            # Behind the tracks that they belong to.
            tx.add_all(batch.lyrics)

    def miss(self, numbers: Sequence[int]) -> None:
        """These files are gone. Their tracks stay, and play again when the files come back."""
        with write() as tx:
            for row in _rows(tx, numbers).values():
                if os.path.lexists(os.path.join(row.folder, row.name)):
                    continue  # moved here, or back, since it was missed
                row.missing_since = now()
                _bytes_gone(tx, row)
                self.counts["missing"] += 1


def _rows(tx: Session, numbers: Sequence[int]) -> dict[int, ScannedFile]:
    found = tx.scalars(select(ScannedFile).where(ScannedFile.number.in_(numbers)))
    return {row.number: row for row in found}


class _Batch:
    """What is known about the files of one write, and grows while they are taken."""

    def __init__(
        self, tx: Session, owner: User, config: Settings, candidates: Sequence[Candidate]
    ) -> None:
        self._tx, self._owner, self._config = tx, owner, config
        self.lyrics: list[Lyrics] = []
        self._known = _rows(tx, [c.number for c in candidates if c.number is not None])
        hashes = [c.read.sha256 for c in candidates if c.read]
        self._audio: dict[str, AudioFile] = {
            audio.sha256: audio
            for audio in tx.scalars(select(AudioFile).where(AudioFile.sha256.in_(hashes)))
        }
        aliases = tx.execute(
            select(AudioAlias.sha256, AudioFile)
            .join(AudioFile, AudioFile.id == AudioAlias.audio_id)
            .where(AudioAlias.sha256.in_(hashes))
        )
        self._audio |= {row.sha256: row.AudioFile for row in aliases}
        ids = {audio.id for audio in self._audio.values()}
        self._tracks: dict[str, str] = {}
        self._files: dict[str, list[ScannedFile]] = {}
        if ids:
            self._look_up(ids)

    def _look_up(self, ids: set[str]) -> None:
        """The tracks on these audio files that a scan may use, and the files that are they."""
        mine = or_(Track.status == Status.PUBLISHED, Track.owner_id == self._owner.id)
        tracks = (
            select(Track.audio_id, Track.id)
            .where(Track.audio_id.in_(ids), mine)
            .order_by(Track.number.desc())
        )
        self._tracks |= {audio: track for audio, track in self._tx.execute(tracks) if audio}
        for row in self._tx.scalars(select(ScannedFile).where(ScannedFile.audio_id.in_(ids))):
            self._files.setdefault(row.audio_id or "", []).append(row)

    def take(self, candidate: Candidate) -> str:
        """Take one; answers what it was: added, changed, moved, copies, unchanged or broken."""
        row = self._known.get(candidate.number or 0)
        read = candidate.read
        if not read:
            self._refuse(candidate, row)
            return "broken"
        known = self._audio.get(read.sha256)
        if row and known and row.audio_id == known.id and row.sha256 == read.sha256:
            self._bytes_are_at(known, candidate)
            self._note(row, candidate)
            return "unchanged"
        if row and row.track_id:
            return self._change(row, candidate, read)
        return self._add(row, candidate, read)

    def _refuse(self, candidate: Candidate, row: ScannedFile | None) -> None:
        if row is None:
            row = ScannedFile(folder=candidate.folder, name=candidate.found.name)
            self._tx.add(row)
        elif not candidate.passing:
            _bytes_gone(self._tx, row)
        self._note(row, candidate)

    def _add(self, row: ScannedFile | None, candidate: Candidate, read: OnDisk) -> str:
        """A file that has no track yet."""
        was, said = "added", read.fields
        audio = self._audio.get(read.sha256)
        if audio:
            moved = self._moved(audio, read.sha256) if row is None else None
            self._bytes_are_at(audio, candidate)
            if moved:
                moved.folder, moved.name = candidate.folder, candidate.found.name
                self._note(moved, candidate)
                return "moved"
        else:
            audio = self._new_audio(candidate, read)
        track_id = self._tracks.get(audio.id)
        if track_id:
            was = "copies"
        else:
            track = Track.draft(self._owner, audio, **read.fields)
            said = read.fields | {"genre": track.genre_name}
            self._tx.add(track)
            if read.lyrics:
                self.lyrics.append(Lyrics(track_id=track.id, text=read.lyrics))
            track_id = self._tracks[audio.id] = track.id
        if row is None:
            row = ScannedFile(folder=candidate.folder, name=candidate.found.name)
            self._tx.add(row)
            self._files.setdefault(audio.id, []).append(row)
        row.audio_id, row.track_id = audio.id, track_id
        row.said = json.dumps(said)
        self._note(row, candidate)
        return was

    def _moved(self, audio: AudioFile, sha256: str) -> ScannedFile | None:
        """The file that has these very bytes and is no longer where it was."""
        for row in self._files.get(audio.id, []):
            if row.sha256 == sha256 and not os.path.lexists(os.path.join(row.folder, row.name)):
                return row
        return None

    def _change(self, row: ScannedFile, candidate: Candidate, read: OnDisk) -> str:
        """Other bytes in the same place: its track plays them from now on."""
        track = self._tx.scalar(select(Track).where(Track.id == row.track_id))
        if not track:
            row.track_id = None
            return self._add(row, candidate, read)
        before = row.audio_id
        audio = self._audio.get(read.sha256)
        if audio:
            self._bytes_are_at(audio, candidate)
        else:
            audio = self._new_audio(candidate, read)
        if before and before != audio.id:
            _bytes_gone(self._tx, row)
        said, current = json.loads(row.said or "{}"), track.said()
        track.plays(audio)
        # What somebody said of the track since stays; the rest follows the file.
        track.describe(
            **{
                name: value
                for name, value in read.fields.items()
                if (current[name] or None) == said.get(name)
            }
        )
        row.audio_id, row.said = audio.id, json.dumps(read.fields | {"genre": track.genre_name})
        self._tracks.setdefault(audio.id, track.id)
        self._note(row, candidate)
        self._tx.flush()
        for tell in rules.telling:
            tell([track.id], self._owner)
        return "changed"

    def _new_audio(self, candidate: Candidate, read: OnDisk) -> AudioFile:
        audio = AudioFile(
            id=new_id(),
            created_at=now(),
            sha256=read.sha256,
            duration_seconds=read.duration_seconds,
            **_about_bytes(candidate, read),
        )
        self._put(audio, candidate)
        self._tx.add(audio)
        self._audio[read.sha256] = audio
        return audio

    def _bytes_are_at(self, audio: AudioFile, candidate: Candidate) -> None:
        """A file with the sound of a known one was read: where that lost its bytes, these serve."""
        if is_there(self._config, audio) and not audio.lost_at:
            return
        read = candidate.read
        assert read
        if audio.sha256 != read.sha256:
            put_on(audio, read.sha256, **_about_bytes(candidate, read))
        self._put(audio, candidate)

    def _put(self, audio: AudioFile, candidate: Candidate) -> None:
        audio.lost_at = None
        if candidate.copied:
            audio.path = audio.path_mtime_ns = None
            move_once(candidate.copied.path, audio_path(self._config, audio.sha256))
        else:
            audio.path = candidate.found.path
            audio.path_mtime_ns = candidate.found.mtime_ns

    def _note(self, row: ScannedFile, candidate: Candidate) -> None:
        row.size_bytes = candidate.found.size
        row.mtime_ns = -1 if candidate.passing else candidate.found.mtime_ns
        row.error, row.missing_since = candidate.error, None
        if candidate.read:
            row.sha256 = candidate.read.sha256


def _about_bytes(candidate: Candidate, read: OnDisk) -> dict[str, Any]:
    return {
        "size_bytes": candidate.found.size,
        "chunk_hashes": read.chunk_hashes,
        "format": read.format,
        "codec": read.codec,
        "bitrate": read.bitrate,
    }


def _bytes_gone(tx: Session, row: ScannedFile) -> None:
    """The bytes that this row stood for are no longer in their place: another copy serves, or the
    audio file is lost until it comes back."""
    audio = tx.get(AudioFile, row.audio_id) if row.audio_id else None
    if not audio or not audio.path or audio.lost_at or is_there(settings(), audio):
        return
    others = select(ScannedFile).where(
        ScannedFile.audio_id == audio.id,
        ScannedFile.number != row.number,
        ScannedFile.missing_since.is_(None),
        ScannedFile.error.is_(None),
    )
    for other in tx.scalars(others):
        if other.sha256 != audio.sha256:
            other.mtime_ns = -1  # same sound, other bytes: the next scan reads them, and they serve
            continue
        path = os.path.realpath(os.path.join(other.folder, other.name))
        if os.path.exists(path):
            audio.path, audio.path_mtime_ns = path, other.mtime_ns
            if is_there(settings(), audio):
                return
    audio.lost_at = now()
