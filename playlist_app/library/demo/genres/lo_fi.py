"""Owns Lo-Fi: tired drums that swing, ninth chords on soft keys, and tape that wavers."""

from __future__ import annotations

from playlist_app.library.demo.accompaniment import bass, closing, comp, pad, voicings
from playlist_app.library.demo.catalogue import Song
from playlist_app.library.demo.instruments.air import Vinyl, Waves
from playlist_app.library.demo.instruments.drums import HAT, KICK, OPEN, RIM, SHAKER, SNARE, Kit
from playlist_app.library.demo.instruments.keys import KALIMBA, VIBES, Piano, Tines
from playlist_app.library.demo.instruments.strings import ELECTRIC, FINGERED, NYLON, UPRIGHT
from playlist_app.library.demo.instruments.synths import Sub
from playlist_app.library.demo.instruments.winds import CHOIR
from playlist_app.library.demo.melody import Range, later, sing
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

KIT = Kit("dusty")
KEYS: Voices = (Tines(bark=0.6, tine=0.25), Piano(soft=0.85), Tines(bark=0.75, tine=0.15))
LEADS: Voices = (NYLON, KALIMBA, VIBES)
BASSES: Voices = (FINGERED, UPRIGHT, Sub(warmth=0.35, decay=0.5))
CHORDS = (
    ("X-------..x--...", "X-----x-----o--."),
    ("X-----o---x-----", "X-----o-x---o---"),
    ("X-----------o---", "X------.x-o-----"),
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
HATS = ("x.o.x.oox.o.x.o.", "x.oox.o.x.oox.o'", "..x...x...x...x.")
TUNES = ("..x-x-o-x----...", "x---..o-x-o-....", "....x-o-x--x----", "x-o-x-----..o---")
HAZES: Voices = (CHOIR, ELECTRIC, CHOIR)


def compose(song: Song) -> Arrangement:
    slow = song.tempo < 75
    sheet = Sheet(song, "intro:1 a:4 b:4 end:1" if slow else "intro:2 a:4 b:4 end:1")
    return Arrangement(
        Groove(song.tempo, swing=0.24, unit=0.25, slowing_from=sheet.start("end")),
        sheet.beats,
        Room(decay=1.3, bright=0.25, echo=0.75, feedback=0.35, damping=2200),
        Finish(high_cut=7800, wow=0.8, drive=0.45),
        seated(sheet, kick, beat, keys, low, lead, haze, dust),
    )


def kick(sheet: Sheet) -> Part:
    playing, (odd, even) = sheet.bars("a", "b"), sheet.turn(KICKS)
    notes = hits(odd, KICK, playing[::2]) + hits(even, KICK, playing[1::2])
    return Part(KIT, notes, -23, reverb=0.03)


def beat(sheet: Sheet) -> Part:
    playing = sheet.bars("a", "b")
    notes = hits("....X.......X...", SNARE, playing)
    notes += hits(".......'......'.", SNARE, playing[1::2])
    notes += hits(sheet.turn(HATS), HAT, playing) + hits("..............x-", OPEN, playing[3::4])
    notes += hits("...'..o....'..o.", RIM, sheet.bars("b"))
    notes += hits("o'o'o'o'o'o'o'o'", SHAKER, sheet.bars("b"))
    # All a touch late: the drummer leans back.
    return Part(KIT, later(notes, 0.02), -25, reverb=0.1, looseness=0.007)


def keys(sheet: Sheet) -> Part:
    voiced = voicings(sheet, 52, 72, rootless=True)
    notes = comp(sheet, sheet.bars("intro", "a", "b"), sheet.turn(CHORDS), voiced, strum=0.03)
    notes += closing(sheet, voiced)
    return Part(
        sheet.turn(KEYS),
        notes,
        -21.5,
        spread=0.35,
        reverb=0.15,
        tremolo=(4.1, 0.22),
        chorus=0.35,
        looseness=0.009,
    )


def low(sheet: Sheet) -> Part:
    notes = bass(sheet, sheet.bars("a", "b"), sheet.turn(LINES), 33)
    notes += bass(sheet, sheet.bars("end"), "1---------------", 33)
    return Part(sheet.turn(BASSES), notes, -22, duck=0.2, reverb=0.03, high_cut=1800)


def lead(sheet: Sheet) -> Part:
    five = sheet.key.pentatonic
    notes = sing(sheet, "a", TUNES, Range(64, 81), step=0.25, only=five)
    notes += sing(sheet, "b", TUNES, Range(66, 83), step=0.25, only=five)
    voice = sheet.turn(LEADS)
    return Part(voice, notes, -23, pan=0.2, reverb=0.22, echo=0.28, looseness=0.012)


def haze(sheet: Sheet) -> Part:
    notes = pad(sheet.changes_in("b", "end"), voicings(sheet, 60, 76, size=3))
    return Part(sheet.turn(HAZES), notes, -31, reverb=0.4, high_cut=3000)


def dust(sheet: Sheet) -> list[Part]:
    """A needle, and rain at the window."""
    whole = [Note(0, sheet.beats + 1, 7, 0.8)]
    rain = Waves(period=5.0, low=500, high=3000)
    return [Part(Vinyl(), whole, -41, reverb=0), Part(rain, whole, -43, reverb=0)]
