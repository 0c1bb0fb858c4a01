"""Asking for the manifest of a copy, as devices do."""

from __future__ import annotations

from typing import Any

from flask import Flask

from playlist_app.library.rendering import make_one
from tests.cast import Person, ok

JSON = dict[str, Any]


def manifest(person: Person, playlist: JSON, etag: str | None = None, **query: Any) -> JSON:
    """A manifest, with its ETag under `etag`."""
    answer = asked(person, playlist, etag, **query)
    return ok(answer) | {"etag": answer.headers["ETag"]}


def asked(person: Person, playlist: JSON, etag: str | None = None, **query: Any) -> Any:
    headers = {"If-None-Match": etag} if etag else {}
    path = f"/playlists/{playlist['id']}/offline"
    return person.get(path, query_string=query, headers=headers)


def again(person: Person, playlist: JSON, before: JSON, **query: Any) -> JSON:
    """As a device does it that has `before`."""
    known = {"since": before["seq"], "epoch": before["epoch"], "quality": before["quality"]}
    return manifest(person, playlist, before["etag"], **(known | query))


def make_all(app: Flask) -> None:
    with app.app_context():
        while make_one():
            pass


def ids(found: JSON) -> list[str]:
    return [item["id"] for item in found["items"]]


def item_path(playlist: JSON, item: str) -> str:
    return f"/playlists/{playlist['id']}/items/{item}"
