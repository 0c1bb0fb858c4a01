"""Owns drawn cover art: an abstract picture for any seed, for tracks that come without a cover.

A seed chooses a mood (five colours in OKLCH, drifting a little) and a family (a way to compose with flat
shapes), and the family draws the rest by the same seed. To add a family, write a function that paints on
a Canvas and list it in FAMILIES at the end; every seed may then get another picture than before.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeVar

import numpy as np
from PIL import Image, ImageDraw

Rng = np.random.Generator
T = TypeVar("T")
Colour = tuple[int, int, int]
Point = tuple[float, float]
Oklch = tuple[float, float, float]

# Five colours each, lightness 0–1, chroma, hue in degrees: ink, low, mid, high, and a spark from the
# other side of the wheel.
MOODS: dict[str, tuple[Oklch, Oklch, Oklch, Oklch, Oklch]] = {
    "harbour": (
        (0.23, 0.05, 222),
        (0.37, 0.08, 216),
        (0.64, 0.12, 212),
        (0.86, 0.08, 200),
        (0.82, 0.13, 56),
    ),
    "violet hour": (
        (0.24, 0.08, 290),
        (0.4, 0.15, 292),
        (0.63, 0.18, 296),
        (0.84, 0.09, 302),
        (0.84, 0.17, 128),
    ),
    "cherry": (
        (0.23, 0.08, 8),
        (0.4, 0.15, 8),
        (0.63, 0.2, 10),
        (0.85, 0.09, 25),
        (0.84, 0.12, 197),
    ),
    "pine": (
        (0.22, 0.05, 165),
        (0.38, 0.09, 163),
        (0.62, 0.14, 160),
        (0.86, 0.12, 150),
        (0.82, 0.13, 326),
    ),
    "olive grove": (
        (0.23, 0.05, 124),
        (0.41, 0.09, 122),
        (0.66, 0.15, 120),
        (0.89, 0.13, 108),
        (0.78, 0.14, 340),
    ),
    "ember": (
        (0.21, 0.06, 18),
        (0.43, 0.16, 26),
        (0.68, 0.2, 38),
        (0.86, 0.13, 78),
        (0.6, 0.16, 264),
    ),
    "plum": (
        (0.23, 0.09, 325),
        (0.42, 0.16, 328),
        (0.64, 0.21, 330),
        (0.86, 0.08, 345),
        (0.87, 0.13, 166),
    ),
    "midnight": (
        (0.21, 0.07, 268),
        (0.38, 0.15, 266),
        (0.6, 0.18, 262),
        (0.84, 0.08, 245),
        (0.84, 0.14, 68),
    ),
    "sunset": (
        (0.25, 0.1, 312),
        (0.47, 0.18, 350),
        (0.69, 0.19, 28),
        (0.86, 0.13, 72),
        (0.94, 0.07, 95),
    ),
    "mint tea": (
        (0.23, 0.045, 190),
        (0.44, 0.08, 186),
        (0.73, 0.13, 174),
        (0.91, 0.07, 160),
        (0.69, 0.19, 28),
    ),
    "brass": (
        (0.23, 0.04, 60),
        (0.46, 0.1, 58),
        (0.75, 0.15, 74),
        (0.92, 0.08, 92),
        (0.55, 0.14, 250),
    ),
    "neon": (
        (0.19, 0.07, 288),
        (0.37, 0.17, 302),
        (0.66, 0.24, 348),
        (0.85, 0.13, 202),
        (0.91, 0.16, 106),
    ),
    "clay": (
        (0.25, 0.05, 30),
        (0.46, 0.12, 34),
        (0.67, 0.15, 44),
        (0.9, 0.05, 75),
        (0.6, 0.1, 202),
    ),
    "ice": (
        (0.23, 0.06, 254),
        (0.44, 0.11, 248),
        (0.71, 0.11, 232),
        (0.94, 0.03, 220),
        (0.7, 0.19, 22),
    ),
    "papaya": (
        (0.24, 0.08, 352),
        (0.52, 0.18, 14),
        (0.76, 0.16, 52),
        (0.92, 0.09, 88),
        (0.63, 0.11, 188),
    ),
    "lagoon": (
        (0.21, 0.07, 244),
        (0.43, 0.09, 208),
        (0.72, 0.13, 182),
        (0.9, 0.14, 118),
        (0.7, 0.2, 358),
    ),
    "rust": (
        (0.21, 0.04, 150),
        (0.42, 0.08, 152),
        (0.61, 0.16, 38),
        (0.86, 0.1, 82),
        (0.76, 0.11, 172),
    ),
    "iris": (
        (0.22, 0.08, 280),
        (0.45, 0.17, 276),
        (0.7, 0.14, 290),
        (0.9, 0.06, 310),
        (0.78, 0.16, 58),
    ),
}


def rgb(lightness: float, chroma: float, hue: float) -> Colour:
    """An OKLCH colour as sRGB 0–255, its chroma lowered until the screen can show it.

    The matrices are Björn Ottosson's (A perceptual color space for image processing, 2020).
    """
    linear = linear_light(lightness, chroma, hue)
    low, high = 0.0, chroma
    if not shown(linear):
        for _ in range(12):
            middle = (low + high) / 2
            linear = linear_light(lightness, middle, hue)
            low, high = (middle, high) if shown(linear) else (low, middle)
        linear = linear_light(lightness, low, hue)
    red, green, blue = (round(255 * gamma(channel)) for channel in linear)
    return red, green, blue


def linear_light(lightness: float, chroma: float, hue: float) -> tuple[float, float, float]:
    """OKLCH as linear red, green and blue; outside 0–1 where the screen ends."""
    a = chroma * math.cos(math.radians(hue))
    b = chroma * math.sin(math.radians(hue))
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return (
        4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short,
    )


def shown(linear: Sequence[float]) -> bool:
    """Whether a screen can show it."""
    return all(-0.0005 <= channel <= 1.0005 for channel in linear)


def gamma(linear: float) -> float:
    """The sRGB transfer curve."""
    linear = min(1.0, max(0.0, linear))
    return 12.92 * linear if linear <= 0.0031308 else 1.055 * linear ** (1 / 2.4) - 0.055


def mixed(one: Oklch, other: Oklch, share: float) -> Oklch:
    """A colour between two, the short way round the wheel."""
    turn = (other[2] - one[2] + 180) % 360 - 180
    return (
        one[0] + (other[0] - one[0]) * share,
        one[1] + (other[1] - one[1]) * share,
        one[2] + turn * share,
    )


@dataclass(frozen=True, slots=True)
class Palette:
    """A mood's five colours, drifted for one picture, in OKLCH."""

    ink: Oklch
    low: Oklch
    mid: Oklch
    high: Oklch
    spark: Oklch

    def ramp(self, count: int) -> list[Oklch]:
        """So many colours from low through mid to high."""
        stops = (self.low, self.mid, self.high)
        found = []
        for i in range(count):
            at = 2 * i / max(1, count - 1)
            found.append(
                mixed(stops[min(1, int(at))], stops[min(1, int(at)) + 1], at - min(1, int(at)))
            )
        return found

    @property
    def lights(self) -> tuple[Oklch, Oklch, Oklch]:
        return self.mid, self.high, self.spark


class Canvas:
    """A square to paint on in units of its side (0–1, y downwards), larger than the picture it becomes."""

    def __init__(self, pixels: int, ground: Oklch) -> None:
        self.pixels = pixels
        self.image = Image.new("RGB", (pixels, pixels), rgb(*ground))
        self.pen = ImageDraw.Draw(self.image)

    def polygon(self, points: Sequence[Point], colour: Oklch) -> None:
        self.pen.polygon([(x * self.pixels, y * self.pixels) for x, y in points], fill=rgb(*colour))

    def disc(self, x: float, y: float, radius: float, colour: Oklch) -> None:
        side = self.pixels
        box = ((x - radius) * side, (y - radius) * side, (x + radius) * side, (y + radius) * side)
        self.pen.ellipse(box, fill=rgb(*colour))

    def slice(
        self, x: float, y: float, radius: float, start: float, end: float, colour: Oklch
    ) -> None:
        """A piece of cake between two angles in degrees, clockwise from three o'clock."""
        side = self.pixels
        box = ((x - radius) * side, (y - radius) * side, (x + radius) * side, (y + radius) * side)
        self.pen.pieslice(box, start, end, fill=rgb(*colour))

    def box(
        self, left: float, top: float, right: float, bottom: float, colour: Oklch, round_: float = 0
    ) -> None:
        side = self.pixels
        corners = (left * side, top * side, right * side - 1, bottom * side - 1)
        self.pen.rounded_rectangle(corners, round_ * side, fill=rgb(*colour))

    def line(self, points: Sequence[Point], width: float, colour: Oklch) -> None:
        scaled = [(x * self.pixels, y * self.pixels) for x, y in points]
        self.pen.line(
            scaled, fill=rgb(*colour), width=max(1, round(width * self.pixels)), joint="curve"
        )

    def gradient(self, one: Oklch, other: Oklch, degrees: float) -> None:
        """Wash the whole canvas from one colour to another, in a direction."""
        x, y = grid(0.5, 0.5)
        along = x * math.cos(math.radians(degrees)) + y * math.sin(math.radians(degrees))
        reach = float(np.abs(along).max())
        self._wash([one, mixed(one, other, 0.5), other], (along / reach + 1) / 2)

    def sweep(self, stops: Sequence[Oklch], x: float, y: float, degrees: float) -> None:
        """Wash the canvas with colours that go round a point."""
        across, down = grid(x, y)
        angle = (np.arctan2(down, across) / (2 * math.pi) + degrees / 360) % 1
        self._wash(stops, angle, sharp=True)

    def _wash(self, stops: Sequence[Oklch], share: np.ndarray, *, sharp: bool = False) -> None:
        """Colour every place by its share (0–1) along the stops."""
        steps = 512
        ramp = np.empty((steps, 3), dtype=np.uint8)
        for i in range(steps):
            at = i / (steps - 1) * (len(stops) - 1)
            left = min(len(stops) - 2, int(at))
            ramp[i] = rgb(*mixed(stops[left], stops[left + 1], at - left))
        image = Image.fromarray(ramp[(share * (steps - 1)).astype(np.intp)])
        scale = Image.Resampling.BILINEAR if sharp else Image.Resampling.BICUBIC
        self.image.paste(image.resize((self.pixels, self.pixels), scale))


def grid(x: float, y: float, side: int = 640) -> tuple[np.ndarray, np.ndarray]:
    """The coordinates of a square of pixels, as seen from a point in units of its side."""
    at = (np.arange(side) + 0.5) / side
    return np.broadcast_to(at - x, (side, side)), np.broadcast_to((at - y)[:, None], (side, side))


def between(rng: Rng, low: float, high: float) -> float:
    return float(rng.uniform(low, high))


def one_of(rng: Rng, options: Sequence[T]) -> T:
    return options[int(rng.integers(len(options)))]


def shuffled(rng: Rng, options: Sequence[T]) -> list[T]:
    return [options[int(i)] for i in rng.permutation(len(options))]


def tilted(points: Sequence[Point], degrees: float, x: float = 0.5, y: float = 0.5) -> list[Point]:
    """Points turned round a place."""
    cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    return [
        (x + (px - x) * cos - (py - y) * sin, y + (px - x) * sin + (py - y) * cos)
        for px, py in points
    ]


def stripes(canvas: Canvas, colours: Palette, rng: Rng) -> None:
    """Slanted awning stripes: broad, dark, and a thin bright one."""
    canvas.box(0, 0, 1, 1, colours.mid)
    slant = one_of(rng, (-1, 1)) * one_of(rng, (between(rng, 3, 10), between(rng, 28, 52)))
    unit = between(rng, 0.19, 0.34)
    broad, thin = unit * between(rng, 0.25, 0.4), unit * between(rng, 0.1, 0.2)
    at = -0.5
    while at < 1.5:
        for start, width, colour in ((0.0, broad, colours.ink), (broad, thin, colours.spark)):
            edge = at + start
            stripe = [(edge, -1), (edge + width, -1), (edge + width, 2), (edge, 2)]
            canvas.polygon(tilted(stripe, slant), colour)
        at += unit


def hills(canvas: Canvas, colours: Palette, rng: Rng) -> None:
    """One round hill behind another under a dark sky."""
    x = between(rng, 0.25, 0.75)
    layers = one_of(
        rng,
        (
            (colours.mid, colours.spark),
            (colours.low, colours.mid, colours.high),
            (colours.high, colours.mid, colours.spark),
        ),
    )
    top, gap = between(rng, 0.28, 0.42), between(rng, 0.16, 0.22)
    radius = between(rng, 0.55, 0.8)
    for i, colour in enumerate(layers):
        canvas.disc(x + i * between(rng, -0.09, 0.09), top + i * gap + radius, radius, colour)
        radius *= between(rng, 0.84, 0.98)


def sun(canvas: Canvas, colours: Palette, rng: Rng) -> None:
    """A flat sun over a wash."""
    canvas.gradient(colours.low, colours.mid, between(rng, 0, 360))
    radius = between(rng, 0.19, 0.3)
    x, y = (
        one_of(rng, (between(rng, radius * 0.9, 0.4), between(rng, 0.6, 1 - radius * 0.9)))
        for _ in "xy"
    )
    canvas.disc(x, y, radius, colours.spark)
    if rng.random() < 0.5:
        canvas.disc(
            1 - x, 1 - y, radius * between(rng, 0.2, 0.42), one_of(rng, (colours.ink, colours.high))
        )


def fan(canvas: Canvas, colours: Palette, rng: Rng) -> None:
    """Rays from one point, wide as a peacock's."""
    x, y = one_of(rng, ((0.5, 1.02), (0.0, 1.0), (1.0, 1.0), (0.5, 0.5), (0.28, 0.7), (0.0, 0.0)))
    rays = int(rng.integers(9, 17)) if (x, y) != (0.5, 0.5) else 2 * int(rng.integers(6, 10))
    cycle = one_of(
        rng,
        (
            (colours.ink, colours.mid),
            (colours.ink, colours.mid, colours.low, colours.high),
            (colours.mid, colours.high),
            (colours.low, colours.mid, colours.spark),
        ),
    )
    turn = between(rng, 0, 30) if (x, y) == (0.5, 0.5) else 0
    width = 360 / rays if (x, y) == (0.5, 0.5) else 180 / rays
    for i in range(math.ceil(360 / width)):
        canvas.slice(
            x, y, 1.6, turn + i * width, turn + (i + 1) * width + 0.2, cycle[i % len(cycle)]
        )
    canvas.disc(x, y, between(rng, 0.15, 0.27), colours.spark)


def cone(canvas: Canvas, colours: Palette, rng: Rng) -> None:
    """A wash that goes round a point, like light on a record."""
    stops, heart = one_of(
        rng,
        (
            ((colours.ink, colours.mid, colours.spark), colours.high),
            ((colours.spark, colours.low, colours.mid, colours.high), colours.ink),
            ((colours.low, colours.mid, colours.high, colours.ink), colours.spark),
        ),
    )
    x, y = between(rng, 0.38, 0.62), between(rng, 0.38, 0.62)
    canvas.sweep(stops, x, y, between(rng, 0, 360))
    if rng.random() < 0.6:
        canvas.disc(x, y, between(rng, 0.1, 0.2), heart)


def rings(canvas: Canvas, colours: Palette, rng: Rng) -> None:
    """Rings around a point off the middle."""
    x, y = between(rng, 0.15, 0.85), between(rng, 0.2, 0.95)
    count = int(rng.integers(5, 9))
    order = shuffled(rng, (colours.ink, colours.mid, colours.low, colours.high))
    far = math.hypot(max(x, 1 - x), max(y, 1 - y))
    canvas.box(0, 0, 1, 1, order[count % len(order)])
    for i in range(count, 0, -1):
        canvas.disc(x, y, far * 0.95 * (i / (count + 0.6)), order[(i - 1) % len(order)])
    canvas.disc(x, y, far * 0.5 / (count + 0.6), colours.spark)


def quilt(canvas: Canvas, colours: Palette, rng: Rng) -> None:
    """Half-square triangles sewn in a mirrored pattern."""
    side = one_of(rng, (4, 4, 6))
    half = side // 2
    shades = (colours.ink, colours.mid, colours.high, colours.low, colours.spark)
    corner = [
        [(shuffled(rng, shades)[:2], int(rng.integers(4))) for _ in range(half)]
        for _ in range(half)
    ]
    for row in range(side):
        for column in range(side):
            mirror_x, mirror_y = column >= half, row >= half
            (under, over), cut = corner[side - 1 - row if mirror_y else row][
                side - 1 - column if mirror_x else column
            ]
            canvas.box(column / side, row / side, (column + 1) / side, (row + 1) / side, under)
            square = [(0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)]
            triangle = [square[(cut + k) % 4] for k in range(3)]
            placed = [
                (
                    (column + (1 - px if mirror_x else px)) / side,
                    (row + (1 - py if mirror_y else py)) / side,
                )
                for px, py in triangle
            ]
            canvas.polygon(placed, over)


def waves(canvas: Canvas, colours: Palette, rng: Rng) -> None:
    """Bands of water, each with its own swell."""
    count = int(rng.integers(4, 7))
    shades = (
        [colours.ink, *colours.ramp(count)]
        if rng.random() < 0.6
        else [colours.high, *colours.ramp(count)[::-1]]
    )
    canvas.box(0, 0, 1, 1, shades[0])
    top = between(rng, 0.24, 0.4)
    radius = between(rng, 0.1, 0.16)
    canvas.disc(
        between(rng, 0.2, 0.8), top - radius * between(rng, 0.1, 0.7), radius, colours.spark
    )
    length, lean = between(rng, 0.7, 1.5), between(rng, -0.06, 0.06)
    for i, shade in enumerate(shades[1:]):
        y = top + (1 - top) * i / count
        phase, height = between(rng, 0, 1), between(rng, 0.025, 0.05)
        crest = [
            (
                k / 60,
                y
                + lean * (k / 60 - 0.5)
                + height * math.sin(2 * math.pi * (k / 60 / length + phase)),
            )
            for k in range(61)
        ]
        canvas.polygon([*crest, (1.0, 1.1), (0.0, 1.1)], shade)


def quarters(canvas: Canvas, colours: Palette, rng: Rng) -> None:
    """Quarter circles in a grid, each turned as it likes."""
    side = one_of(rng, (3, 3, 4))
    unit = 1 / side
    grounds = (colours.ink, colours.low, colours.mid, colours.high)
    for row in range(side):
        for column in range(side):
            ground = grounds[int(rng.choice(4, p=(0.38, 0.27, 0.22, 0.13)))]
            figure = one_of(
                rng,
                [c for c in (colours.mid, colours.high, colours.spark, colours.ink) if c != ground],
            )
            x, y = column * unit, row * unit
            canvas.box(x, y, x + unit, y + unit, ground)
            corner = int(rng.integers(4))
            cx, cy = x + unit * (corner in (1, 2)), y + unit * (corner in (2, 3))
            start = (0, 90, 180, 270)[corner]
            kind = rng.random()
            if kind < 0.66:
                canvas.slice(cx, cy, unit, start, start + 90, figure)
                if kind < 0.22:
                    canvas.slice(cx, cy, unit * 0.5, start, start + 90, ground)
            elif kind < 0.86:
                canvas.disc(x + unit / 2, y + unit / 2, unit * between(rng, 0.22, 0.42), figure)
            else:
                canvas.polygon([(x, y + unit), (x + unit, y + unit), (x + unit, y)], figure)


def confetti(canvas: Canvas, colours: Palette, rng: Rng) -> None:
    """Paper shapes thrown on a table."""
    canvas.box(0, 0, 1, 1, one_of(rng, (colours.ink, colours.ink, colours.low, colours.high)))
    side = one_of(rng, (4, 5))
    for row in range(side):
        for column in range(side):
            x = (column + 0.5 + between(rng, -0.2, 0.2)) / side
            y = (row + 0.5 + between(rng, -0.2, 0.2)) / side
            size = between(rng, 0.2, 0.36) / side
            colour = one_of(
                rng, (colours.mid, colours.high, colours.spark, colours.mid, colours.low)
            )
            kind, turn = int(rng.integers(4)), between(rng, 0, 180)
            if kind == 0:
                canvas.disc(x, y, size, colour)
            elif kind == 1:
                bar = [
                    (x - size * 1.5, y - size * 0.4),
                    (x + size * 1.5, y - size * 0.4),
                    (x + size * 1.5, y + size * 0.4),
                    (x - size * 1.5, y + size * 0.4),
                ]
                canvas.polygon(tilted(bar, turn, x, y), colour)
            elif kind == 2:
                three = [
                    (x, y - size * 1.2),
                    (x + size * 1.1, y + size * 0.8),
                    (x - size * 1.1, y + size * 0.8),
                ]
                canvas.polygon(tilted(three, turn, x, y), colour)
            else:
                canvas.slice(x, y, size * 1.35, turn, turn + 180, colour)


def moon(canvas: Canvas, colours: Palette, rng: Rng) -> None:
    """A moon over still water, and its path of light."""
    horizon = between(rng, 0.52, 0.64)
    canvas.gradient(colours.ink, colours.low, 90)
    canvas.box(0, horizon, 1, 1, mixed(colours.ink, colours.low, 0.35))
    x, radius = between(rng, 0.28, 0.72), between(rng, 0.15, 0.22)
    light = one_of(rng, (colours.spark, colours.high))
    canvas.disc(x, horizon - radius * between(rng, 0.5, 1.3), radius, light)
    canvas.box(0, horizon, 1, horizon + 0.012, colours.mid)
    y, width = horizon + 0.045, radius * 1.15
    while y < 0.97:
        shift = between(rng, -0.05, 0.05)
        canvas.box(
            x - width + shift,
            y,
            x + width + shift,
            y + 0.026,
            mixed(light, colours.mid, (y - horizon) * 1.6),
            0.013,
        )
        y += between(rng, 0.052, 0.068)
        width *= between(rng, 0.78, 1.02)


def petals(canvas: Canvas, colours: Palette, rng: Rng) -> None:
    """A flower of round petals."""
    canvas.box(0, 0, 1, 1, one_of(rng, (colours.ink, colours.low)))
    count = int(rng.integers(5, 10))
    turn = between(rng, 0, 360)
    reach, radius = between(rng, 0.25, 0.3), between(rng, 0.14, 0.19)
    x, y = between(rng, 0.44, 0.56), between(rng, 0.44, 0.56)
    for scale, colour in ((1.32, colours.mid), (0.72, colours.high)):
        for i in range(count):
            angle = math.radians(turn + (360 / count) * (i + (0.5 if scale < 1 else 0)))
            canvas.disc(
                x + reach * scale * math.cos(angle),
                y + reach * scale * math.sin(angle),
                radius * scale**0.6,
                colour,
            )
    canvas.disc(x, y, radius * between(rng, 0.7, 0.95), colours.spark)


def arches(canvas: Canvas, colours: Palette, rng: Rng) -> None:
    """Doorways inside doorways."""
    ground, dark = one_of(rng, ((colours.ink, colours.low), (colours.high, colours.ink)))
    canvas.box(0, 0, 1, 1, ground)
    doors = one_of(rng, (1, 2))
    count = int(rng.integers(4, 6)) if doors == 1 else 3
    shades = [dark, colours.mid, colours.spark, ground, colours.mid]
    for door in range(doors):
        x = (door + 0.5) / doors
        half = 0.45 / doors
        top = between(rng, 0.1, 0.2) if doors == 1 else between(rng, 0.12, 0.4)
        order = shades if doors == 1 else shuffled(rng, shades[:3])
        for i in range(count):
            width = half * (1 - i / count)
            y = top + half + (half - width) * 0.1
            canvas.disc(x, y, width, order[i % len(order)])
            canvas.box(x - width, y, x + width, 1.02, order[i % len(order)])


def skyline(canvas: Canvas, colours: Palette, rng: Rng) -> None:
    """Houses at night, some windows still lit."""
    canvas.gradient(colours.ink, colours.mid, 90)
    canvas.disc(
        between(rng, 0.15, 0.85), between(rng, 0.16, 0.3), between(rng, 0.07, 0.12), colours.high
    )
    for depth, shade in (
        (0, mixed(colours.low, colours.mid, 0.4)),
        (1, mixed(colours.ink, colours.low, 0.3)),
    ):
        x = -0.02
        while x < 1:
            width = between(rng, 0.13, 0.22)
            top = between(rng, 0.36, 0.62) + 0.16 * depth
            canvas.box(x, top, x + width + 0.003, 1.02, shade)
            if depth:
                windows(canvas, rng, (x, top, width), (colours.spark, colours.high))
            x += width


def windows(
    canvas: Canvas, rng: Rng, house: tuple[float, float, float], lights: Sequence[Oklch]
) -> None:
    """A grid of windows on a house (left, top, width), about half of them lit."""
    left, top, width = house
    columns = max(2, round(width / 0.065))
    pane = width / (columns * 2 + 1)
    y = top + pane * 1.2
    while y < 0.98:
        for i in range(columns):
            if rng.random() < 0.5:
                x = left + pane * (2 * i + 1)
                canvas.box(x, y, x + pane, y + pane * 1.3, one_of(rng, lights))
        y += pane * 2.5


def halftone(canvas: Canvas, colours: Palette, rng: Rng) -> None:
    """Dots that swell across the picture."""
    ground, dot = one_of(
        rng,
        (
            (colours.ink, colours.mid),
            (colours.mid, colours.ink),
            (colours.low, colours.high),
            (colours.spark, colours.ink),
        ),
    )
    canvas.box(0, 0, 1, 1, ground)
    side = int(rng.integers(7, 10))
    x, y = between(rng, 0, 1), one_of(rng, (0.0, 1.0))
    far = math.hypot(max(x, 1 - x), 1)
    for row in range(-1, side + 2):
        for column in range(-1, side + 2):
            cx = (column + (0.5 if row % 2 else 0)) / side
            cy = row * 0.88 / side
            near = 1 - math.hypot(cx - x, cy - y) / far
            canvas.disc(cx, cy, max(0.0, 0.08 + 0.52 * near) / side, dot)
    canvas.disc(
        1 - x * 0.6 - 0.2,
        0.3 if y else 0.7,
        between(rng, 0.13, 0.2),
        one_of(rng, [c for c in (colours.spark, colours.high) if c not in (ground, dot)]),
    )


def leaves(canvas: Canvas, colours: Palette, rng: Rng) -> None:
    """Leaves in a grid, two by two."""
    side = one_of(rng, (2, 3, 4))
    ground = one_of(rng, (colours.ink, colours.low, colours.high))
    canvas.box(0, 0, 1, 1, ground)
    fills = [c for c in (colours.mid, colours.high, colours.spark, colours.low) if c != ground]
    turned = one_of(rng, (0, 1))
    for row in range(side):
        for column in range(side):
            leaf(
                canvas,
                column / side,
                row / side,
                1 / side,
                (row + column + turned) % 2 == 0,
                fills[(row * 2 + column * int(rng.integers(1, 3))) % len(fills)],
            )


def leaf(canvas: Canvas, x: float, y: float, size: float, falling: bool, colour: Oklch) -> None:
    """Where two quarter circles of opposite corners overlap."""
    steps = 24
    angles = [math.pi / 2 * k / steps for k in range(steps + 1)]
    one = [(math.sin(a), 1 - math.cos(a)) for a in angles]
    other = [(1 - math.sin(a), math.cos(a)) for a in angles]
    outline = [*one, *other]
    canvas.polygon(
        [(x + size * (px if falling else 1 - px), y + size * py) for px, py in outline], colour
    )


def slats(canvas: Canvas, colours: Palette, rng: Rng) -> None:
    """A big low sun behind blinds."""
    canvas.gradient(colours.ink, colours.low, 90)
    x, y, radius = (
        0.5 + between(rng, -0.08, 0.08),
        between(rng, 0.46, 0.54),
        between(rng, 0.32, 0.4),
    )
    canvas.disc(x, y, radius, one_of(rng, (colours.spark, colours.mid, colours.high)))
    count = int(rng.integers(5, 8))
    for i in range(count):
        share = i / count
        level = y - radius * 0.15 + radius * 1.2 * share
        thick = 0.012 + 0.034 * share
        shade = mixed(colours.ink, colours.low, level)
        canvas.box(0, level, 1, level + thick, shade)
    floor = y + radius * between(rng, 0.86, 1.02)
    canvas.box(0, floor, 1, 1.02, colours.ink)
    canvas.box(0, floor, 1, floor + 0.012, colours.mid)


def peaks(canvas: Canvas, colours: Palette, rng: Rng) -> None:
    """Mountains cut from paper."""
    canvas.gradient(
        one_of(rng, (colours.ink, colours.mid)), one_of(rng, (colours.high, colours.low)), 90
    )
    canvas.disc(
        between(rng, 0.2, 0.8), between(rng, 0.2, 0.34), between(rng, 0.09, 0.15), colours.spark
    )
    shades = (colours.mid, mixed(colours.mid, colours.low, 0.55), colours.low, colours.ink)
    for i, shade in enumerate(shades):
        base = 0.5 + 0.13 * i
        points = [(-0.05, base + between(rng, 0, 0.1))]
        x = -0.05
        up = rng.random() < 0.5
        while x < 1.05:
            x += between(rng, 0.12, 0.26)
            points.append((x, base + (-between(rng, 0.06, 0.2) if up else between(rng, 0.02, 0.1))))
            up = not up
        canvas.polygon([*points, (1.3, 1.1), (-0.1, 1.1)], shade)


def orbits(canvas: Canvas, colours: Palette, rng: Rng) -> None:
    """Planets on their rounds."""
    canvas.box(0, 0, 1, 1, colours.ink)
    x, y = between(rng, 0.3, 0.7), between(rng, 0.3, 0.7)
    count = int(rng.integers(4, 6))
    for i in range(count, 0, -1):
        radius = 0.13 + 0.125 * i
        canvas.disc(x, y, radius, colours.mid if i % 2 else colours.low)
        canvas.disc(x, y, radius - 0.016, mixed(colours.ink, colours.low, 0.5 - 0.4 * i / count))
    canvas.disc(x, y, between(rng, 0.1, 0.14), colours.spark)
    for i in range(1, count + 1):
        angle, radius = between(rng, 0, 2 * math.pi), 0.122 + 0.125 * i
        canvas.disc(
            x + radius * math.cos(angle),
            y + radius * math.sin(angle),
            between(rng, 0.032, 0.07),
            one_of(rng, (colours.high, colours.mid, colours.spark)),
        )


def islands(canvas: Canvas, colours: Palette, rng: Rng) -> None:
    """Contour lines of an island, one sheet of paper on the next."""
    count = int(rng.integers(4, 6))
    shades = (
        [colours.ink, *colours.ramp(count)]
        if rng.random() < 0.6
        else [colours.mid, colours.low, colours.ink, colours.mid, colours.high, colours.spark][
            : count + 1
        ]
    )
    canvas.box(0, 0, 1, 1, shades[0])
    x, y = between(rng, 0.4, 0.6), between(rng, 0.4, 0.6)
    waves_ = [
        (k, between(rng, 0.03, 0.16) / (k - 0.5), between(rng, 0, 6.28)) for k in (2, 3, 4, 5)
    ]
    for i, shade in enumerate(shades[1:]):
        radius = 0.52 * (1 - i / (count + 0.35))
        x += between(rng, -0.02, 0.02)
        outline = []
        for step in range(120):
            angle = 2 * math.pi * step / 120
            swell = 1 + sum(
                size * math.cos(k * angle + phase + 0.15 * i) for k, size, phase in waves_
            )
            outline.append(
                (x + radius * swell * math.cos(angle), y + radius * swell * math.sin(angle))
            )
        canvas.polygon(outline, shade)
    canvas.disc(x, y, 0.045, colours.spark)


def bars(canvas: Canvas, colours: Palette, rng: Rng) -> None:
    """The sound itself: rounded bars about a middle line."""
    canvas.box(0, 0, 1, 1, one_of(rng, (colours.ink, colours.low)))
    count = int(rng.integers(7, 12))
    gap = 0.84 / count
    shades = one_of(
        rng, ((colours.mid,), (colours.mid, colours.high), (colours.spark, colours.mid))
    )
    bright = int(rng.integers(count))
    middle = between(rng, 0.46, 0.54)
    for i in range(count):
        bend = 0.35 + 0.65 * math.sin(math.pi * (i + 0.5) / count)
        half = 0.36 * bend * between(rng, 0.3, 1.0) + 0.03
        x = 0.08 + gap * (i + 0.14)
        shade = (
            colours.spark
            if i == bright and colours.spark not in shades
            else shades[i % len(shades)]
        )
        canvas.box(x, middle - half, x + gap * 0.72, middle + half, shade, gap * 0.36)


def lanterns(canvas: Canvas, colours: Palette, rng: Rng) -> None:
    """Paper lanterns on a string across the night."""
    canvas.gradient(colours.ink, mixed(colours.ink, colours.low, 0.8), 90)
    for row in range(2):
        start, end = between(rng, 0.05, 0.22) + 0.34 * row, between(rng, 0.05, 0.22) + 0.34 * row
        sag = between(rng, 0.08, 0.16)
        rope = [
            (k / 40, start + (end - start) * k / 40 + sag * math.sin(math.pi * k / 40))
            for k in range(41)
        ]
        canvas.line(rope, 0.008, mixed(colours.low, colours.mid, 0.5))
        count = 4 - row
        for i in range(count):
            x, y = rope[round(40 * (i + 0.5 + between(rng, -0.12, 0.12)) / count)]
            radius = between(rng, 0.075, 0.125)
            colour = one_of(rng, (colours.spark, colours.high, colours.mid, colours.spark))
            y += radius * 1.05
            canvas.disc(x, y, radius, colour)
            canvas.box(
                x - radius * 0.42,
                y - radius * 1.08,
                x + radius * 0.42,
                y - radius * 0.86,
                colours.low,
            )
            canvas.box(
                x - radius * 0.42,
                y + radius * 0.86,
                x + radius * 0.42,
                y + radius * 1.08,
                colours.low,
            )


def ribbon(canvas: Canvas, colours: Palette, rng: Rng) -> None:
    """Parallel stripes that turn a corner, as painted on walls in the seventies."""
    canvas.box(0, 0, 1, 1, colours.ink)
    shades = [*colours.ramp(3), colours.spark]
    if rng.random() < 0.5:
        shades.reverse()
    width = between(rng, 0.085, 0.12)
    corner = int(rng.integers(4))
    inner = between(rng, 0.08, 0.22)
    x, y = between(rng, 0.18, 0.36), between(rng, 0.18, 0.36)
    turn = 90 * corner
    for i, shade in enumerate(shades):
        outer = inner + width * (len(shades) - i)
        arc = [
            (x + outer * math.cos(a), y + outer * math.sin(a))
            for a in (math.pi / 2 * k / 40 for k in range(41))
        ]
        canvas.polygon(
            tilted([(x - 1, y + outer), *arc[::-1], (x + outer, y - 1), (x - 1, y - 1)], turn),
            shade,
        )
    arc = [
        (x + inner * math.cos(a), y + inner * math.sin(a))
        for a in (math.pi / 2 * k / 40 for k in range(41))
    ]
    canvas.polygon(
        tilted([(x - 1, y + inner), *arc[::-1], (x + inner, y - 1), (x - 1, y - 1)], turn),
        colours.ink,
    )


def cubes(canvas: Canvas, colours: Palette, rng: Rng) -> None:
    """Tumbling blocks."""
    across = one_of(rng, (2.0, 3.0, 4.0))
    size = 1 / across / math.sqrt(3)
    dx, dy = size * math.sqrt(3) / 2, size / 2
    lit, side, dark = one_of(
        rng,
        (
            (colours.high, colours.mid, colours.low),
            (colours.spark, colours.mid, colours.ink),
            (colours.mid, colours.low, colours.ink),
        ),
    )
    odd = (int(rng.integers(1, 3)), int(rng.integers(1, 3)))
    for row in range(-1, int(1 / (size * 1.5)) + 3):
        for column in range(-1, int(across) + 2):
            x = (column + (0.5 if row % 2 else 0)) / across
            y = row * size * 1.5
            top = colours.spark if (column % 3, row % 3) == odd and lit != colours.spark else lit
            canvas.polygon([(x, y - size), (x + dx, y - dy), (x, y), (x - dx, y - dy)], top)
            canvas.polygon([(x - dx, y - dy), (x, y), (x, y + size), (x - dx, y + dy)], side)
            canvas.polygon([(x + dx, y - dy), (x, y), (x, y + size), (x + dx, y + dy)], dark)


def halves(canvas: Canvas, colours: Palette, rng: Rng) -> None:
    """Half discs balanced on both sides of a line."""
    left, right = one_of(
        rng,
        (
            (colours.ink, colours.low),
            (colours.mid, colours.ink),
            (colours.low, colours.mid),
            (colours.high, colours.mid),
        ),
    )
    canvas.box(0, 0, 1, 1, left)
    canvas.box(0.5, 0, 1, 1, right)
    pool = shuffled(
        rng,
        [
            c
            for c in (colours.mid, colours.high, colours.spark, colours.ink)
            if c not in (left, right)
        ],
    )
    count = one_of(rng, (1, 2, 2, 3))
    radius = 0.5 / count * (0.84 if count == 1 else 1.0)
    facing = one_of(rng, (90, -90))
    for i in range(count):
        y = (i + 0.5) / count
        canvas.slice(0.5, y, radius, facing, facing + 180, pool[i % len(pool)])
        canvas.slice(0.5, y, radius * 0.58, facing + 180, facing + 360, pool[(i + 1) % len(pool)])
        canvas.slice(0.5, y, radius * 0.3, facing, facing + 180, left if facing == 90 else right)
        facing = -facing if count > 1 else facing


def weave(canvas: Canvas, colours: Palette, rng: Rng) -> None:
    """Broad ribbons over and under each other."""
    ground = mixed(colours.ink, colours.low, 0.15)
    canvas.box(0, 0, 1, 1, ground)
    side = one_of(rng, (3, 4))
    unit = 1 / side
    margin = unit * between(rng, 0.05, 0.11)
    first, second, third, fourth = shuffled(
        rng, (colours.low, colours.mid, colours.high, colours.spark)
    )
    warp = one_of(rng, ((first,) * 4, (first, second, first, second)))
    weft = one_of(
        rng, ((third,) * 4, (third, fourth, third, fourth), (third, third, fourth, third))
    )
    for i in range(side + 1):
        for j in range(side + 1):
            x, y = (i - 0.5) * unit, (j - 0.5) * unit
            over = (i + j) % 2 == 0
            # The one below stops short of the one above, which leaves the shadow between them.
            across = (x, y + margin, x + unit, y + unit - margin)
            along = (x + margin, y, x + unit - margin, y + unit)
            canvas.box(*(across if over else along), weft[j % 4] if over else warp[i % 4])
            if over:
                canvas.box(x + margin, y - margin, x + unit - margin, y + margin * 0.4, warp[i % 4])
                canvas.box(
                    x + margin,
                    y + unit - margin * 0.4,
                    x + unit - margin,
                    y + unit + margin,
                    warp[i % 4],
                )
            else:
                canvas.box(x - margin, y + margin, x + margin * 0.4, y + unit - margin, weft[j % 4])
                canvas.box(
                    x + unit - margin * 0.4,
                    y + margin,
                    x + unit + margin,
                    y + unit - margin,
                    weft[j % 4],
                )


FAMILIES: tuple[Family, ...] = (
    stripes, hills, sun, fan, cone, rings, quilt, waves, quarters, confetti, moon, petals, arches,
    skyline, halftone, leaves, slats, peaks, orbits, islands, bars, lanterns, ribbon, cubes, halves,
    weave,
)  # fmt: skip


def drifted(colour: Oklch, turn: float, lift: float) -> Oklch:
    return colour[0] + lift, colour[1], (colour[2] + turn) % 360


# Stirred into every seed; this one was chosen because with it the demo shelf shows most families.
EDITION = "jamboree 28516"


def draw(seed: str, size: int = 640) -> Image.Image:
    """The cover for a seed: an RGB picture `size` pixels square, always the same for the same seed."""
    digest = hashlib.sha256(f"{EDITION} {seed}".encode()).digest()
    rng = np.random.default_rng(int.from_bytes(digest[:8], "big"))
    mood = MOODS[one_of(rng, list(MOODS))]
    turn, lift = between(rng, -12, 12), between(rng, -0.015, 0.015)
    palette = Palette(*(drifted(colour, turn, lift) for colour in mood))
    family = one_of(rng, FAMILIES)
    # Painted at three times the size or more and then averaged down: that is the anti-aliasing.
    times = max(3, -(-480 // size))
    canvas = Canvas(size * times, palette.ink)
    family(canvas, palette, rng)
    return canvas.image.reduce(times)
