"""How a call of the API describes itself: decorators that note what it takes and answers.

What stands in a body, a query or a form is checked by marshmallow (`@api.arguments`), and described
by the same schema. What is answered is described by a type:

    @api.route("/<playlist_id>", methods=["PATCH"])
    @answers(MyPlaylist)
    @api.arguments(schemas.PlaylistFields)
    def change(...)

The document is made of this in `operations/reference/`; a call that says nothing fails the build.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Literal, TypeVar

View = TypeVar("View", bound=Callable[..., Any])

Scope = Literal["read", "vote", "edit", "admin"]
JSON_TYPE = "application/json"


@dataclass(frozen=True)
class Answer:
    """One answer: of which `shape` (None: no body), as what `media`, with which headers."""

    shape: Any = None
    media: tuple[str, ...] = (JSON_TYPE,)
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Takes:
    """A body that no schema of `@api.arguments` describes: media type → what it is, which is a
    marshmallow schema, a tuple of those of which it is one, a JSON Schema, or what answers one."""

    bodies: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, Any] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    optional_body: bool = False


@dataclass(frozen=True)
class Described:
    """What a call says of itself."""

    answers: Mapping[int, Answer]
    refuses: tuple[int, ...] = ()
    scope: Scope | None = None  # None: as its method says, read or edit
    example: Any = None


def answers(
    shape: Any = None,
    status: int | None = None,
    *,
    also: Mapping[int, Any] | None = None,
    refuses: tuple[int, ...] = (),
    scope: Scope | None = None,
    media: tuple[str, ...] = (JSON_TYPE,),
    headers: Mapping[str, str] | None = None,
    etag: bool = False,
    example: Any = None,
) -> Callable[[View], View]:
    """Describe a call: it answers `shape` with `status` (200; 204 without a shape), `also` others
    by their status. `refuses` are refusals besides those that every such call has. `etag`: the
    answer carries an ETag, and is a 304 for who has it. `example`: a body that it takes."""
    said = dict(headers or {})
    if etag:
        said["ETag"] = "Send it as If-None-Match, and an answer that is still the same is a 304."
    found = {status or (204 if shape is None else 200): Answer(shape, media, said)}
    if etag:
        found[304] = Answer()
    for code, other in (also or {}).items():
        found[code] = other if isinstance(other, Answer) else Answer(other, media, said)
    described = Described(found, refuses, scope, example)

    def mark(view: View) -> View:
        view.described = described  # type: ignore[attr-defined]
        return view

    return mark


def takes(
    bodies: Mapping[str, Any] | None = None,
    *,
    headers: Mapping[str, Any] | None = None,
    query: Mapping[str, str] | None = None,
    optional_body: bool = False,
) -> Callable[[View], View]:
    """Describe what a call reads by itself; `headers` and `query` that it needs, with what they
    mean, or for a header a JSON Schema with its `description`."""
    taken = Takes(bodies or {}, headers or {}, query or {}, optional_body)

    def mark(view: View) -> View:
        view.takes = taken  # type: ignore[attr-defined]
        return view

    return mark


def described(view: Any) -> Described | None:
    """What a view says of itself; None where it says nothing."""
    found: Described | None = getattr(view, "described", None)
    return found


def taken(view: Any) -> Takes:
    found: Takes = getattr(view, "takes", Takes())
    return found


def one_of(*names: str) -> Mapping[str, Any]:
    """For `takes` of a marshmallow schema that wants exactly one of these fields."""
    return MappingProxyType({"oneOf": [{"required": [name]} for name in names]})


def bytes_of(what: str) -> dict[str, Any]:
    """The JSON Schema of a body that is bytes as they are (OpenAPI 3.1)."""
    return {"type": "string", "format": "binary", "description": what}
