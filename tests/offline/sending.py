"""Sending what was changed on a device, as devices do."""

from __future__ import annotations

import uuid
from typing import Any

from tests.cast import Person, ok


def operation(kind: str, playlist: Any, **fields: Any) -> dict[str, Any]:
    return {
        "id": str(uuid.uuid4()),
        "kind": kind,
        "at": "2026-11-20T23:59:00Z",
        "base_seq": playlist["seq"],
        "playlist": playlist["id"],
        **fields,
    }


def sends(person: Person, *operations: Any) -> list[dict[str, Any]]:
    answer = ok(person.post("/sync", {"device": "phone", "operations": list(operations)}))
    results: list[dict[str, Any]] = answer["results"]
    assert [result["id"] for result in results] == [op["id"] for op in operations]
    return results
