"""Owns Classical: an étude of circling figures, a small waltz, a prelude for harp in snow."""

from __future__ import annotations

from playlist_app.library.demo.accompaniment import arpeggio, bass, closing, comp, pad, voicings
from playlist_app.library.demo.catalogue import Song
from playlist_app.library.demo.instruments.keys import GLOCKEN, MARIMBA, Piano
from playlist_app.library.demo.instruments.strings import HARP
from playlist_app.library.demo.instruments.winds import (
    CELLO,
    CHOIR,
    CLARINET,
    ENSEMBLE,
    FIDDLE,
    FLUTE,
)
from playlist_app.library.demo.melody import Range, grace, harmonise, landing, since, sing
from playlist_app.library.demo.score import (
    Arrangement,
    Finish,
    Groove,
    Part,
    Room,
    Sheet,
)

LONG = ("x-------", "x-----x-", "x---x---", "..x-----")
GLIDING = ("x---x-", "x-x-x-", "x-xxx-", "x-----", "x--xx-")
FLAKES = (("x-----x-", "x--xx---", "..x-x---"), ("x---x-x-", "x-----x-", "x-x-x---"))


def compose(song: Song) -> Arrangement:
    return song.turn((etude, waltz, prelude))(song)


def performed(sheet: Sheet, slowing: float, parts: list[Part]) -> Arrangement:
    """In a hall, slowing into the last bars."""
    return Arrangement(
        Groove(sheet.song.tempo, slowing_from=sheet.start("end") - 2, slowing=slowing),
        sheet.beats,
        Room(decay=2.6, bright=0.45, echo=0.5, feedback=0.2),
        Finish(high_cut=12_500, drive=0.04),
        parts,
    )


def etude(song: Song) -> Arrangement:
    """Figures of six circle over figures of four, and meet anew in every bar."""
    sheet = Sheet(song, "intro:2 a:4 b:4 a:4 end:1")
    high, deep = voicings(sheet, 62, 79, size=3), voicings(sheet, 48, 64, size=3)
    bars = sheet.bars("intro", "a", "b")
    joined = [bar for bar in bars if bar >= sheet.start("b")]
    changes = [change for change in sheet.changes if change.start >= sheet.start("b")]
    hands = arpeggio(sheet, bars, (0, 2, 1, 2, 3, 2), high, gate=1.4, accents="Xo'oxo")
    hands += arpeggio(sheet, bars, (0, 1, 2, 1), deep, step=0.5, gate=1.6, accents="Xoxo")
    hands += closing(sheet, high, velocity=0.6) + closing(sheet, deep, velocity=0.6)
    wood = arpeggio(sheet, joined, (0, None, 2, 1, None, 2, 0, 1), high, accents="xo")
    roots = bass(sheet, sheet.bars("a", "b"), "1-----5-", 36, step=0.5)
    roots += bass(sheet, sheet.bars("end"), "1-------", 36, step=0.5)
    tune = sing(sheet, "b", LONG, Range(62, 79), step=0.5)
    tune += sing(sheet, "a", LONG, Range(60, 76), step=0.5)
    return performed(
        sheet,
        0.05,
        [
            Part(Piano(soft=0.35), hands, -21.5, spread=0.5, reverb=0.22),
            Part(MARIMBA, wood, -26, pan=0.35, reverb=0.25),
            Part(CELLO, roots, -24.5, pan=-0.2, reverb=0.25),
            Part(FIDDLE, tune, -23.5, pan=0.15, reverb=0.3),
            Part(ENSEMBLE, pad(changes, deep), -27, reverb=0.35),
        ],
    )


def waltz(song: Song) -> Arrangement:
    """A piano in three, a clarinet that has lost something, and strings that come to help."""
    sheet = Sheet(song, "intro:4 a:8 b:4 a:4 end:2")
    voiced, bars = voicings(sheet, 55, 72, size=3), sheet.bars("intro", "a", "b")
    piano = comp(sheet, bars, "..x.o.", voiced, step=0.5, gate=0.8)
    piano += bass(sheet, bars, ("1---..", "1---..", "1---..", "1-5-.."), 38, step=0.5)
    piano += closing(sheet, voiced, length=5, velocity=0.6)
    tune = sing(sheet, "a", GLIDING, Range(62, 81), step=0.5)
    tune += sing(sheet, "b", GLIDING, Range(64, 82), step=0.5, rise=0.4)
    tune.append(landing(sheet, 76, length=5))
    second = harmonise(since(tune, sheet.start("b")), sheet, 2)
    joined = [bar for bar in sheet.bars() if bar >= sheet.start("b")]
    bells = comp(sheet, sheet.bars("b"), "....x.", voicings(sheet, 76, 92, size=3), step=0.5, top=1)
    strings = pad(sheet.changes_in("b", "end"), voiced)
    return performed(
        sheet,
        0.08,
        [
            Part(Piano(soft=0.45), piano, -22.5, spread=0.4, pan=-0.15, reverb=0.2),
            Part(CLARINET, grace(tune, sheet, 0.15), -21.5, pan=0.15, reverb=0.25, looseness=0.01),
            Part(FIDDLE, second, -25.5, pan=-0.3, reverb=0.3, looseness=0.012),
            Part(CELLO, bass(sheet, joined, "1-----", 38, step=0.5), -25, reverb=0.25),
            Part(ENSEMBLE, strings, -28, reverb=0.35),
            Part(GLOCKEN, bells, -31, pan=0.4, reverb=0.4),
        ],
    )


def prelude(song: Song) -> Arrangement:
    """Waves of harp, a flute far off, and a choir that one notices late."""
    sheet = Sheet(song, "intro:1 a:4 b:4 end:1")
    voiced, bars = voicings(sheet, 56, 75, size=4), sheet.bars("intro", "a", "b")
    wave = (0, 1, 2, 3, 4, 5, 6, 5, 4, 3, 2, 1, 0, 2, 3, 1)
    harp = arpeggio(sheet, bars, wave, voiced, gate=4.0, accents="Xo'oxo'o")
    harp += closing(sheet, voiced, velocity=0.65, roll=0.14)
    harp += bass(sheet, sheet.bars(), "1-------5-------", 37)
    first, second = FLAKES
    tune = sing(sheet, "a", first, Range(68, 85), step=0.5)
    tune += sing(sheet, "b", second, Range(70, 87), step=0.5, rise=0.4)
    flakes = (None, None, 6, None, None, 7, None, 5)
    snow = arpeggio(sheet, sheet.bars("b"), flakes, voiced, step=0.5, velocity=0.6)
    choir = pad(sheet.changes_in("b", "end"), voicings(sheet, 58, 75, size=3))
    roots = bass(sheet, sheet.bars("b", "end"), "1-------", 37, step=0.5)
    return performed(
        sheet,
        0.12,
        [
            Part(HARP, harp, -21, spread=0.6, reverb=0.3, looseness=0.01),
            Part(FLUTE, tune, -22.5, pan=0.12, reverb=0.32, looseness=0.015),
            Part(CHOIR, choir, -27, reverb=0.45),
            Part(GLOCKEN, snow, -30, pan=0.4, reverb=0.45),
            Part(CELLO, roots, -26, pan=-0.2, reverb=0.3),
        ],
    )
