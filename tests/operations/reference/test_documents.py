"""The documents: complete, well made, and true to what the code checks."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from flask import Flask

from playlist_app.described import described
from playlist_app.live.events import Happening
from playlist_app.operations.reference import asyncapi, openapi, reading
from tests.cast import Person, ok
from tests.conforming import asyncapi_of, check_frame, errors
from tests.conftest import close, make_app

JSON = dict[str, Any]


@pytest.fixture(scope="module")
def app(furnished: tuple[Path, dict[str, str]]) -> Iterator[Flask]:
    """One for all: nothing is changed here."""
    app = make_app(furnished[0])
    yield app
    close(app)


@pytest.fixture(scope="module")
def whole(app: Flask) -> JSON:
    return openapi.document(app)


METHODS = {"GET", "POST", "PUT", "PATCH", "DELETE"}


def operations(whole: JSON) -> list[tuple[str, str, JSON]]:
    return [
        (method.upper(), path, operation)
        for path, found in whole["paths"].items()
        for method, operation in found.items()
    ]


def test_every_call_of_the_api_is_described(app: Flask, whole: JSON) -> None:
    there = {
        (method, rule.rule.replace("<", "{").replace(">", "}"))
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) & METHODS
        if rule.rule.startswith("/api/v1/") and rule.endpoint != "reference.openapi"
    }
    assert {(method, path) for method, path, _ in operations(whole)} == there
    assert len(there) > 100


def test_a_call_that_does_not_say_what_it_answers_is_found(app: Flask) -> None:
    assert openapi.undescribed(app) == []
    view: Any = app.view_functions["playlist_api.show"]
    was = vars(view).pop("described")
    try:
        assert openapi.undescribed(app) == ["playlist_api.show"]
    finally:
        view.described = was


def test_it_is_an_openapi_document(whole: JSON) -> None:
    assert whole["openapi"].startswith("3.1")
    ids = [operation["operationId"] for _, _, operation in operations(whole)]
    assert len(ids) == len(set(ids))
    for reference in _references(whole):
        assert _at(whole, reference) is not None, reference
    for name, schema in whole["components"]["schemas"].items():
        assert jsonschema_rs.meta.is_valid(schema), name


def test_every_call_says_what_it_is_and_who_may(whole: JSON) -> None:
    for method, path, operation in operations(whole):
        assert operation["summary"], f"{method} {path} has no docstring"
        assert operation["tags"], path
        assert operation["security"] or operation["x-scope"] is None
        for each in operation["parameters"]:
            assert each["in"] in ("path", "query", "header")


def test_every_example_is_a_body_that_its_call_takes(whole: JSON) -> None:
    checked = 0
    for method, path, operation in operations(whole):
        content = operation.get("requestBody", {}).get("content", {})
        if "application/json" in content:
            body = reading.example_of(operation, whole)
            wrong = errors(content["application/json"]["schema"], whole, body)
            assert not wrong, f"{method} {path}: {body}: {wrong}"
            checked += 1
    assert checked > 25


def test_both_addresses_answer_the_same_and_know_their_etag(app: Flask, nobody: Person) -> None:
    there, here = nobody.call("GET", "/openapi.json"), app.test_client().get("/api/openapi.json")
    assert there.data == here.data
    etag = {"If-None-Match": there.headers["ETag"]}
    assert nobody.call("GET", "/openapi.json", headers=etag).status_code == 304


def test_the_commands_print_what_is_served(app: Flask, nobody: Person) -> None:
    printed = app.test_cli_runner().invoke(args=["api", "openapi"])
    assert json.loads(printed.output) == ok(nobody.get("/openapi.json"))
    printed = app.test_cli_runner().invoke(args=["api", "asyncapi"])
    assert json.loads(printed.output)["asyncapi"] == "3.0.0"


def test_every_type_of_event_is_described_with_a_schema() -> None:
    messages = asyncapi.document()["components"]["messages"]
    kinds = [kind for kind in _below(Happening) if hasattr(kind, "type")]
    assert len(kinds) > 20
    for kind in kinds:
        assert messages[kind.type]["summary"], f"{kind.__name__} has no docstring"
        payload = asyncapi.payload_type(kind)
        for name, told in payload.__annotations__.items():
            assert told != dict[str, Any], f"{kind.type}.{name} does not name its shape"


def test_an_event_that_is_not_as_it_is_described_is_found() -> None:
    check_frame({"type": "track.removed", "seq": 1, "payload": {"id": "x"}})
    for payload in ({}, {"id": 3}, {"id": "x", "more": 1}):
        with pytest.raises(AssertionError, match="not as it is described"):
            check_frame({"type": "track.removed", "seq": 1, "payload": payload})
    with pytest.raises(AssertionError, match="not described"):
        check_frame({"type": "track.vanished", "seq": 1, "payload": {}})


def test_references_of_the_live_document_lead_somewhere() -> None:
    whole = asyncapi_of()
    for reference in _references(whole):
        assert _at(whole, reference) is not None, reference


def test_the_description_of_a_view_survives_its_decorators(app: Flask) -> None:
    said = described(app.view_functions["playlist_api.items"])
    assert said is not None
    assert 304 in said.answers


def _below(kind: type[Any]) -> list[type[Any]]:
    return [each for sub in kind.__subclasses__() for each in (sub, *_below(sub))]


def _references(part: Any) -> list[str]:
    if isinstance(part, list):
        return [found for each in part for found in _references(each)]
    if not isinstance(part, dict):
        return []
    own = [part["$ref"]] if isinstance(part.get("$ref"), str) else []
    return own + [found for each in part.values() for found in _references(each)]


def _at(whole: JSON, reference: str) -> Any:
    found: Any = whole
    for name in reference.removeprefix("#/").split("/"):
        found = found.get(name.replace("~1", "/"), None) if isinstance(found, dict) else None
    return found


@pytest.mark.parametrize("path", ["/api/docs/", "/api/docs/live"])
def test_the_pages_need_no_script_and_no_other_site(app: Flask, path: str) -> None:
    answer = app.test_client().get(path)
    text = answer.get_data(as_text=True)
    assert answer.status_code == 200
    assert "<script" not in text
    assert " style=" not in text
    assert 'src="http' not in text
    assert 'rel="stylesheet" href="/' in text
    for id_ in re.findall(r'href="#([^"]+)"', text):
        assert f'id="{id_}"' in text, id_
