"""JSON Schemas of the types of answers and events (`shapes.py`, each slice's `answers.py`)."""

from __future__ import annotations

import re
from typing import Any

import msgspec

JSON = dict[str, Any]


class Types:
    """Schemas by their names; `found` are those that others refer to. `at`: where they will stand
    in the document, "#/components/schemas/"."""

    def __init__(self, at: str) -> None:
        self._at = at
        self._schemas: dict[int, JSON] = {}
        self._kept: list[Any] = []  # so that no other type gets the id of one that is gone
        self.found: dict[str, JSON] = {}

    def learn(self, *shapes: Any) -> None:
        """Types that will be asked for: all at once, so that two of one name are told apart."""
        types = list({id(s): s for s in shapes if s is not None and not _is_schema(s)}.values())
        schemas, found = msgspec.json.schema_components(types, ref_template=f"{self._at}{{name}}")
        names = {name: _name(name) for name in found}
        self._kept += types
        for shape, schema in zip(types, schemas, strict=True):
            self._schemas[id(shape)] = self._renamed(schema, names)
        for name, schema in found.items():
            said = dict(self._renamed(schema, names))
            said["title"] = names[name]
            said["description"] = " ".join(str(said.get("description", "")).split())
            self.found[names[name]] = said

    def schema(self, shape: Any) -> JSON:
        """The schema of a type that was learned; one that is a schema stays as it is."""
        if _is_schema(shape):
            found: JSON = shape
            return found
        return self._schemas[id(shape)]

    def _renamed(self, schema: Any, names: dict[str, str]) -> Any:
        if isinstance(schema, list):
            return [self._renamed(each, names) for each in schema]
        if not isinstance(schema, dict):
            return schema
        ref = schema.get("$ref")
        if isinstance(ref, str):
            return {"$ref": self._at + names.get(ref.removeprefix(self._at), ref)}
        found = {name: self._renamed(value, names) for name, value in schema.items()}
        return _nullable(found)


def _nullable(schema: JSON) -> JSON:
    """`anyOf` of a type and null, as one schema with two types: easier to read."""
    either = schema.get("anyOf")
    if not either or len(either) != 2 or {"type": "null"} not in either:
        return schema
    other = next(each for each in either if each != {"type": "null"})
    rest = {name: value for name, value in schema.items() if name != "anyOf"}
    if isinstance(other.get("type"), str):
        return {**rest, **other, "type": [other["type"], "null"]}
    if "enum" in other:
        return {**rest, **other, "enum": [*other["enum"], None]}
    return schema


def _is_schema(shape: Any) -> bool:
    return isinstance(shape, dict)


def _name(name: str) -> str:
    """`Listed_Track_` is a list of tracks: `TrackList`."""
    found = re.match(r"^Listed_(\w+?)_$", name) or re.match(r"^Listed\[(\w+)\]$", name)
    return f"{found[1]}List" if found else name
