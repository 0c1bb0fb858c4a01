"""Owns Synthwave: gated snares, an engine of sixteenths in the bass, and a lead over a sunset of pads."""

from __future__ import annotations

from ..accompaniment import arpeggio, bass, comp, pad, voicings
from ..catalogue import Song
from ..instruments.drums import (
    CLAP, CRASH, HAT, HIGH_TOM, KICK, LOW_TOM, MID_TOM, OPEN, SNARE, TAMBOURINE, Kit,
)  # fmt: skip
from ..instruments.keys import Tines
from ..instruments.synths import Synth
from ..melody import Range, harmonise, sing
from ..score import Arrangement, Finish, Groove, Room, Sheet, hits

ENGINE = Synth(
    "saw", 420, sweep=1.8, closing=0.1, resonance=1.3, decay=0.16, sustain=0.5, release=0.05,
    unison=2, detune=7, sub=0.45,
)  # fmt: skip
SUNSET = Synth(
    "saw", 1100, sweep=0.3, attack=0.3, release=0.7, sustain=0.9, unison=5, detune=14, width=1.0,
    wobble=(0.13, 0.5),
)  # fmt: skip
SPARKLE = Synth(
    "pulse30", 1700, sweep=1.2, closing=0.08, decay=0.12, sustain=0.2, release=0.08,
)  # fmt: skip
BRIGHT = Synth(
    "saw", 2300, sweep=0.8, closing=0.3, attack=0.015, decay=0.5, sustain=0.75, release=0.18,
    unison=3, detune=8, width=0.4, vibrato=(5.4, 0.22, 0.28), scoop=0.5,
)  # fmt: skip
SQUARE = Synth(
    "square", 1800, sweep=0.9, closing=0.4, attack=0.01, decay=0.6, sustain=0.7, release=0.2,
    unison=2, detune=6, width=0.3, vibrato=(5.1, 0.2, 0.25), scoop=0.7,
)  # fmt: skip
BRASS = Synth(
    "saw", 750, sweep=1.9, closing=0.35, attack=0.03, decay=0.4, sustain=0.6, release=0.25,
    unison=4, detune=12, width=0.8,
)  # fmt: skip

BASSES = (("1111111111111111",), ("1.11.11.1.11.15.", "1.11.11.1.118.5."), ("1.8.1.8.1.8.1.8.",))
KICKS = ("X...X...X...X...", "X.......X.x.....", "X.....x.X.....x.")
TUNES = ("x---x-x-x-----..", "x-----x-x---o---", "..x-x-x-x-------", "x---..x-x-o-x---")
ARPS = ((0, 1, 2, 4, 3, 2, 1, 2), (0, 2, 4, 5, 4, 2, 3, 1), (0, 3, 1, 3, 2, 3, 1, 3))


def compose(song: Song) -> Arrangement:
    slow = song.tempo < 100
    sheet = Sheet(song, "intro:2 a:4 b:4 end:1" if slow else "intro:2 a:4 b:4 a:4 end:1")
    piece = Arrangement(
        Groove(song.tempo),
        sheet.beats,
        Room(decay=2.2, bright=0.6, echo=0.75, feedback=0.42, damping=4200),
        Finish(drive=0.2),
    )
    drums(piece, sheet)
    low = bass(sheet, sheet.bars("intro", "a", "b"), sheet.turn(BASSES), 31, gate=0.8)
    low += bass(sheet, sheet.bars("end"), "1---------------", 31)
    piece.add(ENGINE, low, -21, duck=0.35, reverb=0.02, low_cut=38)
    voiced = voicings(sheet, 55, 74)
    piece.add(SUNSET, pad(sheet.changes, voiced), -24, reverb=0.3, duck=0.3, low_cut=180)
    arp = arpeggio(sheet, sheet.bars("intro", "b") + sheet.bars("a")[4:], sheet.turn(ARPS), voiced)
    piece.add(SPARKLE, arp, -26.5, pan=-0.25, reverb=0.2, echo=0.35, low_cut=250)
    tune = sing(sheet, "a", TUNES, Range(64, 81), step=0.25)
    high = sing(sheet, "b", TUNES, Range(67, 84), step=0.25, rise=0.4)
    lead = sheet.turn((BRIGHT, SQUARE, BRIGHT))
    piece.add(lead, tune + high, -22, pan=0.08, reverb=0.25, echo=0.32, low_cut=200)
    piece.add(
        sheet.turn((SQUARE, Tines(bark=1.3, tine=0.9), SQUARE)),
        harmonise(high, sheet.key, -2),
        -27,
        pan=-0.3,
        reverb=0.3,
        low_cut=250,
    )
    punches = comp(
        sheet,
        sheet.bars("b"),
        sheet.turn(("X--.....x--.....", "......X-......x-", "X-.x-.......x--.")),
        voiced,
    )
    piece.add(BRASS, punches, -26, reverb=0.25, low_cut=180)
    return piece


def drums(piece: Arrangement, sheet: Sheet) -> None:
    kit = Kit("eighties")
    playing, ending = sheet.bars("a", "b"), sheet.bars("end")
    fills = sheet.last_bars("a", "b")
    steady = [bar for bar in playing if bar not in fills]
    pulse = sheet.turn(KICKS)
    kick = hits(pulse, KICK, playing) + hits("X...X...X...X...", KICK, sheet.bars("intro")[1:])
    piece.add(kit, kick + hits("X", KICK, ending), -22, reverb=0.03, looseness=0)
    piece.add(
        kit,
        hits("....X.......X...", SNARE, steady) + hits("....X.....", SNARE, fills),
        -23.5,
        reverb=0.3,
    )
    tops = hits(
        sheet.turn(("x.o.x.o.x.o.x.o.", "x.ooxoo.x.ooxoo.", "xoxoxoxoxoxoxoxo")), HAT, playing
    )
    tops += hits("..............X.", OPEN, steady[1::2]) + hits(
        "....x.......x...", CLAP, sheet.bars("b")
    )
    tops += hits("..x...x...x...x.", TAMBOURINE, sheet.bars("b"))
    tops += hits("X", CRASH, [sheet.start("a"), sheet.start("b"), *ending])
    piece.add(kit, tops, -30, reverb=0.1, looseness=0.003)
    toms = hits("........Xx......", HIGH_TOM, fills, pan=0.4)
    toms += hits("..........Xx....", MID_TOM, fills) + hits(
        "............XxXx", LOW_TOM, fills, pan=-0.4
    )
    piece.add(kit, toms, -23.5, reverb=0.3)
