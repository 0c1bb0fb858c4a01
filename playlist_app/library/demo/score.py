"""Owns what is written down before any sound: notes, parts, grooves, and the sheet a band reads.

Time in a score is in beats (quarter notes) from the start; a `Groove` turns beats into seconds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from .catalogue import Song
from .theory import Chord, Key, chord

T = TypeVar("T")

Samples = npt.NDArray[np.float32]
"""Sound: float32 between -1 and 1 at `RATE`; shape (n,) when mono, (2, n) when stereo."""

RATE = 44_100
"""Samples a second of everything that is synthesised."""

Voice = Callable[[float, float, float, float], Samples]
"""An instrument: (MIDI pitch, seconds held, velocity 0–1, colour in octaves of brightness) → sound.

It must be hashable: equal notes of one voice are synthesised once.
"""


Voices = tuple[Voice, ...]
"""Voices that a genre's songs take in turn."""


@dataclass(frozen=True, slots=True)
class Note:
    """A note: where, how long (beats), which (MIDI pitch or General MIDI drum), how loud (0–1)."""

    start: float
    length: float
    pitch: float
    velocity: float = 0.8
    colour: float = 0.0

    @property
    def end(self) -> float:
        return self.start + self.length


@dataclass
class Part:
    """One player: a voice, its notes, and its place in the mix.

    `level` is the loudness (LUFS) the part is brought to while it plays; `pan` −1 to 1; `spread`
    how far low and high notes lie apart; `reverb` and `echo` how much goes there; `duck` how far
    (0–1) the kick pushes it down; `looseness` the spread of its timing in seconds; cuts in Hz.
    """

    voice: Voice
    notes: list[Note]
    level: float
    pan: float = 0.0
    spread: float = 0.0
    reverb: float = 0.12
    echo: float = 0.0
    duck: float = 0.0
    tremolo: tuple[float, float] = (0.0, 0.0)
    chorus: float = 0.0
    low_cut: float = 0.0
    high_cut: float = 0.0
    drive: float = 0.0
    looseness: float = 0.005


@dataclass(frozen=True)
class Groove:
    """How beats fall in time.

    `swing` delays the second of each pair of `unit` notes: 0 straight, 1/3 triplets, 1/2 dotted.
    The beats after `slowing_from` stretch, gently and ever more, as players end a tune.
    """

    tempo: float
    swing: float = 0.0
    unit: float = 0.5
    slowing_from: float = float("inf")
    slowing: float = 0.06

    def seconds(self, beat: float) -> float:
        pair, within = divmod(beat, 2 * self.unit)
        middle = self.unit * (1 + self.swing)
        if within < self.unit:
            within *= middle / self.unit
        else:
            within = middle + (within - self.unit) * (2 * self.unit - middle) / self.unit
        swung = pair * 2 * self.unit + within
        late = max(0.0, swung - self.slowing_from)
        return (swung + self.slowing * late * late) * 60 / self.tempo


@dataclass(frozen=True)
class Room:
    """The space and the echo: seconds to fall by 60 dB, its brightness 0–1, and the delay line.

    `echo` is the delay in beats, `feedback` what returns, `damping` the delay's high cut in Hz.
    """

    decay: float = 1.6
    bright: float = 0.5
    echo: float = 0.75
    feedback: float = 0.4
    damping: float = 3500.0


@dataclass(frozen=True)
class Finish:
    """The last hand on the whole mix: a high cut (Hz), tape wow (0–1), and drive into the tape."""

    high_cut: float = 0.0
    wow: float = 0.0
    drive: float = 0.15


@dataclass
class Arrangement:
    """A finished score: parts on a groove, in a room, and how many beats it lasts."""

    groove: Groove
    beats: float
    room: Room = field(default_factory=Room)
    finish: Finish = field(default_factory=Finish)
    parts: list[Part] = field(default_factory=list)


Player = Callable[["Sheet"], Part | list[Part]]
"""Someone who reads the sheet: one part, or several that belong together."""


def seated(sheet: Sheet, *players: Player) -> list[Part]:
    """What the players make of a sheet, in their order."""
    parts: list[Part] = []
    for player in players:
        made = player(sheet)
        parts += made if isinstance(made, list) else [made]
    return parts


@dataclass(frozen=True, slots=True)
class Change:
    """A chord and how long it lasts, in beats."""

    start: float
    length: float
    chord: Chord

    @property
    def end(self) -> float:
        return self.start + self.length


@dataclass(frozen=True, slots=True)
class Section:
    """A stretch of bars that belong together: "intro", "a", "b", "break", "end"."""

    name: str
    bar: int
    bars: int


def read_chart(chart: str, bar: float) -> list[list[Change]]:
    """The chords of a chart, one list a bar, timed from the start of their bar."""
    bars = []
    for text in chart.split("|"):
        symbols = text.split()
        share = bar / len(symbols)
        bars.append([Change(i * share, share, chord(one)) for i, one in enumerate(symbols)])
    return bars


class Sheet:
    """A song's lead sheet laid out over a form, for the players to read from.

    The form names the sections and their bars: "intro:2 a:4 b:4 a:4 end:1". Sections whose name
    starts with "b" follow the song's second chart, all others the first; "end" holds the home
    chord.
    """

    def __init__(self, song: Song, form: str) -> None:
        self.song = song
        self.bar = bar = float(song.beats)
        self.key = Key.named(song.key)
        self.rng = np.random.default_rng(song.seed)
        self.sections: list[Section] = []
        self.changes: list[Change] = []
        strains = {"b": read_chart(song.b, bar)}
        first = read_chart(song.a, bar)
        home = chord(song.home) if song.home else first[0][0].chord
        last = [[Change(0, bar, home)]]
        at = 0
        for text in form.split():
            name, _, count = text.partition(":")
            self.sections.append(Section(name, at, int(count)))
            strain = last if name == "end" else strains.get(name[0], first)
            for i in range(int(count)):
                for one in strain[i % len(strain)]:
                    self.changes.append(replace(one, start=one.start + (at + i) * bar))
            at += int(count)
        self.beats = at * bar

    def sections_of(self, *names: str) -> list[Section]:
        """The sections with one of these names (all of them, if none is given)."""
        return [one for one in self.sections if not names or one.name in names]

    def bars(self, *names: str) -> list[float]:
        """The beats at which the bars of the named sections start."""
        return [
            (section.bar + i) * self.bar
            for section in self.sections_of(*names)
            for i in range(section.bars)
        ]

    def start(self, name: str) -> float:
        """The beat at which the first section of a name starts."""
        return self.sections_of(name)[0].bar * self.bar

    def last_bars(self, *names: str) -> set[float]:
        """The beats at which the last bar of each named section starts: where fills go."""
        return {(one.bar + one.bars - 1) * self.bar for one in self.sections_of(*names)}

    def chord_at(self, beat: float) -> Chord:
        """The chord that sounds at a beat (the last one, past the end)."""
        for change in self.changes:
            if beat < change.end - 1e-6:
                return change.chord
        return self.changes[-1].chord

    def changes_in(self, *names: str) -> list[Change]:
        """The chord changes within the named sections, in order."""
        spans = [
            (one.bar * self.bar, (one.bar + one.bars) * self.bar)
            for one in self.sections_of(*names)
        ]
        return [
            change
            for change in self.changes
            if any(low <= change.start < high for low, high in spans)
        ]

    def turn(self, options: Sequence[T]) -> T:
        """The song's option when the songs of its genre take turns."""
        return self.song.turn(options)

    def pick(self, options: Sequence[T]) -> T:
        """One of the options, by the song's seed."""
        return options[int(self.rng.integers(len(options)))]


LOUDNESS = {"X": 1.0, "x": 0.78, "o": 0.55, "'": 0.34}
"""How loud a letter of a pattern is; "-" holds the last one on, "." and " " are silence."""


def steps(
    pattern: str, at: float = 0.0, step: float = 0.25
) -> Iterator[tuple[float, float, float]]:
    """Read a step pattern as (beat, length in beats, velocity): "X--x.o.." and so on."""
    pattern = pattern.replace(" ", "")
    for i, letter in enumerate(pattern):
        if letter in LOUDNESS:
            rest = pattern[i + 1 :]
            held = len(rest) - len(rest.lstrip("-"))
            yield at + i * step, (1 + held) * step, LOUDNESS[letter]


def hits(pattern: str, drum: float, bars: Iterable[float], *, step: float = 0.25) -> list[Note]:
    """Play a step pattern on a drum in each of the bars."""
    return [
        Note(beat, length, drum, velocity)
        for bar in bars
        for beat, length, velocity in steps(pattern, bar, step)
    ]
