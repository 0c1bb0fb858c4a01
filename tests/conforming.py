"""Every answer of the API, in every test, is held to the document that describes it, and every
recorded event to its own: what is not described is not answered."""

from __future__ import annotations

import contextlib
import functools
import json
import sqlite3
from typing import Any

import jsonschema_rs
from flask import Flask
from werkzeug.test import TestResponse

from playlist_app.operations.reference import asyncapi
from playlist_app.operations.reference.openapi import document

API = "/api/v1/"
JSON = dict[str, Any]
OURS = "conforming"  # where an app keeps its document

_documents: dict[tuple[str, ...], JSON] = {}
# By the ids of a schema and its document, which are kept beside, so that no other gets their ids.
_validators: dict[tuple[int, int], tuple[jsonschema_rs.Validator, JSON, JSON]] = {}


def openapi_of(app: Flask) -> JSON:
    """The document; made once for all apps with the same calls, as it does not differ."""
    if OURS in app.extensions:
        known: JSON = app.extensions[OURS]
        return known
    calls = tuple(sorted(f"{rule.rule} {rule.endpoint}" for rule in app.url_map.iter_rules()))
    if calls not in _documents:
        _documents[calls] = _strict(document(app))
    app.extensions[OURS] = _documents[calls]
    return _documents[calls]


def _strict(part: Any) -> Any:
    """The same, and members that are not named in it are errors. To clients they are not: more may
    be told one day."""
    if isinstance(part, list):
        return [_strict(each) for each in part]
    if not isinstance(part, dict):
        return part
    found = {name: _strict(value) for name, value in part.items()}
    is_object = part.get("type") == "object" and isinstance(part.get("properties"), dict)
    if is_object and part.get("title") not in OPEN:
        found.setdefault("additionalProperties", False)
    return found


# Refusals add what helps: which item is there already, what was changed on both sides.
OPEN = {"Problem", "AlreadyThere"}


def errors(schema: JSON, whole: JSON, value: Any) -> list[str]:
    key = (id(whole), id(schema))
    if key not in _validators:
        rooted = {**schema, "components": whole["components"]}
        compiled = jsonschema_rs.validator_for(rooted, validate_formats=True)
        _validators[key] = compiled, schema, whole
    return [
        f"{'/'.join(map(str, error.instance_path))}: {error.message[:300]}"
        for error in _validators[key][0].iter_errors(value)
    ]


def _path_of(app: Flask, method: str, path: str) -> str | None:
    """The described path of an address; None for what is no call of the API."""
    from werkzeug.exceptions import HTTPException

    # Kept with the app: a cache beside it would keep the app, and the files that it has open.
    known: dict[tuple[str, str], str | None] = app.extensions.setdefault(f"{OURS} paths", {})
    if (method, path) not in known:
        try:
            rule, _ = app.url_map.bind("localhost").match(path, method=method, return_rule=True)
            known[method, path] = rule.rule.replace("<", "{").replace(">", "}")
        except HTTPException:
            known[method, path] = None
    return known[method, path]


def check(app: Flask, answer: TestResponse) -> None:
    """Raises AssertionError where an answer is not as the document says."""
    method, path = answer.request.method, answer.request.path
    if not path.startswith(API) or method not in ("GET", "POST", "PUT", "PATCH", "DELETE"):
        return
    found = _path_of(app, method, path)
    whole = openapi_of(app)
    if found is None or found not in whole["paths"]:
        return
    operation = whole["paths"][found][method.lower()]
    where = f"{method} {found} answered {answer.status_code}"
    described = operation["responses"].get(str(answer.status_code))
    assert described, f"{where}, which the API's document does not know: see described.py"
    if "$ref" in described:
        described = whole["components"]["responses"][described["$ref"].rsplit("/", 1)[1]]
    content = described.get("content")
    if not content:
        assert not answer.data, f"{where} with a body, which is not described"
        return
    kind = str(answer.mimetype)
    assert kind in content, f"{where} as {kind}, which is not described"
    if "json" in kind:
        said = json.loads(answer.data)
        wrong = errors(content[kind]["schema"], whole, said)
        assert not wrong, f"{where}, not as it is described: {wrong[:5]}"


@functools.cache
def asyncapi_of() -> JSON:
    found: JSON = _strict(asyncapi.document())
    return found


def check_frame(frame: JSON) -> None:
    """Raises AssertionError where a frame of the live channel is not as it is described."""
    whole = asyncapi_of()
    described = whole["components"]["messages"].get(frame["type"])
    assert described, f"the live channel sent {frame['type']}, which is not described"
    wrong = errors(described["payload"], whole, frame)
    assert not wrong, f"{frame['type']} is not as it is described: {wrong[:5]}"


def check_events(path: str) -> None:
    """Every event that is recorded in a database; none in one that a test broke or took away."""
    try:
        with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
            rows = database.execute("SELECT seq, type, payload FROM event").fetchall()
    except sqlite3.DatabaseError:
        return
    for seq, type_, payload in rows:
        check_frame({"type": type_, "seq": seq, "payload": json.loads(payload)})
