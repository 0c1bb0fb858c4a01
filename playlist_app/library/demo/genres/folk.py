"""Owns Folk: fingers on steel strings, a foot on the floor, and a tune for whistle, fiddle or accordion."""

from __future__ import annotations

from ..accompaniment import arpeggio, bass, comp, pad, voicings
from ..catalogue import Song
from ..instruments.drums import LOW_CONGA, SHAKER, STOMP, TAMBOURINE, Kit
from ..instruments.strings import STEEL, TWELVE, UPRIGHT
from ..instruments.winds import ACCORDION, CELLO, FIDDLE, WHISTLE
from ..melody import Range, grace, harmonise, sing
from ..score import Arrangement, Finish, Groove, Note, Room, Sheet, hits

REELS = ("x-xxx-x-", "x-x-xxx-", "xxx-x-x-", "x--xx---", "x-xxx---")
AIRS = ("x---x-x-", "x--xx---", "..x-x-x-", "x-x-x---")
WALTZES = ("x---x-", "x-x-x-", "x--xx-", "x-----")


def compose(song: Song) -> Arrangement:
    waltz = "Waltz" in song.title
    form = "intro:4 a:8 b:8 a:4 end:1" if waltz else "intro:2 a:4 b:4 a:4 end:1"
    sheet = Sheet(song, form)
    piece = Arrangement(
        Groove(song.tempo, swing=0.06, unit=0.5, slowing_from=sheet.start("end") - 1, slowing=0.05),
        sheet.beats,
        Room(decay=1.4, bright=0.5, echo=0.5, feedback=0.2),
        Finish(high_cut=12_500, drive=0.08),
    )
    if waltz:
        oom_pah_pah(piece, sheet)
    else:
        fingers(piece, sheet)
    tune(piece, sheet, WALTZES if waltz else sheet.turn((REELS, REELS, AIRS)))
    last = voicings(sheet, 43, 67, size=4)
    closing = [
        Note(n.start + 0.05 * i, 4, n.pitch, 0.8)
        for i, n in enumerate(sorted(pad(sheet.changes_in("end"), last), key=lambda n: n.pitch))
    ]
    piece.add(STEEL, closing, -24, reverb=0.15)
    return piece


def fingers(piece: Arrangement, sheet: Sheet) -> None:
    """Travis picking: the thumb keeps the beat on low strings, fingers answer between."""
    everywhere, later = sheet.bars("intro", "a", "b"), sheet.bars("b") + sheet.bars("a")[4:]
    voiced = voicings(sheet, 50, 69, size=4)
    order = sheet.turn(
        ((2, 0, 3, 1, 2, 0, 1, 3), (None, 3, 1, 2, None, 3, 2, 1), (0, 2, 1, 3, 2, 1, 3, 2))
    )
    picked = arpeggio(sheet, everywhere, order, voiced, step=0.5, gate=1.9, velocity=0.75)
    thumb = bass(sheet, everywhere, "1-5-1-5-", 40, step=0.5, velocity=0.8)
    piece.add(
        sheet.turn((STEEL, TWELVE, STEEL)),
        picked + thumb,
        -22,
        pan=-0.18,
        spread=0.2,
        reverb=0.12,
        looseness=0.006,
    )
    strummed = comp(
        sheet,
        later,
        sheet.turn(("X-x-xoxo", "X.xox.xo", "X--x.xxo")),
        voicings(sheet, 52, 74, size=4),
        step=0.5,
        gate=1.0,
        strum=0.018,
    )
    piece.add(TWELVE, strummed, -26, pan=0.3, reverb=0.12, low_cut=160, looseness=0.006)
    piece.add(UPRIGHT, bass(sheet, later, ("1---5---", "1---5-u-"), 31, step=0.5), -23, reverb=0.05)
    kit = Kit("acoustic")
    feet = hits("X.......X.......", STOMP, later) + hits("....x.......x...", TAMBOURINE, later)
    feet += hits("o.'oo.'oo.'oo.'o", SHAKER, later, pan=0.4)
    if "dorian" in sheet.song.key:
        feet += hits("X..ox.o.X..ox.oo", LOW_CONGA, sheet.bars("a", "b"), pan=-0.25)
    piece.add(kit, feet, -26, reverb=0.14, looseness=0.008)


def oom_pah_pah(piece: Arrangement, sheet: Sheet) -> None:
    everywhere, later = sheet.bars("intro", "a", "b"), sheet.bars("b") + sheet.bars("a")[8:]
    voiced = voicings(sheet, 52, 71, size=3)
    chords = comp(sheet, everywhere, "..x.o.", voiced, step=0.5, gate=0.9, strum=0.015)
    piece.add(STEEL, chords, -24, pan=-0.25, reverb=0.12, looseness=0.007)
    low = bass(sheet, everywhere, ("1---..", "1---..", "1---..", "1-3-5-"), 36, step=0.5)
    piece.add(UPRIGHT, low, -22.5, reverb=0.05)
    picked = arpeggio(sheet, later, (0, 1, 2, 3, 2, 1), voiced, step=0.5, gate=1.6, velocity=0.6)
    piece.add(TWELVE, picked, -27, pan=0.35, reverb=0.15)
    feet = hits("X.....", STOMP, later, step=0.5) + hits("..x.o.", TAMBOURINE, later, step=0.5)
    piece.add(Kit("acoustic"), feet, -29, reverb=0.14, looseness=0.008)


def tune(piece: Arrangement, sheet: Sheet, cells: tuple[str, ...]) -> None:
    lead = sheet.turn((FIDDLE, ACCORDION, WHISTLE))
    lift = 5 if lead is WHISTLE else 0
    first = sing(sheet, "a", cells, Range(62 + lift, 79 + lift), step=0.5)
    second = sing(sheet, "b", cells, Range(64 + lift, 81 + lift), step=0.5, rise=0.4)
    piece.add(lead, grace(first + second, sheet, 0.22), -21.5, pan=0.12, reverb=0.2, looseness=0.01)
    again = [n for n in first if n.start > sheet.start("b")]
    under = harmonise(second + again, sheet.key, -2)
    piece.add(
        sheet.turn((WHISTLE, FIDDLE, FIDDLE)), under, -27, pan=-0.3, reverb=0.25, looseness=0.014
    )
    held = pad(sheet.changes_in("b", "end"), voicings(sheet, 43, 60, size=2))
    piece.add(CELLO, held, -28, pan=-0.1, reverb=0.3)
