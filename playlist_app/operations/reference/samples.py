"""Values as examples show them: made of a schema, and of what makes sense for a known name."""

from __future__ import annotations

from typing import Any

JSON = dict[str, Any]

_UUID = "6f1c2f0e-3a55-4a3e-9d0f-1b7f7c5e8a10"
_MOMENT = "2026-11-21T20:15:00Z"
_NAMED: dict[str, Any] = {
    "title": "Friday kitchen",
    "description": "What we cook to",
    "username": "bob",
    "password": "a good long password",
    "artist": "Mira Lund",
    "url": "https://radio.example/episode.mp3",
    "query": "mira",
    "text": "First line\nSecond line",
    "field": "genre",
    "operator": "is",
    "value": "Jazz",
    "order": "title",
    "reason": "It is cut off at the end.",
    "device": "kitchen-tablet",
    "genre": "Jazz",
    "Upload-Length": "4194304",
    "Upload-Offset": "0",
    "Upload-Metadata": "filename c29uZy5tcDM=",
    "Tus-Resumable": "1.0.0",
    "sha256": "0" * 64,
    "limit": 100,
    "latitude": 48.2,
    "longitude": 16.37,
}


def sample(schema: JSON, whole: JSON, name: str = "") -> Any:
    """A value that the schema takes: of an object what is required, or else its first field."""
    if "$ref" in schema:
        return sample(whole["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]], whole, name)
    if "anyOf" in schema:
        return sample(schema["anyOf"][0], whole, name)
    if "enum" in schema:
        return schema["enum"][0]
    types = schema.get("type")
    kind = types[0] if isinstance(types, list) else types
    if kind == "object":
        return _object(schema, whole)
    if kind == "array":
        return [sample(schema["items"], whole, name.removesuffix("s"))]
    if name in _NAMED:
        return _NAMED[name]
    return _plain(kind, schema, name)


def _object(schema: JSON, whole: JSON) -> JSON:
    properties: JSON = schema.get("properties", {})
    one_of = schema.get("oneOf", [{}])[0].get("required", [])
    wanted = [*schema.get("required", []), *one_of] or list(properties)[:1]
    return {name: sample(properties[name], whole, name) for name in wanted}


def _plain(kind: str | None, schema: JSON, name: str) -> Any:
    if kind == "boolean":
        return True
    if kind in ("integer", "number"):
        return max(schema.get("minimum", 0), 0)
    if schema.get("format") == "date-time":
        return _MOMENT
    is_id = schema.get("format") == "uuid" or name in ("id", "track", "playlist", "item", "from")
    if is_id or name.endswith("_id"):
        return _UUID
    return name or "text"
