"""Owns Drum & Bass: a break at double speed over harmony at half, and a bass that growls between."""

from __future__ import annotations

from ..accompaniment import arpeggio, bass, comp, pad, voicings
from ..catalogue import Song
from ..instruments.air import Riser
from ..instruments.drums import CRASH, HAT, KICK, OPEN, RIDE, SHAKER, SNARE, Kit
from ..instruments.keys import KALIMBA, Tines
from ..instruments.synths import Sub, Synth
from ..instruments.winds import CHOIR
from ..melody import Range, sing
from ..score import Arrangement, Finish, Groove, Note, Room, Sheet, hits

REESE = Synth(
    "saw", 330, sweep=0.6, closing=0.5, resonance=1.5, attack=0.02, decay=0.8, sustain=0.8,
    release=0.1, unison=3, detune=22, wobble=(1.45, 0.9), drive=0.3,
)  # fmt: skip
MIST = Synth(
    "saw", 620, sweep=0.2, attack=0.7, release=1.1, sustain=0.95, unison=5, detune=13, width=1.0,
    wobble=(0.09, 0.7),
)  # fmt: skip
# (kick, snare) of a bar; the break goes round them.
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
LINES = (
    ("1-------..1---..", "....1---8-5-----"),
    ("1-----....1-----", "..1---..5---u---"),
)
TUNES = ("x-----o-x---....", "..x---x---o-----", "x-x---o---x-----", "x---------o-x---")


def compose(song: Song) -> Arrangement:
    sheet = Sheet(song, "intro:4 a:8 b:4 a:4 end:1")
    piece = Arrangement(
        Groove(song.tempo, swing=0.05, unit=0.25),
        sheet.beats,
        Room(decay=2.4, bright=0.45, echo=0.75, feedback=0.5, damping=3600),
        Finish(drive=0.25),
    )
    drums(piece, sheet)
    playing = sheet.bars("a", "b")
    low = bass(sheet, playing, sheet.turn(LINES), 28) + bass(
        sheet, sheet.bars("end"), "1-------........", 28
    )
    piece.add(
        REESE,
        [Note(n.start, n.length, n.pitch + 12, n.velocity) for n in low],
        -24.5,
        reverb=0.05,
        low_cut=110,
        high_cut=2600,
        duck=0.3,
        chorus=0.3,
    )
    piece.add(Sub(warmth=0.25), low, -23, reverb=0, duck=0.35)
    voiced = voicings(sheet, 57, 77, rootless=True)
    piece.add(MIST, pad(sheet.changes, voiced), -25.5, reverb=0.35, duck=0.25, low_cut=220)
    stabs = comp(
        sheet,
        sheet.bars("intro", "a"),
        sheet.turn(("X-....x-....x...", "..X-.....x-.....")),
        voiced,
    )
    piece.add(
        Tines(bark=1.0, tine=0.6), stabs, -24.5, spread=0.4, reverb=0.25, echo=0.4, low_cut=180
    )
    tune = sing(sheet, "b", TUNES, Range(67, 84), step=0.25, rise=0.35) + sing(
        sheet, "a", TUNES, Range(66, 82), step=0.25
    )
    lead = sheet.turn(
        (
            KALIMBA,
            Synth(
                "pulse35",
                1500,
                sweep=1.0,
                attack=0.02,
                sustain=0.6,
                release=0.3,
                unison=2,
                width=0.4,
                vibrato=(5, 0.15, 0.3),
            ),
        )
    )
    piece.add(lead, tune, -23.5, pan=0.15, reverb=0.3, echo=0.4)
    glitter = arpeggio(
        sheet,
        sheet.bars("b") + sheet.bars("a")[8:],
        (0, 2, 4, 1, 3, 5, 2, 4),
        voiced,
        accents="Xo'o",
        velocity=0.7,
    )
    piece.add(KALIMBA, glitter, -28, pan=-0.3, reverb=0.3, echo=0.3)
    piece.add(
        CHOIR,
        pad(sheet.changes_in("b", "end"), voicings(sheet, 60, 77, size=3)),
        -30,
        reverb=0.5,
        low_cut=250,
    )
    return piece


def drums(piece: Arrangement, sheet: Sheet) -> None:
    kit = Kit("breaks")
    playing, ending, intro = sheet.bars("a", "b"), sheet.bars("end"), sheet.bars("intro")
    breaks = sheet.turn(BREAKS)
    kick, snare = hits("X", KICK, ending), hits("X", SNARE, ending)
    for i, bar in enumerate(playing):
        low, high = breaks[(0, 1, 0, 2)[i % 4]]
        kick += hits(low, KICK, [bar])
        snare += hits(high, SNARE, [bar])
    piece.add(kit, kick, -22, reverb=0.03, looseness=0.001)
    piece.add(
        kit, snare + hits("........x.x.xxxX", SNARE, intro[-1:]), -24, reverb=0.12, looseness=0.002
    )
    tops = hits(sheet.turn(("x.o.x.o.x.o.x.o.", "xooxxoo'xooxxoo'")), HAT, intro[2:] + playing)
    tops += hits("......x.........", OPEN, playing[1::2]) + hits(
        "x...x...x...x...", RIDE, sheet.bars("b")
    )
    tops += hits("''o'''o'''o'''o'", SHAKER, playing, pan=0.5)
    tops += hits("X", CRASH, [sheet.start("a"), sheet.start("b"), *ending])
    piece.add(kit, tops, -31, reverb=0.12, looseness=0.003)
    piece.add(Riser(), [Note(intro[2], 2 * sheet.bar, 62, 0.8)], -31, reverb=0.2)
