"""Owns Jazz: a swinging cymbal, a bass that walks, chords that answer, a tune over the changes."""

from __future__ import annotations

from playlist_app.library.demo.accompaniment import closing, comp, voicings, walk
from playlist_app.library.demo.catalogue import Song
from playlist_app.library.demo.instruments.drums import (
    CRASH,
    HAT,
    KICK,
    PEDAL,
    RIDE,
    SNARE,
    SWISH,
    Kit,
)
from playlist_app.library.demo.instruments.keys import VIBES, Piano
from playlist_app.library.demo.instruments.strings import ELECTRIC, UPRIGHT
from playlist_app.library.demo.instruments.winds import CLARINET, TRUMPET
from playlist_app.library.demo.melody import Range, landing, sing
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

KIT = Kit("brushes")
LEADS: Voices = (Piano(soft=0.15), VIBES, TRUMPET)
KEYS: Voices = (ELECTRIC, Piano(soft=0.4), Piano(soft=0.3))

# In eighths, by the beats of a bar. Heads are sung; the second strain runs on in a solo's eighths.
HEADS = {
    4: ("x-xx-x--", ".xx-x--.", "x--x-x-.", "..xxx-x-", "x-x-xx-."),
    3: ("x-x-x-", "x---xx", "x-xx--", ".xx-x-"),
}
SOLOS = {
    4: ("xxxxxxx-", ".xxxxxx-", "xxx-xxxx", "x-xxxxxx", ".xxxxxxx"),
    3: ("xxxxx-", "x-xxxx", ".xxxx-"),
}
COMPS = {
    4: ("x..x....", "..x...x-", "...x..x.", "x-....x.", ".x....x."),
    3: ("x..x..", "..x-..", "x-..x.", ".x.x.."),
}
ANSWERS = ("..x-x---", "x-----..", "....x-x-")


def compose(song: Song) -> Arrangement:
    sheet = Sheet(song, form(song))
    slowing = sheet.start("end") - 1
    return Arrangement(
        Groove(song.tempo, swing=0.3, unit=0.5, slowing_from=slowing, slowing=0.05),
        sheet.beats,
        Room(decay=1.2, bright=0.4, echo=0.5, feedback=0.2),
        Finish(high_cut=11_000, drive=0.12),
        seated(sheet, cymbals, brushes, thump, low, chords, leads),
    )


def form(song: Song) -> str:
    if song.beats == 3:
        return "intro:4 a:8 b:8 a:4 end:2"
    return "intro:2 a:8 b:4 a:4 end:1" if song.tempo > 150 else "a:8 b:4 a:2 end:1"


def cymbals(sheet: Sheet) -> Part:
    ride, foot = ("X.xox.", "..x.x.") if sheet.bar == 3 else ("X.xoX.xo", "..x...x.")
    notes = hits(ride, RIDE, sheet.bars("a", "b"), step=0.5)
    notes += hits(foot, PEDAL, sheet.bars("intro", "a", "b"), step=0.5)
    notes += hits("X", CRASH, [sheet.start("end")])
    return Part(KIT, notes, -31.5, reverb=0.1, looseness=0.006)


def brushes(sheet: Sheet) -> Part:
    waltz = sheet.bar == 3
    intro = sheet.bars("intro")
    notes = hits("x..o.." if waltz else "x...x...", SWISH, sheet.bars("intro", "a", "b"), step=0.5)
    notes += hits("x.x.x." if waltz else "..x...x.", SNARE, intro, step=0.5)
    notes += hits("o.....o.", HAT, intro, step=0.5)
    # Soft words between the beats, where the drummer feels like it.
    for bar in sheet.bars("a", "b"):
        if sheet.rng.random() < 0.5:
            place = sheet.pick((0.5, 1.5, 2.5))
            notes.append(Note(bar + place, 0.5, SNARE, sheet.pick((0.4, 0.55, 0.7))))
    fills = sheet.last_bars("intro", "a", "b")
    notes += hits("...xxx" if waltz else "...x.xxx", SNARE, fills, step=0.5)
    return Part(KIT, notes, -31, reverb=0.12, looseness=0.007)


def thump(sheet: Sheet) -> Part:
    feather = "'..'.." if sheet.bar == 3 else "'.'.'.'."
    notes = hits(feather, KICK, sheet.bars("intro", "a", "b"), step=0.5)
    return Part(KIT, notes + hits("x", KICK, [sheet.start("end")]), -31, reverb=0.05)


def low(sheet: Sheet) -> Part:
    notes = walk(sheet, sheet.changes_in("intro", "a", "b"), 31, 50)
    home = at_least(sheet.chord_at(sheet.beats).bass, 31)
    notes.append(Note(sheet.start("end"), 3.5, home, 0.9))
    return Part(UPRIGHT, notes, -21, reverb=0.05, looseness=0.008)


def chords(sheet: Sheet) -> Part:
    voiced = voicings(sheet, 52, 70, rootless=True)
    rhythms = [sheet.pick(COMPS[int(sheet.bar)]) for _ in range(8)]
    notes = comp(sheet, sheet.bars("intro", "a", "b"), rhythms, voiced, step=0.5, gate=0.7)
    notes += closing(sheet, voiced, length=5)
    voice = sheet.turn(KEYS)
    return Part(voice, notes, -25, pan=-0.3, spread=0.3, reverb=0.12, looseness=0.009)


def leads(sheet: Sheet) -> list[Part]:
    beats = int(sheet.bar)
    tune = sing(sheet, "a", HEADS[beats], Range(62, 81), step=0.5)
    tune += sing(sheet, "b", SOLOS[beats], Range(60, 84, leap=2.2), step=0.5)
    tune.append(landing(sheet, 76, third=True))
    voice = sheet.turn(LEADS)
    motor = (5.2, 0.2) if voice is VIBES else (0.0, 0.0)
    lead = Part(voice, tune, -21, pan=0.18, spread=0.2, reverb=0.16, tremolo=motor, looseness=0.01)
    if voice is not TRUMPET:
        return [lead]
    answer = sing(sheet, "b", ANSWERS, Range(55, 70), step=0.5)
    return [lead, Part(CLARINET, answer, -26, pan=0.4, reverb=0.2, looseness=0.012)]
