"""Owns Chiptune: two pulses, a triangle and a noise channel, no more hands than a console had."""

from __future__ import annotations

from playlist_app.library.demo.accompaniment import arpeggio, bass, voicings
from playlist_app.library.demo.catalogue import Song
from playlist_app.library.demo.instruments.drums import CRASH, HAT, KICK, OPEN, SNARE, Kit
from playlist_app.library.demo.instruments.synths import Chip
from playlist_app.library.demo.melody import Range, harmonise, landing, later, sing
from playlist_app.library.demo.score import (
    Arrangement,
    Finish,
    Groove,
    Part,
    Room,
    Sheet,
    hits,
    seated,
)

KIT = Kit("chip")
FIRST = Chip("pulse25", decay=0.5, sustain=0.45, shake=0.25)
SECOND = Chip("pulse12.5", decay=0.4, sustain=0.4, shake=0.2)
ROLLING = Chip("pulse50", decay=0.2, sustain=0.6)
TRIANGLE = Chip("triangle", decay=1.0, sustain=0.9)

TUNES = (
    ("x-xxx-x-x---x-x-", "x-x-xxx-x-xxx---", "xxx-xxx-x-x-x-x-", "x---x-xxx-x-x---"),
    ("x--x--x-xxx-x---", "x-----x-x-xxx-x-", "..x-x-x-x--x--x-", "x--x--x-x-------"),
)
BASSES = (
    ("1.8.1.8.1.8.5.8.", "1.8.1.8.5.8.7.u."),
    ("1..1..8.1..1..5.", "1..1..8.5.5.7.8."),
)
ROLLS = ((0, 1, 2, 3), (0, 2, 1, 3, 2, 1))


def compose(song: Song) -> Arrangement:
    fast = song.tempo > 145
    sheet = Sheet(song, "intro:2 a:8 b:4 a:4 end:1" if fast else "intro:2 a:4 b:8 a:4 end:1")
    return Arrangement(
        Groove(song.tempo, swing=sheet.turn((0.0, 0.12)), unit=0.25),
        sheet.beats,
        Room(decay=0.9, bright=0.5, echo=0.75, feedback=0.3, damping=5000),
        Finish(high_cut=8500, drive=0.1),
        seated(sheet, pulses, rolling, low, noise),
    )


def pulses(sheet: Sheet) -> list[Part]:
    """The tune, and the old trick for an echo: the other pulse plays it too, late and softer."""
    cells = sheet.turn(TUNES)
    tune = sing(sheet, "a", cells, Range(69, 88, leap=4), step=0.25)
    tune.append(landing(sheet, 76, length=2, velocity=0.9))
    high = sing(sheet, "b", cells, Range(71, 91, leap=4), step=0.25, rise=0.4)
    other = later(tune, 0.75, quieter=0.5) + harmonise(high, sheet, -2, quieter=0.7)
    return [
        Part(FIRST, tune + high, -21.5, pan=0.1, reverb=0.08, looseness=0),
        Part(SECOND, other, -27, pan=-0.4, reverb=0.1, looseness=0),
    ]


def rolling(sheet: Sheet) -> Part:
    """Chords as a console plays them: one note at a time, too fast to tell."""
    voiced, order = voicings(sheet, 60, 76, size=3), sheet.turn(ROLLS)
    notes = arpeggio(sheet, sheet.bars(), order, voiced, step=0.125, gate=0.95, accents="x")
    return Part(ROLLING, notes, -27.5, pan=0.35, reverb=0.08, looseness=0)


def low(sheet: Sheet) -> Part:
    notes = bass(sheet, sheet.bars("a", "b"), sheet.turn(BASSES), 36, gate=0.75)
    notes += bass(sheet, sheet.bars("end"), "1-------........", 36)
    return Part(TRIANGLE, notes, -22, reverb=0.02, looseness=0)


def noise(sheet: Sheet) -> Part:
    playing, fills = sheet.bars("a", "b"), sheet.last_bars("intro", "a", "b")
    steady = [bar for bar in playing if bar not in fills]
    notes = hits(sheet.turn(("X...X...X...X...", "X.....x.X..x....")), KICK, playing)
    notes += hits("....X.......X...", SNARE, steady) + hits("....X...x.x.xxxx", SNARE, fills)
    notes += hits("x.o.x.o.x.o.x.o.", HAT, steady)
    notes += hits("..x...x...x...x.", OPEN, sheet.bars("b"))
    notes += hits("X", CRASH, [sheet.start("a"), sheet.start("b"), sheet.start("end")])
    return Part(KIT, notes, -24, reverb=0.05, looseness=0)
