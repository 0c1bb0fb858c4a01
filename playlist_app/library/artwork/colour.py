"""Colour: OKLCH, what of it a screen can show, and the moods that covers are painted in."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple


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
