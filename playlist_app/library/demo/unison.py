"""Owns players and oscillators in unison: the same note several times, detuned and spread."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .score import Samples
from .waves import Stack, clock, read, scoop, vibrato

APART = 3000
"""Samples by which each player's vibrato is ahead of the next one's."""


@dataclass(frozen=True)
class Bend:
    """How a note's pitch moves: a vibrato and a slide into the note.

    `vibrato` is (Hz, semitones, seconds before it); `scoop` (semitones from below, seconds).
    """

    vibrato: tuple[float, float, float] = (0.0, 0.0, 0.0)
    scoop: tuple[float, float] = (0.0, 0.0)

    def sway(self, count: int) -> Samples | None:
        """The displacement in time (seconds) of so many samples; None if it does not bend."""
        if not self.vibrato[1] and not self.scoop[0]:
            return None
        time = clock(count)
        sway = vibrato(time, *self.vibrato)
        return sway + scoop(time, *self.scoop) if self.scoop[0] else sway


@dataclass(frozen=True)
class Unison:
    """So many players, `detune` cents from the middle at most, `width` 0 (mono) to 1 apart.

    `scatter` is how far apart (cycles) their waves begin: a little for bows, which start together,
    a lot for oscillators, which run free.
    """

    players: int = 1
    detune: float = 9.0
    width: float = 0.0
    scatter: float = 0.13

    def play(
        self, stack: Stack, frequency: float, count: int, position: Samples | None, bend: Bend
    ) -> Samples:
        """The note: shape (count) or, if it has width, (2, count); as loud as one player."""
        sway = bend.sway(count + self.players * APART)
        sound = np.zeros((2, count) if self.width else count, dtype=np.float32)
        for i in range(self.players):
            place = i / (self.players - 1) * 2 - 1 if self.players > 1 else 0.0
            own = None if sway is None else sway[i * APART : i * APART + count]
            detuned = frequency * 2 ** (place * self.detune / 1200)
            voice = read(stack, detuned, count, position, sway=own, offset=i * self.scatter % 1)
            if self.width:
                # Neighbours in pitch go to opposite sides, so that neither side is sharp.
                side = place * self.width * (1 if i % 2 else -1)
                sound[0] += voice * np.float32(np.sqrt((1 - side) / 2))
                sound[1] += voice * np.float32(np.sqrt((1 + side) / 2))
            else:
                sound += voice
        return sound / np.float32(np.sqrt(self.players))
