"""Owns House: four on the floor, chords off the beat, all of it breathing with the kick."""

from __future__ import annotations

from playlist_app.library.demo.accompaniment import arpeggio, bass, comp, pad, voicings
from playlist_app.library.demo.catalogue import Song
from playlist_app.library.demo.instruments.air import Riser
from playlist_app.library.demo.instruments.drums import (
    CLAP,
    CRASH,
    HAT,
    HIGH_CONGA,
    KICK,
    LOW_CONGA,
    OPEN,
    SHAKER,
    Kit,
)
from playlist_app.library.demo.instruments.keys import VIBES, Organ, Tines
from playlist_app.library.demo.instruments.strings import MUTED
from playlist_app.library.demo.instruments.synths import Synth
from playlist_app.library.demo.melody import Range, since, sing
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

KIT = Kit("house")
KEYS: Voices = (
    Tines(bark=1.1, tine=0.7),
    Organ("888000800", click=0.12),
    Tines(bark=0.8, tine=0.4),
)
SQUARE = Synth("square", 1500, sweep=1.5, closing=0.15, decay=0.25, sustain=0.35)
LEADS: Voices = (VIBES, SQUARE, MUTED)
LOW = Synth(cutoff=260, sweep=1.6, closing=0.09, resonance=1.2, decay=0.2, sustain=0.6, sub=0.5)
WARM = Synth(cutoff=700, sweep=0.3, attack=0.25, release=0.5, unison=4, width=0.9, sustain=0.9)

STABS = ("X..x..X...x..X..", "..X..X...X..X...", "X--.x-..X--.x.x.")
BASSES = (
    ("..1...1...1.8.1.", "..1...1...5.8.u."),
    ("1..1..8...1.,.1.", "1..1..8...5.7.8."),
    (".1.1..1..8.1..1.", ".1.1..1..8.5..u."),
)
HATS = ("x'o'x'o'x'o'x'oo", "xoo'xoo'xoo'xo'o", "o'x'o'x'o'x'o'x'")
TUNES = ("x--x--x-..o-....", "..x-x-x---......", "x-..x-..o--x--..", "....x-x-x--o----")


def compose(song: Song) -> Arrangement:
    sheet = Sheet(song, "intro:2 a:4 b:4 break:2 a:4 end:1")
    return Arrangement(
        Groove(song.tempo, swing=0.1, unit=0.25),
        sheet.beats,
        Room(decay=1.8, bright=0.55, echo=0.75, feedback=0.45, damping=3800),
        Finish(drive=0.2),
        seated(sheet, kick, tops, hands, riser, low, keys, warmth, lead, plucks),
    )


def kick(sheet: Sheet) -> Part:
    fills = sorted(sheet.last_bars("a", "b"))
    steady = [bar for bar in sheet.bars("intro", "a", "b") if bar not in fills]
    notes = hits("X...X...X...X...", KICK, steady) + hits("X...X...X.X.....", KICK, fills)
    return Part(KIT, notes + hits("X", KICK, sheet.bars("end")), -21.5, reverb=0.02, looseness=0)


def tops(sheet: Sheet) -> Part:
    dancing = sheet.bars("a", "b")
    again = sheet.bars("a")[4]
    notes = hits("....X.......X...", CLAP, dancing)
    notes += hits("..x...x...x...x.", OPEN, sheet.bars("intro")[1:] + dancing)
    notes += hits(sheet.turn(HATS), HAT, dancing)
    notes += hits("X", CRASH, [sheet.start("b"), again, sheet.start("end")])
    return Part(KIT, notes, -27.5, reverb=0.1)


def hands(sheet: Sheet) -> Part:
    playing = sheet.bars("intro", "a", "b")
    notes = hits("..'o..o...'o.o..", HIGH_CONGA, playing)
    notes += hits("......o.......xo", LOW_CONGA, playing)
    notes += hits("xooxxooxxooxxoox", SHAKER, sheet.bars("b", "break", "a"))
    return Part(KIT, notes, -29, reverb=0.14)


def riser(sheet: Sheet) -> Part:
    return Part(Riser(), [Note(sheet.start("break"), 2 * sheet.bar, 60, 0.8)], -30, reverb=0.2)


def low(sheet: Sheet) -> Part:
    notes = bass(sheet, sheet.bars("a", "b", "end"), sheet.turn(BASSES), 33)
    return Part(LOW, notes, -22.5, duck=0.6, reverb=0.02)


def keys(sheet: Sheet) -> Part:
    voiced = voicings(sheet, 55, 76, rootless=True)
    notes = comp(sheet, sheet.bars("intro", "a", "b"), sheet.turn(STABS), voiced)
    notes += pad(sheet.changes_in("end"), voiced)
    voice = sheet.turn(KEYS)
    return Part(voice, notes, -22, reverb=0.16, echo=0.12, duck=0.35, chorus=0.4)


def warmth(sheet: Sheet) -> Part:
    voiced = voicings(sheet, 55, 76, rootless=True)
    notes = pad(sheet.changes_in("b", "break", "end"), voiced)
    return Part(WARM, notes, -27, duck=0.75, reverb=0.3)


def lead(sheet: Sheet) -> Part:
    range_ = Range(67, 84)
    notes = sing(sheet, "b", TUNES, range_, step=0.25)
    notes += since(sing(sheet, "a", TUNES, range_, step=0.25), sheet.start("break"))
    voice = sheet.turn(LEADS)
    return Part(voice, notes, -23.5, pan=0.15, reverb=0.22, echo=0.38, duck=0.25)


def plucks(sheet: Sheet) -> Part:
    voiced = voicings(sheet, 55, 76, rootless=True)
    order = (0, 2, 1, 3, 4, 2, 5, 3)
    notes = arpeggio(sheet, sheet.bars("break"), order, voiced, velocity=0.7)
    return Part(MUTED, notes, -25, spread=0.5, reverb=0.3, echo=0.4)
