"""Owns the demo music: 35 short songs that the project composes, plays, mixes and encodes by itself.

The way of a song: `catalogue` (what it is called, its chords) → `genres` (its score, by its genre's rules,
with `theory`, `melody` and `accompaniment`) → `mix` (played by `instruments`, with `effects`) → `encode`
(the file) — and `make` does all of it. Importing this package imports neither numpy nor av; `make` does.
"""

from .catalogue import DEMO_PLAYLIST, SONGS, Song

__all__ = ["DEMO_PLAYLIST", "SONGS", "Song"]
