"""Figures: what was measured, what it must reach, and what stands for several rounds."""

from __future__ import annotations

import dataclasses
import math
import statistics
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Figure:
    """One number of a row; without a limit it only informs.

    `rounds` are the values of the single rounds, where `value` is the median of several.
    """

    value: float
    unit: str
    name: str = ""
    at_least: float | None = None
    at_most: float | None = None
    rounds: tuple[float, ...] = ()

    @property
    def must(self) -> str:
        """What it must reach, as the table says it; empty where nothing is asked."""
        if self.at_least is not None:
            return self._text("≥ ", self.at_least)
        if self.at_most is not None:
            return self._text("≤ " if self.at_most else "", self.at_most)
        return ""

    @property
    def measured(self) -> str:
        return self._text("", self.value)

    @property
    def is_reached(self) -> bool:
        too_low = self.at_least is not None and self.value < self.at_least
        too_high = self.at_most is not None and self.value > self.at_most
        return not (too_low or too_high)

    def _text(self, sign: str, value: float) -> str:
        return " ".join(part for part in (self.name, f"{sign}{number(value)}", self.unit) if part)


@dataclass(frozen=True)
class Row:
    """One line of the table: a work, its figures, and what went wrong how often: nothing should.

    `others` is how much of the machine, in percent, was used by others meanwhile.
    """

    work: str
    figures: Sequence[Figure]
    wrong: Counter[str] = field(default_factory=Counter)
    others: float = 0.0

    @property
    def errors(self) -> int:
        return self.wrong.total()

    @property
    def verdict(self) -> str:
        if self.errors or not all(figure.is_reached for figure in self.figures):
            return "short"
        return "ok" if any(figure.must for figure in self.figures) else ""


def number(value: float) -> str:
    """As people read it: 0.4, 3.1, 24, 1,204."""
    return f"{value:,.0f}" if value >= 10 or value == int(value) else f"{value:.1f}"


def percentile(values: Sequence[float], percent: float) -> float:
    """The value that so many percent do not exceed (nearest rank); of nothing, infinity."""
    if not values:
        return math.inf
    return sorted(values)[max(0, math.ceil(len(values) * percent / 100) - 1)]


def median_of(rounds: Sequence[Sequence[Figure]]) -> list[Figure]:
    """The figures of one row out of those of its rounds: of each the median."""
    merged = []
    for same in zip(*rounds, strict=True):
        values = tuple(figure.value for figure in same)
        middle = statistics.median(values)
        merged.append(dataclasses.replace(same[0], value=middle, rounds=values))
    return merged
