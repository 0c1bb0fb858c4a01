"""Owns Classical: an étude of circling figures, a small waltz, and a prelude for harp in the snow."""

from __future__ import annotations

from ..accompaniment import arpeggio, bass, comp, pad, voicings
from ..catalogue import Song
from ..instruments.keys import GLOCKEN, MARIMBA, Piano
from ..instruments.strings import HARP
from ..instruments.winds import CELLO, CHOIR, CLARINET, ENSEMBLE, FIDDLE, FLUTE
from ..melody import Range, grace, harmonise, sing
from ..score import Arrangement, Finish, Groove, Note, Room, Sheet

HALL = Room(decay=2.6, bright=0.45, echo=0.5, feedback=0.2)
LONG = ("x-------", "x-----x-", "x---x---", "..x-----")


def compose(song: Song) -> Arrangement:
    return song.turn((etude, waltz, prelude))(song)


def hall(sheet: Sheet, slowing: float) -> Arrangement:
    groove = Groove(sheet.song.tempo, slowing_from=sheet.start("end") - 2, slowing=slowing)
    return Arrangement(groove, sheet.beats, HALL, Finish(high_cut=12_500, drive=0.04))


def etude(song: Song) -> Arrangement:
    """Figures that circle in sixteenths, against each other by a note more or less each time."""
    sheet = Sheet(song, "intro:2 a:4 b:4 a:4 end:1")
    piece = hall(sheet, 0.05)
    high, low = voicings(sheet, 62, 79, size=3), voicings(sheet, 48, 64, size=3)
    everywhere = sheet.bars("intro", "a", "b")
    right = arpeggio(
        sheet, everywhere, (0, 2, 1, 2, 3, 2), high, step=0.25, gate=1.4, accents="Xo'oxo"
    )
    left = arpeggio(sheet, everywhere, (0, 1, 2, 1), low, step=0.5, gate=1.6, accents="Xoxo")
    closing = [
        Note(n.start, 4, n.pitch, 0.6)
        for n in pad(sheet.changes_in("end"), high) + pad(sheet.changes_in("end"), low)
    ]
    piece.add(
        Piano(soft=0.35), right + left + closing, -21.5, spread=0.5, reverb=0.22, looseness=0.005
    )
    marimba = arpeggio(
        sheet,
        sheet.bars("b") + sheet.bars("a")[4:],
        (0, None, 2, 1, None, 2, 0, 1),
        high,
        step=0.25,
        accents="xo",
    )
    piece.add(MARIMBA, marimba, -26, pan=0.35, reverb=0.25)
    roots = bass(sheet, sheet.bars("a", "b"), "1-----5-", 36, step=0.5) + bass(
        sheet, sheet.bars("end"), "1-------", 36, step=0.5
    )
    piece.add(CELLO, roots, -24.5, pan=-0.2, reverb=0.25)
    tune = sing(sheet, "b", LONG, Range(62, 79), step=0.5) + sing(
        sheet, "a", LONG, Range(60, 76), step=0.5
    )
    piece.add(FIDDLE, tune, -23.5, pan=0.15, reverb=0.3)
    piece.add(
        ENSEMBLE,
        pad(sheet.changes_in("b") + sheet.changes_in("a")[4:] + sheet.changes_in("end"), low),
        -27,
        reverb=0.35,
    )
    return piece


def waltz(song: Song) -> Arrangement:
    """A piano in three, a clarinet that has lost something, and strings that join the second strain."""
    sheet = Sheet(song, "intro:4 a:8 b:4 a:4 end:2")
    piece = hall(sheet, 0.08)
    everywhere = sheet.bars("intro", "a", "b")
    voiced = voicings(sheet, 55, 72, size=3)
    piano = comp(sheet, everywhere, "..x.o.", voiced, step=0.5, gate=0.8) + bass(
        sheet, everywhere, ("1---..", "1---..", "1---..", "1-5-.."), 38, step=0.5
    )
    piano += [Note(n.start, 5, n.pitch, 0.6) for n in pad(sheet.changes_in("end"), voiced)]
    piece.add(Piano(soft=0.45), piano, -22.5, spread=0.4, pan=-0.15, reverb=0.2, looseness=0.008)
    cells = ("x---x-", "x-x-x-", "x-xxx-", "x-----", "x--xx-")
    tune = sing(sheet, "a", cells, Range(62, 81), step=0.5) + sing(
        sheet, "b", cells, Range(64, 82), step=0.5, rise=0.4
    )
    tune.append(Note(sheet.start("end"), 5, 74 + (sheet.chord_at(sheet.beats).root - 74) % 12, 0.7))
    piece.add(CLARINET, grace(tune, sheet, 0.15), -21.5, pan=0.15, reverb=0.25, looseness=0.01)
    second = harmonise([n for n in tune if n.start >= sheet.start("b")], sheet.key, 2)
    piece.add(FIDDLE, second, -25.5, pan=-0.3, reverb=0.3, looseness=0.012)
    later = sheet.bars("b") + sheet.bars("a")[8:] + sheet.bars("end")
    piece.add(CELLO, bass(sheet, later, "1-----", 38, step=0.5), -25, reverb=0.25)
    piece.add(ENSEMBLE, pad(sheet.changes_in("b", "end"), voiced), -28, reverb=0.35)
    bells = comp(sheet, sheet.bars("b"), "....x.", voicings(sheet, 76, 92, size=3), step=0.5, top=1)
    piece.add(GLOCKEN, bells, -31, pan=0.4, reverb=0.4)
    return piece


def prelude(song: Song) -> Arrangement:
    """Waves of harp, a flute far off, and a choir that one notices late."""
    sheet = Sheet(song, "intro:1 a:4 b:4 end:1")
    piece = hall(sheet, 0.12)
    voiced = voicings(sheet, 56, 75, size=4)
    everywhere = sheet.bars("intro", "a", "b")
    wave = (0, 1, 2, 3, 4, 5, 6, 5, 4, 3, 2, 1, 0, 2, 3, 1)
    harp = arpeggio(sheet, everywhere, wave, voiced, step=0.25, gate=4.0, accents="Xo'oxo'o")
    closing = sorted(pad(sheet.changes_in("end"), voiced), key=lambda n: n.pitch)
    harp += [
        Note(n.start + 0.12 * i, 4, n.pitch + octave, 0.6)
        for octave in (0, 12)
        for i, n in enumerate(closing, octave // 3)
    ]
    harp += bass(sheet, [*everywhere, *sheet.bars("end")], "1-------5-------", 37)
    piece.add(HARP, harp, -21, spread=0.6, reverb=0.3, looseness=0.01)
    tune = sing(sheet, "a", ("x-----x-", "x--xx---", "..x-x---"), Range(68, 85), step=0.5)
    tune += sing(
        sheet, "b", ("x---x-x-", "x-----x-", "x-x-x---"), Range(70, 87), step=0.5, rise=0.4
    )
    piece.add(FLUTE, tune, -22.5, pan=0.12, reverb=0.32, looseness=0.015)
    piece.add(
        CHOIR, pad(sheet.changes_in("b", "end"), voicings(sheet, 58, 75, size=3)), -27, reverb=0.45
    )
    snow = arpeggio(
        sheet,
        sheet.bars("b"),
        (None, None, 6, None, None, 7, None, 5),
        voiced,
        step=0.5,
        velocity=0.6,
    )
    piece.add(GLOCKEN, snow, -30, pan=0.4, reverb=0.45)
    piece.add(
        CELLO,
        bass(sheet, sheet.bars("b", "end"), "1-------", 37, step=0.5),
        -26,
        pan=-0.2,
        reverb=0.3,
    )
    return piece
