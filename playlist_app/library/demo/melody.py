"""Owns tunes: rhythms and contours that return, and pitches found as the cheapest path."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from .score import Note, Sheet, steps
from .theory import Key, near


@dataclass(frozen=True)
class Onset:
    """A note of a tune before it has a pitch: when, how long, how loud, how high it wants to be."""

    start: float
    length: float
    velocity: float
    target: float
    leans: bool  # on a strong beat or long: wants a chord tone
    closes: bool  # ends a phrase: wants rest


@dataclass(frozen=True)
class Range:
    """Where a voice sings, in MIDI pitches, and how far it likes to leap, in semitones."""

    low: float
    high: float
    leap: float = 2.5


def shape(rng: np.random.Generator, count: int) -> list[float]:
    """A contour: `count` heights about 0, most of them between −1 and 1, with one clear bend."""
    across = np.linspace(0, 1, max(count, 2))
    bend = rng.uniform(0.2, 0.8)
    arch = np.where(across < bend, across / bend, (1 - across) / (1 - bend))
    up = rng.choice([-1.0, 1.0])
    slope = rng.uniform(-0.8, 0.8) * (across - 0.5)
    wander = rng.normal(0, 0.3, len(across))
    heights = up * (1.3 * arch - 0.65) + slope + wander
    return [float(height) for height in heights][:count]


def sing(
    sheet: Sheet,
    section: str,
    cells: Sequence[str],
    voice: Range,
    *,
    step: float = 0.5,
    only: Key | None = None,
    rise: float = 0.25,
) -> list[Note]:
    """A tune over every section of a name: made once, and the same whenever the section returns.

    A cell is a step pattern for a bar (or two); three of them are chosen, and each keeps its own
    contour, so that what returns is recognised though the chords under it differ ("abac": the last
    is the cadence). `only` keeps passing notes to a key (a pentatonic, say).
    """
    sections = sheet.sections_of(section)
    if not sections:
        return []
    first = sections[0]
    chosen = {
        name: cells[int(i)]
        for name, i in zip(
            "abc",
            sheet.rng.choice(len(cells), 3, replace=len(cells) < 3),
            strict=True,
        )
    }
    contours = {
        name: shape(sheet.rng, sum(letter in "Xxo'" for letter in cell))
        for name, cell in chosen.items()
    }
    order = sheet.pick(("abac", "aabc", "abac", "abbc"))
    onsets = list(
        lay_out(
            sheet, first.bar * sheet.bar, first.bars, order, chosen, contours, voice, step, rise
        )
    )
    pitches = cheapest_path(sheet, onsets, voice, only)
    tune = [
        Note(one.start, one.length, pitch, one.velocity)
        for one, pitch in zip(onsets, pitches, strict=True)
    ]
    return [
        replace(note, start=note.start + (other.bar - first.bar) * sheet.bar)
        for other in sections
        for note in tune
        if note.start < (first.bar + other.bars) * sheet.bar
    ]


def lay_out(
    sheet: Sheet,
    at: float,
    bars: int,
    order: str,
    cells: dict[str, str],
    contours: dict[str, list[float]],
    voice: Range,
    step: float,
    rise: float,
) -> list[Onset]:
    """The rhythm of a section and the heights its notes want."""
    middle, reach = (voice.low + voice.high) / 2, (voice.high - voice.low) / 2
    end = at + bars * sheet.bar
    # A cell that comes back begins a little higher or lower, as sequences do; seldom just the same.
    lifts = sheet.rng.choice([-0.35, -0.2, 0.0, 0.2, 0.35], 64)
    onsets: list[Onset] = []
    place = 0
    beat = at
    while beat < end - 1e-6:
        name = order[place % len(order)]
        # The arch over the whole section: tunes climb towards two thirds and come home.
        arch = rise * np.sin(np.pi * min(1.0, (beat - at) / (end - at) * 1.15))
        found = list(steps(cells[name], beat, step))
        closes = place % len(order) == len(order) - 1
        for i, (start, length, velocity) in enumerate(found):
            last = i == len(found) - 1
            strong = (start % 1 < 1e-6 and length >= 0.5) or length >= 1
            target = middle + reach * (0.62 * contours[name][i] + arch + lifts[place % 64])
            if closes and last:
                target = middle - 0.2 * reach
            onsets.append(Onset(start, length * 0.94, velocity, target, strong, closes and last))
        beat += len(cells[name].replace(" ", "")) * step
        place += 1
    return [one for one in onsets if one.start < end - 1e-6]


def cheapest_path(
    sheet: Sheet, onsets: Sequence[Onset], voice: Range, only: Key | None
) -> list[float]:
    """A pitch for each onset: the sequence that costs least (Viterbi over the singable notes).

    It costs to miss the wanted height, to leap, to repeat, to stand off the chord on a strong beat,
    and to leave a dissonance otherwise than by step.
    """
    layers: list[list[tuple[float, float, int]]] = []  # (pitch, cost so far, index before)
    for i, onset in enumerate(onsets):
        chord = sheet.chord_at(onset.start + 0.01)
        allowed = sheet.key.over(chord)
        if only is not None:
            allowed = (allowed & only.classes) | set(chord.classes[:4])
        options = [
            float(p) for p in range(int(voice.low), int(voice.high) + 1) if p % 12 in allowed
        ]
        layer = []
        for pitch in options:
            own = standing_cost(pitch, onset, chord.classes)
            if i == 0:
                layer.append((pitch, own, -1))
                continue
            before_chord = sheet.chord_at(onsets[i - 1].start + 0.01).classes
            gap = onset.start - onsets[i - 1].start - onsets[i - 1].length
            wanted = onset.target - onsets[i - 1].target
            best, index = min(
                (cost + moving_cost(old, pitch, wanted, voice, old % 12 in before_chord, gap), at)
                for at, (old, cost, _) in enumerate(layers[-1])
            )
            layer.append((pitch, own + best, index))
        layers.append(layer)
    path: list[float] = []
    index = min(range(len(layers[-1])), key=lambda at: layers[-1][at][1]) if layers else 0
    for layer in reversed(layers):
        pitch, _, before = layer[index]
        path.append(pitch)
        index = before
    return path[::-1]


def standing_cost(pitch: float, onset: Onset, classes: Sequence[int]) -> float:
    """What a pitch costs where it stands, whatever came before."""
    cost = 0.4 * abs(pitch - onset.target)
    place = pitch % 12
    inside = place in classes
    if onset.leans and not inside:
        cost += 4.0
    if not inside and any((place - tone) % 12 == 1 for tone in classes[:4]):
        cost += 1.5 + 2.0 * onset.length
    if onset.closes and place not in (classes[0], classes[1]):
        cost += 2.5
    return cost


def moving_cost(
    old: float, new: float, wanted: float, voice: Range, was_inside: bool, gap: float
) -> float:
    """What it costs to go from one pitch to the next; a breath between them forgives.

    `wanted` are the semitones the contour would move: its shape counts more than its height.
    """
    leap = abs(new - old)
    cost = 0.55 * max(0.0, leap - voice.leap) + (1.2 if leap == 0 else 0.0)
    cost += 0.3 * abs(new - old - wanted)
    if leap in (6, 10, 11):
        cost += 3.0
    cost += 1.5 * max(0.0, leap - 9)
    if not was_inside and leap > 2:
        cost += 2.0
    return cost * (0.5 if gap > 0.4 else 1.0)


def landing(
    sheet: Sheet, around: float, *, length: float = 3.0, velocity: float = 0.7, third: bool = False
) -> Note:
    """The tune's last note, on the last chord's root (or its third), near a pitch."""
    home = sheet.chord_at(sheet.beats)
    return Note(sheet.start("end"), length, near(home.classes[third], around), velocity)


def since(notes: Sequence[Note], beat: float) -> list[Note]:
    """What is played from a beat on."""
    return [note for note in notes if note.start >= beat]


def later(notes: Sequence[Note], beats: float, quieter: float = 1.0) -> list[Note]:
    """The same notes some beats later, as an echo or a player who leans back."""
    return [
        replace(note, start=note.start + beats, velocity=note.velocity * quieter) for note in notes
    ]


def harmonise(
    notes: Sequence[Note], sheet: Sheet, steps_away: int, quieter: float = 0.8
) -> list[Note]:
    """A second voice so many steps away, along what sings well over each note's chord."""
    second = []
    for note in notes:
        ladder = Key(0, tuple(sorted(sheet.key.over(sheet.chord_at(note.start + 0.01)))))
        pitch = ladder.step(note.pitch, steps_away)
        second.append(replace(note, pitch=pitch, velocity=note.velocity * quieter))
    return second


def grace(notes: Sequence[Note], sheet: Sheet, share: float, early: float = 0.08) -> list[Note]:
    """The tune with short notes from the scale step above before some of its longer ones."""
    ornamented = []
    for note in notes:
        if note.length >= 0.4 and sheet.rng.random() < share:
            above = sheet.key.step(note.pitch, 1)
            ornamented.append(Note(note.start - early, early, above, note.velocity * 0.7))
        ornamented.append(note)
    return ornamented
