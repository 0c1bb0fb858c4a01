"""Owns Chiptune: two pulses, a triangle and a noise channel, and no more hands than a console had."""

from __future__ import annotations

from dataclasses import replace

from ..accompaniment import arpeggio, bass, voicings
from ..catalogue import Song
from ..instruments.drums import CRASH, HAT, KICK, OPEN, SNARE, Kit
from ..instruments.synths import Chip
from ..melody import Range, harmonise, sing
from ..score import Arrangement, Finish, Groove, Note, Room, Sheet, hits

TUNES = (
    ("x-xxx-x-x---x-x-", "x-x-xxx-x-xxx---", "xxx-xxx-x-x-x-x-", "x---x-xxx-x-x---"),
    ("x--x--x-xxx-x---", "x-----x-x-xxx-x-", "..x-x-x-x--x--x-", "x--x--x-x-------"),
)
BASSES = (("1.8.1.8.1.8.5.8.", "1.8.1.8.5.8.7.u."), ("1..1..8.1..1..5.", "1..1..8.5.5.7.8."))


def compose(song: Song) -> Arrangement:
    sheet = Sheet(
        song, "intro:2 a:8 b:4 a:4 end:1" if song.tempo > 145 else "intro:2 a:4 b:8 a:4 end:1"
    )
    piece = Arrangement(
        Groove(song.tempo, swing=sheet.turn((0.0, 0.12)), unit=0.25),
        sheet.beats,
        Room(decay=0.9, bright=0.5, echo=0.75, feedback=0.3, damping=5000),
        Finish(high_cut=8500, drive=0.1),
    )
    cells = sheet.turn(TUNES)
    tune = sing(sheet, "a", cells, Range(69, 88, leap=4), step=0.25)
    high = sing(sheet, "b", cells, Range(71, 91, leap=4), step=0.25, rise=0.4)
    tune.append(Note(sheet.start("end"), 2, 72 + (sheet.chord_at(sheet.beats).root - 72) % 12, 0.9))
    piece.add(
        Chip("pulse25", decay=0.5, sustain=0.45, shake=0.25),
        tune + high,
        -21.5,
        pan=0.1,
        reverb=0.08,
        looseness=0,
    )
    # The old trick for an echo: the other pulse plays the same, three sixteenths late and softer.
    shadow = [replace(n, start=n.start + 0.75, velocity=n.velocity * 0.5) for n in tune]
    second = shadow + harmonise(high, sheet.key, -2, quieter=0.7)
    piece.add(
        Chip("pulse12.5", decay=0.4, sustain=0.4, shake=0.2),
        second,
        -27,
        pan=-0.4,
        reverb=0.1,
        looseness=0,
    )
    voiced = voicings(sheet, 60, 76, size=3)
    rolling = arpeggio(
        sheet,
        sheet.bars("intro", "a", "b", "end"),
        sheet.turn(((0, 1, 2, 3), (0, 2, 1, 3, 2, 1))),
        voiced,
        step=0.125,
        gate=0.95,
        accents="xxxx",
    )
    piece.add(
        Chip("pulse50", decay=0.2, sustain=0.6), rolling, -27.5, pan=0.35, reverb=0.08, looseness=0
    )
    low = bass(sheet, sheet.bars("a", "b"), sheet.turn(BASSES), 36, gate=0.75) + bass(
        sheet, sheet.bars("end"), "1-------........", 36
    )
    piece.add(Chip("triangle", decay=1.0, sustain=0.9), low, -22, reverb=0.02, looseness=0)
    drums(piece, sheet)
    return piece


def drums(piece: Arrangement, sheet: Sheet) -> None:
    kit = Kit("chip")
    playing, fills = sheet.bars("a", "b"), sheet.last_bars("intro", "a", "b")
    steady = [bar for bar in playing if bar not in fills]
    beat = hits(sheet.turn(("X...X...X...X...", "X.....x.X..x....")), KICK, playing)
    beat += hits("....X.......X...", SNARE, steady) + hits("....X...x.x.xxxx", SNARE, fills)
    beat += hits("x.o.x.o.x.o.x.o.", HAT, steady) + hits("..x...x...x...x.", OPEN, sheet.bars("b"))
    beat += hits("X", CRASH, [sheet.start("a"), sheet.start("b"), sheet.start("end")])
    piece.add(kit, beat, -24, reverb=0.05, looseness=0)
