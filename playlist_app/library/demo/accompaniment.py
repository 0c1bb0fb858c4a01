"""Owns what the players around a tune do with a chord chart: comping, arpeggios, basses, pads."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

from .score import Change, Note, Sheet, steps
from .theory import Chord, at_least, near, voice

Voicings = dict[Change, tuple[float, ...]]


def voicings(
    sheet: Sheet,
    low: float,
    high: float,
    *,
    size: int = 4,
    rootless: bool = False,
) -> Voicings:
    """Every chord of the sheet as notes between two pitches, led smoothly from one to the next."""
    chords = [change.chord for change in sheet.changes]
    voiced = voice(chords, low, high, size=size, rootless=rootless)
    return dict(zip(sheet.changes, voiced, strict=True))


def change_at(sheet: Sheet, beat: float) -> Change:
    """The chord change that governs a beat; one struck just before a change belongs to the next."""
    for change in sheet.changes:
        if beat < change.end - 0.3:
            return change
    return sheet.changes[-1]


def comp(
    sheet: Sheet,
    bars: Iterable[float],
    pattern: str | Sequence[str],
    voiced: Voicings,
    *,
    step: float = 0.25,
    gate: float = 0.95,
    strum: float = 0.0,
    top: int = 0,
) -> list[Note]:
    """Chords struck in a rhythm, one pattern a bar (several take turns).

    `strum` is the beats between neighbouring strings, downwards and upwards in turn; `top` keeps
    only so many of the highest notes; `gate` the share of the written length that is held.
    """
    patterns = [pattern] if isinstance(pattern, str) else list(pattern)
    notes = []
    for i, bar in enumerate(bars):
        for j, (beat, length, velocity) in enumerate(steps(patterns[i % len(patterns)], bar, step)):
            pitches = voiced[change_at(sheet, beat)][-top:]
            ordered = pitches if j % 2 == 0 or not strum else pitches[::-1]
            for k, pitch in enumerate(ordered):
                late = k * strum
                loud = velocity * (1 - 0.04 * (len(pitches) - 1 - k))
                notes.append(Note(beat + late, max(0.1, length * gate - late), pitch, loud))
    return notes


def pad(changes: Sequence[Change], voiced: Voicings) -> list[Note]:
    """Chords held until they change; a voice that stays in place is tied over."""
    notes: list[Note] = []
    sounding: dict[float, float] = {}
    for i, change in enumerate(changes):
        follows = i + 1 < len(changes) and abs(changes[i + 1].start - change.end) < 1e-6
        after = set(voiced[changes[i + 1]]) if follows else set()
        for pitch in voiced[change]:
            start = sounding.pop(pitch, change.start)
            # A tie longer than two bars would sound like a stuck key.
            if pitch in after and change.end - start < 7:
                sounding[pitch] = start
            else:
                notes.append(Note(start, change.end - start, pitch, 0.7))
    return notes


def closing(
    sheet: Sheet,
    voiced: Voicings,
    *,
    length: float = 4.0,
    velocity: float = 0.75,
    roll: float = 0.05,
) -> list[Note]:
    """The last section's chord, rolled from the bottom (`roll` beats a note) and left to ring."""
    pitches = sorted(voiced[sheet.changes_in("end")[0]])
    start = sheet.start("end")
    return [Note(start + roll * i, length, pitch, velocity) for i, pitch in enumerate(pitches)]


def arpeggio(
    sheet: Sheet,
    bars: Iterable[float],
    order: Sequence[int | None],
    voiced: Voicings,
    *,
    step: float = 0.25,
    gate: float = 0.9,
    accents: str = "Xoxo",
    velocity: float = 0.8,
) -> list[Note]:
    """A chord's notes one after the other, by index; past its top they go on an octave higher.

    None is a rest. The order restarts in every bar, so that a figure sits on the beat.
    """
    loud = {"X": 1.0, "x": 0.85, "o": 0.68, "'": 0.5}
    notes = []
    for bar in bars:
        for i in range(round(sheet.bar / step)):
            beat = bar + i * step
            index = order[i % len(order)]
            if index is None:
                continue
            pitches = voiced[change_at(sheet, beat + 0.29)]
            octave, place = divmod(index, len(pitches))
            notes.append(
                Note(
                    beat,
                    step * gate,
                    pitches[place] + 12 * octave,
                    velocity * loud[accents[i % len(accents)]],
                )
            )
    return notes


def tone(under: Chord, letter: str, low: float, following: Chord) -> float:
    """The bass note that a letter of a bass pattern names, in the octave above `low`.

    1 the bass note, 3 5 7 that chord tone, 8 the octave, u and d a semitone below and above the
    next bass note.
    """
    root = at_least(under.bass, low)
    if letter in "ud":
        return near(following.bass, root) + (-1 if letter == "u" else 1)
    if letter == "8":
        return root + 12
    if letter == "5":
        fifth = at_least(under.fifth, root)
        return fifth if fifth <= low + 14 else fifth - 12
    if letter in "37":
        wanted = (3, 4) if letter == "3" else (10, 11, 9)
        above = next((i for i in wanted if i in under.intervals), 7)
        return root + (under.root + above - under.bass) % 12
    return root


def bass(
    sheet: Sheet,
    bars: Iterable[float],
    pattern: str | Sequence[str],
    low: float,
    *,
    step: float = 0.25,
    gate: float = 0.92,
    velocity: float = 0.85,
) -> list[Note]:
    """A bass line from patterns of the letters of `tone`; "-" holds, "." rests, "," is a soft 1."""
    patterns = [pattern] if isinstance(pattern, str) else list(pattern)
    notes = []
    for i, bar in enumerate(bars):
        text = patterns[i % len(patterns)].replace(" ", "")
        for j, letter in enumerate(text):
            if letter in "-.":
                continue
            rest = text[j + 1 :]
            length = (1 + len(rest) - len(rest.lstrip("-"))) * step
            beat = bar + j * step
            change = change_at(sheet, beat + 0.29)
            following = change_at(sheet, change.end + 0.29).chord
            ghost = letter == ","
            pitch = tone(change.chord, "1" if ghost else letter, low, following)
            loud = velocity * (0.6 if ghost else 1.0 if j == 0 else 0.9)
            notes.append(Note(beat, length * gate, pitch, loud))
    return notes


def walk(sheet: Sheet, changes: Sequence[Change], low: float, high: float) -> list[Note]:
    """A walking bass: the root on each change, and quarter notes that lead by step to the next.

    The last note before a change lies a semitone or a tone from where it goes; those between go
    along the chord and the scale.
    """
    notes = []
    current = at_least(changes[0].chord.bass, low)
    for change, following in pairwise([*changes, changes[-1]]):
        target = near(following.chord.bass, current)
        if not low <= target <= high:
            target += 12 if target < low else -12
        count = round(change.length)
        line = [current]
        for i in range(1, count):
            left = count - i
            if left == 1:
                sides = [target - 1, target + 1, target + 2]
                line.append(sides[int(sheet.rng.choice(3, p=(0.5, 0.35, 0.15)))])
                continue
            wanted = current + (target - current) * i / count + sheet.rng.normal(0, 3.5)
            inside = [
                pitch
                for pitch in range(int(low), int(high) + 1)
                if pitch % 12 in change.chord.classes and pitch != line[-1]
            ]
            line.append(float(min(inside, key=lambda pitch: abs(pitch - wanted))))
        for i, pitch in enumerate(line):
            loud = 0.9 if i % 2 == 0 else 0.8
            notes.append(Note(change.start + i, 0.88, pitch, loud))
        current = target
    return notes
