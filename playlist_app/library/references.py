"""References: who needs an audio file, and what becomes of one that nobody needs any more.

Counts are never stored: they are what the tables say. A file that nothing refers to is marked, and
goes when the grace period is over (JAMBOREE_GRACE_DAYS); who refers to it in time, has it.

Rows go first and bytes second. Bytes without a row are in nobody's way and are found again
(`remove_strays`); a row without its bytes would be a track that can't be played.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Column, ColumnElement, delete, or_, select, update

from playlist_app.config import Settings, settings
from playlist_app.database import Base, after_commit, now, session, write
from playlist_app.library import rules
from playlist_app.library.models import AudioFile, Cover, Track
from playlist_app.library.stored import audio_path, cover_path, note_alias, with_sound

AT_ONCE = 100  # rows of a write

Thing = TypeVar("Thing")


def needed() -> ColumnElement[bool]:
    """Whether something refers to an audio file: a condition on AudioFile."""
    on_a_track = select(Track.number).where(Track.audio_id == AudioFile.id).exists()
    return or_(on_a_track, *(rule() for rule in rules.needing))


def _shown() -> ColumnElement[bool]:
    """Whether anything shows a cover, in whichever slice: a condition on Cover."""
    return or_(
        *(select(column).where(column == Cover.id).exists() for column in _pointing_to("cover"))
    )


def _pointing_to(table: str) -> Iterator[Column[str]]:
    """Every column that has a key of this table."""
    for other in Base.metadata.tables.values():
        for column in other.columns:
            if any(key.column.table.name == table for key in column.foreign_keys):
                yield column


def count_again() -> None:
    """Mark what nothing refers to, unmark what is referred to again, and remove what is over."""
    # Found while nobody waits; each write looks again at its few.
    new = select(AudioFile.id).where(AudioFile.unreferenced_since.is_(None), ~needed())
    back = select(AudioFile.id).where(AudioFile.unreferenced_since.is_not(None), needed())
    for ids in _some(session().scalars(new).all()):
        with write() as tx:
            these = AudioFile.id.in_(ids)
            tx.execute(
                update(AudioFile).where(these, ~needed()).values(unreferenced_since=now()),
                execution_options={"synchronize_session": False},
            )
    for ids in _some(session().scalars(back).all()):
        with write() as tx:
            these = AudioFile.id.in_(ids)
            tx.execute(
                update(AudioFile).where(these, needed()).values(unreferenced_since=None),
                execution_options={"synchronize_session": False},
            )
    remove_what_is_over()


def remove_what_is_over() -> int:
    """Remove the audio files that nothing has referred to for the grace period, and covers that
    nothing shows; answers how many files went."""
    over = now() - timedelta(days=settings().grace_days)
    marked = select(AudioFile.id).where(AudioFile.unreferenced_since <= over)
    removed = 0
    for ids in _some(session().scalars(marked).all()):
        with write() as tx:
            gone = tx.execute(
                select(AudioFile.id, AudioFile.sha256).where(AudioFile.id.in_(ids), ~needed())
            ).all()
            tx.execute(delete(AudioFile).where(AudioFile.id.in_([row.id for row in gone])))
            remove_bytes_later(row.sha256 for row in gone)
            removed += len(gone)
    unseen = select(Cover.id).where(~_shown(), Cover.created_at <= over)
    for ids in _some(session().scalars(unseen).all()):
        with write() as tx:
            found = select(Cover.id).where(Cover.id.in_(ids), ~_shown())
            covers = tx.scalars(found).all()
            tx.execute(delete(Cover).where(Cover.id.in_(covers)))
            _remove_later(
                [
                    cover_path(settings(), cover, size)
                    for cover in covers
                    for size in ("large", "small")
                ]
            )
    return removed


def remove_bytes_later(hashes: Iterable[str]) -> None:
    """Once the write that is under way is safe: remove these bytes from the media folder."""
    _remove_later([audio_path(settings(), sha256) for sha256 in hashes])


def _remove_later(paths: Sequence[Path]) -> None:
    after_commit(lambda: _remove(paths))


def _remove(paths: Sequence[Path]) -> None:
    """Unless a row has come to count on them meanwhile: nobody writes one while this looks."""
    with write():
        claimed = _claimed(paths)
        for path in paths:
            if path not in claimed:
                path.unlink(missing_ok=True)


def _claimed(paths: Sequence[Path]) -> set[Path]:
    """Those of these files of the media folder of which a row says that they are to be there."""
    names = {path: path.name.partition(".")[0] for path in paths}
    audio = select(AudioFile.sha256).where(
        AudioFile.sha256.in_(names.values()), AudioFile.path.is_(None)
    )
    covers = select(Cover.id).where(Cover.id.in_(names.values()))
    known = {*session().scalars(audio), *session().scalars(covers)}
    return {path for path, name in names.items() if name in known}


def strays(config: Settings) -> Iterator[Path]:
    """Files in the media folder that no row knows: left by a crash between row and bytes, or put
    there by somebody."""
    for kind in ("audio", "covers"):
        for folder in sorted((config.media_folder / kind).glob("??")):
            for paths in _some(sorted(path for path in folder.iterdir() if path.is_file())):
                claimed = _claimed(paths)
                yield from (path for path in paths if path not in claimed)


def remove_strays(config: Settings) -> int:
    """Answers how many there were. A file whose row is being written is none: whoever stores one
    moves it to its place within the write of its row."""
    found = list(strays(config))
    for some in _some(found):
        _remove(some)
    return len(found)


def merge_same_sound(audio: AudioFile) -> AudioFile:
    """Within a write: of all files with the sound of this one, one is kept; answers which.

    Tracks and all else that referred to the others refer to it, their hashes become aliases, and
    their bytes are removed where they are ours: files in place are their owner's.
    """
    tx = session()
    tx.flush()
    kept = with_sound(audio.sound_sha256)
    if not kept:
        return audio
    same = AudioFile.sound_sha256 == kept.sound_sha256
    for other in tx.scalars(select(AudioFile).where(same, AudioFile.id != kept.id)).all():
        _merge(other, into=kept)
    return kept


def _merge(other: AudioFile, *, into: AudioFile) -> None:
    tx = session()
    tracks = tx.scalars(select(Track.id).where(Track.audio_id == other.id)).all()
    for column in _pointing_to("audio_file"):
        # What the kept one has already, of the same person or profile, goes with the other.
        moved = update(column.table).where(column == other.id).values({column: into.id})
        tx.execute(moved.prefix_with("OR IGNORE"))
    tx.execute(
        update(Track)
        .where(Track.id.in_(tracks))
        .values(duration_seconds=into.duration_seconds)
        .execution_options(synchronize_session=False)
    )
    into.source_url = into.source_url or other.source_url
    if not other.path:
        remove_bytes_later([other.sha256])
    sha256 = other.sha256
    tx.delete(other)
    tx.flush()
    tx.expire_all()
    note_alias(sha256, into)
    for tell in rules.telling:
        tell(tracks, None)


def _some(items: Iterable[Thing]) -> Iterator[list[Thing]]:
    waiting = list(items)
    for at in range(0, len(waiting), AT_ONCE):
        yield waiting[at : at + AT_ONCE]
