"""Ways to have somebody hear something."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

from playlist_app.database import iso
from tests.cast import Person, ok

JSON = dict[str, Any]


def a_listen(track: JSON, seconds: float = 60.0, *, ago: float = 0.0, **fields: Any) -> JSON:
    """A listen as a device reports it; it began `ago` seconds ago."""
    at = datetime.now(UTC) - timedelta(seconds=ago)
    return {
        "id": str(uuid.uuid4()),
        "track": track["id"],
        "at": iso(at),
        "seconds": seconds,
        "finished": False,
        **fields,
    }


def reports(person: Person, *listens: JSON, device: str = "phone") -> list[JSON]:
    body = {"device": device, "items": list(listens)}
    results: list[JSON] = ok(person.post("/listens", body))["results"]
    return results


def hears(person: Person, track: JSON, times: int = 1, **fields: Any) -> None:
    for _ in range(times):
        assert reports(person, a_listen(track, **fields))[0]["status"] == "applied"


def history(person: Person) -> list[JSON]:
    items: list[JSON] = ok(person.get("/listens"))["items"]
    return items
