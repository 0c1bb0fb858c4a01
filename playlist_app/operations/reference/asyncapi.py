"""The AsyncAPI 3.0 document of the live channel: made of the classes of events (`live/events.py`)
and of passing frames (`live/frames.py`)."""

from __future__ import annotations

import inspect
from dataclasses import fields
from typing import Annotated, Any, TypedDict, get_args, get_origin, get_type_hints

from playlist_app.live import frames
from playlist_app.live.events import Happening, Personal
from playlist_app.operations.reference import words
from playlist_app.operations.reference.types import Types

JSON = dict[str, Any]

AT = "#/components/schemas/"
ON = {
    "playlist": "What happens in one playlist. `since`: the last `seq` that you saw; what came"
    " after it comes first, in order, once.",
    "person": "What concerns one person, wherever they are.",
}
# Which passing frames and which of the client's go over which channel.
ONLY = {"presence": "playlist", "library.changed": "person"}


def vocabulary() -> list[type[Happening]]:
    """Every type of event, by its name."""

    def below(kind: type[Happening]) -> list[type[Happening]]:
        return [each for sub in kind.__subclasses__() for each in (sub, *below(sub))]

    ours = [kind for kind in below(Happening) if kind is not Personal]
    return sorted((k for k in ours if k.__module__.startswith("playlist_app.")), key=_type)


def _type(kind: type[Happening]) -> str:
    return kind.type


def payload_type(kind: type[Happening]) -> Any:
    """The payload of an event as a type: its fields, of which those that hold a shape name it."""
    hints = get_type_hints(kind, include_extras=True)
    told = {field.name.rstrip("_"): _told(hints[field.name]) for field in fields(kind)}
    payload = TypedDict(f"{kind.__name__}Payload", told)  # type: ignore[misc]
    payload.__doc__ = inspect.getdoc(kind)
    return payload


def _told(hint: Any) -> Any:
    return get_args(hint)[1] if get_origin(hint) is Annotated else hint


class Document:
    """The document, as it is made."""

    def __init__(self, prefix: str) -> None:
        self._prefix = prefix
        self._types = Types(AT)
        self._payloads = {kind.type: payload_type(kind) for kind in vocabulary()}
        passing = [*frames.PASSING.values(), *frames.TAKEN.values()]
        self._types.learn(*self._payloads.values(), *passing)

    def whole(self) -> JSON:
        messages = self._messages()
        return {
            "asyncapi": "3.0.0",
            "info": {
                "title": "Jamboree, live",
                "version": "1",
                "description": words.LIVE,
                "license": {"name": "MIT"},
            },
            "defaultContentType": "application/json",
            "channels": {
                name: self._channel(name, where, messages)
                for name, where in (
                    ("playlist", "/ws/playlists/{playlist_id}"),
                    ("person", "/ws/me"),
                )
            },
            "operations": {
                f"{verb}.{name}": {
                    "action": verb,
                    "channel": {"$ref": f"#/channels/{name}"},
                    "messages": [
                        {"$ref": f"#/channels/{name}/messages/{key}"}
                        for key, message in messages.items()
                        if name in message["x-channels"]
                        and message["x-from-client"] is (verb == "receive")
                    ],
                }
                for name in ON
                for verb in ("send", "receive")
            },
            "components": {
                "messages": {
                    key: {n: v for n, v in message.items() if n != "x-channels"}
                    for key, message in messages.items()
                },
                "schemas": dict(sorted(self._types.found.items())),
                "securitySchemes": {
                    "token": {"type": "http", "scheme": "bearer"},
                    "cookie": {"type": "httpApiKey", "in": "cookie", "name": "jamboree"},
                },
            },
        }

    def _channel(self, name: str, where: str, messages: JSON) -> JSON:
        channel: JSON = {
            "address": self._prefix + where,
            "description": ON[name],
            "messages": {
                key: {"$ref": f"#/components/messages/{key}"}
                for key, message in messages.items()
                if name in message["x-channels"]
            },
        }
        if name == "playlist":
            channel["parameters"] = {"playlist_id": {"description": "The id of the playlist."}}
        return channel

    def _messages(self) -> dict[str, JSON]:
        found = {
            kind.type: self._message(kind.type, self._payloads[kind.type], kind, (kind.channel,))
            for kind in vocabulary()
        }
        for type_, shape in frames.PASSING.items():
            on = (ONLY[type_],) if type_ in ONLY else tuple(ON)
            found[type_] = self._message(type_, shape, shape, on, committed=False)
        for type_, shape in frames.TAKEN.items():
            message = self._message(type_, shape, shape, tuple(ON), committed=False)
            found[type_] = message | {"x-from-client": True}
        found["batch"] = self._batch(found)
        return found

    def _message(
        self, type_: str, shape: Any, about: type, on: tuple[str, ...], *, committed: bool = True
    ) -> JSON:
        properties: JSON = {"type": {"const": type_}, "payload": self._types.schema(shape)}
        if committed:
            properties["seq"] = {"type": "integer", "minimum": 1}
        text = " ".join((inspect.getdoc(about) or "").split())
        summary, _, rest = text.partition(". ")
        return {
            "name": type_,
            "summary": summary.rstrip(".") + ".",
            "description": rest,
            "payload": {
                "type": "object",
                "properties": properties,
                "required": sorted(properties),
                "additionalProperties": False,
            },
            "x-channels": on,
            "x-from-client": False,
            "x-committed": committed,
        }

    def _batch(self, messages: JSON) -> JSON:
        committed = [key for key, message in messages.items() if message["x-committed"]]
        refs = [{"$ref": f"#/components/messages/{key}/payload"} for key in committed]
        properties = {
            "type": {"const": "batch"},
            "events": {"type": "array", "minItems": 1, "items": {"oneOf": refs}},
        }
        return {
            "name": "batch",
            "summary": "Several committed events, in order.",
            "description": "After the first frame, a room gets at most one in 50 ms.",
            "payload": {
                "type": "object",
                "properties": properties,
                "required": ["events", "type"],
                "additionalProperties": False,
            },
            "x-channels": tuple(ON),
            "x-from-client": False,
            "x-committed": False,
        }


def document(prefix: str = "") -> JSON:
    """The AsyncAPI document; `prefix` is the path under which the app is served."""
    return Document(prefix).whole()
