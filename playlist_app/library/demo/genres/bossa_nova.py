"""Owns Bossa Nova: a nylon guitar with bass and chords in one hand, a soft clave, no hurry."""

from __future__ import annotations

from playlist_app.library.demo.accompaniment import bass, closing, comp, pad, voicings
from playlist_app.library.demo.catalogue import Song
from playlist_app.library.demo.instruments.drums import (
    HAT,
    KICK,
    LOW_CONGA,
    RIM,
    SHAKER,
    SWISH,
    TRIANGLE,
    Kit,
)
from playlist_app.library.demo.instruments.keys import Piano, Tines
from playlist_app.library.demo.instruments.strings import NYLON, UPRIGHT
from playlist_app.library.demo.instruments.winds import CLARINET, ENSEMBLE, FLUTE
from playlist_app.library.demo.melody import Range, harmonise, landing, since, sing
from playlist_app.library.demo.score import (
    Arrangement,
    Finish,
    Groove,
    Part,
    Room,
    Sheet,
    Voices,
    hits,
    seated,
)

KIT = Kit("brushes")
LEADS: Voices = (FLUTE, CLARINET, Tines(bark=0.7, tine=0.5))
ANSWERING: Voices = (Piano(soft=0.4), Piano(soft=0.3), FLUTE)

# In eighths; the guitar's and the clave's figures take two bars.
GUITARS = (("X..x..x.", "..x..x.."), ("X.x..x.x", ".x.x..x."), ("x..x.x..", "x..x..x."))
CLAVES = (("x..x..x.", "..x..x.."), ("..x..x..", "x..x..x."))
TUNES = ("x--x-x--", ".x-x-x--", "x-----x-", "..x-xx--", "x-x--x--")


def compose(song: Song) -> Arrangement:
    brisk = song.tempo > 130
    sheet = Sheet(song, "intro:2 a:8 b:4 a:4 end:1" if brisk else "intro:2 a:4 b:4 a:4 end:1")
    slowing = sheet.start("end") - 1
    return Arrangement(
        Groove(song.tempo, swing=0.05, unit=0.5, slowing_from=slowing, slowing=0.05),
        sheet.beats,
        Room(decay=1.5, bright=0.45, echo=0.5, feedback=0.25),
        Finish(high_cut=12_000, drive=0.1),
        seated(sheet, guitar, low, percussion, heart, leads, answers, strings),
    )


def guitar(sheet: Sheet) -> Part:
    voiced = voicings(sheet, 52, 71, rootless=True)
    bars, figure = sheet.bars("intro", "a", "b"), sheet.turn(GUITARS)
    notes = comp(sheet, bars, figure, voiced, step=0.5, gate=0.8, strum=0.012)
    notes += bass(sheet, sheet.bars("intro"), "1---5---", 40, step=0.5)
    notes += closing(sheet, voiced, roll=0.06)
    return Part(NYLON, notes, -21.5, pan=-0.2, spread=0.15, reverb=0.14, looseness=0.007)


def low(sheet: Sheet) -> Part:
    notes = bass(sheet, sheet.bars("a", "b"), ("1--15--5", "1--15--u"), 31, step=0.5)
    notes += bass(sheet, sheet.bars("end"), "1-------", 31, step=0.5)
    return Part(UPRIGHT, notes, -22, reverb=0.04, looseness=0.006)


def percussion(sheet: Sheet) -> Part:
    playing, (odd, even) = sheet.bars("a", "b"), sheet.turn(CLAVES)
    notes = hits(odd, RIM, playing[::2], step=0.5) + hits(even, RIM, playing[1::2], step=0.5)
    notes += hits("xoxoxoxo", HAT, playing, step=0.5)
    notes += hits("x.......", TRIANGLE, sheet.bars("b"), step=0.5)
    notes += hits("xo'oxo'oxo'oxo'o", SHAKER, playing)
    notes += hits("..x...x.", SWISH, sheet.bars("intro", "a", "b"), step=0.5)
    notes += hits(".....o.x", LOW_CONGA, playing[1::2], step=0.5)
    return Part(KIT, notes, -28.5, reverb=0.12)


def heart(sheet: Sheet) -> Part:
    return Part(KIT, hits("x..ox..o", KICK, sheet.bars("a", "b"), step=0.5), -29, reverb=0.04)


def leads(sheet: Sheet) -> list[Part]:
    """The tune, and a second voice in thirds when it comes back."""
    tune = sing(sheet, "a", TUNES, Range(64, 80), step=0.5)
    tune += sing(sheet, "b", TUNES, Range(66, 83), step=0.5, rise=0.4)
    tune.append(landing(sheet, 71, length=3.4, third=True))
    returning = since(tune, sheet.bars("a")[-4])
    second = harmonise([note for note in returning if note.length > 0.4], sheet, -2)
    voice = sheet.turn(LEADS)
    return [
        Part(voice, tune, -21.5, pan=0.15, reverb=0.22, echo=0.08, looseness=0.012),
        Part(voice, second, -28, pan=-0.3, reverb=0.25, looseness=0.014),
    ]


def answers(sheet: Sheet) -> Part:
    voiced = voicings(sheet, 62, 80, size=3)
    notes = comp(sheet, sheet.bars("b"), ("....x-x-", "..x-..x-"), voiced, step=0.5, gate=0.8)
    return Part(sheet.turn(ANSWERING), notes, -27, pan=0.35, reverb=0.18, looseness=0.01)


def strings(sheet: Sheet) -> Part:
    changes = sheet.changes_in("b") + sheet.changes_in("a")[-4:] + sheet.changes_in("end")
    notes = pad(changes, voicings(sheet, 57, 76, size=3))
    return Part(ENSEMBLE, notes, -29, reverb=0.35)
