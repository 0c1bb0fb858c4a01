"""Owns Bossa Nova: a nylon guitar that carries bass and chords, a soft clave, and a tune in no hurry."""

from __future__ import annotations

from ..accompaniment import bass, comp, pad, voicings
from ..catalogue import Song
from ..instruments.drums import HAT, KICK, LOW_CONGA, RIM, SHAKER, SWISH, TRIANGLE, Kit
from ..instruments.keys import Piano, Tines
from ..instruments.strings import NYLON, UPRIGHT
from ..instruments.winds import CLARINET, ENSEMBLE, FLUTE
from ..melody import Range, harmonise, sing
from ..score import Arrangement, Finish, Groove, Note, Room, Sheet, hits

# In eighths; the guitar's and the clave's figures take two bars.
GUITARS = (("X..x..x.", "..x..x.."), ("X.x..x.x", ".x.x..x."), ("x..x.x..", "x..x..x."))
CLAVES = (("x..x..x.", "..x..x.."), ("..x..x..", "x..x..x."))
TUNES = ("x--x-x--", ".x-x-x--", "x-----x-", "..x-xx--", "x-x--x--")
LEADS = (FLUTE, CLARINET, Tines(bark=0.7, tine=0.5))


def compose(song: Song) -> Arrangement:
    sheet = Sheet(
        song, "intro:2 a:8 b:4 a:4 end:1" if song.tempo > 130 else "intro:2 a:4 b:4 a:4 end:1"
    )
    piece = Arrangement(
        Groove(song.tempo, swing=0.05, unit=0.5, slowing_from=sheet.start("end") - 1, slowing=0.05),
        sheet.beats,
        Room(decay=1.5, bright=0.45, echo=0.5, feedback=0.25),
        Finish(high_cut=12_000, drive=0.1),
    )
    playing, everywhere = sheet.bars("a", "b"), sheet.bars("intro", "a", "b")
    voiced = voicings(sheet, 52, 71, rootless=True)
    guitar = comp(sheet, everywhere, sheet.turn(GUITARS), voiced, step=0.5, gate=0.8, strum=0.012)
    guitar += [
        Note(n.start + 0.06 * i, 4, n.pitch, 0.75)
        for i, n in enumerate(pad(sheet.changes_in("end"), voiced))
    ]
    thumb = bass(sheet, sheet.bars("intro"), "1---5---", 40, step=0.5)
    piece.add(NYLON, guitar + thumb, -21.5, pan=-0.2, spread=0.15, reverb=0.14, looseness=0.007)
    low = bass(sheet, playing, ("1--15--5", "1--15--u"), 31, step=0.5)
    low += bass(sheet, sheet.bars("end"), "1-------", 31, step=0.5)
    piece.add(UPRIGHT, low, -22, reverb=0.04, looseness=0.006)
    kit = Kit("brushes")
    clave = sheet.turn(CLAVES)
    soft = hits(clave[0], RIM, playing[::2], step=0.5) + hits(
        clave[1], RIM, playing[1::2], step=0.5
    )
    soft += hits("xoxoxoxo", HAT, playing, step=0.5) + hits(
        "x.......", TRIANGLE, sheet.bars("b"), step=0.5
    )
    soft += hits("xo'oxo'oxo'oxo'o", SHAKER, playing) + hits(
        "..x...x.", SWISH, everywhere, step=0.5
    )
    soft += hits(".....o.x", LOW_CONGA, playing[1::2], step=0.5)
    piece.add(kit, soft, -28.5, reverb=0.12, looseness=0.005)
    piece.add(kit, hits("x..ox..o", KICK, playing, step=0.5), -29, reverb=0.04)
    tune = sing(sheet, "a", TUNES, Range(64, 80), step=0.5)
    tune += sing(sheet, "b", TUNES, Range(66, 83), step=0.5, rise=0.4)
    home = sheet.chord_at(sheet.beats)
    tune.append(Note(sheet.start("end"), 3.4, 67 + (home.classes[1] - 67) % 12, 0.7))
    piece.add(sheet.turn(LEADS), tune, -21.5, pan=0.15, reverb=0.22, echo=0.08, looseness=0.012)
    answers = comp(
        sheet,
        sheet.bars("b"),
        ("....x-x-", "..x-..x-"),
        voicings(sheet, 62, 80, size=3),
        step=0.5,
        gate=0.8,
    )
    piece.add(
        sheet.turn((Piano(soft=0.4), Piano(soft=0.3), FLUTE)),
        answers,
        -27,
        pan=0.35,
        reverb=0.18,
        looseness=0.01,
    )
    strings = pad(
        sheet.changes_in("b", "end") + sheet.changes_in("a")[-4:], voicings(sheet, 57, 76, size=3)
    )
    piece.add(ENSEMBLE, strings, -29, reverb=0.35, low_cut=200)
    second = [
        n
        for n in harmonise(tune, sheet.key, -2)
        if n.start >= sheet.bars("a")[-4] and n.length > 0.4
    ]
    piece.add(sheet.turn(LEADS), second, -28, pan=-0.3, reverb=0.25, looseness=0.014)
    return piece
