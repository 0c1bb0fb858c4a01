"""Owns Synthwave: gated snares, an engine of sixteenths, and a lead over a sunset of pads."""

from __future__ import annotations

from playlist_app.library.demo.accompaniment import arpeggio, bass, comp, pad, voicings
from playlist_app.library.demo.catalogue import Song
from playlist_app.library.demo.instruments.drums import (
    CLAP,
    CRASH,
    HAT,
    HIGH_TOM,
    KICK,
    LOW_TOM,
    MID_TOM,
    OPEN,
    SNARE,
    TAMBOURINE,
    Kit,
)
from playlist_app.library.demo.instruments.keys import Tines
from playlist_app.library.demo.instruments.synths import Synth
from playlist_app.library.demo.melody import Range, harmonise, sing
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

KIT = Kit("eighties")
ENGINE = Synth(
    cutoff=420,
    sweep=1.8,
    closing=0.1,
    resonance=1.3,
    decay=0.16,
    sustain=0.5,
    release=0.05,
    unison=2,
    detune=7,
    sub=0.45,
)
SUNSET = Synth(
    cutoff=1100,
    sweep=0.3,
    attack=0.3,
    release=0.7,
    sustain=0.9,
    unison=5,
    detune=14,
    width=1.0,
    wobble=(0.13, 0.5),
)
SPARKLE = Synth("pulse30", 1700, closing=0.08, decay=0.12, sustain=0.2, release=0.08)
BRIGHT = Synth(
    cutoff=2300,
    sweep=0.8,
    attack=0.015,
    decay=0.5,
    sustain=0.75,
    release=0.18,
    unison=3,
    detune=8,
    width=0.4,
    vibrato=(5.4, 0.22, 0.28),
    scoop=0.5,
)
SQUARE = Synth(
    "square",
    1800,
    sweep=0.9,
    closing=0.4,
    attack=0.01,
    decay=0.6,
    release=0.2,
    unison=2,
    detune=6,
    width=0.3,
    vibrato=(5.1, 0.2, 0.25),
    scoop=0.7,
)
BRASS = Synth(
    cutoff=750,
    sweep=1.9,
    closing=0.35,
    attack=0.03,
    decay=0.4,
    sustain=0.6,
    release=0.25,
    unison=4,
    detune=12,
    width=0.8,
)
SECONDS: Voices = (SQUARE, Tines(bark=1.3, tine=0.9), SQUARE)

KICKS = ("X...X...X...X...", "X.......X.x.....", "X.....x.X.....x.")
HATS = ("x.o.x.o.x.o.x.o.", "x.ooxoo.x.ooxoo.", "xoxoxoxoxoxoxoxo")
BASSES = ("1111111111111111", "1.11.11.1.118.5.", "1.8.1.8.1.8.1.8.")
ARPS = ((0, 1, 2, 4, 3, 2, 1, 2), (0, 2, 4, 5, 4, 2, 3, 1), (0, 3, 1, 3, 2, 3, 1, 3))
PUNCHES = ("X--.....x--.....", "......X-......x-", "X-.x-.......x--.")
TUNES = ("x---x-x-x-----..", "x-----x-x---o---", "..x-x-x-x-------", "x---..x-x-o-x---")
LEADS: Voices = (BRIGHT, SQUARE, BRIGHT)


def compose(song: Song) -> Arrangement:
    slow = song.tempo < 100
    sheet = Sheet(song, "intro:2 a:4 b:4 end:1" if slow else "intro:2 a:4 b:4 a:4 end:1")
    return Arrangement(
        Groove(song.tempo),
        sheet.beats,
        Room(decay=2.2, bright=0.6, echo=0.75, feedback=0.42, damping=4200),
        Finish(drive=0.2),
        seated(sheet, kick, snare, tops, toms, engine, sunset, sparkle, leads, brass),
    )


def kick(sheet: Sheet) -> Part:
    notes = hits(sheet.turn(KICKS), KICK, sheet.bars("a", "b"))
    notes += hits("X...X...X...X...", KICK, sheet.bars("intro")[1:])
    return Part(KIT, notes + hits("X", KICK, sheet.bars("end")), -22, reverb=0.03, looseness=0)


def snare(sheet: Sheet) -> Part:
    fills = sheet.last_bars("a", "b")
    steady = [bar for bar in sheet.bars("a", "b") if bar not in fills]
    notes = hits("....X.......X...", SNARE, steady) + hits("....X...", SNARE, fills)
    return Part(KIT, notes, -23.5, reverb=0.3)


def tops(sheet: Sheet) -> Part:
    playing = sheet.bars("a", "b")
    notes = hits(sheet.turn(HATS), HAT, playing) + hits("..............x-", OPEN, playing[::2])
    notes += hits("....x.......x...", CLAP, sheet.bars("b"))
    notes += hits("..x...x...x...x.", TAMBOURINE, sheet.bars("b"))
    notes += hits("X", CRASH, [sheet.start("a"), sheet.start("b"), sheet.start("end")])
    return Part(KIT, notes, -30, reverb=0.1, looseness=0.003)


def toms(sheet: Sheet) -> Part:
    fills = sheet.last_bars("a", "b")
    notes = hits("........Xx......", HIGH_TOM, fills)
    notes += hits("..........Xx....", MID_TOM, fills)
    notes += hits("............XxXx", LOW_TOM, fills)
    return Part(KIT, notes, -23.5, reverb=0.3)


def engine(sheet: Sheet) -> Part:
    notes = bass(sheet, sheet.bars("intro", "a", "b"), sheet.turn(BASSES), 31, gate=0.8)
    notes += bass(sheet, sheet.bars("end"), "1---------------", 31)
    return Part(ENGINE, notes, -21, duck=0.35, reverb=0.02)


def sunset(sheet: Sheet) -> Part:
    notes = pad(sheet.changes, voicings(sheet, 55, 74))
    return Part(SUNSET, notes, -24, reverb=0.3, duck=0.3)


def sparkle(sheet: Sheet) -> Part:
    bars = sheet.bars("intro", "b") + sheet.bars("a")[4:]
    notes = arpeggio(sheet, bars, sheet.turn(ARPS), voicings(sheet, 55, 74))
    return Part(SPARKLE, notes, -26.5, pan=-0.25, reverb=0.2, echo=0.35)


def leads(sheet: Sheet) -> list[Part]:
    tune = sing(sheet, "a", TUNES, Range(64, 81), step=0.25)
    high = sing(sheet, "b", TUNES, Range(67, 84), step=0.25, rise=0.4)
    under = harmonise(high, sheet, -2)
    voice = sheet.turn(LEADS)
    return [
        Part(voice, tune + high, -22, pan=0.08, reverb=0.25, echo=0.32),
        Part(sheet.turn(SECONDS), under, -27, pan=-0.3, reverb=0.3),
    ]


def brass(sheet: Sheet) -> Part:
    notes = comp(sheet, sheet.bars("b"), sheet.turn(PUNCHES), voicings(sheet, 55, 74))
    return Part(BRASS, notes, -26, reverb=0.25)
