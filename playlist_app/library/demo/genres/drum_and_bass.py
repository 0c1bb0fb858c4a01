"""Owns Drum & Bass: a break at double speed, harmony at half, and a bass that growls between."""

from __future__ import annotations

from playlist_app.library.demo.accompaniment import arpeggio, bass, comp, pad, voicings
from playlist_app.library.demo.catalogue import Song
from playlist_app.library.demo.instruments.air import Riser
from playlist_app.library.demo.instruments.drums import (
    CRASH,
    HAT,
    KICK,
    OPEN,
    RIDE,
    SHAKER,
    SNARE,
    Kit,
)
from playlist_app.library.demo.instruments.keys import KALIMBA, Tines
from playlist_app.library.demo.instruments.synths import Sub, Synth
from playlist_app.library.demo.instruments.winds import CHOIR
from playlist_app.library.demo.melody import Range, sing
from playlist_app.library.demo.score import (
    Arrangement,
    Finish,
    Groove,
    Note,
    Part,
    Room,
    Sheet,
    Voices,
    hits,
    seated,
)

KIT = Kit("breaks")
REESE = Synth(
    cutoff=330,
    sweep=0.6,
    closing=0.5,
    resonance=1.5,
    attack=0.02,
    decay=0.8,
    sustain=0.8,
    release=0.1,
    unison=3,
    detune=22,
    wobble=(1.45, 0.9),
    drive=0.3,
)
MIST = Synth(
    cutoff=620,
    sweep=0.2,
    attack=0.7,
    release=1.1,
    sustain=0.95,
    unison=5,
    detune=13,
    width=1.0,
    wobble=(0.09, 0.7),
)
FLUTED = Synth(
    "pulse35",
    1500,
    attack=0.02,
    sustain=0.6,
    release=0.3,
    unison=2,
    width=0.4,
    vibrato=(5, 0.15, 0.3),
)
STABBING = Tines(bark=1.0, tine=0.6)

# (kick, snare) of a bar: two that alternate, and one that closes every fourth.
BREAKS = (
    (
        ("X.........X.....", "....X..'.'..X..'"),
        ("X.x.......X.....", "....X..'.'....X."),
        ("X.........X..x..", "....X..'.'..X.''"),
    ),
    (
        ("X.....x...X.....", "....X....'..X..."),
        ("X..x......X.....", "....X..o....X.'o"),
        ("X.....x..xX.....", "....X....'..X'.'"),
    ),
)
HATS = ("x.o.x.o.x.o.x.o.", "xooxxoo'xooxxoo'")
LINES = (("1-------..1---..", "....1---8-5-----"), ("1-----....1-----", "..1---..5---u---"))
STABS = ("X-....x-....x...", "..X-.....x-.....")
TUNES = ("x-----o-x---....", "..x---x---o-----", "x-x---o---x-----", "x---------o-x---")
LEADS: Voices = (KALIMBA, FLUTED)


def compose(song: Song) -> Arrangement:
    sheet = Sheet(song, "intro:4 a:8 b:4 a:4 end:1")
    return Arrangement(
        Groove(song.tempo, swing=0.05, unit=0.25),
        sheet.beats,
        Room(decay=2.4, bright=0.45, echo=0.75, feedback=0.5, damping=3600),
        Finish(drive=0.25),
        seated(sheet, break_beat, tops, riser, low, mist, stabs, lead, glitter, choir),
    )


def break_beat(sheet: Sheet) -> list[Part]:
    bars, ending, figures = sheet.bars("a", "b"), sheet.bars("end"), sheet.turn(BREAKS)
    kick, snare = hits("X", KICK, ending), hits("X", SNARE, ending)
    snare += hits("........x.x.xxxX", SNARE, sheet.bars("intro")[-1:])
    for i, bar in enumerate(bars):
        low_, high = figures[(0, 1, 0, 2)[i % 4]]
        kick += hits(low_, KICK, [bar])
        snare += hits(high, SNARE, [bar])
    return [
        Part(KIT, kick, -22, reverb=0.03, looseness=0.001),
        Part(KIT, snare, -24, looseness=0.002),
    ]


def tops(sheet: Sheet) -> Part:
    playing = sheet.bars("a", "b")
    notes = hits(sheet.turn(HATS), HAT, sheet.bars("intro")[2:] + playing)
    notes += hits("......x.........", OPEN, playing[1::2])
    notes += hits("x...x...x...x...", RIDE, sheet.bars("b"))
    notes += hits("''o'''o'''o'''o'", SHAKER, playing)
    notes += hits("X", CRASH, [sheet.start("a"), sheet.start("b"), sheet.start("end")])
    return Part(KIT, notes, -31, looseness=0.003)


def riser(sheet: Sheet) -> Part:
    start = sheet.bars("intro")[2]
    return Part(Riser(), [Note(start, 2 * sheet.bar, 62, 0.8)], -31, reverb=0.2)


def low(sheet: Sheet) -> list[Part]:
    """A clean sub, and the same line growling an octave above."""
    notes = bass(sheet, sheet.bars("a", "b"), sheet.turn(LINES), 28)
    notes += bass(sheet, sheet.bars("end"), "1-------........", 28)
    above = [Note(note.start, note.length, note.pitch + 12, note.velocity) for note in notes]
    growl = Part(REESE, above, -24.5, reverb=0.05, low_cut=110, high_cut=2600, duck=0.3, chorus=0.3)
    return [growl, Part(Sub(warmth=0.25), notes, -23, reverb=0, duck=0.35)]


def mist(sheet: Sheet) -> Part:
    notes = pad(sheet.changes, voicings(sheet, 57, 77, rootless=True))
    return Part(MIST, notes, -25.5, reverb=0.35, duck=0.25)


def stabs(sheet: Sheet) -> Part:
    voiced = voicings(sheet, 57, 77, rootless=True)
    notes = comp(sheet, sheet.bars("intro", "a"), sheet.turn(STABS), voiced)
    return Part(STABBING, notes, -24.5, spread=0.4, reverb=0.25, echo=0.4)


def lead(sheet: Sheet) -> Part:
    notes = sing(sheet, "b", TUNES, Range(67, 84), step=0.25, rise=0.35)
    notes += sing(sheet, "a", TUNES, Range(66, 82), step=0.25)
    return Part(sheet.turn(LEADS), notes, -23.5, pan=0.15, reverb=0.3, echo=0.4)


def glitter(sheet: Sheet) -> Part:
    voiced = voicings(sheet, 57, 77, rootless=True)
    bars, order = sheet.bars("a")[8:] + sheet.bars("b"), (0, 2, 4, 1, 3, 5, 2, 4)
    notes = arpeggio(sheet, bars, order, voiced, accents="Xo'o", velocity=0.7)
    return Part(KALIMBA, notes, -28, pan=-0.3, reverb=0.3, echo=0.3)


def choir(sheet: Sheet) -> Part:
    notes = pad(sheet.changes_in("b", "end"), voicings(sheet, 60, 77, size=3))
    return Part(CHOIR, notes, -30, reverb=0.5)
