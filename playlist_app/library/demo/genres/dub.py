"""Owns Dub: a bass that sings, a drum that drops on three, and a hand on the echo's send."""

from __future__ import annotations

from playlist_app.library.demo.accompaniment import comp, pad, voicings
from playlist_app.library.demo.catalogue import Song
from playlist_app.library.demo.instruments.drums import (
    CRASH,
    HAT,
    KICK,
    OPEN,
    RIM,
    SHAKER,
    SNARE,
    Kit,
)
from playlist_app.library.demo.instruments.keys import Organ, Piano
from playlist_app.library.demo.instruments.strings import MUTED
from playlist_app.library.demo.instruments.synths import Sub
from playlist_app.library.demo.instruments.winds import MELODICA, TRUMPET
from playlist_app.library.demo.melody import Range, sing
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
from playlist_app.library.demo.theory import at_least

KIT = Kit("dub")
DEEP = Sub(warmth=0.5, decay=0.9, sustain=0.7)
BUBBLE = Organ("808800000", click=0.15)
DRAWN = Organ("806000000")

# Bass riddims of two bars: where ("1-" in sixteenths), and how far above the root, in semitones.
RIDDIMS = (
    (("x--.x-.xx--.x-x-", (0, 0, 3, 7, 5, 3)), ("x--.x-.xx---....", (0, 0, -2, 0))),
    (("x-.x-.x-..x---..", (0, 0, 7, 5)), ("x-.x-.x-x-x---..", (0, 0, 3, 5, 7))),
)
DROPS = ("........X.......", "X.......X.......")
TUNES = ("x--x--o---......", "..x-x---o---....", "x-----o-x-......", "......x-x--o----")
SKANKING: Voices = (MUTED, Piano(soft=0.2))
LEADS: Voices = (MELODICA, TRUMPET)


def compose(song: Song) -> Arrangement:
    sheet = Sheet(song, "intro:1 a:4 b:2 a:2 end:1")
    return Arrangement(
        Groove(song.tempo, swing=0.16, unit=0.25),
        sheet.beats,
        Room(decay=2.0, bright=0.3, echo=0.75, feedback=0.62, damping=2000),
        Finish(high_cut=10_500, wow=0.25, drive=0.3),
        seated(sheet, drop, beat, fills, riddim, skank, bubble, throws, lead, drawn),
    )


def drop(sheet: Sheet) -> Part:
    notes = hits(sheet.turn(DROPS), KICK, sheet.bars("a", "b"))
    return Part(KIT, notes + hits("X", KICK, sheet.bars("end")), -22.5, reverb=0.04)


def beat(sheet: Sheet) -> Part:
    playing = sheet.bars("a", "b")
    notes = hits("........X.......", RIM, playing) + hits("x.o.x.ooX.o.x.o.", HAT, playing)
    notes += hits("..............x-", OPEN, playing[1::2])
    notes += hits("o'o'o'o'o'o'o'o'", SHAKER, sheet.bars("b"))
    notes += hits("..........'..o..", RIM, playing[1::2])
    return Part(KIT, notes, -25.5, reverb=0.16, echo=0.06, looseness=0.006)


def fills(sheet: Sheet) -> Part:
    """Snares with the echo wide open."""
    ending = sheet.bars("end")
    bars = sheet.bars("intro") + sorted(sheet.last_bars("a", "b"))
    notes = hits("............X.xx", SNARE, bars) + hits("X", SNARE, ending)
    notes += hits("X", CRASH, [sheet.start("a"), *ending])
    return Part(KIT, notes, -27, reverb=0.4, echo=0.9)


def riddim(sheet: Sheet) -> Part:
    """The song's bass line, over whatever chord is under it."""
    line = sheet.turn(RIDDIMS)
    notes = []
    for i, bar in enumerate(sheet.bars("a", "b")):
        rhythm, heights = line[i % 2]
        for note, above in zip(hits(rhythm, 0, [bar]), heights, strict=True):
            chord = sheet.chord_at(note.start + 0.01)
            major = above == 3 and 4 in chord.intervals
            pitch = at_least(chord.root, 33) + above + major
            loud = 0.9 if note.start % 2 == 0 else 0.78
            notes.append(Note(note.start, note.length * 0.92, pitch, loud))
    home = at_least(sheet.chord_at(sheet.beats).root, 33)
    notes.append(Note(sheet.start("end"), 2.5, home, 0.9))
    return Part(DEEP, notes, -20, reverb=0.02, looseness=0.006)


def skank(sheet: Sheet) -> Part:
    bars = [bar for bar in sheet.bars("a", "b") if bar not in sheet.last_bars("b")]
    voiced = voicings(sheet, 57, 74, size=3)
    notes = comp(sheet, bars, "..X...X...X...X.", voiced, gate=0.55, strum=0.02)
    voice = sheet.turn(SKANKING)
    return Part(voice, notes, -24.5, pan=-0.35, echo=0.1)


def bubble(sheet: Sheet) -> Part:
    bars = sheet.bars("a")[2:] + sheet.bars("b")
    notes = comp(sheet, bars, "..xo..xo..xo..xo", voicings(sheet, 60, 76, size=3), gate=0.6)
    return Part(BUBBLE, notes, -28, pan=0.4, high_cut=4000)


def throws(sheet: Sheet) -> Part:
    """Single chops thrown into the echo, and left to run."""
    voiced = voicings(sheet, 57, 74, size=3)
    notes = comp(sheet, sheet.bars("intro", "b", "end"), "..X.............", voiced, gate=0.8)
    notes += comp(sheet, sheet.bars("a")[3:4], "......X.........", voiced, gate=0.8)
    return Part(MUTED, notes, -26, reverb=0.3, echo=1.1)


def lead(sheet: Sheet) -> Part:
    five = sheet.key.pentatonic
    notes = sing(sheet, "a", TUNES, Range(65, 81), step=0.25, only=five)
    notes += sing(sheet, "b", TUNES, Range(67, 82), step=0.25, only=five)
    voice = sheet.turn(LEADS)
    return Part(voice, notes, -22.5, pan=0.12, reverb=0.2, echo=0.5, looseness=0.01, high_cut=6000)


def drawn(sheet: Sheet) -> Part:
    notes = pad(sheet.changes_in("intro", "b", "end"), voicings(sheet, 55, 69, size=3))
    return Part(DRAWN, notes, -31, tremolo=(6.1, 0.3), reverb=0.35)
