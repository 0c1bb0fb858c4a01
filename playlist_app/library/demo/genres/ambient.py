"""Owns Ambient: chords that arrive like weather, few notes with long shadows, no hurry at all."""

from __future__ import annotations

from playlist_app.library.demo.accompaniment import arpeggio, bass, pad, voicings
from playlist_app.library.demo.catalogue import Song
from playlist_app.library.demo.instruments.air import Waves
from playlist_app.library.demo.instruments.keys import GLASS, KALIMBA, Piano
from playlist_app.library.demo.instruments.strings import HARP
from playlist_app.library.demo.instruments.synths import Sub, Synth
from playlist_app.library.demo.instruments.winds import CELLO, CHOIR
from playlist_app.library.demo.melody import Range, landing, sing
from playlist_app.library.demo.score import (
    Arrangement,
    Finish,
    Groove,
    Note,
    Part,
    Room,
    Sheet,
    Voices,
    seated,
)

DAWN = Synth(
    cutoff=560,
    sweep=0.0,
    attack=1.4,
    release=2.2,
    sustain=0.95,
    unison=5,
    detune=12,
    width=1.0,
    wobble=(0.07, 0.9),
    tracking=0.5,
)
REED = Synth(
    "triangle",
    1400,
    sweep=0.0,
    attack=1.0,
    release=1.8,
    sustain=0.95,
    unison=4,
    width=0.9,
    wobble=(0.11, 0.5),
)
GROUND = Sub(attack=0.6, decay=3, sustain=0.8, release=1.2, warmth=0.2)
LEADS: Voices = (Piano(soft=0.9, ring=7), KALIMBA, GLASS)

TUNES = ("x-----x-........", "..x---------o---", "....x---x-o-----", "x-----------....")
DROPS = (
    (0, 2, 4, 1, 3, 2, 5, 3),
    (0, None, 3, 1, None, 4, 2, None),
    (0, 3, 1, None, 4, 2, None, 5),
)
SKIES: Voices = (DAWN, REED, DAWN)


def compose(song: Song) -> Arrangement:
    ticking = song.tempo > 80
    sheet = Sheet(song, form(song.tempo))
    return Arrangement(
        Groove(song.tempo, slowing_from=sheet.start("end"), slowing=0.03),
        sheet.beats,
        Room(decay=3.6, bright=0.5, echo=0.75 if ticking else 1.5, feedback=0.55, damping=2800),
        Finish(high_cut=10_000, wow=0.2, drive=0.08),
        seated(sheet, sky, choir, ground, lead, bow, *((clock, wind) if ticking else (drops, sea))),
    )


def form(tempo: float) -> str:
    """About half a minute, whatever the tempo."""
    if tempo > 80:
        return "a:4 b:4 end:1"
    return "a:4 b:2 a:2 end:1" if tempo > 62 else "a:4 b:2 end:1"


def sky(sheet: Sheet) -> Part:
    notes = pad(sheet.changes, voicings(sheet, 52, 72, size=4))
    return Part(sheet.turn(SKIES), notes, -22.5, reverb=0.45)


def choir(sheet: Sheet) -> Part:
    notes = pad(sheet.changes_in("b", "end"), voicings(sheet, 62, 79, size=3))
    return Part(CHOIR, notes, -26.5, reverb=0.6)


def ground(sheet: Sheet) -> Part:
    return Part(GROUND, bass(sheet, sheet.bars(), "1---------------", 33), -27, reverb=0.1)


def lead(sheet: Sheet) -> Part:
    five = sheet.key.pentatonic
    notes = sing(sheet, "a", TUNES, Range(66, 84, leap=5), step=0.25, only=five)
    notes += sing(sheet, "b", TUNES, Range(69, 86, leap=5), step=0.25, only=five, rise=0.4)
    notes.append(landing(sheet, 78, length=4, velocity=0.6, third=True))
    voice = sheet.turn(LEADS)
    return Part(voice, notes, -22, pan=0.1, spread=0.3, reverb=0.5, echo=0.45, looseness=0.02)


def bow(sheet: Sheet) -> Part:
    notes = bass(sheet, sheet.bars("b"), "5-------1-------", 45)
    return Part(CELLO, notes, -30, pan=-0.3, reverb=0.6)


def drops(sheet: Sheet) -> Part:
    voiced, order = voicings(sheet, 64, 84, size=4), sheet.turn(DROPS)
    notes = arpeggio(sheet, sheet.bars()[1:], order, voiced, step=1.0, gate=2.0, velocity=0.6)
    return Part(HARP, notes, -27, spread=0.6, reverb=0.5, echo=0.5, looseness=0.03)


def sea(sheet: Sheet) -> Part:
    return Part(Waves(period=7.5), [Note(0, sheet.beats + 4, 60, 0.8)], -35, reverb=0.1)


def clock(sheet: Sheet) -> Part:
    voiced, order = voicings(sheet, 60, 79, size=4), sheet.turn(DROPS)
    notes = arpeggio(sheet, sheet.bars("a", "b"), order, voiced, gate=2.0, accents="xo'o")
    return Part(KALIMBA, notes, -24.5, pan=-0.25, reverb=0.4, echo=0.35)


def wind(sheet: Sheet) -> Part:
    leaves = Waves(period=5.0, low=900, high=4000)
    return Part(leaves, [Note(0, sheet.beats + 4, 60, 0.8)], -40, reverb=0.1)
