"""Owns Folk: fingers on steel strings, a foot on the floor, a tune for fiddle or whistle."""

from __future__ import annotations

from playlist_app.library.demo.accompaniment import arpeggio, bass, closing, comp, pad, voicings
from playlist_app.library.demo.catalogue import Song
from playlist_app.library.demo.instruments.drums import LOW_CONGA, SHAKER, STOMP, TAMBOURINE, Kit
from playlist_app.library.demo.instruments.strings import STEEL, TWELVE, UPRIGHT
from playlist_app.library.demo.instruments.winds import ACCORDION, CELLO, FIDDLE, WHISTLE
from playlist_app.library.demo.melody import Range, grace, harmonise, since, sing
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

KIT = Kit("acoustic")
REELS = ("x-xxx-x-", "x-x-xxx-", "xxx-x-x-", "x--xx---", "x-xxx---")
AIRS = ("x---x-x-", "x--xx---", "..x-x-x-", "x-x-x---")
WALTZES = ("x---x-", "x-x-x-", "x--xx-", "x-----")
FINGERS = (
    (2, 0, 3, 1, 2, 0, 1, 3),
    (None, 3, 1, 2, None, 3, 2, 1),
    (0, 2, 1, 3, 2, 1, 3, 2),
)
STRUMS = ("X-x-xoxo", "X.xox.xo", "X--x.xxo")
LEADS: Voices = (FIDDLE, ACCORDION, WHISTLE)
SECONDS: Voices = (WHISTLE, FIDDLE, FIDDLE)
GUITARS: Voices = (STEEL, TWELVE, STEEL)


def compose(song: Song) -> Arrangement:
    waltz = song.beats == 3
    sheet = Sheet(song, "intro:4 a:8 b:8 a:4 end:1" if waltz else "intro:2 a:4 b:4 a:4 end:1")
    slowing = sheet.start("end") - 1
    players = (oom_pah_pah,) if waltz else (picking, strumming, low, feet)
    return Arrangement(
        Groove(song.tempo, swing=0.06, unit=0.5, slowing_from=slowing, slowing=0.05),
        sheet.beats,
        Room(decay=1.4, bright=0.5, echo=0.5, feedback=0.2),
        Finish(high_cut=12_500, drive=0.08),
        seated(sheet, *players, tune, cello, last_chord),
    )


def joined(sheet: Sheet) -> list[float]:
    """The bars from the second strain on, when everybody plays."""
    return [bar for bar in sheet.bars("a", "b") if bar >= sheet.start("b")]


def picking(sheet: Sheet) -> Part:
    """Travis picking: the thumb keeps the beat on low strings, fingers answer between."""
    bars, voiced = sheet.bars("intro", "a", "b"), voicings(sheet, 50, 69, size=4)
    order = sheet.turn(FINGERS)
    notes = arpeggio(sheet, bars, order, voiced, step=0.5, gate=1.9, velocity=0.75)
    notes += bass(sheet, bars, "1-5-1-5-", 40, step=0.5, velocity=0.8)
    voice = sheet.turn(GUITARS)
    return Part(voice, notes, -22, pan=-0.18, spread=0.2, looseness=0.006)


def strumming(sheet: Sheet) -> Part:
    voiced, rhythm = voicings(sheet, 52, 74, size=4), sheet.turn(STRUMS)
    notes = comp(sheet, joined(sheet), rhythm, voiced, step=0.5, gate=1.0, strum=0.018)
    return Part(TWELVE, notes, -26, pan=0.3, looseness=0.006)


def low(sheet: Sheet) -> Part:
    notes = bass(sheet, joined(sheet), ("1---5---", "1---5-u-"), 31, step=0.5)
    return Part(UPRIGHT, notes, -23, reverb=0.05)


def feet(sheet: Sheet) -> Part:
    bars = joined(sheet)
    notes = hits("X.......X.......", STOMP, bars) + hits("....x.......x...", TAMBOURINE, bars)
    notes += hits("o.'oo.'oo.'oo.'o", SHAKER, bars)
    if "dorian" in sheet.song.key:  # the old modal tunes get a frame drum
        notes += hits("X..ox.o.X..ox.oo", LOW_CONGA, sheet.bars("a", "b"))
    return Part(KIT, notes, -26, reverb=0.14, looseness=0.008)


def oom_pah_pah(sheet: Sheet) -> list[Part]:
    bars, voiced = sheet.bars("intro", "a", "b"), voicings(sheet, 52, 71, size=3)
    chords = comp(sheet, bars, "..x.o.", voiced, step=0.5, gate=0.9, strum=0.015)
    roots = bass(sheet, bars, ("1---..", "1---..", "1---..", "1-3-5-"), 36, step=0.5)
    order = (0, 1, 2, 3, 2, 1)
    picked = arpeggio(sheet, joined(sheet), order, voiced, step=0.5, gate=1.6, velocity=0.6)
    beat = hits("X.....", STOMP, joined(sheet), step=0.5)
    beat += hits("..x.o.", TAMBOURINE, joined(sheet), step=0.5)
    return [
        Part(STEEL, chords, -24, pan=-0.25, looseness=0.007),
        Part(UPRIGHT, roots, -22.5, reverb=0.05),
        Part(TWELVE, picked, -27, pan=0.35, reverb=0.15),
        Part(KIT, beat, -29, reverb=0.14, looseness=0.008),
    ]


def tune(sheet: Sheet) -> list[Part]:
    """The tune with its graces, and a second player who joins in thirds."""
    cells = WALTZES if sheet.bar == 3 else sheet.turn((REELS, REELS, AIRS))
    voice = sheet.turn(LEADS)
    lift = 5 if voice is WHISTLE else 0
    first = sing(sheet, "a", cells, Range(62 + lift, 79 + lift), step=0.5)
    second = sing(sheet, "b", cells, Range(64 + lift, 81 + lift), step=0.5, rise=0.4)
    under = harmonise(second + since(first, sheet.start("b")), sheet, -2)
    other = sheet.turn(SECONDS)
    ornamented = grace(first + second, sheet, 0.22)
    return [
        Part(voice, ornamented, -21.5, pan=0.12, reverb=0.2, looseness=0.01),
        Part(other, under, -27, pan=-0.3, reverb=0.25, looseness=0.014),
    ]


def cello(sheet: Sheet) -> Part:
    notes = pad(sheet.changes_in("b", "end"), voicings(sheet, 43, 60, size=2))
    return Part(CELLO, notes, -28, pan=-0.1, reverb=0.3)


def last_chord(sheet: Sheet) -> Part:
    return Part(STEEL, closing(sheet, voicings(sheet, 43, 67, size=4)), -24, reverb=0.15)
