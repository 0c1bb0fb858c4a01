"""Owns Techno: a kick, a rumble under it, and one line that slowly opens."""

from __future__ import annotations

from ..accompaniment import comp, pad, voicings
from ..catalogue import Song
from ..instruments.air import Riser
from ..instruments.drums import CLAP, HAT, KICK, OPEN, RIDE, RIM, SHAKER, Kit
from ..instruments.keys import GLOCKEN
from ..instruments.synths import Sub, Synth
from ..score import Arrangement, Finish, Groove, Note, Room, Sheet, hits
from ..theory import at_least

ACID = Synth(
    "saw", 330, sweep=2.2, closing=0.11, resonance=4.5, decay=0.16, sustain=0.25, release=0.04,
    drive=0.5, tracking=0.2,
)  # fmt: skip
HOLLOW = Synth(
    "square", 420, sweep=2.0, closing=0.14, resonance=2.5, decay=0.2, sustain=0.1, release=0.06,
)  # fmt: skip
STAB = Synth(
    "saw", 900, sweep=1.4, closing=0.12, resonance=1.4, decay=0.14, sustain=0.05, release=0.12,
    unison=3, detune=11, width=0.7,
)  # fmt: skip
HAZE = Synth(
    "saw", 520, sweep=0.0, attack=1.2, release=1.6, unison=5, width=1.0, wobble=(0.11, 0.8)
)
STAB_RHYTHMS = ("...X.....x......", "......X..X......")


def compose(song: Song) -> Arrangement:
    sheet = Sheet(song, "intro:2 a:6 break:2 b:6 end:1")
    piece = Arrangement(
        Groove(song.tempo, swing=0.04, unit=0.25),
        sheet.beats,
        Room(decay=2.4, bright=0.35, echo=0.75, feedback=0.6, damping=2600),
        Finish(drive=0.3),
    )
    drums(piece, sheet)
    running = sheet.bars("a", "b")
    rumble = [
        Note(
            bar + i * 0.25, 0.22, at_least(sheet.chord_at(bar).root, 28), 0.9 if i % 4 == 2 else 0.7
        )
        for bar in running
        for i in range(16)
        if i % 4
    ]
    piece.add(
        Sub(warmth=0.45, decay=0.2, sustain=0.5), rumble, -25, duck=0.85, reverb=0.03, looseness=0
    )
    line = sequence(sheet, sheet.bars("a", "break", "b"))
    piece.add(
        sheet.turn((HOLLOW, ACID)),
        line,
        -22.5,
        pan=-0.1,
        reverb=0.08,
        echo=0.2,
        duck=0.2,
        low_cut=90,
    )
    voiced = voicings(sheet, 57, 76, rootless=True)
    stabs = comp(sheet, running[2:], sheet.turn(STAB_RHYTHMS), voiced, gate=1.0)
    piece.add(STAB, stabs, -25, reverb=0.25, echo=0.6, duck=0.3, low_cut=200)
    piece.add(
        HAZE,
        pad(sheet.changes_in("intro", "break", "b", "end"), voiced),
        -28,
        reverb=0.4,
        duck=0.6,
        low_cut=200,
    )
    bells = polymeter(sheet, sheet.bars("break", "b"))
    piece.add(GLOCKEN, bells, -27, pan=0.3, reverb=0.35, echo=0.5, high_cut=7000)
    return piece


def drums(piece: Arrangement, sheet: Sheet) -> None:
    kit = Kit("techno")
    running, ending = sheet.bars("a", "b"), sheet.bars("end")
    kick = hits("X...X...X...X...", KICK, sheet.bars("intro") + running) + hits("X", KICK, ending)
    piece.add(kit, kick, -21, reverb=0.02, looseness=0, drive=0.1)
    tops = hits("..X...X...X...X.", OPEN, running, pan=0.1)
    tops += hits(
        sheet.turn(("x'ooX'oox'ooX'oo", "oo'xoo'xoo'xooxx")),
        HAT,
        sheet.bars("intro")[1:] + running,
        pan=-0.2,
    )
    tops += hits("x.x.x.x.x.x.x.x.", RIDE, sheet.bars("b"))
    tops += hits("....X.......X...", CLAP, sheet.bars("b") + running[4:6])
    piece.add(kit, tops, -28.5, reverb=0.1, looseness=0.002)
    clicks = hits(sheet.turn(("..x..x....x..x..", "x..x...x..x....x")), RIM, running[2:], pan=-0.4)
    clicks += hits("'''o'''o'''o'''o", SHAKER, sheet.bars("b", "break"), pan=0.45)
    piece.add(kit, clicks, -30, reverb=0.2, echo=0.35)
    piece.add(Riser(), [Note(sheet.start("break"), 2 * sheet.bar, 61, 0.8)], -29, reverb=0.2)


def sequence(sheet: Sheet, bars: list[float]) -> list[Note]:
    """One sixteenth-note line of a bar, the same every bar, its filter opening over the piece."""
    rng = sheet.rng
    degrees = rng.choice([0, 0, 0, 12, 7, 10, 3, -2, 15], 16)
    sounding = rng.random(16) < 0.72
    sounding[0] = True
    accents = rng.random(16) < 0.3
    slides = rng.random(16) < 0.18
    notes = []
    for n, bar in enumerate(bars):
        root = at_least(sheet.chord_at(bar).root, 40)
        opening = round((-1.2 + 2.6 * n / max(1, len(bars) - 1)) * 4) / 4
        for i in range(16):
            if not sounding[i]:
                continue
            length = 0.36 if slides[i] else 0.18
            loud = 0.95 if accents[i] else 0.7
            notes.append(Note(bar + i * 0.25, length, root + int(degrees[i]), loud, opening))
    return notes


def polymeter(sheet: Sheet, bars: list[float]) -> list[Note]:
    """Five notes against the four of the beat, a dotted eighth apart: it never falls the same way."""
    classes = sorted(sheet.key.classes)
    figure = [at_least(classes[int(i)], 74) for i in sheet.rng.permutation(len(classes))[:5]]
    beat, notes, i = bars[0], [], 0
    while beat < bars[-1] + sheet.bar:
        notes.append(Note(beat, 0.7, figure[i % 5], 0.8 if i % 5 == 0 else 0.6))
        beat, i = beat + 0.75, i + 1
    return notes
