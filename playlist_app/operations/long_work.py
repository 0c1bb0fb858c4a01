"""Long work: what an admin asks for and takes longer than a page may: a backup, a check, an export.

Each is a row: the worker claims it, notes how far it is, and looks whether somebody cancelled it. A
slice declares what a kind does; whatever it does must be safe to begin again, as a worker that was
killed leaves its row, and another takes it up.

    @long_work.kind("backup", title=_("Back up"))
    def _back_up(course: Course) -> str:
        for done, file in enumerate(files): course.at(done, len(files), "Copying files")
        return "Backed up 12 files."
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, select
from sqlalchemy.orm import Mapped, mapped_column

from playlist_app.config import settings
from playlist_app.database import Base, Id, Moment, WithId, forget, iso, now, session, write
from playlist_app.operations.troubles import CannotServe, explained
from playlist_app.people.models import User
from playlist_app.refusals import Conflict, NotFound, Refusal
from playlist_app.work import worker
from playlist_app.work.tasks import stopping, wake

TASK = "long-work"
NOTED_EVERY = 0.5  # seconds
ATTEMPTS = 3  # of workers that died of it, or with it
KEPT = timedelta(days=30)

QUEUED, RUNNING, DONE, FAILED, CANCELLED = "queued", "running", "done", "failed", "cancelled"


class Cancelled(Exception):
    """Somebody cancelled it; what was begun is to be undone on the way out."""


class Interrupted(Exception):
    """The worker was told to stop; another goes on with it, from the beginning."""


class LongWork(WithId, Base):
    """One piece of work that was asked for. `done` of `of` are in whatever unit `message` tells."""

    __tablename__ = "long_work"

    kind: Mapped[str] = mapped_column(String(40), index=True)
    state: Mapped[str] = mapped_column(String(10), default=QUEUED, index=True)
    # What it is about, for the kind's own function; never anything secret.
    wanted: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    done: Mapped[int] = mapped_column(default=0)
    of: Mapped[int] = mapped_column(default=0)
    message: Mapped[str] = mapped_column(default="")  # what it is at; in the end, what came of it
    by_id: Mapped[str | None] = mapped_column(Id, ForeignKey("user.id", ondelete="SET NULL"))
    worker: Mapped[str | None] = mapped_column(String(36))
    attempts: Mapped[int] = mapped_column(default=0)
    started_at: Mapped[datetime | None] = mapped_column(Moment)
    finished_at: Mapped[datetime | None] = mapped_column(Moment, index=True)
    cancelled_at: Mapped[datetime | None] = mapped_column(Moment)

    @property
    def title(self) -> str:
        found = _kinds.get(self.kind)
        return str(found.title) if found else self.kind

    @property
    def is_over(self) -> bool:
        return self.state in (DONE, FAILED, CANCELLED)

    def shape(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "kind": self.kind,
            "state": self.state,
            "done": self.done,
            "of": self.of,
            "message": self.message,
            "created_at": iso(self.created_at),
            "finished_at": self.finished_at and iso(self.finished_at),
        }


class Course:
    """The course that a piece of work takes: where its function tells how far it is."""

    def __init__(self, work: LongWork) -> None:
        self.id = work.id
        self.wanted = work.wanted
        self.by_id = work.by_id
        self._noted = 0.0
        self._message = ""

    def at(self, done: int, of: int, message: str) -> None:
        """Say how far it is. Raises Cancelled or Interrupted where it is to end; call it often."""
        if stopping.is_set():
            raise Interrupted
        if message == self._message and time.monotonic() - self._noted < NOTED_EVERY:
            return
        with write() as tx:
            row = tx.get(LongWork, self.id)
            if not row or row.cancelled_at:
                raise Cancelled
            row.done, row.of, row.message = done, of, message
        self._noted, self._message = time.monotonic(), message


Act = Callable[[Course], str]


@dataclass(frozen=True)
class Kind:
    name: str
    title: Any  # a text, or a lazy one
    act: Act


_kinds: dict[str, Kind] = {}


def kind(name: str, *, title: Any) -> Callable[[Act], Act]:
    """Declare what a kind of work does. It answers a sentence on what came of it; a Refusal that it
    raises is one, too."""

    def declare(act: Act) -> Act:
        _kinds[name] = Kind(name, title, act)
        return act

    return declare


def ask(name: str, /, *, by: User | None, **wanted: Any) -> LongWork:
    """Have it done. `by` is an admin, or None for the server itself; others get NotFound. Asked for
    again while the same waits or runs, it is that one."""
    assert name in _kinds, f"nobody declared {name}"
    _require_admin(by)
    with write() as tx:
        under_way = select(LongWork).where(
            LongWork.kind == name, LongWork.state.in_((QUEUED, RUNNING))
        )
        for other in tx.scalars(under_way):
            if other.wanted == wanted and not other.cancelled_at:
                return other
        work = LongWork(kind=name, wanted=wanted, by_id=by.id if by else None)
        tx.add(work)
        tx.flush()
        wake(TASK)
    return work


def cancel(work_id: str, *, by: User) -> LongWork:
    """Have it end; what it began is undone. Raises NotFound, or Conflict for what is over."""
    _require_admin(by)
    with write() as tx:
        work = tx.get(LongWork, work_id)
        if not work:
            raise NotFound
        if work.is_over and work.state != CANCELLED:
            raise Conflict("It is over already.")
        work.cancelled_at = work.cancelled_at or now()
        if work.state == QUEUED:
            work.state, work.finished_at = CANCELLED, now()
    return work


def found(work_id: str, *, by: User) -> LongWork:
    """Raises NotFound."""
    _require_admin(by)
    work = session().get(LongWork, work_id)
    if not work:
        raise NotFound
    return work


def recent(*kinds: str, limit: int = 5) -> Sequence[LongWork]:
    """What was asked for of these kinds, the newest first."""
    wanted = select(LongWork).where(LongWork.kind.in_(kinds))
    return session().scalars(wanted.order_by(LongWork.created_at.desc()).limit(limit)).all()


def waiting() -> int:
    under_way = select(LongWork.id).where(LongWork.state.in_((QUEUED, RUNNING)))
    return len(session().scalars(under_way).all())


_here: set[str] = set()  # what this process is at


def do_next() -> bool:
    """The step of the task: one piece of work. Answers whether there may be more."""
    work = _claim()
    if not work:
        return False
    _here.add(work.id)
    try:
        _do(work)
    finally:
        _here.discard(work.id)
    return not stopping.is_set()


def _claim() -> LongWork | None:
    with write() as tx:
        open_ = select(LongWork).where(LongWork.state.in_((QUEUED, RUNNING)))
        for work in tx.scalars(open_.order_by(LongWork.created_at)):
            if work.state == RUNNING and _is_held(work):
                continue
            if work.cancelled_at:
                work.state, work.finished_at = CANCELLED, now()
            elif work.attempts >= ATTEMPTS:
                work.state, work.finished_at = FAILED, now()
                work.message = "The server ended in the middle of it, several times."
            else:
                work.state, work.worker, work.started_at = RUNNING, worker.me(), now()
                work.attempts += 1
                return work
    return None


def _is_held(work: LongWork) -> bool:
    if work.worker == worker.me():
        return work.id in _here  # or it could not be noted how it ended, as the disk was full
    return worker.is_alive(work.worker)


def _do(work: LongWork) -> None:
    id_, declared = work.id, _kinds.get(work.kind)
    try:
        if not declared:
            raise Refusal("This version of Jamboree does not know this kind of work.")
        with explained(settings()):
            message = declared.act(Course(work))
    except Cancelled:
        _end(id_, CANCELLED, "")
    except Interrupted:
        _put_back(id_)
    except Refusal as refusal:
        _end(id_, FAILED, refusal.detail)
    except CannotServe as trouble:
        _end(id_, FAILED, str(trouble))
    except Exception as error:
        # Nobody foresaw it: the row must not look as if it were still running.
        _end(id_, FAILED, f"{type(error).__name__}: {error}")
        raise
    else:
        _end(id_, DONE, message)


def _end(id_: str, state: str, message: str) -> None:
    with write() as tx:
        work = tx.get(LongWork, id_)
        if work:  # a restored database does not know of it
            work.state, work.finished_at, work.worker = state, now(), None
            work.message = message[:2000] or work.message


def _put_back(id_: str) -> None:
    with write() as tx:
        work = tx.get(LongWork, id_)
        if work:
            work.state, work.worker = QUEUED, None
            work.attempts = max(work.attempts - 1, 0)


def forget_old() -> None:
    """Drop what has been over for a month."""
    forget(LongWork.finished_at, now() - KEPT)


def _require_admin(person: User | None) -> None:
    if person and not person.is_admin:
        raise NotFound
