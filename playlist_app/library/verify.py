"""Verifying: are the bytes there, and right? Is what the tables say of references true?

Reading everything takes as long as the disk needs; a sample, taken every day, finds what a disk
loses before all devices have forgotten it too.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import delete, exists, func, select, text, update

from playlist_app.config import Settings, settings
from playlist_app.database import now, session, write
from playlist_app.library import healing, references
from playlist_app.library.models import CHUNK, AudioAlias, AudioFile, Cover, Track
from playlist_app.library.scanned import readable
from playlist_app.library.stored import audio_path, cover_path

AT_ONCE = 50  # files between two writes

FINE, MISSING, DAMAGED = "fine", "missing", "damaged"


@dataclass
class Problem:
    """One thing that is not as it should be. `kind` is missing, damaged, stray, cover, references,
    sound or alias; `mended`: it was put right."""

    kind: str
    what: str
    reason: str
    mended: bool = False


@dataclass
class Report:
    """What was found."""

    counts: Counter[str] = field(default_factory=Counter)
    problems: list[Problem] = field(default_factory=list)

    @property
    def is_well(self) -> bool:
        return all(problem.mended for problem in self.problems)

    @property
    def sentence(self) -> str:
        names = ("files", "fine", "missing", "damaged", "back", "stray")
        return ", ".join(f"{self.counts[name]} {name}" for name in names)

    def shape(self) -> dict[str, Any]:
        names = (
            *("files", "fine", "missing", "damaged", "back", "stray", "bytes"),
            *("references", "referenced", "unreferenced"),
        )
        return {
            **{name: self.counts[name] for name in names},
            "problems": [vars(problem) for problem in self.problems],
        }


def verify(
    *,
    sample: int | None = None,
    repair: bool = False,
    stop: Callable[[], bool] = lambda: False,
) -> Report:
    """Compare bytes with hashes, of all audio files or of a random sample; then the rest.

    What is missing or damaged is marked as lost, so that it is not served, and devices give it
    back; what is right again is unmarked. `repair` also removes strays, counts references anew,
    merges what sounds the same, and lets go of covers without a picture.
    """
    report, config = Report(), settings()
    for some in _files(sample):
        if stop():
            return report
        _note({audio.id: _look(audio, config, report) for audio in some}, report)
    _look_at_references(report, repair=repair)
    _look_at_sounds(report, repair=repair)
    _look_at_covers(report, config, repair=repair)
    _look_at_strays(report, config, repair=repair)
    healing.forget_what_is_whole(config)
    return report


Row = Any


def _files(sample: int | None) -> Iterator[Sequence[Row]]:
    columns = select(
        AudioFile.id,
        AudioFile.sha256,
        AudioFile.size_bytes,
        AudioFile.path,
        AudioFile.lost_at,
    )
    if sample is not None:
        rows = session().execute(columns.order_by(func.random()).limit(sample)).all()
        session().rollback()  # reading takes a while, and keeps no view of the database open
        for at in range(0, len(rows), AT_ONCE):
            yield rows[at : at + AT_ONCE]
        return
    last = ""
    while True:
        page = columns.where(AudioFile.id > last).order_by(AudioFile.id).limit(AT_ONCE)
        rows = session().execute(page).all()
        session().rollback()
        if not rows:
            return
        yield rows
        last = rows[-1].id


def _look(audio: Row, config: Settings, report: Report) -> tuple[str, int | None]:
    """How it is, and when the bytes that were compared were last changed."""
    path = audio.path or os.fsencode(audio_path(config, audio.sha256))
    state, reason, mtime_ns = MISSING, "It is not in its place.", None
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        with open(handle, "rb") as file:
            about = os.fstat(handle)
            mtime_ns = about.st_mtime_ns
            if not stat.S_ISREG(about.st_mode):
                state, reason = DAMAGED, "This is not a file."
            elif about.st_size != audio.size_bytes:
                state, reason = DAMAGED, f"It has {about.st_size} bytes, not {audio.size_bytes}."
            else:
                report.counts["bytes"] += about.st_size
                whole = hashlib.sha256()
                while piece := file.read(CHUNK):
                    whole.update(piece)
                state = FINE if whole.hexdigest() == audio.sha256 else DAMAGED
                reason = "Its bytes are not what was stored."
    except OSError as error:
        reason = f"It can't be read: {error.strerror}."
    report.counts["files"] += 1
    report.counts[state] += 1
    if state != FINE:
        report.problems.append(Problem(state, readable(path), reason))
    return state, mtime_ns


def _note(found: dict[str, tuple[str, int | None]], report: Report) -> None:
    """Mark what is lost, unmark what is right again; no write where all is as it was."""
    marks = {
        row.id: row
        for row in session().execute(
            select(AudioFile.id, AudioFile.lost_at, AudioFile.path, AudioFile.path_mtime_ns).where(
                AudioFile.id.in_(found)
            )
        )
    }
    changes: dict[str, dict[str, Any]] = {}
    for id_, (state, mtime_ns) in found.items():
        mark = marks.get(id_)
        if not mark:
            continue  # it went meanwhile
        if state != FINE and not mark.lost_at:
            changes[id_] = {"lost_at": now()}
        elif state == FINE and (mark.lost_at or (mark.path and mark.path_mtime_ns != mtime_ns)):
            changes[id_] = {"lost_at": None}
            if mark.path:
                changes[id_]["path_mtime_ns"] = mtime_ns
            report.counts["back"] += bool(mark.lost_at)
    if changes:
        with write() as tx:
            for id_, values in changes.items():
                tx.execute(update(AudioFile).where(AudioFile.id == id_).values(**values))


def _look_at_references(report: Report, *, repair: bool) -> None:
    """Count them once more, in another way than `references.needed` does, and compare."""
    tx = session()
    counted = Counter(filter(None, tx.scalars(select(Track.audio_id))))
    report.counts["references"] = counted.total()
    report.counts["referenced"] = len(counted)
    held = set(tx.scalars(select(AudioFile.id).where(references.needed())))
    known = set(tx.scalars(select(AudioFile.id)))
    report.counts["unreferenced"] = len(known - held)
    for audio_id in sorted(set(counted) - held):
        report.problems.append(
            Problem("references", str(audio_id), "A track plays it, and it is not known as needed.")
        )
    broken = tx.execute(text("PRAGMA foreign_key_check")).all()
    for table, number, other, _ in broken:
        report.problems.append(
            Problem("references", f"{table} {number}", f"Its row of {other} is gone.")
        )
    if repair:
        references.count_again()


def _look_at_sounds(report: Report, *, repair: bool) -> None:
    """One sound is one file; and a hash is of stored bytes or of others, never of both."""
    tx = session()
    twice = (
        select(AudioFile.sound_sha256)
        .where(AudioFile.sound_sha256.is_not(None))
        .group_by(AudioFile.sound_sha256)
        .having(func.count() > 1)
    )
    for sound in tx.scalars(twice).all():
        problem = Problem("sound", str(sound), "Several files are stored with this one sound.")
        report.problems.append(problem)
        if repair:
            with write() as inner:
                same = select(AudioFile).where(AudioFile.sound_sha256 == sound)
                if one := inner.scalars(same).first():
                    references.merge_same_sound(one)
            problem.mended = True
    both = select(AudioAlias).where(exists().where(AudioFile.sha256 == AudioAlias.sha256))
    for alias in session().scalars(both).all():
        problem = Problem("alias", alias.sha256, "These bytes are stored, and noted as not kept.")
        report.problems.append(problem)
        if repair:
            with write() as inner:
                inner.execute(delete(AudioAlias).where(AudioAlias.sha256 == alias.sha256))
            problem.mended = True


def _look_at_covers(report: Report, config: Settings, *, repair: bool) -> None:
    for cover in session().scalars(select(Cover.id)).all():
        if all(cover_path(config, cover, size).is_file() for size in ("large", "small")):
            continue
        problem = Problem("cover", cover, "The picture is not in its place.")
        report.problems.append(problem)
        if repair:
            with write() as tx:
                tx.execute(update(Track).where(Track.cover_id == cover).values(cover_id=None))
            references.remove_what_is_over()
            problem.mended = True


def _look_at_strays(report: Report, config: Settings, *, repair: bool) -> None:
    found = list(references.strays(config))
    report.counts["stray"] = len(found)
    for path in found:
        report.problems.append(Problem("stray", str(path), "Nothing refers to this file.", repair))
    if repair:
        references.remove_strays(config)
