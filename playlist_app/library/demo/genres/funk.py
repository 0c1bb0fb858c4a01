"""Owns Funk: everything on the one, ghosts in between, and horns that answer."""

from __future__ import annotations

from ..accompaniment import bass, comp, pad, voicings
from ..catalogue import Song
from ..instruments.drums import (
    CLAP,
    COWBELL,
    CRASH,
    HAT,
    HIGH_CONGA,
    KICK,
    LOW_CONGA,
    OPEN,
    SNARE,
    TAMBOURINE,
    Kit,
)
from ..instruments.keys import Organ, Tines
from ..instruments.strings import CLAVINET, FINGERED, MUTED, SLAPPED
from ..instruments.synths import Synth
from ..instruments.winds import TRUMPET
from ..melody import Range, sing
from ..score import Arrangement, Finish, Groove, Note, Room, Sheet, hits
from ..theory import SCALES, Key

HORNS = Synth(
    "saw", 800, sweep=2.0, closing=0.2, attack=0.02, decay=0.3, sustain=0.6, release=0.07,
    unison=3, detune=10, width=0.5, scoop=0.6,
)  # fmt: skip
TALKING = Synth(
    "saw", 500, sweep=2.4, closing=0.18, resonance=3.5, decay=0.3, sustain=0.5, release=0.06,
    vibrato=(5.6, 0.15, 0.25), scoop=0.5,
)  # fmt: skip
BASSES = (
    ("1..1.8.,..7.8.,.", "1..1.8.,..3.5.u."),
    ("1-.,1...8.,.7.5.", "1-.,1...5.7.8.u."),
    ("1...,.1.8..8.,7.", "1...,.1.5..7.,u."),
)
KICKS = (
    ("X.o...x..xo.....", "X.....x..xx..x.."),
    ("X..x..x...x.....", "X..x......x..x.."),
    ("X.x....x..x..o..", "X.x....x..X....."),
)
CHOPS = (("x.ox..x.xo.x.xo.",), ("..xo..x...xo.x..",), ("xoxx.oxo.xox.oxo",))
ANSWERS = (
    ("..........X.x--.", "................"),
    ("......X-..x-....", "............X.X."),
    ("X-..............", "........x.x.X--."),
)
TUNES = ("x.x-..x.x-o-....", "..x.x.x-x---....", "x--x.x--..o-x-..", "....x.x.x-x-o---")


def compose(song: Song) -> Arrangement:
    sheet = Sheet(
        song, "intro:2 a:4 b:4 a:4 end:1" if song.tempo > 100 else "intro:2 a:4 b:4 a:2 end:1"
    )
    piece = Arrangement(
        Groove(song.tempo, swing=0.1, unit=0.25),
        sheet.beats,
        Room(decay=1.0, bright=0.5, echo=0.75, feedback=0.25),
        Finish(drive=0.2),
    )
    drums(piece, sheet)
    everywhere, playing, ending = (
        sheet.bars("intro", "a", "b"),
        sheet.bars("a", "b"),
        sheet.bars("end"),
    )
    low = bass(sheet, everywhere, sheet.turn(BASSES), 28, gate=0.8) + bass(
        sheet, ending, "1---------------", 28
    )
    piece.add(
        sheet.turn((FINGERED, SLAPPED, FINGERED)),
        low,
        -20.5,
        reverb=0.03,
        looseness=0.003,
        low_cut=35,
    )
    voiced = voicings(sheet, 57, 75, rootless=True, size=3)
    chops = comp(sheet, everywhere, sheet.turn(CHOPS), voiced, gate=0.6, strum=0.008)
    piece.add(
        sheet.turn((CLAVINET, MUTED, CLAVINET)), chops, -25.5, pan=-0.4, reverb=0.08, low_cut=220
    )
    held = comp(
        sheet,
        playing,
        ("X-----......x---", "X---......x-x---"),
        voicings(sheet, 55, 72, rootless=True),
    )
    held += pad(sheet.changes_in("end"), voiced)
    piece.add(
        sheet.turn((Tines(bark=1.2), Organ("888600000"), Tines(bark=1.4, tine=0.8))),
        held,
        -25,
        pan=0.3,
        reverb=0.12,
        tremolo=(5.6, 0.18),
    )
    brass = comp(sheet, playing[2:], sheet.turn(ANSWERS), voicings(sheet, 62, 79, size=3), gate=0.8)
    brass += comp(sheet, ending, "X-..............", voicings(sheet, 62, 79, size=3))
    piece.add(HORNS, brass, -24, reverb=0.16, low_cut=180)
    scale = Key(sheet.key.tonic, SCALES["blues" if "dorian" in song.key else "major pentatonic"])
    tune = sing(sheet, "b", TUNES, Range(64, 82), step=0.25, only=scale, rise=0.35)
    tune += [
        n
        for n in sing(sheet, "a", TUNES, Range(62, 79), step=0.25, only=scale)
        if n.start > sheet.start("b")
    ]
    piece.add(
        sheet.turn((TALKING, TRUMPET, TALKING)), tune, -22.5, pan=0.12, reverb=0.15, echo=0.16
    )
    return piece


def drums(piece: Arrangement, sheet: Sheet) -> None:
    kit = Kit("acoustic")
    everywhere, ending = sheet.bars("intro", "a", "b"), sheet.bars("end")
    fills = sheet.last_bars("a", "b")
    steady = [bar for bar in everywhere if bar not in fills]
    kicks = sheet.turn(KICKS)
    kick = (
        hits(kicks[0], KICK, everywhere[::2])
        + hits(kicks[1], KICK, everywhere[1::2])
        + hits("X", KICK, ending)
    )
    piece.add(kit, kick, -22.5, reverb=0.04, looseness=0.003)
    snare = hits(
        sheet.turn(("....X..'.'..X..'", "....X.'..'..X'..", "....X..'.'.'X...")), SNARE, steady
    )
    snare += hits("....X..'..xxX.xX", SNARE, fills) + hits("X", SNARE, ending)
    piece.add(kit, snare, -24.5, reverb=0.12, looseness=0.004)
    tops = hits(
        sheet.turn(("xox'xox'xox'xo..", "x.xox.xox.xox.xo", "xoooxoooxoooxo..")), HAT, everywhere
    )
    tops += hits("..............x-", OPEN, everywhere[::2]) + hits(
        "X", CRASH, [sheet.start("a"), sheet.start("b"), *ending]
    )
    tops += hits("....x.......x...", CLAP, sheet.bars("b")) + hits(
        "..x...x...x...x.", TAMBOURINE, sheet.bars("b")
    )
    piece.add(kit, tops, -30.5, reverb=0.08, looseness=0.004)
    hands = hits("..o'..x...o'..xx", HIGH_CONGA, everywhere, pan=-0.4) + hits(
        "......o......o..", LOW_CONGA, everywhere, pan=-0.3
    )
    hands += hits(
        sheet.turn(("x...x...x...x...", "x..x..x...x.x...", "x.x.x...x.x.x...")),
        COWBELL,
        sheet.bars("b"),
    )
    piece.add(kit, hands, -30, reverb=0.12, looseness=0.006)
