"""Drawn covers: always the same for a seed, never alike for two."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from PIL import Image

from playlist_app.library import artwork
from playlist_app.library.demo import SONGS


def glimpse(picture: Image.Image) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """What is left of a picture at 16 pixels, 0–1."""
    small = picture.resize((16, 16), Image.Resampling.BOX)
    return np.asarray(small, dtype=np.float64) / 255


@pytest.fixture(scope="module")
def shelf() -> dict[str, Image.Image]:
    return {song.slug: artwork.draw(song.cover_seed, 160) for song in SONGS}


def test_a_seed_always_draws_the_same_picture() -> None:
    one, again = artwork.draw("Paper Lanterns"), artwork.draw("Paper Lanterns")
    assert one.tobytes() == again.tobytes()


@pytest.mark.parametrize("size", [48, 200, 640])
def test_a_picture_has_the_size_asked_for(size: int) -> None:
    picture = artwork.draw("Harbour Lights", size)
    assert (picture.mode, picture.size) == ("RGB", (size, size))


def test_a_picture_is_the_same_drawing_at_every_size() -> None:
    small, large = artwork.draw("Copper Wire", 48), artwork.draw("Copper Wire", 640)
    assert np.abs(glimpse(small) - glimpse(large)).mean() < 0.02


def test_no_two_covers_of_the_shelf_look_alike(shelf: dict[str, Image.Image]) -> None:
    glimpses = {slug: glimpse(picture) for slug, picture in shelf.items()}
    for one, other in combinations(glimpses, 2):
        assert np.abs(glimpses[one] - glimpses[other]).mean() > 0.06, (one, other)


def test_every_family_fills_its_picture_with_contrast_in_every_mood() -> None:
    for family in artwork.FAMILIES:
        for number, palette in enumerate(artwork.MOODS):
            canvas = artwork.Canvas(96, palette.ink)
            family(canvas, palette, artwork.Dice(f"{family.__name__} {number}"))
            light = np.asarray(canvas.image.convert("L"), dtype=np.float64)
            assert light.max() - light.min() > 40, (family.__name__, number)


def test_any_text_can_be_a_seed() -> None:
    for seed in ("", "Ångström Nils Örn", "夜の電車", "🎺" * 50, "a\nb"):
        assert artwork.draw(seed, 48).size == (48, 48)


def test_the_shelf_shows_most_families() -> None:
    def family(seed: str) -> str:
        dice = artwork.Dice(f"{artwork.EDITION} {seed}")
        dice.of(artwork.MOODS)
        return dice.of(artwork.FAMILIES).__name__

    assert len({family(song.cover_seed) for song in SONGS}) >= 18


def test_colours_outside_the_screen_are_brought_inside() -> None:
    vivid = artwork.Oklch(0.7, 0.4, 150)
    assert all(0 <= channel <= 255 for channel in vivid.rgb())
    assert artwork.Oklch(1.0, 0.0, 0).rgb() == (255, 255, 255)
    assert artwork.Oklch(0.0, 0.0, 0).rgb() == (0, 0, 0)
