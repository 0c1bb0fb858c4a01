"""Owns drawn cover art: an abstract picture for any seed, for tracks that come without a cover.

A seed chooses a mood (five colours in OKLCH, drifting a little) and a family (a way to compose with
flat shapes), and the family draws the rest by the same seed. To add a family, write a function that
paints on a Canvas (scenes.py, patterns.py) and list it in FAMILIES; every seed may then get another
picture than before.
"""

from __future__ import annotations

from PIL import Image

from playlist_app.library.artwork import patterns, scenes
from playlist_app.library.artwork.canvas import Canvas, Dice, Family
from playlist_app.library.artwork.colour import MOODS, Oklch

__all__ = ["EDITION", "FAMILIES", "MOODS", "Canvas", "Dice", "Oklch", "draw"]

FAMILIES: tuple[Family, ...] = (
    patterns.stripes,
    scenes.hills,
    scenes.sun,
    patterns.fan,
    scenes.cone,
    patterns.rings,
    patterns.quilt,
    scenes.waves,
    patterns.quarters,
    patterns.confetti,
    scenes.moon,
    scenes.petals,
    patterns.arches,
    scenes.skyline,
    patterns.halftone,
    scenes.leaves,
    patterns.slats,
    scenes.peaks,
    scenes.orbits,
    scenes.islands,
    patterns.bars,
    scenes.lanterns,
    patterns.ribbon,
    patterns.cubes,
    patterns.halves,
    patterns.weave,
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
