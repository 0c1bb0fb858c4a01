"""Owns Dub: a bass that sings, a drum that drops on three, and a hand on the echo's send."""

from __future__ import annotations

from ..accompaniment import comp, pad, voicings
from ..catalogue import Song
from ..instruments.drums import CRASH, HAT, KICK, OPEN, RIM, SHAKER, SNARE, Kit
from ..instruments.keys import Organ, Piano
from ..instruments.strings import MUTED
from ..instruments.synths import Sub
from ..instruments.winds import MELODICA, TRUMPET
from ..melody import Range, sing
from ..score import Arrangement, Finish, Groove, Note, Room, Sheet, hits
from ..theory import SCALES, Key, at_least

# Bass riddims in sixteenths of two bars: (step, length, semitones above the root).
RIDDIMS = (
    (
        (0, 3, 0),
        (4, 2, 0),
        (7, 1, 3),
        (8, 3, 7),
        (12, 2, 5),
        (14, 2, 3),
        (16, 3, 0),
        (20, 2, 0),
        (23, 1, -2),
        (24, 4, 0),
    ),
    (
        (0, 2, 0),
        (3, 2, 0),
        (6, 2, 7),
        (10, 4, 5),
        (16, 2, 0),
        (19, 2, 0),
        (22, 2, 3),
        (24, 2, 5),
        (26, 4, 7),
    ),
)
TUNES = ("x--x--o---......", "..x-x---o---....", "x-----o-x-......", "......x-x--o----")


def compose(song: Song) -> Arrangement:
    sheet = Sheet(song, "intro:1 a:4 b:2 a:2 end:1")
    piece = Arrangement(
        Groove(song.tempo, swing=0.16, unit=0.25),
        sheet.beats,
        Room(decay=2.0, bright=0.3, echo=0.75, feedback=0.62, damping=2000),
        Finish(high_cut=10_500, wow=0.25, drive=0.3),
    )
    drums(piece, sheet)
    piece.add(
        Sub(warmth=0.5, decay=0.9, sustain=0.7), riddim(sheet), -20, reverb=0.02, looseness=0.006
    )
    voiced = voicings(sheet, 57, 74, size=3)
    playing = sheet.bars("a", "b")
    skank = comp(
        sheet,
        [b for b in playing if b not in sheet.last_bars("b")],
        "..X...X...X...X.",
        voiced,
        gate=0.55,
        strum=0.02,
    )
    piece.add(
        sheet.turn((MUTED, Piano(soft=0.2))),
        skank,
        -24.5,
        pan=-0.35,
        reverb=0.12,
        echo=0.1,
        low_cut=250,
    )
    bubble = comp(
        sheet,
        sheet.bars("b") + playing[2:4] + sheet.bars("a")[4:],
        "..xo..xo..xo..xo",
        voicings(sheet, 60, 76, size=3),
        gate=0.6,
    )
    piece.add(
        Organ("808800000", click=0.15),
        bubble,
        -28,
        pan=0.4,
        reverb=0.12,
        low_cut=200,
        high_cut=4000,
    )
    # Single chops thrown into the echo, and left to run.
    throws = comp(
        sheet,
        sheet.bars("intro") + sheet.bars("b") + sheet.bars("end"),
        "..X.............",
        voiced,
        gate=0.8,
    )
    throws += comp(sheet, sheet.bars("a")[3:4], "......X.........", voiced, gate=0.8)
    piece.add(MUTED, throws, -26, reverb=0.3, echo=1.1, low_cut=300)
    five = Key(sheet.key.tonic, SCALES["minor pentatonic"])
    tune = sing(sheet, "a", TUNES, Range(65, 81), step=0.25, only=five)
    tune += sing(sheet, "b", TUNES, Range(67, 82), step=0.25, only=five)
    piece.add(
        sheet.turn((MELODICA, TRUMPET)),
        tune,
        -22.5,
        pan=0.12,
        reverb=0.2,
        echo=0.5,
        looseness=0.01,
        high_cut=6000,
    )
    piece.add(
        Organ("806000000"),
        pad(sheet.changes_in("intro", "b", "end"), voicings(sheet, 55, 69, size=3)),
        -31,
        tremolo=(6.1, 0.3),
        reverb=0.35,
    )
    return piece


def riddim(sheet: Sheet) -> list[Note]:
    """The song's bass line, two bars long, over whatever chord is under it."""
    line = sheet.turn(RIDDIMS)
    notes = []
    for i, bar in enumerate(sheet.bars("a", "b")):
        for step, length, above in line:
            if step // 16 != i % 2:
                continue
            beat = bar + (step % 16) * 0.25
            chord = sheet.chord_at(beat + 0.01)
            third = next((n for n in (3, 4) if n in chord.intervals), 3)
            pitch = at_least(chord.root, 33) + (third if above == 3 else above)
            notes.append(Note(beat, length * 0.25 * 0.92, pitch, 0.9 if step % 8 == 0 else 0.78))
    notes.append(Note(sheet.start("end"), 2.5, at_least(sheet.chord_at(sheet.beats).root, 33), 0.9))
    return notes


def drums(piece: Arrangement, sheet: Sheet) -> None:
    kit = Kit("dub")
    playing, ending = sheet.bars("a", "b"), sheet.bars("end")
    pulse = sheet.turn(("........X.......", "X.......X......."))
    piece.add(kit, hits(pulse, KICK, playing) + hits("X", KICK, ending), -22.5, reverb=0.04)
    beat = hits("........X.......", RIM, playing) + hits("x.o.x.ooX.o.x.o.", HAT, playing)
    beat += hits("..............x-", OPEN, playing[1::2]) + hits(
        "o'o'o'o'o'o'o'o'", SHAKER, sheet.bars("b"), pan=0.45
    )
    beat += hits("..........'..o..", RIM, playing[1::2], pan=0.25)
    piece.add(kit, beat, -25.5, reverb=0.16, echo=0.06, looseness=0.006)
    fills = hits("............X.xx", SNARE, sheet.bars("intro") + sorted(sheet.last_bars("a", "b")))
    fills += hits("X", SNARE, ending) + hits("X", CRASH, [sheet.start("a"), *ending])
    piece.add(kit, fills, -27, reverb=0.4, echo=0.9)
