"""Steering: what people do with what is in the queue. Each verb checks who asks, changes rows and
records what happened in one write; a worker that is at it sees that its claim is gone (claims.py).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from sqlalchemy import select

from playlist_app.config import settings
from playlist_app.database import after_commit, now, session, write
from playlist_app.imports import folders, telling
from playlist_app.imports.models import Import, find_batch, find_import, visible_to
from playlist_app.imports.queue import TASK
from playlist_app.imports.states import RETRIABLE, UNFINISHED, State
from playlist_app.people.models import User
from playlist_app.refusals import Conflict
from playlist_app.work.tasks import wake

# --- one import -------------------------------------------------------------------------------


def pause(import_id: str, *, by: User) -> Import:
    """Let it rest; what was fetched of it stays. Raises Conflict once it is finished."""
    return _change(import_id, by, _pause)


def resume(import_id: str, *, by: User) -> Import:
    """Go on with what was paused. Raises Conflict for what is finished."""
    return _change(import_id, by, _resume)


def cancel(import_id: str, *, by: User) -> Import:
    """Give it up, and remove what was fetched of it. Raises Conflict where it is there already."""
    return _change(import_id, by, _cancel)


def retry(import_id: str, *, by: User) -> Import:
    """Try again what failed, was cancelled, or was taken for gone. Raises Conflict for others."""
    return _change(import_id, by, _retry)


def ignore(import_id: str, *, by: User) -> Import:
    """Never try it again by itself. Raises Conflict where it is there already."""
    return _change(import_id, by, _ignore)


def remove(import_id: str, *, by: User) -> None:
    """Take it off the list; what is not finished is cancelled. A track that it made stays."""
    with write() as tx:
        row = find_import(import_id, by)
        _drop_bytes(row)
        telling.removed(row, by)
        tx.delete(row)


def _change(import_id: str, by: User, act: Callable[[Import], bool]) -> Import:
    with write() as tx:
        row = find_import(import_id, by)
        if act(row):
            tx.flush()
            telling.changed([row], by)
    return row


# --- many -------------------------------------------------------------------------------------


def pause_batch(batch_id: str, *, by: User) -> int:
    """Pause what is not finished of a batch; answers how many."""
    return _change_batch(batch_id, by, [State.QUEUED, State.ACTIVE], _pause)


def resume_batch(batch_id: str, *, by: User) -> int:
    """Go on with what is paused in a batch; answers how many."""
    return _change_batch(batch_id, by, [State.PAUSED], _resume)


def cancel_batch(batch_id: str, *, by: User) -> int:
    """Cancel what is not finished of a batch; answers how many."""
    return _change_batch(batch_id, by, UNFINISHED, _cancel)


def retry_failed(*, by: User, batch_id: str | None = None) -> int:
    """Try again all that failed, of a batch or of all that this person sees; answers how many."""
    if batch_id:
        return _change_batch(batch_id, by, [State.FAILED], _retry)
    with write():
        return _change_all(by, [State.FAILED], _retry, batch_id=None)


def _change_batch(
    batch_id: str, by: User, states: Iterable[State], act: Callable[[Import], bool]
) -> int:
    with write():
        return _change_all(by, states, act, batch_id=find_batch(batch_id, by).id)


def _change_all(
    by: User, states: Iterable[State], act: Callable[[Import], bool], *, batch_id: str | None
) -> int:
    query = select(Import).where(visible_to(by), Import.state.in_([*states]))
    if batch_id:
        query = query.where(Import.batch_id == batch_id)
    rows = [row for row in session().scalars(query.order_by(Import.position)) if act(row)]
    session().flush()
    telling.changed(rows, by, batch=batch_id)
    return len(rows)


# --- from state to state ------------------------------------------------------------------------
# Each answers whether anything changed. A worker that is at it sees that its claim is gone.


def _pause(row: Import) -> bool:
    if row.state == State.PAUSED:
        return False
    _require(row, (State.QUEUED, State.ACTIVE), "paused")
    row.state = State.PAUSED
    row.claim = row.claimed_by = None
    return True


def _resume(row: Import) -> bool:
    if row.state in (State.QUEUED, State.ACTIVE):
        return False
    _require(row, (State.PAUSED,), "resumed")
    _queue(row)
    return True


def _cancel(row: Import) -> bool:
    if row.state == State.CANCELLED:
        return False
    _require(row, (*UNFINISHED, State.FAILED), "cancelled")
    _end(row, State.CANCELLED)
    row.error_class = row.error = None
    return True


def _ignore(row: Import) -> bool:
    if row.state == State.IGNORED:
        return False
    _require(row, (*UNFINISHED, State.FAILED, State.CANCELLED), "ignored")
    _end(row, State.IGNORED)
    return True


def _retry(row: Import) -> bool:
    if row.state == State.QUEUED:
        return False
    _require(row, RETRIABLE, "tried again")
    row.attempts = 0
    row.finished_at = None
    row.progress, row.bytes_done = 0.0, 0
    row.queued_at = now()
    _queue(row)
    return True


def _require(row: Import, states: Iterable[State], done: str) -> None:
    if State(row.state) not in states:
        raise Conflict(f"What is {row.state} can't be {done}.", extra={"import": row.shape()})


def _queue(row: Import) -> None:
    row.state = State.QUEUED
    row.not_before = row.error_class = row.error = None
    wake(TASK)


def _end(row: Import, state: State) -> None:
    _drop_bytes(row)
    row.state = state
    row.claim = row.claimed_by = None
    row.finished_at = now()


def _drop_bytes(row: Import) -> None:
    """Remove what was fetched so far, once that is safe. Where a worker is at it, it does so."""
    if not row.claim:
        import_id, config = row.id, settings()
        after_commit(lambda: folders.remove(config, import_id))
