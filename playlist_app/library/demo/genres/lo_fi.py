"""Owns Lo-Fi: tired drums that swing, ninth chords on a soft electric piano, and tape that wavers."""

from __future__ import annotations

from ..accompaniment import bass, comp, pad, voicings
from ..catalogue import Song
from ..instruments.air import Vinyl, Waves
from ..instruments.drums import HAT, KICK, OPEN, RIM, SHAKER, SNARE, Kit
from ..instruments.keys import KALIMBA, VIBES, Piano, Tines
from ..instruments.strings import ELECTRIC, FINGERED, NYLON, UPRIGHT
from ..instruments.synths import Sub
from ..instruments.winds import CHOIR
from ..melody import Range, sing
from ..score import Arrangement, Finish, Groove, Note, Room, Sheet, hits
from ..theory import SCALES, Key

KEYS = (Tines(bark=0.6, tine=0.25), Piano(soft=0.85), Tines(bark=0.75, tine=0.15))
LEADS = (NYLON, KALIMBA, VIBES)
BASSES = (FINGERED, UPRIGHT, Sub(warmth=0.35, decay=0.5))
CHORDS = (
    ("X-------..x--...", "X-----x-----o--."),
    ("X--.o-...x--....", "X--.o-..x---o-.."),
    ("X---------......", "X------.x-o-----"),
)
LINES = (
    ("1-----.1..5---..", "1----...1.3-5-u-"),
    ("1---..1-..7-5-..", "1---..1-5---d---"),
    ("1------...1-8---", "1------...5-7-u-"),
)
KICKS = (
    ("X.....x...X.....", "X.....x..xX....."),
    ("X..x....x.X.....", "X..x......X..x.."),
    ("X.........X..o..", "X......x..X....."),
)
TUNES = ("..x-x-o-x----...", "x---..o-x-o-....", "....x-o-x--x----", "x-o-x-----..o---")


def compose(song: Song) -> Arrangement:
    sheet = Sheet(song, "intro:1 a:4 b:4 end:1" if song.tempo < 75 else "intro:2 a:4 b:4 end:1")
    piece = Arrangement(
        Groove(song.tempo, swing=0.24, unit=0.25, slowing_from=sheet.start("end")),
        sheet.beats,
        Room(decay=1.3, bright=0.25, echo=0.75, feedback=0.35, damping=2200),
        Finish(high_cut=7800, wow=0.8, drive=0.45),
    )
    kit = Kit("dusty")
    playing = sheet.bars("a", "b")
    kick = hits(sheet.turn(KICKS)[0], KICK, playing[::2]) + hits(
        sheet.turn(KICKS)[1], KICK, playing[1::2]
    )
    piece.add(kit, kick, -23, reverb=0.03)
    beat = hits("....X.......X...", SNARE, playing) + hits(".......'......'.", SNARE, playing[1::2])
    hat = sheet.turn(("x.o.x.oox.o.x.o.", "x.oox.o.x.oox.o'", "..x...x...x...x."))
    beat += hits(hat, HAT, playing) + hits("..............x-", OPEN, playing[3::4])
    beat += hits("...'..o....'..o.", RIM, sheet.bars("b"), pan=-0.3)
    beat += hits("o'o'o'o'o'o'o'o'", SHAKER, sheet.bars("b"), pan=0.4)
    # Everything a touch late: the drummer leans back.
    piece.add(
        kit,
        [Note(n.start + 0.02, n.length, n.pitch, n.velocity, pan=n.pan) for n in beat],
        -25,
        reverb=0.1,
        looseness=0.007,
    )
    voiced = voicings(sheet, 52, 72, rootless=True)
    keys = comp(sheet, sheet.bars("intro", "a", "b"), sheet.turn(CHORDS), voiced, strum=0.03)
    keys += [
        Note(n.start + 0.05 * i, n.length, n.pitch, 0.7)
        for i, n in enumerate(pad(sheet.changes_in("end"), voiced))
    ]
    piece.add(
        sheet.turn(KEYS),
        keys,
        -21.5,
        spread=0.35,
        reverb=0.15,
        tremolo=(4.1, 0.22),
        chorus=0.35,
        looseness=0.009,
    )
    low = bass(sheet, playing, sheet.turn(LINES), 33) + bass(
        sheet, sheet.bars("end"), "1---------------", 33
    )
    piece.add(sheet.turn(BASSES), low, -22, duck=0.2, reverb=0.03, high_cut=1800)
    five = Key(
        sheet.key.tonic, SCALES["minor pentatonic" if "minor" in song.key else "major pentatonic"]
    )
    tune = sing(sheet, "a", TUNES, Range(64, 81), step=0.25, only=five)
    tune += sing(sheet, "b", TUNES, Range(66, 83), step=0.25, only=five)
    piece.add(sheet.turn(LEADS), tune, -23, pan=0.2, reverb=0.22, echo=0.28, looseness=0.012)
    piece.add(
        sheet.turn((CHOIR, ELECTRIC, CHOIR)),
        pad(sheet.changes_in("b", "end"), voicings(sheet, 60, 76, size=3)),
        -31,
        reverb=0.4,
        high_cut=3000,
    )
    piece.add(Vinyl(), [Note(0, sheet.beats + 3, 7, 0.8)], -41, reverb=0)
    piece.add(
        Waves(period=5.0, low=500, high=3000), [Note(0, sheet.beats + 3, 8, 0.8)], -43, reverb=0
    )
    return piece
