"""Imports in each state, as rows: for what is about pages, and not about how they came there."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, NamedTuple

from playlist_app.database import new_id, now, write
from playlist_app.imports import queue
from playlist_app.imports.models import Import, Look
from playlist_app.imports.states import State, Trouble
from playlist_app.people.models import User
from playlist_app.playlists.models import Playlist


class Row(NamedTuple):
    """Which import; the row itself is read where it is asked about."""

    id: str
    batch_id: str


def entries(count: int, name: str = "Kitchen", host: str = "music.example") -> list[dict[str, Any]]:
    """As a look finds them (imports/looking.py)."""
    return [
        {
            "id": f"{name}-{number}",
            "key": f"https://{host}/{name}/{number}.mp3",
            "url": f"https://{host}/{name}/{number}.mp3",
            "title": f"{name} {number}",
            "artist": "",
            "duration_seconds": 180.0,
            "size_bytes": 3_000_000,
        }
        for number in range(count)
    ]


def imports(name: str, count: int, *, title: str = "", playlist_id: str | None = None) -> list[Row]:
    """So many imports of this person, in one batch; within an app context."""
    with write() as tx:
        made = queue.enqueue(
            f"https://music.example/{title or 'one'}",
            by=User.named(name),
            entries=entries(count, title or "Song"),
            title=title,
            playlist=tx.get(Playlist, playlist_id) if playlist_id else None,
        )
        return [Row(one.id, one.batch_id) for one in made]


def put(row: Row, state: State, **values: Any) -> None:
    """Have an import be in a state, as a worker would leave it."""
    with write() as tx:
        one = tx.get_one(Import, row.id)
        one.state = state
        for name, value in values.items():
            setattr(one, name, value)


def one_of_each(name: str) -> dict[str, Row]:
    """An import in every state that there is, and one that waits for its next attempt."""
    made: dict[str, Row] = {}
    for state in State:
        [made[state]] = imports(name, 1, title=state.title())
    put(
        made[State.ACTIVE], State.ACTIVE, progress=0.41, bytes_done=1_230_000, bytes_total=3_000_000
    )
    put(made[State.PAUSED], State.PAUSED, progress=0.2, bytes_done=600_000, bytes_total=3_000_000)
    put(made[State.COMPLETED], State.COMPLETED, progress=1.0, bytes_done=3_000_000)
    put(
        made[State.FAILED],
        State.FAILED,
        error_class=Trouble.BLOCKED,
        error="music.example says no (403).",
        attempts=5,
    )
    put(made[State.CANCELLED], State.CANCELLED)
    put(
        made[State.IGNORED],
        State.IGNORED,
        error_class=Trouble.GONE,
        error="music.example has it no longer (404).",
    )
    [later] = imports(name, 1, title="Later")
    put(later, State.QUEUED, attempts=2, not_before=now() + timedelta(minutes=10))
    return made | {"later": later}


def look(name: str, count: int, *, kind: str = "playlist", title: str = "Kitchen classics") -> str:
    """A look that is over; answers its id."""
    import orjson

    found = {
        "title": title,
        "kind": kind,
        "count": count,
        "entries": entries(count),
        "duration_seconds": 180.0 * count,
        "size_bytes": 3_000_000 * count,
    }
    with write() as tx:
        row = Look(
            id=new_id(),
            person_id=User.named(name).id,
            url="https://music.example/kitchen",
            state=State.COMPLETED,
            found=orjson.dumps(found).decode(),
            created_at=now(),
        )
        tx.add(row)
    return row.id
