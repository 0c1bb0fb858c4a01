"""Owns Ambient: chords that arrive like weather, few notes with long shadows, and no hurry at all."""

from __future__ import annotations

from ..accompaniment import arpeggio, bass, pad, voicings
from ..catalogue import Song
from ..instruments.air import Waves
from ..instruments.keys import GLASS, KALIMBA, Piano
from ..instruments.strings import HARP
from ..instruments.synths import Sub, Synth
from ..instruments.winds import CELLO, CHOIR
from ..melody import Range, sing
from ..score import Arrangement, Finish, Groove, Note, Room, Sheet
from ..theory import SCALES, Key

DAWN = Synth(
    "saw", 560, sweep=0.0, attack=1.4, release=2.2, sustain=0.95, unison=5, detune=12, width=1.0,
    wobble=(0.07, 0.9), tracking=0.5,
)  # fmt: skip
REED = Synth(
    "triangle", 1400, sweep=0.0, attack=1.0, release=1.8, sustain=0.95, unison=4, detune=9,
    width=0.9, wobble=(0.11, 0.5),
)  # fmt: skip
TUNES = ("x-----x-........", "..x---------o---", "....x---x-o-----", "x-----------....")
CLOCKS = (
    (0, 2, 4, 1, 3, 2, 5, 3),
    (0, None, 3, 1, None, 4, 2, None),
    (0, 3, 1, None, 4, 2, None, 5),
)


def compose(song: Song) -> Arrangement:
    ticking = song.tempo > 80
    sheet = Sheet(
        song,
        "a:4 b:4 end:1" if ticking else "a:4 b:2 a:2 end:1" if song.tempo > 62 else "a:4 b:2 end:1",
    )
    piece = Arrangement(
        Groove(song.tempo, slowing_from=sheet.start("end"), slowing=0.03),
        sheet.beats,
        Room(decay=3.6, bright=0.5, echo=0.75 if ticking else 1.5, feedback=0.55, damping=2800),
        Finish(high_cut=10_000, wow=0.2, drive=0.08),
    )
    everywhere = sheet.bars()
    voiced = voicings(sheet, 52, 72, size=4)
    piece.add(
        sheet.turn((DAWN, REED, DAWN)), pad(sheet.changes, voiced), -22.5, reverb=0.45, low_cut=120
    )
    piece.add(
        CHOIR,
        pad(sheet.changes_in("b", "end"), voicings(sheet, 62, 79, size=3)),
        -26.5,
        reverb=0.6,
        low_cut=250,
    )
    piece.add(
        Sub(attack=0.6, decay=3, sustain=0.8, release=1.2, warmth=0.2),
        bass(sheet, everywhere, "1---------------", 33),
        -27,
        reverb=0.1,
    )
    five = Key(
        sheet.key.tonic, SCALES["minor pentatonic" if "minor" in song.key else "major pentatonic"]
    )
    tune = sing(sheet, "a", TUNES, Range(66, 84, leap=5), step=0.25, only=five)
    tune += sing(sheet, "b", TUNES, Range(69, 86, leap=5), step=0.25, only=five, rise=0.4)
    tune.append(
        Note(sheet.start("end"), 4, 74 + (sheet.chord_at(sheet.beats).classes[1] - 74) % 12, 0.6)
    )
    lead = sheet.turn((Piano(soft=0.9, ring=7), KALIMBA, GLASS))
    piece.add(lead, tune, -22, pan=0.1, spread=0.3, reverb=0.5, echo=0.45, looseness=0.02)
    if ticking:
        clock = arpeggio(
            sheet,
            sheet.bars("a", "b"),
            sheet.turn(CLOCKS),
            voicings(sheet, 60, 79, size=4),
            step=0.25,
            gate=2.0,
            accents="xo'o",
        )
        piece.add(KALIMBA, clock, -24.5, pan=-0.25, reverb=0.4, echo=0.35)
    else:
        drops = arpeggio(
            sheet,
            everywhere[1:],
            sheet.turn(CLOCKS),
            voicings(sheet, 64, 84, size=4),
            step=1.0,
            gate=2.0,
            velocity=0.6,
        )
        piece.add(HARP, drops, -27, spread=0.6, reverb=0.5, echo=0.5, looseness=0.03)
    piece.add(
        CELLO, bass(sheet, sheet.bars("b"), "5-------1-------", 45), -30, pan=-0.3, reverb=0.6
    )
    sea = Waves(period=7.5) if not ticking else Waves(period=5.0, low=900, high=4000)
    piece.add(sea, [Note(0, sheet.beats + 4, 60, 0.8)], -35 if not ticking else -40, reverb=0.1)
    return piece
