"""Owns drawn cover art: an abstract picture for any seed, for tracks that come without a cover.

A seed chooses a mood (five colours in OKLCH, drifting a little) and a family (a way to compose with
flat shapes), and the family draws the rest by the same seed. To add a family, write a function that
paints on a Canvas and list it in FAMILIES; every seed may then get another picture than before.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw

T = TypeVar("T")
Point = tuple[float, float]


class Oklch(NamedTuple):
    """A colour: lightness 0–1, chroma, hue in degrees."""

    lightness: float
    chroma: float
    hue: float

    def rgb(self) -> tuple[int, int, int]:
        """As sRGB 0–255, the chroma lowered until a screen can show it."""
        low, high = 0.0, self.chroma
        if shown(linear_light(*self)):
            low = high
        for _ in range(12 if low < high else 0):
            middle = (low + high) / 2
            fits = shown(linear_light(self.lightness, middle, self.hue))
            low, high = (middle, high) if fits else (low, middle)
        red, green, blue = linear_light(self.lightness, low, self.hue)
        return gamma(red), gamma(green), gamma(blue)

    def toward(self, other: Oklch, share: float) -> Oklch:
        """The colour at a share of the way to another, the short way round the wheel."""
        turn = (other.hue - self.hue + 180) % 360 - 180
        return Oklch(
            self.lightness + (other.lightness - self.lightness) * share,
            self.chroma + (other.chroma - self.chroma) * share,
            self.hue + turn * share,
        )


def linear_light(lightness: float, chroma: float, hue: float) -> tuple[float, float, float]:
    """OKLCH as linear red, green and blue; outside 0–1 where the screen ends.

    The matrices are Björn Ottosson's (A perceptual color space for image processing, 2020).
    """
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
    return all(-0.0005 <= channel <= 1.0005 for channel in linear)


def gamma(linear: float) -> int:
    """A channel by the sRGB transfer curve, 0–255."""
    linear = min(1.0, max(0.0, linear))
    curved = 12.92 * linear if linear <= 0.0031308 else 1.055 * linear ** (1 / 2.4) - 0.055
    return round(255 * curved)


class Palette(NamedTuple):
    """Five colours: a dark ground, three steps of one family, and a spark from across the wheel."""

    ink: Oklch
    low: Oklch
    mid: Oklch
    high: Oklch
    spark: Oklch

    def drifted(self, turn: float, lift: float) -> Palette:
        """The palette with every hue turned and every lightness lifted a little."""
        return Palette(
            *(Oklch(one.lightness + lift, one.chroma, (one.hue + turn) % 360) for one in self)
        )

    def ramp(self, count: int) -> list[Oklch]:
        """So many colours from low through mid to high."""
        colours = []
        for i in range(count):
            at = 2 * i / max(1, count - 1)
            first, second = (self.low, self.mid) if at < 1 else (self.mid, self.high)
            colours.append(first.toward(second, at % 1 if at < 2 else 1.0))
        return colours


def mood(*colours: tuple[float, float, float]) -> Palette:
    return Palette(*(Oklch(*colour) for colour in colours))


# fmt: off
MOODS = (
    mood((.23, .05, 222), (.37, .08, 216), (.64, .12, 212), (.86, .08, 200), (.82, .13, 56)),
    mood((.24, .08, 290), (.40, .15, 292), (.63, .18, 296), (.84, .09, 302), (.84, .17, 128)),
    mood((.23, .08, 8), (.40, .15, 8), (.63, .20, 10), (.85, .09, 25), (.84, .12, 197)),
    mood((.22, .05, 165), (.38, .09, 163), (.62, .14, 160), (.86, .12, 150), (.82, .13, 326)),
    mood((.23, .05, 124), (.41, .09, 122), (.66, .15, 120), (.89, .13, 108), (.78, .14, 340)),
    mood((.21, .06, 18), (.43, .16, 26), (.68, .20, 38), (.86, .13, 78), (.60, .16, 264)),
    mood((.23, .09, 325), (.42, .16, 328), (.64, .21, 330), (.86, .08, 345), (.87, .13, 166)),
    mood((.21, .07, 268), (.38, .15, 266), (.60, .18, 262), (.84, .08, 245), (.84, .14, 68)),
    mood((.25, .10, 312), (.47, .18, 350), (.69, .19, 28), (.86, .13, 72), (.94, .07, 95)),
    mood((.23, .045, 190), (.44, .08, 186), (.73, .13, 174), (.91, .07, 160), (.69, .19, 28)),
    mood((.23, .04, 60), (.46, .10, 58), (.75, .15, 74), (.92, .08, 92), (.55, .14, 250)),
    mood((.19, .07, 288), (.37, .17, 302), (.66, .24, 348), (.85, .13, 202), (.91, .16, 106)),
    mood((.25, .05, 30), (.46, .12, 34), (.67, .15, 44), (.90, .05, 75), (.60, .10, 202)),
    mood((.23, .06, 254), (.44, .11, 248), (.71, .11, 232), (.94, .03, 220), (.70, .19, 22)),
    mood((.24, .08, 352), (.52, .18, 14), (.76, .16, 52), (.92, .09, 88), (.63, .11, 188)),
    mood((.21, .07, 244), (.43, .09, 208), (.72, .13, 182), (.90, .14, 118), (.70, .20, 358)),
    mood((.21, .04, 150), (.42, .08, 152), (.61, .16, 38), (.86, .10, 82), (.76, .11, 172)),
    mood((.22, .08, 280), (.45, .17, 276), (.70, .14, 290), (.90, .06, 310), (.78, .16, 58)),
)
# fmt: on


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


def stripes(canvas: Canvas, palette: Palette, dice: Dice) -> None:
    """Slanted awning stripes: broad, dark, and a thin bright one."""
    canvas.fill(palette.mid)
    slant = dice.of((-1, 1)) * dice.of((dice.between(3, 10), dice.between(28, 52)))
    unit = dice.between(0.19, 0.34)
    broad, thin = unit * dice.between(0.25, 0.4), unit * dice.between(0.1, 0.2)
    for i in range(math.ceil(2 / unit)):
        edge = -0.5 + i * unit
        for left, width, colour in (
            (edge, broad, palette.ink),
            (edge + broad, thin, palette.spark),
        ):
            right = left + width
            stripe = [(left, -1.0), (right, -1.0), (right, 2.0), (left, 2.0)]
            canvas.polygon(turned(stripe, slant), colour)


def hills(canvas: Canvas, palette: Palette, dice: Dice) -> None:
    """One round hill behind another under a dark sky."""
    _, low, mid, high, spark = palette
    x, top, gap = dice.between(0.25, 0.75), dice.between(0.28, 0.42), dice.between(0.16, 0.22)
    radius = dice.between(0.55, 0.8)
    for i, colour in enumerate(dice.of(((mid, spark), (low, mid, high), (high, mid, spark)))):
        canvas.disc(x + i * dice.between(-0.09, 0.09), top + i * gap + radius, radius, colour)
        radius *= dice.between(0.84, 0.98)


def sun(canvas: Canvas, palette: Palette, dice: Dice) -> None:
    """A flat sun over a wash, sometimes with a small companion."""
    canvas.gradient(palette.low, palette.mid, dice.between(0, 360))
    radius = dice.between(0.19, 0.3)
    near = radius * 0.9
    x, y = (
        dice.of((dice.between(near, 0.4), dice.between(0.6, 1 - near))),
        dice.of((dice.between(near, 0.4), dice.between(0.6, 1 - near))),
    )
    canvas.disc(x, y, radius, palette.spark)
    if dice.chance(0.5):
        small = radius * dice.between(0.2, 0.42)
        canvas.disc(1 - x, 1 - y, small, dice.of((palette.ink, palette.high)))


def fan(canvas: Canvas, palette: Palette, dice: Dice) -> None:
    """Rays from one point, wide as a peacock's."""
    ink, low, mid, high, spark = palette
    centre = (0.5, 0.5)
    at = dice.of(((0.5, 1.02), (0.0, 1.0), (1.0, 1.0), centre, (0.28, 0.7), (0.0, 0.0)))
    cycle = dice.of(((ink, mid), (ink, mid, low, high), (mid, high), (low, mid, spark)))
    rays = len(cycle) * round(dice.between(9, 15) / len(cycle)) * (2 if at == centre else 1)
    width = (360 if at == centre else 180) / rays
    start = dice.between(0, 30) if at == centre else 0
    for i in range(math.ceil(360 / width)):
        canvas.slice(*at, 1.6, start + i * width, width + 0.2, cycle[i % len(cycle)])
    canvas.disc(*at, dice.between(0.15, 0.27), spark)


def cone(canvas: Canvas, palette: Palette, dice: Dice) -> None:
    """A wash that goes round a point, like light on a record."""
    ink, low, mid, high, spark = palette
    stops, heart = dice.of(
        (
            ((ink, mid, spark), high),
            ((spark, low, mid, high), ink),
            ((low, mid, high, ink), spark),
        )
    )
    x, y = dice.between(0.38, 0.62), dice.between(0.38, 0.62)
    canvas.sweep(stops, x, y, dice.between(0, 360))
    if dice.chance(0.6):
        canvas.disc(x, y, dice.between(0.1, 0.2), heart)


def rings(canvas: Canvas, palette: Palette, dice: Dice) -> None:
    """Rings around a point off the middle."""
    x, y, count = dice.between(0.15, 0.85), dice.between(0.2, 0.95), dice.count(5, 8)
    order = dice.shuffled(palette[:4])
    canvas.fill(order[count % 4])
    step = 0.95 * math.hypot(max(x, 1 - x), max(y, 1 - y)) / (count + 0.6)
    for i in range(count, 0, -1):
        canvas.disc(x, y, step * i, order[(i - 1) % 4])
    canvas.disc(x, y, step / 2, palette.spark)


def quilt(canvas: Canvas, palette: Palette, dice: Dice) -> None:
    """Half-square triangles sewn in a mirrored pattern."""
    side = dice.of((4, 4, 6))
    half, unit = side // 2, 1 / side
    patches = {
        (row, column): (dice.shuffled(palette)[:2], dice.count(0, 3))
        for row in range(half)
        for column in range(half)
    }
    square = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0))
    for row in range(side):
        for column in range(side):
            right, below = column >= half, row >= half
            like = (side - 1 - row if below else row, side - 1 - column if right else column)
            (under, over), cut = patches[like]
            corners = [square[(cut + k) % 4] for k in range(3)]
            mirrored = [(abs(right - px), abs(below - py)) for px, py in corners]
            canvas.box(column * unit, row * unit, unit, unit, under)
            placed = [((column + px) * unit, (row + py) * unit) for px, py in mirrored]
            canvas.polygon(placed, over)


def waves(canvas: Canvas, palette: Palette, dice: Dice) -> None:
    """Bands of water, each with its own swell, and a sun half in them."""
    count = dice.count(4, 6)
    ramp = palette.ramp(count)
    sky, bands = (palette.ink, ramp) if dice.chance(0.6) else (palette.high, ramp[::-1])
    canvas.fill(sky)
    top, radius = dice.between(0.24, 0.4), dice.between(0.1, 0.16)
    rise = radius * dice.between(0.1, 0.7)
    canvas.disc(dice.between(0.2, 0.8), top - rise, radius, palette.spark)
    length, lean = dice.between(0.7, 1.5), dice.between(-0.06, 0.06)
    for i, colour in enumerate(bands):
        y = top + (1 - top) * i / count
        phase, height = dice.between(0, 1), dice.between(0.025, 0.05)
        crest = []
        for k in range(61):
            x = k / 60
            swell = height * math.sin(2 * math.pi * (x / length + phase))
            crest.append((x, y + lean * (x - 0.5) + swell))
        canvas.polygon([*crest, (1.0, 1.1), (0.0, 1.1)], colour)


def quarters(canvas: Canvas, palette: Palette, dice: Dice) -> None:
    """Quarter circles in a grid, each turned as it likes, some of them other shapes."""
    side = dice.of((3, 3, 4))
    unit = 1 / side
    for row in range(side):
        for column in range(side):
            x, y = column * unit, row * unit
            ground = dice.weighted(palette[:4], (0.38, 0.27, 0.22, 0.13))
            bright = (palette.mid, palette.high, palette.spark, palette.ink)
            figure = dice.of([colour for colour in bright if colour != ground])
            canvas.box(x, y, unit, unit, ground)
            corner, kind = dice.count(0, 3), dice.between(0, 1)
            if kind < 0.66:
                at = (x + unit * (corner in (1, 2)), y + unit * (corner in (2, 3)))
                canvas.slice(*at, unit, 90 * corner, 90, figure)
                if kind < 0.22:
                    canvas.slice(*at, unit / 2, 90 * corner, 90, ground)
            elif kind < 0.86:
                radius = unit * dice.between(0.22, 0.42)
                canvas.disc(x + unit / 2, y + unit / 2, radius, figure)
            else:
                canvas.polygon([(x, y + unit), (x + unit, y + unit), (x + unit, y)], figure)


def confetti(canvas: Canvas, palette: Palette, dice: Dice) -> None:
    """Paper shapes thrown on a table."""
    ink, low, mid, high, spark = palette
    table = dice.of((ink, ink, low, high))
    canvas.fill(table)
    papers = [colour for colour in (mid, high, spark, mid, low) if colour != table]
    side = dice.of((4, 5))
    for row in range(side):
        for column in range(side):
            x = (column + 0.5 + dice.between(-0.2, 0.2)) / side
            y = (row + 0.5 + dice.between(-0.2, 0.2)) / side
            size, colour = dice.between(0.2, 0.36) / side, dice.of(papers)
            scrap(canvas, (x, y, size), (dice.count(0, 3), dice.between(0, 180)), colour)


def scrap(
    canvas: Canvas, place: tuple[float, float, float], cut: tuple[int, float], colour: Oklch
) -> None:
    """A disc, a strip, a triangle or a half disc, lying as it fell."""
    (x, y, size), (kind, turn) = place, cut
    if kind == 0:
        canvas.disc(x, y, size, colour)
    elif kind == 1:
        long, thin = size * 1.5, size * 0.4
        strip = [(x - long, y - thin), (x + long, y - thin), (x + long, y + thin)]
        canvas.polygon(turned([*strip, (x - long, y + thin)], turn, x, y), colour)
    elif kind == 2:
        foot, half = y + size * 0.8, size * 1.1
        three = [(x, y - size * 1.2), (x + half, foot), (x - half, foot)]
        canvas.polygon(turned(three, turn, x, y), colour)
    else:
        canvas.slice(x, y, size * 1.35, turn, 180, colour)


def moon(canvas: Canvas, palette: Palette, dice: Dice) -> None:
    """A moon over still water, and its path of light."""
    ink, low, mid, high, spark = palette
    horizon = dice.between(0.52, 0.64)
    canvas.gradient(ink, low)
    canvas.box(0, horizon, 1, 1, ink.toward(low, 0.35))
    x, radius, light = dice.between(0.28, 0.72), dice.between(0.15, 0.22), dice.of((spark, high))
    canvas.disc(x, horizon - radius * dice.between(0.5, 1.3), radius, light)
    canvas.box(0, horizon, 1, 0.012, mid)
    y, width = horizon + 0.045, radius * 1.15
    while y < 0.97:
        left = x - width + dice.between(-0.05, 0.05)
        canvas.box(left, y, 2 * width, 0.026, light.toward(mid, (y - horizon) * 1.6), 0.013)
        y += dice.between(0.052, 0.068)
        width *= dice.between(0.78, 1.02)


def petals(canvas: Canvas, palette: Palette, dice: Dice) -> None:
    """A flower of round petals."""
    canvas.fill(dice.of((palette.ink, palette.low)))
    count, start = dice.count(5, 9), dice.between(0, 360)
    reach, radius = dice.between(0.25, 0.3), dice.between(0.14, 0.19)
    x, y = dice.between(0.44, 0.56), dice.between(0.44, 0.56)
    for scale, shift, colour in ((1.32, 0.0, palette.mid), (0.72, 0.5, palette.high)):
        for i in range(count):
            angle = math.radians(start + 360 / count * (i + shift))
            dx, dy = reach * scale * math.cos(angle), reach * scale * math.sin(angle)
            canvas.disc(x + dx, y + dy, radius * scale**0.6, colour)
    canvas.disc(x, y, radius * dice.between(0.7, 0.95), palette.spark)


def arches(canvas: Canvas, palette: Palette, dice: Dice) -> None:
    """Doorways inside doorways."""
    ink, low, mid, high, spark = palette
    ground, dark = dice.of(((ink, low), (high, ink)))
    canvas.fill(ground)
    doors = dice.of((1, 2))
    count = dice.count(4, 5) if doors == 1 else 3
    half = 0.45 / doors
    for door in range(doors):
        x = (door + 0.5) / doors
        top = dice.between(0.1, 0.2) if doors == 1 else dice.between(0.12, 0.4)
        order = [dark, mid, spark, ground, mid]
        if doors == 2:
            order = dice.shuffled(order[:3])
        for i, colour in enumerate(order[:count]):
            width = half * (1 - i / count)
            y = top + half + (half - width) * 0.1
            canvas.disc(x, y, width, colour)
            canvas.box(x - width, y, 2 * width, 1, colour)


def skyline(canvas: Canvas, palette: Palette, dice: Dice) -> None:
    """Houses at night, some windows still lit."""
    ink, low, mid, high, _ = palette
    canvas.gradient(ink, mid)
    canvas.disc(dice.between(0.15, 0.85), dice.between(0.16, 0.3), dice.between(0.07, 0.12), high)
    for depth, colour in ((0, low.toward(mid, 0.4)), (1, ink.toward(low, 0.3))):
        x = -0.02
        while x < 1:
            width, top = dice.between(0.13, 0.22), dice.between(0.36, 0.62) + 0.16 * depth
            canvas.box(x, top, width + 0.003, 1, colour)
            if depth:
                windows(canvas, palette, dice, (x, top, width))
            x += width


def windows(
    canvas: Canvas, palette: Palette, dice: Dice, house: tuple[float, float, float]
) -> None:
    """A grid of windows on a house (left, top, width), about half of them lit."""
    left, top, width = house
    columns = max(2, round(width / 0.065))
    pane = width / (columns * 2 + 1)
    y = top + pane * 1.2
    while y < 0.98:
        for i in range(columns):
            if dice.chance(0.5):
                light = dice.of((palette.spark, palette.high))
                canvas.box(left + pane * (2 * i + 1), y, pane, pane * 1.3, light)
        y += pane * 2.5


def halftone(canvas: Canvas, palette: Palette, dice: Dice) -> None:
    """Dots that swell across the picture, and one that does not belong to them."""
    ink, low, mid, high, spark = palette
    ground, dot, other = dice.of(
        ((ink, mid, spark), (mid, ink, high), (low, high, spark), (spark, ink, high))
    )
    canvas.fill(ground)
    side = dice.count(7, 9)
    x, y = dice.between(0, 1), dice.of((0.0, 1.0))
    far = math.hypot(max(x, 1 - x), 1)
    for row in range(-1, side + 2):
        for column in range(-1, side + 2):
            cx, cy = (column + row % 2 / 2) / side, row * 0.88 / side
            near = 1 - math.hypot(cx - x, cy - y) / far
            canvas.disc(cx, cy, max(0.0, 0.08 + 0.52 * near) / side, dot)
    canvas.disc(0.8 - x * 0.6, 0.3 if y else 0.7, dice.between(0.13, 0.2), other)


def leaves(canvas: Canvas, palette: Palette, dice: Dice) -> None:
    """Leaves in a grid, pointing this way and that."""
    ink, low, mid, high, spark = palette
    side, ground = dice.of((2, 3, 4)), dice.of((ink, low, high))
    canvas.fill(ground)
    colours = [colour for colour in (mid, high, spark, low) if colour != ground]
    skip, start = dice.count(1, 2), dice.count(0, 1)
    for row in range(side):
        for column in range(side):
            falling = (row + column + start) % 2 == 0
            colour = colours[(row * 2 + column * skip) % len(colours)]
            leaf(canvas, column / side, row / side, 1 / side, falling, colour)


def leaf(canvas: Canvas, x: float, y: float, size: float, falling: bool, colour: Oklch) -> None:
    """Where the quarter circles of two opposite corners overlap."""
    lower = arc(0, 0, 1)
    upper = [(1 - px, 1 - py) for px, py in lower]
    outline = [*lower, *upper]
    # Both arcs run between the same two corners: (1, 0) and (0, 1).
    placed = [(x + size * (1 - px if falling else px), y + size * py) for px, py in outline]
    canvas.polygon(placed, colour)


def slats(canvas: Canvas, palette: Palette, dice: Dice) -> None:
    """A big low sun behind blinds."""
    ink, low, mid, high, spark = palette
    canvas.gradient(ink, low)
    x, y = dice.between(0.42, 0.58), dice.between(0.46, 0.54)
    radius, count = dice.between(0.32, 0.4), dice.count(5, 7)
    canvas.disc(x, y, radius, dice.of((spark, high)))
    for i in range(count):
        share = i / count
        level = y + radius * (1.2 * share - 0.15)
        canvas.box(0, level, 1, 0.012 + 0.034 * share, ink.toward(low, level))
    floor = y + radius * dice.between(0.86, 1.02)
    canvas.box(0, floor, 1, 1, ink)
    canvas.box(0, floor, 1, 0.012, mid)


def peaks(canvas: Canvas, palette: Palette, dice: Dice) -> None:
    """Mountains cut from paper."""
    ink, low, mid, high, spark = palette
    canvas.gradient(dice.of((ink, mid)), dice.of((high, low)))
    canvas.disc(dice.between(0.2, 0.8), dice.between(0.2, 0.34), dice.between(0.09, 0.15), spark)
    for i, colour in enumerate((mid, mid.toward(low, 0.55), low, ink)):
        base, x, up = 0.5 + 0.13 * i, -0.05, dice.chance(0.5)
        points = [(x, base + dice.between(0, 0.1))]
        while x < 1.05:
            x += dice.between(0.12, 0.26)
            points.append((x, base + (-dice.between(0.06, 0.2) if up else dice.between(0.02, 0.1))))
            up = not up
        canvas.polygon([*points, (1.3, 1.1), (-0.1, 1.1)], colour)


def orbits(canvas: Canvas, palette: Palette, dice: Dice) -> None:
    """Planets on their rounds."""
    ink, low, mid, high, spark = palette
    x, y, count = dice.between(0.3, 0.7), dice.between(0.3, 0.7), dice.count(4, 5)
    for i in range(count, 0, -1):
        radius = 0.13 + 0.125 * i
        canvas.disc(x, y, radius, mid if i % 2 else low)
        canvas.disc(x, y, radius - 0.016, ink.toward(low, 0.5 - 0.4 * i / count))
    canvas.disc(x, y, dice.between(0.1, 0.14), spark)
    for i in range(1, count + 1):
        angle, radius = dice.between(0, 2 * math.pi), 0.122 + 0.125 * i
        planet = (x + radius * math.cos(angle), y + radius * math.sin(angle))
        canvas.disc(*planet, dice.between(0.032, 0.07), dice.of((high, mid, spark)))


def islands(canvas: Canvas, palette: Palette, dice: Dice) -> None:
    """Contour lines of an island, one sheet of paper on the next."""
    ink, low, mid, high, spark = palette
    count = dice.count(4, 5)
    sea, sheets = ink, palette.ramp(count)
    if dice.chance(0.4):
        sea, sheets = mid, [low, ink, mid, high, spark][:count]
    canvas.fill(sea)
    x, y = dice.between(0.4, 0.6), dice.between(0.4, 0.6)
    bays = [(k, dice.between(0.03, 0.16) / (k - 0.5), dice.between(0, 6.28)) for k in (2, 3, 4, 5)]
    for i, colour in enumerate(sheets):
        radius = 0.52 * (1 - i / (count + 0.35))
        x += dice.between(-0.02, 0.02)
        outline = []
        for step in range(120):
            angle = 2 * math.pi * step / 120
            swell = 1 + sum(depth * math.cos(k * angle + at + 0.15 * i) for k, depth, at in bays)
            reach = radius * swell
            outline.append((x + reach * math.cos(angle), y + reach * math.sin(angle)))
        canvas.polygon(outline, colour)
    canvas.disc(x, y, 0.045, spark)


def bars(canvas: Canvas, palette: Palette, dice: Dice) -> None:
    """The sound itself: rounded bars about a middle line, one of them bright."""
    ink, low, mid, high, spark = palette
    canvas.fill(dice.of((ink, low)))
    colours, count = dice.of(((mid,), (mid, high), (spark, mid))), dice.count(7, 11)
    bright, middle, gap = dice.count(0, count - 1), dice.between(0.46, 0.54), 0.84 / count
    for i in range(count):
        bend = 0.35 + 0.65 * math.sin(math.pi * (i + 0.5) / count)
        half = 0.36 * bend * dice.between(0.3, 1.0) + 0.03
        lit = i == bright and spark not in colours
        colour = spark if lit else colours[i % len(colours)]
        left, width = 0.08 + gap * (i + 0.14), gap * 0.58
        canvas.box(left, middle - half, width, 2 * half, colour, width / 2)


def lanterns(canvas: Canvas, palette: Palette, dice: Dice) -> None:
    """Paper lanterns on strings across the night."""
    ink, low, mid, high, spark = palette
    canvas.gradient(ink, ink.toward(low, 0.8))
    for row in range(2):
        start, end = (dice.between(0.06, 0.22) + 0.43 * row for _ in range(2))
        sag, count = dice.between(0.08, 0.16), 4 - row
        rope = [
            (k / 40, start + (end - start) * k / 40 + sag * math.sin(math.pi * k / 40))
            for k in range(41)
        ]
        canvas.line(rope, 0.008, low.toward(mid, 0.5))
        for i in range(count):
            x, y = rope[round(40 * (i + 0.5 + dice.between(-0.12, 0.12)) / count)]
            radius, colour = dice.between(0.075, 0.125), dice.of((spark, high, mid, spark))
            canvas.disc(x, y + radius * 1.05, radius, colour)
            for edge in (-0.03, 1.91):
                canvas.box(x - radius * 0.42, y + radius * edge, radius * 0.84, radius * 0.22, low)


def ribbon(canvas: Canvas, palette: Palette, dice: Dice) -> None:
    """Parallel stripes that turn a corner, as painted on walls in the seventies."""
    bands = [*palette.ramp(3), palette.spark]
    if dice.chance(0.5):
        bands.reverse()
    width, inner, turn = dice.between(0.085, 0.12), dice.between(0.08, 0.22), 90 * dice.count(0, 3)
    x, y = dice.between(0.18, 0.36), dice.between(0.18, 0.36)
    for i, colour in enumerate([*bands, palette.ink]):
        outer = inner + width * (len(bands) - i)
        corner = [(x + outer, y - 1), *arc(x, y, outer), (x - 1, y + outer), (x - 1, y - 1)]
        canvas.polygon(turned(corner, turn), colour)


def cubes(canvas: Canvas, palette: Palette, dice: Dice) -> None:
    """Tumbling blocks, one here and there of another colour."""
    ink, low, mid, high, spark = palette
    across = dice.of((2, 3, 4))
    lit, shade, dark = dice.of(((high, mid, low), (spark, mid, ink), (mid, low, ink)))
    odd = (dice.count(1, 2), dice.count(1, 2))
    dx, dy = 0.5 / across, 0.5 / across / math.sqrt(3)
    for row in range(-1, int(1 / (dy * 3)) + 3):
        for column in range(-1, across + 2):
            x, y = (2 * column + row % 2) * dx, row * dy * 3
            top = spark if (column % 3, row % 3) == odd and lit != spark else lit
            left, right, foot = (x - dx, y - dy), (x + dx, y - dy), (x, y + 2 * dy)
            canvas.polygon([(x, y - 2 * dy), right, (x, y), left], top)
            canvas.polygon([left, (x, y), foot, (x - dx, y + dy)], shade)
            canvas.polygon([right, (x, y), foot, (x + dx, y + dy)], dark)


def halves(canvas: Canvas, palette: Palette, dice: Dice) -> None:
    """Half discs balanced on both sides of a line."""
    ink, low, mid, high, spark = palette
    left, right = dice.of(((ink, low), (mid, ink), (low, mid), (high, mid)))
    canvas.fill(left)
    canvas.box(0.5, 0, 0.5, 1, right)
    colours = dice.shuffled([one for one in (mid, high, spark, ink) if one not in (left, right)])
    count, facing = dice.of((1, 2, 2, 3)), dice.of((90, -90))
    radius = 0.42 if count == 1 else 0.5 / count
    for i in range(count):
        y = (i + 0.5) / count
        canvas.slice(0.5, y, radius, facing, 180, colours[i % len(colours)])
        canvas.slice(0.5, y, radius * 0.58, facing + 180, 180, colours[(i + 1) % len(colours)])
        canvas.slice(0.5, y, radius * 0.3, facing, 180, left if facing == 90 else right)
        facing = -facing


def weave(canvas: Canvas, palette: Palette, dice: Dice) -> None:
    """Broad ribbons over and under each other."""
    ink, low, mid, high, spark = palette
    canvas.fill(ink.toward(low, 0.15))
    side = dice.of((3, 4))
    unit = 1 / side
    gap = unit * dice.between(0.05, 0.11)
    wide, run = unit - 2 * gap, unit + 0.7 * gap
    first, second, third, fourth = dice.shuffled((low, mid, high, spark))
    warp = dice.of(((first, first), (first, second)))
    weft = dice.of(((third, third), (third, fourth)))
    for i in range(side + 1):
        for j in range(side + 1):
            x, y = (i - 0.5) * unit, (j - 0.5) * unit
            # The ribbon on top runs on past the crossing; the gap beside it is its shadow.
            if (i + j) % 2:
                canvas.box(x + gap, y - gap * 0.35, wide, run, warp[i % 2])
            else:
                canvas.box(x - gap * 0.35, y + gap, run, wide, weft[j % 2])


FAMILIES: tuple[Family, ...] = (
    stripes,
    hills,
    sun,
    fan,
    cone,
    rings,
    quilt,
    waves,
    quarters,
    confetti,
    moon,
    petals,
    arches,
    skyline,
    halftone,
    leaves,
    slats,
    peaks,
    orbits,
    islands,
    bars,
    lanterns,
    ribbon,
    cubes,
    halves,
    weave,
)

# Stirred into every seed; chosen because with it the demo shelf shows most of the families.
EDITION = "jamboree 28516"


def draw(seed: str, size: int = 640) -> Image.Image:
    """The cover for a seed: an RGB picture `size` pixels square, the same for the same seed."""
    dice = Dice(f"{EDITION} {seed}")
    mood_, family = dice.of(MOODS), dice.of(FAMILIES)
    palette = mood_.drifted(dice.between(-12, 12), dice.between(-0.015, 0.015))
    # Painted at three times the size or more and then averaged down: that is the anti-aliasing.
    times = max(3, -(-480 // size))
    canvas = Canvas(size * times, palette.ink)
    family(canvas, palette, dice)
    return canvas.image.reduce(times)
