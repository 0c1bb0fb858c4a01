"""The OpenAPI 3.1 document: made of the calls themselves.

What a call takes comes from the marshmallow schema that checks it, what it answers from the types
that its view names (`described.py`), its words from its docstring. Nothing is written twice.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from flask import Flask
from werkzeug.routing import Rule

from playlist_app.described import Answer, Described, described, taken
from playlist_app.operations.reference import words
from playlist_app.operations.reference.bodies import Bodies
from playlist_app.operations.reference.types import Types
from playlist_app.people.idempotency import SAFE
from playlist_app.shapes import Problem

JSON = dict[str, Any]

PREFIX = "/api/v1/"
PROBLEM = "application/problem+json"
HEAD = {"HEAD", "OPTIONS"}


@dataclass(frozen=True)
class Call:
    """One call: a method at an address, and the view behind it."""

    method: str
    rule: Rule
    view: Any
    said: Described

    @property
    def endpoint(self) -> str:
        return str(self.rule.endpoint)

    @property
    def path(self) -> str:
        return words.PARAMETER.sub(r"{\1}", self.rule.rule)

    @property
    def is_public(self) -> bool:
        return bool(getattr(self.view, "is_public", False))

    @property
    def is_safe(self) -> bool:
        return self.method in SAFE

    @property
    def is_kept(self) -> bool:
        """Whether an Idempotency-Key has its answer kept."""
        return not self.is_safe and not getattr(self.view, "steps_itself", False)

    @property
    def scope(self) -> str:
        return self.said.scope or ("read" if self.is_safe else "edit")


def calls_of(app: Flask) -> Iterator[Call]:
    """Every call of the API, in the order of their addresses."""
    rules = [rule for rule in app.url_map.iter_rules() if rule.rule.startswith(PREFIX)]
    for rule in sorted(rules, key=lambda rule: rule.rule):
        view = app.view_functions[rule.endpoint]
        if getattr(view, "is_reference", False):
            continue
        said = described(view) or Described({})
        for method in sorted((rule.methods or set()) - HEAD):
            yield Call(method, rule, view, said)


def undescribed(app: Flask) -> list[str]:
    """The calls that don't say what they answer; a test wants none."""
    return sorted({call.endpoint for call in calls_of(app) if not call.said.answers})


class Document:
    """The document of an app, as it is made; `whole()` answers it."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._types = Types("#/components/schemas/")
        self._bodies = Bodies()
        self._calls = list(calls_of(app))
        self._types.learn(Problem, *(a.shape for c in self._calls for a in c.said.answers.values()))

    def whole(self) -> JSON:
        paths: JSON = {}
        for call in self._calls:
            paths.setdefault(call.path, {})[call.method.lower()] = self._operation(call)
        return {
            "openapi": "3.1.0",
            "info": {
                "title": "Jamboree",
                "version": "1",
                "summary": words.SUMMARY,
                "description": words.ABOUT,
                "license": {"name": "MIT", "identifier": "MIT"},
            },
            "servers": [{"url": self._app.config["JAMBOREE"].path_prefix or "/"}],
            "tags": [
                {"name": name, "description": words.GROUPS.get(name, "")}
                for name in words.in_order({words.group(call.endpoint) for call in self._calls})
            ],
            "paths": paths,
            "components": {
                "schemas": dict(sorted((self._types.found | self._bodies.found).items())),
                "responses": self._refusals(),
                "securitySchemes": words.SECURITY,
            },
        }

    def _operation(self, call: Call) -> JSON:
        summary, description = words.of(call.view)
        operation: JSON = {
            "operationId": words.name(call.endpoint, call.method),
            "tags": [words.group(call.endpoint)],
            "summary": summary,
            "security": [] if call.is_public else words.needs(call.scope, safe=call.is_safe),
            "x-scope": None if call.is_public else call.scope,
            "parameters": [*self._in_path(call), *self._in_query(call), *self._in_head(call)],
            "responses": self._responses(call),
        }
        if description:
            operation["description"] = description
        body = self._bodies.of(call.view)
        if body:
            if call.said.example is not None:
                body["content"]["application/json"]["example"] = call.said.example
            operation["requestBody"] = body
        return operation

    def _in_path(self, call: Call) -> Iterator[JSON]:
        for name in words.PARAMETER.findall(call.rule.rule):
            yield {
                "name": name,
                "in": "path",
                "required": True,
                "description": words.of_parameter(name),
                "schema": {"type": "string", "minLength": 1} | words.FORMS.get(name, {}),
            }

    def _in_query(self, call: Call) -> Iterator[JSON]:
        yield from self._bodies.query(call.view)

    def _in_head(self, call: Call) -> Iterator[JSON]:
        for name, meaning in taken(call.view).headers.items():
            schema = {"type": "string"} if isinstance(meaning, str) else dict(meaning)
            said = meaning if isinstance(meaning, str) else str(schema.pop("description"))
            yield _header(name, said, schema, required=True)
        if call.is_kept:
            schema = {"type": "string", "format": "uuid"}
            yield _header("Idempotency-Key", words.IDEMPOTENCY, schema)
        if 304 in call.said.answers:
            yield _header("If-None-Match", words.IF_NONE_MATCH, {"type": "string"})

    def _responses(self, call: Call) -> JSON:
        found = {
            str(status): self._response(status, answer)
            for status, answer in sorted(call.said.answers.items())
        }
        for status in sorted(set(self._refused(call)) - set(call.said.answers)):
            found[str(status)] = {"$ref": f"#/components/responses/{status}"}
        return dict(sorted(found.items()))

    def _response(self, status: int, answer: Answer) -> JSON:
        response: JSON = {"description": words.STATUS.get(status, "Done.")}
        if answer.headers:
            response["headers"] = {
                name: {"description": meaning, "schema": {"type": "string"}}
                for name, meaning in answer.headers.items()
            }
        if answer.shape is not None:
            media = (PROBLEM,) if status >= 400 else answer.media
            schema = self._types.schema(answer.shape)
            response["content"] = {kind: {"schema": _of_kind(kind, schema)} for kind in media}
        return response

    def _refused(self, call: Call) -> Iterator[int]:
        """What a call may be refused with, by what it is."""
        yield from call.said.refuses
        yield from (400, 403, 429)
        if not call.is_public:
            yield 401
        if "{" in call.path or call.scope == "admin" or not call.is_safe:
            yield 404
        takes_query = any(self._in_query(call))
        if not call.is_safe or takes_query:
            yield 422
        if takes_query:
            yield 414
        if not call.is_safe:
            yield from (409, 413, 415, 507)

    def _refusals(self) -> JSON:
        statuses = {status for call in self._calls for status in self._refused(call)}
        problem = {PROBLEM: {"schema": self._types.schema(Problem)}}
        return {
            str(status): {
                "description": words.STATUS.get(status, "It was not done."),
                # The web server says it, before the app sees the call.
                "content": {"text/html": {"schema": {"type": "string"}}}
                if status == 414
                else problem,
            }
            for status in sorted(statuses)
        }


def _header(name: str, meaning: str, schema: Mapping[str, Any], *, required: bool = False) -> JSON:
    header = {"name": name, "in": "header", "description": meaning, "schema": dict(schema)}
    return header | {"required": True} if required else header


def document(app: Flask) -> JSON:
    """The OpenAPI document of this app."""
    return Document(app).whole()


def _of_kind(kind: str, schema: JSON) -> JSON:
    """A file that is JSON is read as such, so that bytes are no description of it."""
    if kind != PROBLEM and kind.endswith("+json") and schema.get("format") == "binary":
        return {"description": schema.get("description", "")}
    return schema
