"""Owns Funk: everything on the one, ghosts in between, and horns that answer."""

from __future__ import annotations

from playlist_app.library.demo.accompaniment import bass, comp, pad, voicings
from playlist_app.library.demo.catalogue import Song
from playlist_app.library.demo.instruments.drums import (
    CLAP,
    COWBELL,
    CRASH,
    HAT,
    HIGH_CONGA,
    KICK,
    LOW_CONGA,
    OPEN,
    SNARE,
    TAMBOURINE,
    Kit,
)
from playlist_app.library.demo.instruments.keys import Organ, Tines
from playlist_app.library.demo.instruments.strings import CLAVINET, FINGERED, MUTED, SLAPPED
from playlist_app.library.demo.instruments.synths import Synth
from playlist_app.library.demo.instruments.winds import TRUMPET
from playlist_app.library.demo.melody import Range, since, sing
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
from playlist_app.library.demo.theory import SCALES, Key

KIT = Kit("acoustic")
HORNS = Synth(
    cutoff=800,
    sweep=2.0,
    closing=0.2,
    attack=0.02,
    sustain=0.6,
    release=0.07,
    unison=3,
    detune=10,
    width=0.5,
    scoop=0.6,
)
TALKING = Synth(
    cutoff=500,
    sweep=2.4,
    closing=0.18,
    resonance=3.5,
    sustain=0.5,
    release=0.06,
    vibrato=(5.6, 0.15, 0.25),
    scoop=0.5,
)
BASS_GUITARS: Voices = (FINGERED, SLAPPED, FINGERED)
CHOPPING: Voices = (CLAVINET, MUTED, CLAVINET)
HOLDING: Voices = (Tines(bark=1.2), Organ("888600000"), Tines(bark=1.4, tine=0.8))

BASSES = (
    ("1..1.8.,..7.8.,.", "1..1.8.,..3.5.u."),
    ("1-.,1...8.,.7.5.", "1-.,1...5.7.8.u."),
    ("1...,.1.8..8.,7.", "1...,.1.5..7.,u."),
)
KICKS = (
    ("X.o...x..xo.....", "X.....x..xx..x.."),
    ("X..x..x...x.....", "X..x......x..x.."),
    ("X.x....x..x..o..", "X.x....x..X....."),
)
SNARES = ("....X..'.'..X..'", "....X.'..'..X'..", "....X..'.'.'X...")
HATS = ("xox'xox'xox'xo..", "x.xox.xox.xox.xo", "xoooxoooxoooxo..")
BELLS = ("x...x...x...x...", "x..x..x...x.x...", "x.x.x...x.x.x...")
CHOPS = ("x.ox..x.xo.x.xo.", "..xo..x...xo.x..", "xoxx.oxo.xox.oxo")
ANSWERS = (
    ("..........X.x--.", "................"),
    ("......X-..x-....", "............X.X."),
    ("X-..............", "........x.x.X--."),
)
TUNES = ("x.x-..x.x-o-....", "..x.x.x-x---....", "x--x.x--..o-x-..", "....x.x.x-x-o---")
LEADS: Voices = (TALKING, TRUMPET, TALKING)


def compose(song: Song) -> Arrangement:
    sheet = Sheet(song, f"intro:2 a:4 b:4 a:{4 if song.tempo > 100 else 2} end:1")
    return Arrangement(
        Groove(song.tempo, swing=0.1, unit=0.25),
        sheet.beats,
        Room(decay=1.0, bright=0.5, echo=0.75, feedback=0.25),
        Finish(drive=0.2),
        seated(sheet, kick, snare, tops, hands, low, chops, held, horns, lead),
    )


def kick(sheet: Sheet) -> Part:
    bars, (odd, even) = sheet.bars("intro", "a", "b"), sheet.turn(KICKS)
    notes = hits(odd, KICK, bars[::2]) + hits(even, KICK, bars[1::2])
    notes += hits("X", KICK, sheet.bars("end"))
    return Part(KIT, notes, -22.5, reverb=0.04, looseness=0.003)


def snare(sheet: Sheet) -> Part:
    fills = sheet.last_bars("a", "b")
    steady = [bar for bar in sheet.bars("intro", "a", "b") if bar not in fills]
    notes = hits(sheet.turn(SNARES), SNARE, steady) + hits("....X..'..xxX.xX", SNARE, fills)
    notes += hits("X", SNARE, sheet.bars("end"))
    return Part(KIT, notes, -24.5, looseness=0.004)


def tops(sheet: Sheet) -> Part:
    bars = sheet.bars("intro", "a", "b")
    notes = hits(sheet.turn(HATS), HAT, bars) + hits("..............x-", OPEN, bars[::2])
    notes += hits("X", CRASH, [sheet.start("a"), sheet.start("b"), sheet.start("end")])
    notes += hits("....x.......x...", CLAP, sheet.bars("b"))
    notes += hits("..x...x...x...x.", TAMBOURINE, sheet.bars("b"))
    return Part(KIT, notes, -30.5, reverb=0.08, looseness=0.004)


def hands(sheet: Sheet) -> Part:
    bars = sheet.bars("intro", "a", "b")
    notes = hits("..o'..x...o'..xx", HIGH_CONGA, bars)
    notes += hits("......o......o..", LOW_CONGA, bars)
    notes += hits(sheet.turn(BELLS), COWBELL, sheet.bars("b"))
    return Part(KIT, notes, -30, looseness=0.006)


def low(sheet: Sheet) -> Part:
    notes = bass(sheet, sheet.bars("intro", "a", "b"), sheet.turn(BASSES), 28, gate=0.8)
    notes += bass(sheet, sheet.bars("end"), "1---------------", 28)
    voice = sheet.turn(BASS_GUITARS)
    return Part(voice, notes, -20.5, reverb=0.03, looseness=0.003)


def chops(sheet: Sheet) -> Part:
    voiced = voicings(sheet, 57, 75, rootless=True, size=3)
    bars = sheet.bars("intro", "a", "b")
    notes = comp(sheet, bars, sheet.turn(CHOPS), voiced, gate=0.6, strum=0.008)
    return Part(sheet.turn(CHOPPING), notes, -25.5, pan=-0.4, reverb=0.08)


def held(sheet: Sheet) -> Part:
    voiced = voicings(sheet, 55, 72, rootless=True)
    notes = comp(sheet, sheet.bars("a", "b"), ("X-----......x---", "X---......x-x---"), voiced)
    notes += pad(sheet.changes_in("end"), voiced)
    return Part(sheet.turn(HOLDING), notes, -25, pan=0.3, tremolo=(5.6, 0.18))


def horns(sheet: Sheet) -> Part:
    voiced = voicings(sheet, 62, 79, size=3)
    notes = comp(sheet, sheet.bars("a", "b")[2:], sheet.turn(ANSWERS), voiced, gate=0.8)
    notes += comp(sheet, sheet.bars("end"), "X-..............", voiced)
    return Part(HORNS, notes, -24, reverb=0.16)


def lead(sheet: Sheet) -> Part:
    blue = "dorian" in sheet.song.key
    scale = Key(sheet.key.tonic, SCALES["blues"]) if blue else sheet.key.pentatonic
    notes = sing(sheet, "b", TUNES, Range(64, 82), step=0.25, only=scale, rise=0.35)
    again = sing(sheet, "a", TUNES, Range(62, 79), step=0.25, only=scale)
    notes += since(again, sheet.start("b"))
    voice = sheet.turn(LEADS)
    return Part(voice, notes, -22.5, pan=0.12, reverb=0.15, echo=0.16)
