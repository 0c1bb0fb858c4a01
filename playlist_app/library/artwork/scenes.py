"""Families of covers that look like something: hills, a sun, a skyline."""

from __future__ import annotations

import math

from playlist_app.library.artwork.canvas import Canvas, Dice, arc
from playlist_app.library.artwork.colour import Oklch, Palette


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
