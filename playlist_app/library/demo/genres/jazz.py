"""Owns Jazz: a swinging cymbal, a bass that walks, chords that answer, and a tune that leads over changes."""

from __future__ import annotations

from ..accompaniment import comp, pad, voicings, walk
from ..catalogue import Song
from ..instruments.drums import CRASH, HAT, KICK, PEDAL, RIDE, SNARE, SWISH, Kit
from ..instruments.keys import VIBES, Piano
from ..instruments.strings import ELECTRIC, UPRIGHT
from ..instruments.winds import CLARINET, TRUMPET
from ..melody import Range, sing
from ..score import Arrangement, Finish, Groove, Note, Room, Sheet, hits
from ..theory import at_least

# In eighths. Heads are sung; the second strain runs in the eighths of a solo.
HEADS = ("x-xx-x--", ".xx-x--.", "x--x-x-.", "..xxx-x-", "x-x-xx-.")
SOLOS = ("xxxxxxx-", ".xxxxxx-", "xxx-xxxx", "x-xxxxxx", ".xxxxxxx")
WALTZ_HEADS = ("x-x-x-", "x---xx", "x-xx--", ".xx-x-")
WALTZ_SOLOS = ("xxxxx-", "x-xxxx", ".xxxx-")
COMPS = ("x..x....", "..x...x-", "...x..x.", "x-....x.", ".x....x.")
WALTZ_COMPS = ("x..x..", "..x-..", "x-..x.", ".x.x..")


def compose(song: Song) -> Arrangement:
    waltz = song.beats == 3
    form = (
        "intro:4 a:8 b:8 a:4 end:2"
        if waltz
        else "intro:2 a:8 b:4 a:4 end:1"
        if song.tempo > 150
        else "a:8 b:4 a:2 end:1"
    )
    sheet = Sheet(song, form)
    piece = Arrangement(
        Groove(song.tempo, swing=0.3, unit=0.5, slowing_from=sheet.start("end") - 1, slowing=0.05),
        sheet.beats,
        Room(decay=1.2, bright=0.4, echo=0.5, feedback=0.2),
        Finish(high_cut=11_000, drive=0.12),
    )
    playing = sheet.bars("intro", "a", "b")
    drums(piece, sheet, playing, waltz)
    changes = sheet.changes_in("intro", "a", "b")
    low = walk(sheet, changes, 31, 50)
    low += [
        Note(
            sheet.start("end"),
            3.5,
            at_least(sheet.chord_at(sheet.beats).bass, 31),
            0.9,
        )
    ]
    piece.add(UPRIGHT, low, -21, reverb=0.05, looseness=0.008)
    voiced = voicings(sheet, 52, 70, rootless=True)
    rhythms = [sheet.pick(WALTZ_COMPS if waltz else COMPS) for _ in range(8)]
    chords = comp(sheet, playing, rhythms, voiced, step=0.5, gate=0.7)
    chords += [
        Note(n.start, n.length + 2, n.pitch, 0.75) for n in pad(sheet.changes_in("end"), voiced)
    ]
    piece.add(
        sheet.turn((ELECTRIC, Piano(soft=0.4), Piano(soft=0.3))),
        chords,
        -25,
        pan=-0.3,
        spread=0.3,
        reverb=0.12,
        looseness=0.009,
    )
    heads, solos = (WALTZ_HEADS, WALTZ_SOLOS) if waltz else (HEADS, SOLOS)
    tune = sing(sheet, "a", heads, Range(62, 81), step=0.5)
    tune += sing(sheet, "b", solos, Range(60, 84, leap=2.2), step=0.5)
    home = sheet.chord_at(sheet.beats)
    tune.append(Note(sheet.start("end"), 3.0, 72 + (home.classes[1] - 72) % 12, 0.7))
    lead = sheet.turn((Piano(soft=0.15), VIBES, TRUMPET))
    piece.add(
        lead,
        tune,
        -21,
        pan=0.18,
        spread=0.2,
        reverb=0.16,
        tremolo=(5.2, 0.2) if lead is VIBES else (0.0, 0.0),
        looseness=0.01,
    )
    if lead is TRUMPET:
        answer = sing(sheet, "b", ("..x-x---", "x-----..", "....x-x-"), Range(55, 70), step=0.5)
        piece.add(CLARINET, answer, -26, pan=0.4, reverb=0.2, looseness=0.012)
    return piece


def drums(piece: Arrangement, sheet: Sheet, playing: list[float], waltz: bool) -> None:
    kit = Kit("brushes")
    ride, foot, sweep_ = (
        ("X.xox.", "..x.x.", "x..o..") if waltz else ("X.xoX.xo", "..x...x.", "x...x...")
    )
    cymbal = hits(ride, RIDE, sheet.bars("a", "b"), step=0.5)
    cymbal += hits(foot, PEDAL, playing, step=0.5) + hits("X", CRASH, [sheet.start("end")])
    piece.add(kit, cymbal, -31.5, reverb=0.1, looseness=0.006)
    soft = hits(sweep_, SWISH, playing, step=0.5)
    soft += hits("x.x.x." if waltz else "..x...x.", SNARE, sheet.bars("intro"), step=0.5)
    for bar in sheet.bars("a", "b"):
        if sheet.rng.random() < 0.5:
            place = float(sheet.rng.choice([0.5, 1.5, 2.5]))
            soft.append(Note(bar + place, 0.5, SNARE, float(sheet.rng.choice([0.4, 0.55, 0.7]))))
    soft += hits(
        "...xxx" if waltz else "...x.xxx", SNARE, sheet.last_bars("intro", "a", "b"), step=0.5
    )
    soft += hits("o.....o.", HAT, sheet.bars("intro"), step=0.5)
    piece.add(kit, soft, -31, reverb=0.12, looseness=0.007)
    thump = hits("'..'.." if waltz else "'.'.'.'.", KICK, playing, step=0.5) + hits(
        "x", KICK, [sheet.start("end")]
    )
    piece.add(kit, thump, -31, reverb=0.05)
