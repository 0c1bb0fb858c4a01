"""Owns the demo music: 35 short songs that the project composes, plays and encodes itself.

The way of a song: `catalogue` (what it is called, its chords) → `genres` (its score, by its genre's
rules, with `theory`, `melody` and `accompaniment`) → `mix` (played by `instruments`, through
`effects`) → `encode` (the file). `making` does all of it, and is imported only when music is made:
listing the songs needs neither numpy nor av.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path

from .catalogue import DEMO_PLAYLIST, SONGS, Song

__all__ = ["DEMO_PLAYLIST", "SONGS", "Song", "make", "make_all"]


def make(song: Song, folder: Path) -> Path:
    """Make one song's file in a folder that exists; returns its path."""
    from . import making

    return making.make(song, folder)


def make_all(
    folder: Path, *, processes: int = 2, skip: Collection[str] = ()
) -> Iterator[tuple[Song, Path]]:
    """Make every song whose slug is not in `skip`, and yield each with its file as it comes.

    The songs of the demo playlist come first, in its order. A song's file appears whole or not at
    all; a killed run leaves nothing else but names ending in ".part". Closing the iterator early
    stops after the songs in work.
    """
    from . import making

    return making.make_all(folder, processes=processes, skip=skip)
