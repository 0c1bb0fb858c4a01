"""Looking first: what is behind an address, before anything is imported.

A worker looks (jobs.py): it can take half a minute, which no request should. The answer is kept
with the question, so that what is chosen from it needs no second look.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import orjson
from sqlalchemy import func, select

from playlist_app.database import as_id, forget, iso, new_id, now, session, write
from playlist_app.imports import queue
from playlist_app.imports.models import Import, Look
from playlist_app.imports.states import State
from playlist_app.people.models import User
from playlist_app.playlists.models import Playlist
from playlist_app.refusals import Conflict, Invalid, NotAllowed, NotFound, Refusal
from playlist_app.work.tasks import wake

TASK = "looks"
AT_ONCE = 5  # looks of one person that may wait
KEPT_FOR = timedelta(days=1)

JSON = dict[str, Any]


class TooManyLooks(Refusal):
    status = 429
    title = "One after the other"


def look(url: str, *, by: User) -> Look:
    """Ask what is behind an address. Raises Invalid, NotAllowed, or TooManyLooks."""
    url = queue.checked_url(url)
    with write() as tx:
        if not by.is_member:
            raise NotAllowed("Guests can't import.")
        waiting = select(func.count()).where(
            Look.person_id == by.id, Look.state.in_([State.QUEUED, State.ACTIVE])
        )
        if (tx.scalar(waiting) or 0) >= AT_ONCE:
            raise TooManyLooks("Wait until the addresses that you gave are looked at.")
        row = Look(id=new_id(), person_id=by.id, url=url, state=State.QUEUED, created_at=now())
        tx.add(row)
        wake(TASK)
    return row


def find_look(look_id: str, person: User) -> Look:
    """Raises NotFound, also for somebody else's."""
    found = session().get(Look, as_id(look_id) or "")
    if not found or found.person_id != person.id:
        raise NotFound("This look isn't here any more, or isn't yours.")
    return found


def take(
    row: Look,
    *,
    by: User,
    wanted: Sequence[str] | None = None,
    playlist: Playlist | None = None,
    quality: str,
) -> list[Import]:
    """Import what a look found: all of it, or the entries of these ids. Raises Conflict while it is
    not completed, Invalid for an entry that isn't there, and what `queue.enqueue` raises."""
    if row.state != State.COMPLETED or not row.found:
        raise Conflict("This address was not looked at yet.")
    found = orjson.loads(row.found)
    entries: list[JSON] = found["entries"]
    if wanted is not None:
        by_id = {entry["id"]: entry for entry in entries}
        missing = [id_ for id_ in wanted if id_ not in by_id]
        if missing or not wanted:
            raise Invalid.field("entries", "Choose from the entries that the look found.")
        entries = [by_id[id_] for id_ in dict.fromkeys(wanted)]
    return queue.enqueue(
        row.url, by=by, entries=entries, title=found["title"], playlist=playlist, quality=quality
    )


def shape(row: Look) -> JSON:
    """What is answered about a look. Once it is completed it has what was found:

    `title`; `kind`: single, playlist or feed; `count`: how many there are, which can be more than
    the `entries`, each `{id, key, url, title, artist, duration_seconds, size_bytes}`; and the sums
    `duration_seconds` and `size_bytes` where all are known.
    """
    found = orjson.loads(row.found) if row.found else {}
    return {
        "id": row.id,
        "url": row.url,
        "status": row.state,
        "error_class": row.error_class,
        "error": row.error,
        "created_at": iso(row.created_at),
        **found,
    }


def forget_old() -> None:
    """Drop looks that nobody will come back to."""
    forget(Look.created_at, now() - KEPT_FOR)
