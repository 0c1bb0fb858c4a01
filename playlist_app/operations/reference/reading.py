"""The documents as pages show them: calls in their groups, fields in words, and an example each."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from playlist_app.operations.reference.samples import sample

JSON = dict[str, Any]

_PLAIN = {
    "string": "text",
    "integer": "whole number",
    "number": "number",
    "boolean": "true or false",
    "null": "null",
    "object": "object",
    "array": "list",
}
_FORMATS = {"date-time": "moment", "uuid": "UUID", "binary": "bytes"}


@dataclass(frozen=True)
class Field:
    """One field of a body, an answer or a query. `shape` is the schema that it leads to."""

    name: str
    kind: str
    shape: str | None
    required: bool
    limits: str
    about: str


@dataclass(frozen=True)
class Reply:
    """One answer of a call."""

    status: int
    about: str
    kind: str
    shape: str | None


@dataclass(frozen=True)
class Call:
    """One call, as a page shows it."""

    id: str
    method: str
    path: str
    summary: str
    description: str
    scope: str | None
    parameters: list[Field]
    body: list[Field]
    media: list[str]
    replies: list[Reply]
    refusals: list[Reply]
    curl: str


@dataclass(frozen=True)
class Group:
    """Calls under one heading."""

    name: str
    about: str
    calls: list[Call]

    @property
    def id(self) -> str:
        return self.name.lower().replace(" ", "-")


def kind_of(schema: JSON) -> tuple[str, str | None]:
    """What a schema takes, in words; and the name of the schema that it leads to."""
    if "$ref" in schema:
        if schema["$ref"].startswith("#/components/messages/"):
            return "committed event", None
        name = schema["$ref"].rsplit("/", 1)[1]
        return name.rpartition(".")[2], name
    if "const" in schema:
        return json.dumps(schema["const"]), None
    if "enum" in schema:
        return "one of " + ", ".join("null" if v is None else str(v) for v in schema["enum"]), None
    either = schema.get("anyOf") or schema.get("oneOf")
    if either:
        kinds = [kind_of(each) for each in either]
        shape = next((shape for _, shape in kinds if shape), None)
        return " or ".join(dict.fromkeys(kind for kind, _ in kinds)), shape
    types = schema.get("type", "anything")
    kinds_named = types if isinstance(types, list) else [types]
    if "array" in kinds_named:
        of, shape = kind_of(schema.get("items", {}))
        return f"list of {of}" + (" or null" if "null" in kinds_named else ""), shape
    format_ = _FORMATS.get(schema.get("format", ""), "")
    named = [
        format_ if format_ and kind == "string" else _PLAIN.get(str(kind), str(kind))
        for kind in kinds_named
    ]
    return " or ".join(named), None


def _limits(schema: JSON) -> str:
    least, most = schema.get("minimum"), schema.get("maximum")
    said = []
    if least is not None and most is not None:
        said.append(f"{least:g} to {most:g}" if most < 10**7 else f"from {least:g}")
    elif least is not None:
        said.append(f"from {least:g}")
    if schema.get("maxLength"):
        said.append(f"at most {schema['maxLength']} characters")
    if schema.get("maxItems"):
        said.append(f"at most {schema['maxItems']}")
    if schema.get("default") not in (None, "", [], {}):
        said.append(f"else {json.dumps(schema['default'])}")
    return ", ".join(said)


def field_of(name: str, schema: JSON, *, required: bool, about: str = "") -> Field:
    kind, shape = kind_of(schema)
    said = about or schema.get("description", "")
    return Field(name, kind, shape, required, _limits(schema), said)


def fields_of(schema: JSON, whole: JSON) -> list[Field]:
    """The fields of an object; of one of several, those of all, which are then not required."""
    if "$ref" in schema:
        schema = whole["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
    if "anyOf" in schema:
        found: dict[str, Field] = {}
        for each in schema["anyOf"]:
            found |= {field.name: field for field in fields_of(each, whole)}
        return list(found.values())
    required = schema.get("required", [])
    return [
        field_of(name, part, required=name in required)
        for name, part in schema.get("properties", {}).items()
    ]


def groups_of(whole: JSON) -> list[Group]:
    """Every call of the OpenAPI document, under its heading."""
    calls: dict[str, list[Call]] = {tag["name"]: [] for tag in whole["tags"]}
    for path, operations in whole["paths"].items():
        for method, operation in operations.items():
            call = _call(path, method.upper(), operation, whole)
            calls[operation["tags"][0]].append(call)
    return [Group(tag["name"], tag["description"], calls[tag["name"]]) for tag in whole["tags"]]


def _call(path: str, method: str, operation: JSON, whole: JSON) -> Call:
    content = operation.get("requestBody", {}).get("content", {})
    replies = list(_replies(operation, whole))
    return Call(
        id=operation["operationId"],
        method=method,
        path=path,
        summary=operation["summary"],
        description=operation.get("description", ""),
        scope=operation["x-scope"],
        parameters=[
            field_of(
                each["name"],
                each["schema"],
                required=each.get("required", False),
                about=each.get("description", ""),
            )
            for each in operation["parameters"]
        ],
        body=fields_of(next(iter(content.values()))["schema"], whole) if content else [],
        media=list(content),
        replies=[reply for reply in replies if reply.status < 400],
        refusals=[reply for reply in replies if reply.status >= 400],
        curl=_curl(path, method, operation, whole),
    )


def _replies(operation: JSON, whole: JSON) -> Iterator[Reply]:
    for status, said in operation["responses"].items():
        answer = whole["components"]["responses"][status] if "$ref" in said else said
        content = next(iter(answer.get("content", {}).values()), None)
        kind, shape = kind_of(content["schema"]) if content else ("", None)
        yield Reply(int(status), answer["description"], kind, shape)


def _curl(path: str, method: str, operation: JSON, whole: JSON) -> str:
    """The call as one types it; `$SERVER`, `$TOKEN` and the ids are the reader's own."""
    where = path
    for each in operation["parameters"]:
        if each["in"] == "path":
            name = each["name"]
            where = where.replace(f"{{{name}}}", f"${name.removesuffix('_id').upper()}")
    lines = [f'curl "$SERVER{where}"' if method == "GET" else f'curl -X {method} "$SERVER{where}"']
    if operation["security"]:
        lines.append('-H "Authorization: Bearer $TOKEN"')
    lines += [
        f"-H '{each['name']}: {sample(each['schema'], whole, each['name'])}'"
        for each in operation["parameters"]
        if each["in"] == "header" and each.get("required")
    ]
    content = operation.get("requestBody", {}).get("content", {})
    if "multipart/form-data" in content:
        lines.append("-F file=@song.mp3")
    elif "application/json" in content:
        body = example_of(operation, whole)
        lines.append("-H 'Content-Type: application/json'")
        lines.append("-d '" + json.dumps(body, ensure_ascii=False) + "'")
    elif content:
        lines.append(f"-H 'Content-Type: {next(iter(content))}' --data-binary @piece")
    return " \\\n  ".join(lines)


def example_of(operation: JSON, whole: JSON) -> Any:
    """A JSON body that the call takes."""
    content = operation["requestBody"]["content"]["application/json"]
    return content["example"] if "example" in content else sample(content["schema"], whole)


@dataclass(frozen=True)
class Shape:
    """A shape that calls or events share."""

    name: str
    called: str
    about: str
    fields: list[Field]


@dataclass(frozen=True)
class Message:
    """A frame of the live channel."""

    name: str
    summary: str
    description: str
    fields: list[Field]


@dataclass(frozen=True)
class Channel:
    """A socket, and what goes over it."""

    id: str
    address: str
    about: str
    messages: list[tuple[str, list[Message]]]


def shapes_of(whole: JSON) -> list[Shape]:
    """The shapes of a document by their names; the payload of an event stands with the event."""
    return [
        Shape(name, name.rpartition(".")[2], said.get("description", ""), fields_of(said, whole))
        for name, said in whole["components"]["schemas"].items()
        if not name.endswith("Payload")
    ]


_HEADINGS = (
    ("Committed: with a number", True, False),
    ("Passing", False, False),
    ("From you", False, True),
)


def channels_of(whole: JSON) -> list[Channel]:
    """The channels of the AsyncAPI document."""
    return [
        Channel(name, channel["address"], channel["description"], list(_told(channel, whole)))
        for name, channel in whole["channels"].items()
    ]


def _told(channel: JSON, whole: JSON) -> Iterator[tuple[str, list[Message]]]:
    messages = [whole["components"]["messages"][key] for key in channel["messages"]]
    for heading, committed, from_client in _HEADINGS:
        found = [
            Message(m["name"], m["summary"], m["description"], _payload(m, whole))
            for m in messages
            if (m["x-committed"], m["x-from-client"]) == (committed, from_client)
        ]
        yield heading, found


def _payload(message: JSON, whole: JSON) -> list[Field]:
    properties = message["payload"]["properties"]
    return fields_of(properties.get("payload", message["payload"]), whole)
