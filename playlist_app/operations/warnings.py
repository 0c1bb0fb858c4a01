"""Warnings: what an admin should know of, before it becomes a failure.

Whoever knows of something declares a source; `flask data status`, the overview and the metrics show
what stands. Nothing is stored: a warning is there as long as its reason is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from typing import Literal, TypeVar

Level = Literal["note", "warning", "alert"]
GRAVEST_FIRST: tuple[Level, ...] = ("alert", "warning", "note")


@dataclass(frozen=True)
class Warning:
    """One thing. `name` is for programs and never changes ("disk-nearly-full"); `title` says it in
    a few words, `detail` with figures, `remedy` what to do. An alert can't wait for tomorrow."""

    name: str
    title: str
    detail: str
    remedy: str
    level: Level = "warning"

    def shape(self) -> dict[str, str]:
        return asdict(self)


Source = Callable[[], Iterable[Warning]]
Declared = TypeVar("Declared", bound=Source)

_sources: list[Source] = []


def source(function: Declared) -> Declared:
    """Declare a function that answers what stands now. It is called in an app context, when a page
    or a monitoring asks: a few quick queries, no walk over files, no network. It raises nothing
    that it can expect, but tells it."""
    if function not in _sources:
        _sources.append(function)
    return function


def standing() -> list[Warning]:
    """What stands now, the gravest first."""
    found = [warning for ask in _sources for warning in ask()]
    return sorted(found, key=lambda warning: GRAVEST_FIRST.index(warning.level))
