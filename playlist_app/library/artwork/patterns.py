"""Families of covers that are a pattern: stripes, tiles, rings."""

from __future__ import annotations

import math

from playlist_app.library.artwork.canvas import Canvas, Dice, arc, turned
from playlist_app.library.artwork.colour import Oklch, Palette


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
