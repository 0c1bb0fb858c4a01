"""The queue: putting addresses into it, each at most once a person. What can be done with what is
in it is in steering.py; workers take it by its rows (claims.py)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select

from playlist_app.config import settings
from playlist_app.database import new_id, now, session, write
from playlist_app.imports import addresses, quota, telling
from playlist_app.imports.guard import Guard, Refused
from playlist_app.imports.models import Batch, Import
from playlist_app.imports.states import UNFINISHED, Quality, State
from playlist_app.people.models import User
from playlist_app.playlists.members import require
from playlist_app.playlists.models import Playlist
from playlist_app.playlists.roles import Right
from playlist_app.refusals import Invalid, NotAllowed, Refusal
from playlist_app.work.tasks import wake

TASK = "imports"
Entry = Mapping[str, Any]


class QueueFull(Refusal):
    status = 429
    title = "Too many imports wait"


def checked_url(url: str) -> str:
    """The address, canonical. Raises Invalid for one that is never fetched."""
    try:
        found = addresses.canonical(url)
        Guard(settings().import_allow).check(found)
    except (addresses.Unusable, Refused) as refused:
        raise Invalid.field("url", str(refused)) from None
    return found


def enqueue(
    url: str,
    *,
    by: User,
    entries: Sequence[Entry] | None = None,
    title: str = "",
    playlist: Playlist | None = None,
    quality: str = Quality.BEST,
    again: bool = True,
) -> list[Import]:
    """Put an address into the queue; answers the imports, in their order.

    `entries` are those of a look that are wanted (looking.py: `{key, url, title, …}`); without
    them the address is looked at when its turn comes, and if it is a list, all of it is taken: the
    first import becomes the list's first. What this person waits for already is not put in twice.
    With `again` false (a source that looks on its own) neither is what was imported or has become
    a tombstone. Raises Invalid, NotAllowed, NotFound for the playlist, or QueueFull.
    """
    url = checked_url(url)
    if entries is None:
        entries = [{"url": url, "key": url, "looked": False}]
    with write() as tx:
        if not by.is_member:
            raise NotAllowed("Guests can't import.")
        if playlist:
            require(playlist, by, Right.ADD)
        batch = Batch(
            id=new_id(),
            person_id=by.id,
            url=url,
            title=title[:300],
            playlist_id=playlist.id if playlist else None,
            quality=Quality(quality),
            created_at=now(),
        )
        tx.add(batch)
        there = _known(by, [_key(entry) for entry in entries], again=again)
        made: list[Import] = []
        found: list[Import] = []
        for entry in entries:
            known = there.get(_key(entry))
            if known and known.batch.playlist_id == batch.playlist_id:
                found.append(known)
            elif not (known and not again):
                made.append(_new(batch, entry, len(made)))
        _require_place(by, len(made))
        if not made:
            tx.delete(batch)
            return found
        tx.add_all(made)
        tx.flush()
        telling.changed(made, by)
        wake(TASK)
    return sorted({*made, *found}, key=lambda row: (row.queued_at, row.position))


def _key(entry: Entry) -> str:
    return str(entry.get("key") or entry["url"])[: addresses.LONGEST]


def _known(by: User, keys: Sequence[str], *, again: bool) -> dict[str, Import]:
    """What this person has of these already: what is not finished; unless they ask for it `again`,
    also what is there and what is gone."""
    states = [*UNFINISHED] if again else [*UNFINISHED, State.COMPLETED, State.IGNORED]
    known: dict[str, Import] = {}
    for start in range(0, len(keys), 500):
        rows = session().scalars(
            select(Import).where(
                Import.person_id == by.id,
                Import.key.in_(keys[start : start + 500]),
                Import.state.in_(states),
            )
        )
        known |= {row.key: row for row in rows}
    return known


def _new(batch: Batch, entry: Entry, position: int) -> Import:
    return Import(
        id=new_id(),
        batch=batch,
        batch_id=batch.id,
        person_id=batch.person_id,
        position=position,
        url=str(entry["url"]),
        key=_key(entry),
        looked=bool(entry.get("looked", True)),
        host=addresses.host_of(str(entry["url"])),
        title=str(entry.get("title") or "")[:300],
        artist=str(entry.get("artist") or "")[:300],
        duration_seconds=entry.get("duration_seconds"),
        bytes_total=entry.get("size_bytes"),
        quality=batch.quality,
        state=State.QUEUED,
        progress=0.0,
        bytes_done=0,
        attempts=0,
        wishes=0,
        queued_at=batch.created_at,
        created_at=batch.created_at,  # all of a batch stand together in lists
    )


def _require_place(by: User, more: int) -> None:
    waiting = quota.waiting_of(by.id)
    if waiting + more > quota.QUEUE_AT_MOST:
        raise QueueFull(
            f"{waiting} of your imports wait already, and at most {quota.QUEUE_AT_MOST} may. "
            "Choose fewer, or cancel some."
        )


def expand(row: Import, entries: Sequence[Entry], title: str) -> None:
    """Within a write: what was taken for one thing is a list. It becomes the list's first, and the
    others come behind it in its batch."""
    row.batch.title = title[:300]
    others = _known(row.person, [_key(entry) for entry in entries], again=True)
    wanted = [entry for entry in entries if others.get(_key(entry), row) is row]
    room = max(1, quota.QUEUE_AT_MOST - quota.waiting_of(row.person_id))
    first, *rest = wanted[:room] or entries[:1]
    row.url, row.key, row.looked = str(first["url"]), _key(first), True
    row.host = addresses.host_of(row.url)
    row.title = str(first.get("title") or "")[:300]
    row.duration_seconds = first.get("duration_seconds")
    row.bytes_total = first.get("size_bytes")
    made = [_new(row.batch, entry, position) for position, entry in enumerate(rest, start=1)]
    session().add_all(made)
    session().flush()
    telling.changed([row, *made], None)
    wake(TASK)
