"""Owns House: four on the floor, chords that lean off the beat, and everything breathing with the kick."""

from __future__ import annotations

from ..accompaniment import arpeggio, bass, comp, pad, voicings
from ..catalogue import Song
from ..instruments.air import Riser
from ..instruments.drums import CLAP, CRASH, HAT, HIGH_CONGA, KICK, LOW_CONGA, OPEN, SHAKER, Kit
from ..instruments.keys import VIBES, Organ, Tines
from ..instruments.strings import MUTED
from ..instruments.synths import Synth
from ..melody import Range, sing
from ..score import Arrangement, Finish, Groove, Note, Room, Sheet, hits

STABS = ("X..x..X...x..X..", "..X..X...X..X...", "X--.x-..X--.x.x.")
BASSES = (
    ("..1...1...1.8.1.", "..1...1...5.8.u."),
    ("1..1..8...1.,.1.", "1..1..8...5.7.8."),
    (".1.1..1..8.1..1.", ".1.1..1..8.5..u."),
)
TUNES = ("x--x--x-..o-....", "..x-x-x---......", "x-..x-..o--x--..", "....x-x-x--o----")

KEYS = (Tines(bark=1.1, tine=0.7), Organ("888000800", click=0.12), Tines(bark=0.8, tine=0.4))
LEADS = (VIBES, Synth("square", 1500, sweep=1.5, closing=0.15, decay=0.25, sustain=0.35), MUTED)
LOW = Synth("saw", 260, sweep=1.6, closing=0.09, resonance=1.2, decay=0.2, sustain=0.6, sub=0.5)
WARM = Synth("saw", 700, sweep=0.3, attack=0.25, release=0.5, unison=4, width=0.9, sustain=0.9)


def compose(song: Song) -> Arrangement:
    sheet = Sheet(song, "intro:2 a:4 b:4 break:2 a:4 end:1")
    piece = Arrangement(
        Groove(song.tempo, swing=0.1, unit=0.25),
        sheet.beats,
        Room(decay=1.8, bright=0.55, echo=0.75, feedback=0.45, damping=3800),
        Finish(drive=0.2),
    )
    dancing = sheet.bars("a", "b")
    drums(piece, sheet, dancing)
    voiced = voicings(sheet, 55, 76, rootless=True)
    piece.add(
        LOW,
        bass(sheet, dancing + sheet.bars("end")[:1], sheet.turn(BASSES), 33),
        -22.5,
        duck=0.6,
        reverb=0.02,
    )
    stab = sheet.turn(STABS)
    keys = comp(sheet, sheet.bars("intro", "a", "b"), stab, voiced)
    keys += pad(sheet.changes_in("end"), voiced)
    piece.add(
        sheet.turn(KEYS), keys, -22, reverb=0.16, echo=0.12, duck=0.35, chorus=0.4, low_cut=150
    )
    piece.add(
        WARM,
        pad(sheet.changes_in("b", "break", "end"), voiced),
        -27,
        duck=0.75,
        reverb=0.3,
        low_cut=220,
    )
    tune = sing(sheet, "b", TUNES, Range(67, 84), step=0.25)
    tune += [
        n
        for n in sing(sheet, "a", TUNES, Range(67, 84), step=0.25)
        if n.start >= sheet.bars("a")[4]
    ]
    piece.add(
        sheet.turn(LEADS), tune, -23.5, pan=0.15, reverb=0.22, echo=0.38, duck=0.25, low_cut=250
    )
    plucks = arpeggio(sheet, sheet.bars("break"), (0, 2, 1, 3, 4, 2, 5, 3), voiced, velocity=0.7)
    piece.add(MUTED, plucks, -25, spread=0.5, reverb=0.3, echo=0.4)
    return piece


def drums(piece: Arrangement, sheet: Sheet, dancing: list[float]) -> None:
    intro, ending = sheet.bars("intro"), sheet.bars("end")
    kit = Kit("house")
    fills = sorted(sheet.last_bars("a", "b"))
    steady = [bar for bar in dancing if bar not in fills]
    kick = hits("X...X...X...X...", KICK, intro + steady)
    kick += hits("X...X...X.X.....", KICK, fills) + hits("X", KICK, ending)
    piece.add(kit, kick, -21.5, reverb=0.02, looseness=0)
    tops = hits("....X.......X...", CLAP, dancing)
    tops += hits("..x...x...x...x.", OPEN, dancing + intro[1:], pan=0.15)
    tops += hits(
        sheet.turn(("x'o'x'o'x'o'x'oo", "xoo'xoo'xoo'xo'o", "o'x'o'x'o'x'o'x'")),
        HAT,
        dancing,
        pan=-0.25,
    )
    tops += hits("X", CRASH, [sheet.start("b"), dancing[8], *ending], pan=-0.2)
    piece.add(kit, tops, -27.5, reverb=0.1)
    hands = hits("..'o..o...'o.o..", HIGH_CONGA, dancing + intro, pan=-0.4)
    hands += hits("......o.......xo", LOW_CONGA, dancing + intro, pan=-0.3)
    hands += hits("xooxxooxxooxxoox", SHAKER, sheet.bars("b", "break", "a"), pan=0.5)
    piece.add(kit, hands, -29, reverb=0.14)
    start = sheet.start("break")
    piece.add(Riser(), [Note(start, 2 * sheet.bar, 60, 0.8)], -30, reverb=0.2)
