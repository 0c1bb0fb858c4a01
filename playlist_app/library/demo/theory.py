"""Owns harmony: notes, scales and chords as numbers, and how one chord moves to the next.

Pitches are MIDI notes (60 is middle C), pitch classes 0–11 from C. Pure Python, no sound.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

LETTERS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}

SCALES: dict[str, tuple[int, ...]] = {
    "major": (0, 2, 4, 5, 7, 9, 11),
    "minor": (0, 2, 3, 5, 7, 8, 10),
    "dorian": (0, 2, 3, 5, 7, 9, 10),
    "phrygian": (0, 1, 3, 5, 7, 8, 10),
    "lydian": (0, 2, 4, 6, 7, 9, 11),
    "mixolydian": (0, 2, 4, 5, 7, 9, 10),
    "harmonic minor": (0, 2, 3, 5, 7, 8, 11),
    "major pentatonic": (0, 2, 4, 7, 9),
    "minor pentatonic": (0, 3, 5, 7, 10),
    "blues": (0, 3, 5, 6, 7, 10),
}

# Intervals above the root, the most telling ones first after the root: a voicing that has to leave
# something out leaves out the last (and the fifth, which says least, comes late).
QUALITIES: dict[str, tuple[int, ...]] = {
    "": (0, 4, 7),
    "m": (0, 3, 7),
    "5": (0, 7),
    "dim": (0, 3, 6),
    "aug": (0, 4, 8),
    "sus2": (0, 2, 7),
    "sus4": (0, 5, 7),
    "6": (0, 4, 9, 7),
    "m6": (0, 3, 9, 7),
    "69": (0, 4, 9, 2, 7),
    "add9": (0, 4, 2, 7),
    "madd9": (0, 3, 2, 7),
    "7": (0, 4, 10, 7),
    "7sus4": (0, 5, 10, 7),
    "9sus4": (0, 5, 10, 2, 7),
    "maj7": (0, 4, 11, 7),
    "m7": (0, 3, 10, 7),
    "mmaj7": (0, 3, 11, 7),
    "dim7": (0, 3, 6, 9),
    "m7b5": (0, 3, 10, 6),
    "9": (0, 4, 10, 2, 7),
    "maj9": (0, 4, 11, 2, 7),
    "m9": (0, 3, 10, 2, 7),
    "m11": (0, 3, 10, 5, 2, 7),
    "13": (0, 4, 10, 9, 2),
    "maj13": (0, 4, 11, 9, 2),
    "7b9": (0, 4, 10, 1, 7),
    "7#9": (0, 4, 10, 3, 7),
    "7b13": (0, 4, 10, 8),
    "7#11": (0, 4, 10, 6, 2),
    "maj7#11": (0, 4, 11, 6, 2),
}

_SYMBOL = re.compile(r"([A-G])([#b]?)([^/]*)(?:/([A-G])([#b]?))?")


def pitch_class(name: str) -> int:
    """The pitch class of a note name such as "C", "F#" or "Bb"."""
    shift = {"#": 1, "b": -1, "": 0}[name[1:]]
    return (LETTERS[name[0]] + shift) % 12


@dataclass(frozen=True, slots=True)
class Chord:
    """A chord symbol understood: its root, what lies above it, and what lies in the bass."""

    symbol: str
    root: int
    intervals: tuple[int, ...]
    bass: int

    @property
    def classes(self) -> tuple[int, ...]:
        """Its pitch classes, root first, the most telling ones next."""
        return tuple((self.root + interval) % 12 for interval in self.intervals)

    @property
    def fifth(self) -> int:
        """The pitch class a bass alternates with: the fifth, flat or sharp if the chord's is."""
        above = next((i for i in (7, 6, 8) if i in self.intervals), 7)
        return (self.root + above) % 12


@cache
def chord(symbol: str) -> Chord:
    """Read a chord symbol: "Am9", "F#m7b5", "C/E".

    Raises ValueError for a symbol it does not know.
    """
    match = _SYMBOL.fullmatch(symbol)
    if match is None or match[3] not in QUALITIES:
        raise ValueError(f"{symbol!r} is not a chord this band knows")
    root = pitch_class(match[1] + match[2])
    bass = pitch_class(match[4] + match[5]) if match[4] else root
    return Chord(symbol, root, QUALITIES[match[3]], bass)


@dataclass(frozen=True, slots=True)
class Key:
    """A tonic and a scale."""

    tonic: int
    scale: tuple[int, ...]

    @classmethod
    def named(cls, name: str) -> Key:
        """The key called, say, "F# minor" or "D dorian"."""
        tonic, _, scale = name.partition(" ")
        return cls(pitch_class(tonic), SCALES[scale])

    @property
    def classes(self) -> frozenset[int]:
        return frozenset((self.tonic + step) % 12 for step in self.scale)

    @property
    def pentatonic(self) -> Key:
        """The five notes of the key that cannot go wrong over its chords."""
        minor = 3 in self.scale
        return Key(self.tonic, SCALES["minor pentatonic" if minor else "major pentatonic"])

    def over(self, under: Chord) -> frozenset[int]:
        """The pitch classes that sing well over a chord: its own, and the scale's that do not rub.

        A scale tone a semitone beside a chord tone that is foreign to the key gives way to it,
        which is how a player alters the scale over a borrowed or secondary chord.
        """
        foreign = set(under.classes) - self.classes
        rubbing = {(tone + side) % 12 for tone in foreign for side in (-1, 1)}
        return (self.classes - rubbing) | frozenset(under.classes)

    def step(self, pitch: float, steps: int) -> float:
        """The pitch so many scale steps above (or below) one that lies in the scale."""
        ladder = sorted(self.classes)
        octave, pitch_in = divmod(round(pitch), 12)
        nearest = min(range(len(ladder)), key=lambda i: abs(ladder[i] - pitch_in))
        octaves, index = divmod(nearest + steps, len(ladder))
        return float((octave + octaves) * 12 + ladder[index])


def near(pitch_class_: int, pitch: float) -> float:
    """The note of a pitch class that is nearest to a pitch."""
    return pitch_class_ + 12.0 * round((pitch - pitch_class_) / 12)


def at_least(pitch_class_: int, low: float) -> float:
    """The lowest note of a pitch class that is not below `low`."""
    return pitch_class_ + 12.0 * -((pitch_class_ - low) // 12)


def stacks(classes: Sequence[int], low: float, high: float) -> list[tuple[float, ...]]:
    """Every close stacking of pitch classes between two pitches."""
    found = []
    for turn in range(len(classes)):
        rising = sorted(classes, key=lambda tone: (tone - classes[turn]) % 12)
        bottom = at_least(rising[0], low - 12)
        while bottom <= high:
            close = sorted(at_least(tone, bottom) for tone in rising)
            if close[0] >= low and close[-1] <= high:
                found.append(tuple(close))
            bottom += 12
    return found


def voice(
    chords: Sequence[Chord],
    low: float,
    high: float,
    *,
    size: int = 4,
    rootless: bool = False,
) -> list[tuple[float, ...]]:
    """Voice a progression between two pitches so that each chord moves as little as it can.

    `size` notes a chord at most; `rootless` leaves the root to the bass when enough else is left.
    """
    voiced: list[tuple[float, ...]] = []
    centre = (low + high) / 2
    for one in chords:
        classes = list(one.classes)
        if rootless and len(classes) > 3:
            classes = classes[1:]
        classes = classes[:size]
        choices = stacks(classes, low, high) or stacks(classes, low - 6, high + 6)
        before = voiced[-1] if voiced else ()

        def cost(
            notes: tuple[float, ...], before: tuple[float, ...] = before
        ) -> tuple[float, tuple[float, ...]]:
            travel = sum(min(abs(note - old) for old in before) for note in notes) if before else 0
            # Two voices a semitone apart at the top or low in the stack sound muddy.
            mud = sum(1.5 for a, b in pairwise(notes) if b - a < 2 and a < 57)
            return travel + 0.35 * abs(sum(notes) / len(notes) - centre) + mud, notes

        voiced.append(min(choices, key=cost))
    return voiced
