"""Owns Techno: a kick, a rumble under it, and one line that slowly opens."""

from __future__ import annotations

from playlist_app.library.demo.accompaniment import comp, pad, voicings
from playlist_app.library.demo.catalogue import Song
from playlist_app.library.demo.instruments.air import Riser
from playlist_app.library.demo.instruments.drums import (
    CLAP,
    HAT,
    KICK,
    OPEN,
    RIDE,
    RIM,
    SHAKER,
    Kit,
)
from playlist_app.library.demo.instruments.keys import GLOCKEN
from playlist_app.library.demo.instruments.synths import Sub, Synth
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

KIT = Kit("techno")
ACID = Synth(
    cutoff=330,
    sweep=2.2,
    closing=0.11,
    resonance=4.5,
    decay=0.16,
    sustain=0.25,
    release=0.04,
    drive=0.5,
    tracking=0.2,
)
HOLLOW = Synth(
    "square", 420, sweep=2.0, closing=0.14, resonance=2.5, decay=0.2, sustain=0.1, release=0.06
)
STAB = Synth(
    cutoff=900,
    sweep=1.4,
    closing=0.12,
    resonance=1.4,
    decay=0.14,
    sustain=0.05,
    release=0.12,
    unison=3,
    detune=11,
    width=0.7,
)
HAZE = Synth(
    cutoff=520, sweep=0.0, attack=1.2, release=1.6, unison=5, width=1.0, wobble=(0.11, 0.8)
)
RUMBLE = Sub(warmth=0.45, decay=0.2, sustain=0.5)

HATS = ("x'ooX'oox'ooX'oo", "oo'xoo'xoo'xooxx")
CLICKS = ("..x..x....x..x..", "x..x...x..x....x")
STABS = ("...X.....x......", "......X..X......")
LINES: Voices = (HOLLOW, ACID)


def compose(song: Song) -> Arrangement:
    sheet = Sheet(song, "intro:2 a:6 break:2 b:6 end:1")
    return Arrangement(
        Groove(song.tempo, swing=0.04, unit=0.25),
        sheet.beats,
        Room(decay=2.4, bright=0.35, echo=0.75, feedback=0.6, damping=2600),
        Finish(drive=0.3),
        seated(sheet, kick, tops, clicks, riser, rumble, sequence, stabs, haze, bells),
    )


def kick(sheet: Sheet) -> Part:
    notes = hits("X...X...X...X...", KICK, sheet.bars("intro", "a", "b"))
    notes += hits("X", KICK, sheet.bars("end"))
    return Part(KIT, notes, -21, reverb=0.02, looseness=0, drive=0.1)


def tops(sheet: Sheet) -> Part:
    running = sheet.bars("a", "b")
    notes = hits("..X...X...X...X.", OPEN, running)
    notes += hits(sheet.turn(HATS), HAT, sheet.bars("intro")[1:] + running)
    notes += hits("x.x.x.x.x.x.x.x.", RIDE, sheet.bars("b"))
    notes += hits("....X.......X...", CLAP, sheet.bars("a")[4:] + sheet.bars("b"))
    return Part(KIT, notes, -28.5, reverb=0.1, looseness=0.002)


def clicks(sheet: Sheet) -> Part:
    notes = hits(sheet.turn(CLICKS), RIM, sheet.bars("a", "b")[2:])
    notes += hits("'''o'''o'''o'''o", SHAKER, sheet.bars("b", "break"))
    return Part(KIT, notes, -30, reverb=0.2, echo=0.35)


def riser(sheet: Sheet) -> Part:
    return Part(Riser(), [Note(sheet.start("break"), 2 * sheet.bar, 61, 0.8)], -29, reverb=0.2)


def rumble(sheet: Sheet) -> Part:
    """The three sixteenths after each kick, low and ducked."""
    notes = [
        Note(bar + i * 0.25, 0.22, at_least(sheet.chord_at(bar).root, 28), loud)
        for bar in sheet.bars("a", "b")
        for i, loud in enumerate((0, 0.7, 0.9, 0.7) * 4)
        if loud
    ]
    return Part(RUMBLE, notes, -25, duck=0.85, reverb=0.03, looseness=0)


def sequence(sheet: Sheet) -> Part:
    """One line of sixteenths, the same in every bar, its filter opening over the piece."""
    rng = sheet.rng
    degrees = rng.choice([0, 0, 0, 12, 7, 10, 3, -2, 15], 16)
    sounding = rng.random(16) < 0.72
    sounding[0] = True
    accents = rng.random(16) < 0.3
    slides = rng.random(16) < 0.18
    bars = sheet.bars("a", "break", "b")
    notes = []
    for n, bar in enumerate(bars):
        root = at_least(sheet.chord_at(bar).root, 40)
        opening = round((-1.2 + 2.6 * n / (len(bars) - 1)) * 4) / 4
        for i in range(16):
            if sounding[i]:
                length = 0.36 if slides[i] else 0.18
                loud = 0.95 if accents[i] else 0.7
                notes.append(Note(bar + i * 0.25, length, root + int(degrees[i]), loud, opening))
    voice = sheet.turn(LINES)
    return Part(voice, notes, -22.5, pan=-0.1, reverb=0.08, echo=0.2, duck=0.2, low_cut=90)


def stabs(sheet: Sheet) -> Part:
    voiced = voicings(sheet, 57, 76, rootless=True)
    notes = comp(sheet, sheet.bars("a", "b")[2:], sheet.turn(STABS), voiced, gate=1.0)
    return Part(STAB, notes, -25, reverb=0.25, echo=0.6, duck=0.3)


def haze(sheet: Sheet) -> Part:
    voiced = voicings(sheet, 57, 76, rootless=True)
    notes = pad(sheet.changes_in("intro", "break", "b", "end"), voiced)
    return Part(HAZE, notes, -28, reverb=0.4, duck=0.6)


def bells(sheet: Sheet) -> Part:
    """Five notes a dotted eighth apart: against four beats they never fall the same way."""
    classes = sorted(sheet.key.classes)
    figure = [at_least(classes[int(i)], 74) for i in sheet.rng.permutation(len(classes))[:5]]
    bars = sheet.bars("break", "b")
    count = int((bars[-1] + sheet.bar - bars[0]) / 0.75)
    notes = [
        Note(bars[0] + 0.75 * i, 0.7, figure[i % 5], 0.6 if i % 5 else 0.8) for i in range(count)
    ]
    return Part(GLOCKEN, notes, -27, pan=0.3, reverb=0.35, echo=0.5, high_cut=7000)
