"""What a cover is painted with: the choices of its seed, and a square to paint on."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw

from playlist_app.library.artwork.colour import Oklch, Palette

T = TypeVar("T")


Point = tuple[float, float]


class Dice:
    """The choices of one picture, all from its seed."""

    def __init__(self, seed: str) -> None:
        digest = hashlib.sha256(seed.encode()).digest()
        self._rng = np.random.default_rng(int.from_bytes(digest[:8], "big"))

    def between(self, low: float, high: float) -> float:
        return float(self._rng.uniform(low, high))

    def count(self, low: int, high: int) -> int:
        """A whole number, both ends included."""
        return int(self._rng.integers(low, high + 1))

    def of(self, options: Sequence[T]) -> T:
        return options[int(self._rng.integers(len(options)))]

    def weighted(self, options: Sequence[T], weights: Sequence[float]) -> T:
        return options[int(self._rng.choice(len(options), p=weights))]

    def shuffled(self, options: Sequence[T]) -> list[T]:
        return [options[int(i)] for i in self._rng.permutation(len(options))]

    def chance(self, share: float) -> bool:
        return bool(self._rng.random() < share)


class Canvas:
    """A square to paint on in units of its side: 0–1, y downwards."""

    def __init__(self, pixels: int, ground: Oklch) -> None:
        self.pixels = pixels
        self.image = Image.new("RGB", (pixels, pixels), ground.rgb())
        self._pen = ImageDraw.Draw(self.image)

    def fill(self, colour: Oklch) -> None:
        self.image.paste(colour.rgb(), (0, 0, self.pixels, self.pixels))

    def polygon(self, points: Sequence[Point], colour: Oklch) -> None:
        self._pen.polygon(self._scaled(points), fill=colour.rgb())

    def disc(self, x: float, y: float, radius: float, colour: Oklch) -> None:
        self._pen.ellipse(self._around(x, y, radius), fill=colour.rgb())

    def slice(
        self, x: float, y: float, radius: float, start: float, turn: float, colour: Oklch
    ) -> None:
        """A piece of cake: from an angle in degrees on, clockwise from three o'clock."""
        self._pen.pieslice(self._around(x, y, radius), start, start + turn, fill=colour.rgb())

    def box(
        self, left: float, top: float, width: float, height: float, colour: Oklch, round_: float = 0
    ) -> None:
        corners = [(left, top), (left + width, top + height)]
        (x, y), (right, bottom) = self._scaled(corners)
        radius = round_ * self.pixels
        self._pen.rounded_rectangle((x, y, right - 1, bottom - 1), radius, fill=colour.rgb())

    def line(self, points: Sequence[Point], width: float, colour: Oklch) -> None:
        thick = max(1, round(width * self.pixels))
        self._pen.line(self._scaled(points), fill=colour.rgb(), width=thick, joint="curve")

    def gradient(self, one: Oklch, other: Oklch, degrees: float = 90) -> None:
        """Wash everything from one colour to another, downwards or in another direction."""
        x, y = grid(0.5, 0.5)
        along = x * math.cos(math.radians(degrees)) + y * math.sin(math.radians(degrees))
        share = (along / float(np.abs(along).max()) + 1) / 2
        self._wash((one, one.toward(other, 0.5), other), share, Image.Resampling.BICUBIC)

    def sweep(self, stops: Sequence[Oklch], x: float, y: float, degrees: float) -> None:
        """Wash everything with colours that go round a point."""
        across, down = grid(x, y)
        share = (np.arctan2(down, across) / (2 * math.pi) + degrees / 360) % 1
        self._wash(stops, share, Image.Resampling.BILINEAR)

    def _wash(
        self, stops: Sequence[Oklch], share: npt.NDArray[Any], scaling: Image.Resampling
    ) -> None:
        """Colour every place by its share (0–1) along the stops."""
        steps = 512
        ramp = np.empty((steps, 3), dtype=np.uint8)
        for i in range(steps):
            at = i / (steps - 1) * (len(stops) - 1)
            left = min(len(stops) - 2, int(at))
            ramp[i] = stops[left].toward(stops[left + 1], at - left).rgb()
        washed = Image.fromarray(ramp[(share * (steps - 1)).astype(np.intp)])
        self.image.paste(washed.resize((self.pixels, self.pixels), scaling))

    def _scaled(self, points: Sequence[Point]) -> list[Point]:
        return [(x * self.pixels, y * self.pixels) for x, y in points]

    def _around(self, x: float, y: float, radius: float) -> tuple[float, float, float, float]:
        (left, top), (right, bottom) = self._scaled(
            [(x - radius, y - radius), (x + radius, y + radius)]
        )
        return left, top, right, bottom


def grid(x: float, y: float, side: int = 640) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
    """The places of a square of pixels as seen from a point, in units of its side."""
    at = (np.arange(side) + 0.5) / side
    return np.broadcast_to(at - x, (side, side)), np.broadcast_to((at - y)[:, None], (side, side))


def turned(points: Sequence[Point], degrees: float, x: float = 0.5, y: float = 0.5) -> list[Point]:
    """Points turned round a place."""
    cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    away = [(px - x, py - y) for px, py in points]
    return [(x + dx * cos - dy * sin, y + dx * sin + dy * cos) for dx, dy in away]


def arc(x: float, y: float, radius: float, steps: int = 40) -> list[Point]:
    """A quarter of a circle as points, from three o'clock to six."""
    angles = [math.pi / 2 * k / steps for k in range(steps + 1)]
    return [(x + radius * math.cos(a), y + radius * math.sin(a)) for a in angles]


Family = Callable[[Canvas, Palette, Dice], None]
