"""Claims: how a worker takes an import, and what it writes about it while its claim stands.

A claim is new with every taking. Who pauses or cancels an import takes the claim away, and so does
a worker that finds that of a dead one; so what comes too late has no effect.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, update
from sqlalchemy.orm import aliased

from playlist_app.config import settings
from playlist_app.database import after_commit, new_id, now, session, write
from playlist_app.imports import folders, hosts, quota, telling
from playlist_app.imports.models import Host, Import, Look
from playlist_app.imports.queue import TASK
from playlist_app.imports.states import PASSING, Failed, State, Trouble
from playlist_app.live import events
from playlist_app.work import worker
from playlist_app.work.tasks import wake

LONGEST_WAIT = 6 * 3600.0  # seconds, whatever a host asks for
SILENT_FOR = timedelta(minutes=20)  # longer than any limit on a process that goes out or looks in

JSON = dict[str, Any]


class Lost(Exception):
    """The claim does not stand any more: paused, cancelled, removed, or taken over."""


def take() -> Import | None:
    """Claim the import whose turn it is. What waits for a host, a limit or the same audio on its
    way is passed over."""
    with write() as tx:
        _free_what_the_dead_held(Import)
        while row := tx.scalar(_next()):
            used_up = quota.quota_of(row.person_id).used_up
            if not used_up:
                break
            _put_off(row.person_id, used_up)
        if row:
            row.state = State.ACTIVE
            row.claim, row.claimed_by = new_id(), worker.me()
            row.started_at = row.heartbeat_at = now()
            row.error_class = row.error = row.not_before = None
            tx.flush()
            telling.changed([row], None)
    return row


def take_look() -> Look | None:
    """Claim the look that waits longest."""
    with write() as tx:
        _free_what_the_dead_held(Look)
        row = tx.scalar(
            select(Look).where(Look.state == State.QUEUED).order_by(Look.created_at).limit(1)
        )
        if row:
            row.state, row.claim, row.claimed_by = State.ACTIVE, new_id(), worker.me()
    return row


def _free_what_the_dead_held(kind: type[Import] | type[Look]) -> None:
    """What was claimed by a worker that was killed waits again; that was no failure of its own."""
    active = kind.state == State.ACTIVE
    held = set(session().scalars(select(kind.claimed_by).where(active).distinct()))
    dead = [name for name in held if not worker.is_alive(name)]
    lost: ColumnElement[bool] = kind.claimed_by.in_(dead)
    if kind is Import:
        # Nobody is killed, and still nothing comes: a thread that ended where none should.
        lost = or_(lost, Import.heartbeat_at < now() - SILENT_FOR)
    values = {"state": State.QUEUED, "claim": None, "claimed_by": None}
    session().execute(update(kind).where(active, lost).values(values))
    session().expire_all()


def _next() -> Select[Import]:
    """Who has least under way goes first; then what most people wish for, then what waits longest,
    then the order of its list."""
    other = aliased(Import)
    active = select(func.count()).where(other.state == State.ACTIVE).correlate(Import)
    moment = now()
    # A host that refused several times is tried with one import, before all the others.
    closed = or_(
        Host.closed_until > moment,
        and_(
            Host.failures >= hosts.CLOSES_AT,
            select(other.id).where(other.state == State.ACTIVE, other.host == Host.name).exists(),
        ),
    )
    return (
        select(Import)
        .where(
            Import.state == State.QUEUED,
            or_(Import.not_before.is_(None), Import.not_before <= moment),
            ~select(Host.name).where(Host.name == Import.host, closed).exists(),
            ~select(other.id)
            .where(other.state == State.ACTIVE, other.key == Import.key)
            .correlate(Import)
            .exists(),
        )
        .order_by(
            active.where(other.person_id == Import.person_id).scalar_subquery(),
            Import.wishes.desc(),
            Import.queued_at,
            Import.position,
            Import.id,
        )
        .limit(1)
    )


def _put_off(person_id: str, why: str) -> None:
    """All that this person has in the queue waits until tomorrow, and says why."""
    until = quota.quota_of(person_id).resets_at
    mine = select(Import).where(
        Import.person_id == person_id,
        Import.state == State.QUEUED,
        or_(Import.not_before.is_(None), Import.not_before < until),
    )
    rows = list(session().scalars(mine))
    for row in rows:
        row.not_before, row.error = until, why
    session().flush()
    telling.changed(rows, None)


@contextmanager
def held(import_id: str, claim: str) -> Iterator[Import]:
    """A write about an import that is claimed. Raises Lost where the claim does not stand."""
    with write() as tx:
        row = tx.get(Import, import_id, populate_existing=True)
        if not row or row.claim != claim:
            raise Lost
        yield row
        tx.flush()


def stands(import_id: str, claim: str) -> bool:
    """Whether the claim still stands. For asking often: reads one column."""
    session().rollback()  # what was read before is forgotten
    return session().scalar(select(Import.claim).where(Import.id == import_id)) == claim


def state_of(import_id: str) -> str | None:
    """Where the import stands now; None when it is no longer there."""
    session().rollback()
    return session().scalar(select(Import.state).where(Import.id == import_id))


def progress(import_id: str, claim: str, done: int, total: int | None) -> None:
    """Note how far it is. Raises Lost."""
    with held(import_id, claim) as row:
        row.bytes_done, row.bytes_total = done, total
        row.progress = min(1.0, done / total) if total else 0.0
        row.heartbeat_at = now()
        telling.progressed(row)


def give_back(import_id: str, claim: str) -> None:
    """The worker stops: somebody else goes on where it was. Raises Lost."""
    with held(import_id, claim) as row:
        row.state = State.QUEUED
        row.claim = row.claimed_by = None
        telling.changed([row], None)


def failed(import_id: str, claim: str, failure: Failed) -> None:
    """Write what went wrong, and when it is tried again, if it is. Raises Lost."""
    with held(import_id, claim) as row:
        row.claim = row.claimed_by = None
        row.error_class, row.error = failure.trouble, str(failure)[:500]
        if failure.trouble in (Trouble.BLOCKED, Trouble.BROKEN):
            hosts.refused(row.host, failure)
        if failure.trouble in PASSING:
            row.attempts += 1
        if failure.trouble in PASSING and row.attempts < settings().import_attempts:
            _try_again_later(row, failure)
        else:
            _end(row, failure.trouble)
        telling.changed([row], None)


def _try_again_later(row: Import, failure: Failed) -> None:
    """To the back of the queue, and each time for twice as long; never all at the same moment."""
    wait = settings().import_backoff * 2 ** (row.attempts - 1) * random.uniform(0.75, 1.25)  # noqa: S311
    wait = min(max(wait, failure.retry_after or 0.0), LONGEST_WAIT)
    row.state = State.QUEUED
    row.queued_at = now()
    row.not_before = now() + timedelta(seconds=wait)
    wake(TASK, after=wait + 0.1)


def _end(row: Import, trouble: Trouble) -> None:
    ends = {Trouble.GONE: State.IGNORED, Trouble.DISK: State.PAUSED}
    row.state = ends.get(trouble, State.FAILED)
    if row.state != State.PAUSED:
        row.finished_at = now()
    row.progress = 0.0
    import_id, config = row.id, settings()
    after_commit(lambda: folders.remove(config, import_id))


def looked(look_id: str, claim: str, **values: Any) -> None:
    """Write what a look brought, for as long as somebody may want it."""
    with write() as tx:
        row = tx.get(Look, look_id, populate_existing=True)
        if not row or row.claim != claim:
            return
        for name, value in values.items():
            setattr(row, name, value)
        row.claim = row.claimed_by = None
        if row.state != State.QUEUED:
            events.record(events.ImportLooked(row.id, row.state), person=row.person_id)
