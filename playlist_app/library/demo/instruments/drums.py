"""Owns the drum kits: every drum by its General MIDI number, made of sweeps, partials and noise."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from playlist_app.library.demo.score import RATE, Samples
from playlist_app.library.demo.waves import band, clock, noise, samples

KICK, RIM, SNARE, CLAP = 36, 37, 38, 39
LOW_TOM, HAT, MID_TOM, PEDAL, OPEN, HIGH_TOM = 41, 42, 45, 44, 46, 48
CRASH, RIDE, TAMBOURINE, COWBELL = 49, 51, 54, 56
HIGH_CONGA, LOW_CONGA, SHAKER, CLAVES, BLOCK = 62, 64, 70, 75, 76
SWISH, STOMP, TRIANGLE = 100, 101, 81  # brushes and a foot on a floor have no General MIDI number

PAN = {
    HAT: 0.22, OPEN: 0.22, PEDAL: 0.22, RIDE: -0.3, CRASH: -0.25, TAMBOURINE: 0.35, COWBELL: 0.3,
    HIGH_CONGA: -0.35, LOW_CONGA: -0.2, SHAKER: 0.4, CLAVES: -0.3, BLOCK: 0.35, RIM: -0.08,
    HIGH_TOM: 0.3, MID_TOM: 0.0, LOW_TOM: -0.3, TRIANGLE: 0.45, CLAP: 0.0,
}  # fmt: skip


def sweep(time: Samples, end: float, rise: float, fall: float) -> Samples:
    """A sine gliding from `end` + `rise` Hz to `end` Hz with a time constant of `fall` seconds."""
    cycles = end * time.astype(np.float64) + rise * fall * (1 - np.exp(-time / fall))
    return samples(np.sin(2 * np.pi * cycles))


def fade(time: Samples, seconds: float) -> Samples:
    """An exponential decay with a time constant in seconds."""
    return samples(np.exp(-time / np.float32(seconds)))


def kick(
    end: float,
    rise: float,
    fall: float,
    length: float,
    *,
    click: float = 0.3,
    drive: float = 1.5,
    hold: float = 0.0,
) -> Samples:
    """A bass drum: a falling sine, a beater's click, pushed into a soft ceiling."""
    time = clock(round(RATE * min(length * 5 + hold, 0.9)))
    tone = sweep(time, end, rise, fall) * fade(np.maximum(time - np.float32(hold), 0), length)
    tick = band(noise(len(time), 36), 1200, 5200) * fade(time, 0.004) * np.float32(click)
    return samples(np.tanh((tone + tick) * np.float32(drive)) / np.float32(np.tanh(drive)))


def snare(
    tones: tuple[float, ...],
    body: float,
    wires: float,
    low: float,
    high: float,
    *,
    mix: float = 0.6,
    gate: float = 0.0,
    seed: int = 38,
) -> Samples:
    """A snare: a head's tones with a slight fall, over the rattle of the wires.

    `gate` holds the rattle flat for so many seconds and then shuts it, the big drum of the
    eighties.
    """
    time = clock(round(RATE * max(wires * 5, body * 5, gate + 0.05)))
    head = sum(sweep(time, tone, tone * 0.25, 0.012) for tone in tones) / len(tones)
    rattle = band(noise(len(time), seed), low, high)
    if gate:
        shut = 1 / (1 + np.exp((time - np.float32(gate)) / np.float32(0.006)))
        rattle = rattle * (0.45 * shut * fade(time, gate * 2) + fade(time, 0.05))
    else:
        rattle = rattle * (0.75 * fade(time, wires) + 0.25 * fade(time, wires * 0.25))
    return samples(head * fade(time, body) * (1 - mix) + rattle * np.float32(2.6 * mix))


def metal(seconds: float, low: float, high: float, *, ring: float = 0.5, seed: int = 1) -> Samples:
    """Cymbals: hiss and a cloud of unrelated partials, decaying together."""
    time = clock(round(RATE * min(seconds * 6 + 0.01, 2.4)))
    rng = np.random.default_rng(seed)
    cloud = np.zeros(len(time), dtype=np.float32)
    for frequency in rng.uniform(low * 0.9, high, 14):
        cloud += np.sin(2 * np.pi * ((frequency * time.astype(np.float64)) % 1)).astype(np.float32)
    hiss = band(noise(len(time), seed), low, high)
    mixed = (1 - ring) * hiss * 2 + ring * cloud / 6
    return samples(mixed * (0.65 * fade(time, seconds) + 0.35 * fade(time, seconds * 0.2)))


def clap(low: float = 800, high: float = 3200, length: float = 0.09) -> Samples:
    """Hands: three quick bursts and their spread."""
    time = clock(round(RATE * (length * 5 + 0.04)))
    bursts = sum(
        np.where(time >= start, fade(np.maximum(time - np.float32(start), 0), 0.006), 0)
        for start in (0.0, 0.011, 0.021)
    )
    tail = np.where(time >= 0.03, fade(np.maximum(time - np.float32(0.03), 0), length), 0)
    return band(noise(len(time), 39), low, high) * (bursts + 0.8 * tail).astype(np.float32) * 2


def shaken(length: float, low: float, high: float, rise: float = 0.018, seed: int = 70) -> Samples:
    """Seeds in a shell: noise that swells a moment before it stops."""
    time = clock(round(RATE * (length * 4 + rise)))
    swell = np.minimum(1, time / np.float32(rise)) ** 2
    after = fade(np.maximum(time - np.float32(rise), 0), length)
    return samples(band(noise(len(time), seed), low, high) * swell * after * 2)


def struck(tones: tuple[tuple[float, float], ...], length: float, drop: float = 0.0) -> Samples:
    """Wood, skin or bell: (Hz, level) tones dying together, `drop` the share they fall by."""
    time = clock(round(RATE * (length * 6 + 0.01)))
    total = np.zeros(len(time), dtype=np.float32)
    for frequency, level in tones:
        total += np.float32(level) * sweep(time, frequency, frequency * drop, 0.02)
    return samples(total * fade(time, length) * np.minimum(1, time / np.float32(0.0008)))


def jingle(length: float, seed: int) -> Samples:
    """A tambourine: jingles over a shake."""
    bells = metal(length, 5200, 9500, ring=0.65, seed=seed)
    shake = shaken(length * 0.6, 3800, 9000, rise=0.008, seed=seed)
    bells[: len(shake)] += 0.5 * shake[: len(bells)]
    return bells


def brushed(length: float, rise: float, low: float, high: float, seed: int) -> Samples:
    """Wire brushes drawn over a head."""
    return shaken(length, low, high, rise=rise, seed=seed) * np.float32(0.9)


def crash(seed: int = 49) -> Samples:
    return metal(0.55, 2600, 9000, ring=0.25, seed=seed)


def tom(frequency: float, length: float = 0.18) -> Samples:
    time = clock(round(RATE * length * 5))
    skin = sweep(time, frequency, frequency * 0.6, 0.045) * fade(time, length)
    stick = band(noise(len(time), 45), 400, 3000) * fade(time, 0.01)
    return skin + np.float32(0.5) * stick


Recipe = Callable[[], Samples]

PERCUSSION: dict[int, tuple[float, Recipe]] = {
    RIM: (0.5, lambda: struck(((460, 0.5), (1720, 0.8), (2480, 0.3)), 0.016)),
    CLAP: (0.55, clap),
    TAMBOURINE: (0.2, lambda: jingle(0.07, 54)),
    COWBELL: (0.28, lambda: struck(((562, 0.8), (845, 0.7), (1690, 0.2)), 0.07)),
    HIGH_CONGA: (0.5, lambda: struck(((330, 1.0), (690, 0.25)), 0.07, drop=0.12)),
    LOW_CONGA: (0.55, lambda: struck(((205, 1.0), (430, 0.2)), 0.11, drop=0.15)),
    SHAKER: (0.22, lambda: shaken(0.025, 4200, 9500)),
    CLAVES: (0.35, lambda: struck(((2480, 1.0), (2510, 0.4)), 0.022)),
    BLOCK: (0.4, lambda: struck(((880, 1.0), (1420, 0.5)), 0.028)),
    CRASH: (0.4, crash),
    TRIANGLE: (0.12, lambda: struck(((4180, 0.7), (6720, 0.5), (9300, 0.2)), 0.35)),
    STOMP: (0.9, lambda: kick(68, 60, 0.018, 0.07, click=0.6, drive=1.2)),
    SWISH: (0.3, lambda: brushed(0.09, 0.1, 1600, 7500, 100)),
}

TOMS: dict[int, tuple[float, Recipe]] = {
    HIGH_TOM: (0.7, lambda: tom(180)),
    MID_TOM: (0.75, lambda: tom(130)),
    LOW_TOM: (0.8, lambda: tom(92, 0.22)),
}

KITS: dict[str, dict[int, tuple[float, Recipe]]] = {
    "house": {
        KICK: (1.0, lambda: kick(49, 210, 0.028, 0.15, click=0.35, drive=1.9)),
        SNARE: (0.6, lambda: snare((196, 331), 0.06, 0.1, 1400, 8000)),
        CLAP: (0.62, lambda: clap(900, 3400, 0.1)),
        HAT: (0.3, lambda: metal(0.028, 6800, 11000, ring=0.3, seed=42)),
        OPEN: (0.3, lambda: metal(0.15, 6000, 10500, ring=0.35, seed=46)),
        RIDE: (0.22, lambda: metal(0.3, 4200, 9500, ring=0.6, seed=51)),
    },
    "techno": {
        KICK: (1.0, lambda: kick(46, 260, 0.022, 0.13, click=0.25, drive=2.6, hold=0.05)),
        SNARE: (0.5, lambda: snare((210, 340), 0.05, 0.08, 1800, 8500)),
        HAT: (0.28, lambda: metal(0.022, 7000, 11000, ring=0.45, seed=43)),
        OPEN: (0.3, lambda: metal(0.11, 6200, 10500, ring=0.5, seed=47)),
        RIDE: (0.2, lambda: metal(0.26, 4600, 9800, ring=0.7, seed=52)),
    },
    "eighties": {
        KICK: (1.0, lambda: kick(55, 150, 0.025, 0.11, click=0.5, drive=1.6)),
        SNARE: (0.75, lambda: snare((178, 262), 0.09, 0.1, 900, 7000, mix=0.62, gate=0.2)),
        HAT: (0.26, lambda: metal(0.03, 6500, 10500, ring=0.25, seed=44)),
        OPEN: (0.26, lambda: metal(0.16, 6000, 10000, ring=0.3, seed=48)),
        HIGH_TOM: (0.8, lambda: tom(165, 0.24)),
        MID_TOM: (0.85, lambda: tom(118, 0.26)),
        LOW_TOM: (0.9, lambda: tom(82, 0.3)),
    },
    "dusty": {
        KICK: (1.0, lambda: kick(58, 80, 0.02, 0.1, click=0.15, drive=1.4)),
        SNARE: (0.6, lambda: snare((205, 287), 0.05, 0.075, 900, 4800, mix=0.55)),
        HAT: (0.24, lambda: metal(0.026, 5200, 8200, ring=0.2, seed=45)),
        OPEN: (0.2, lambda: metal(0.12, 5000, 8000, ring=0.2, seed=49)),
    },
    "acoustic": {
        KICK: (1.0, lambda: kick(60, 70, 0.018, 0.085, click=0.6, drive=1.4)),
        SNARE: (0.62, lambda: snare((192, 278, 405), 0.06, 0.085, 1300, 7500, mix=0.6)),
        HAT: (0.26, lambda: metal(0.024, 5800, 10000, ring=0.35, seed=60)),
        OPEN: (0.26, lambda: metal(0.14, 5400, 9800, ring=0.35, seed=61)),
        PEDAL: (0.22, lambda: metal(0.02, 4600, 8500, ring=0.3, seed=62)),
        RIDE: (0.26, lambda: metal(0.3, 3800, 8800, ring=0.72, seed=63)),
    },
    "brushes": {
        KICK: (0.5, lambda: kick(64, 40, 0.015, 0.07, click=0.25, drive=1.1)),
        SNARE: (0.4, lambda: brushed(0.05, 0.012, 1100, 6500, 71)),
        HAT: (0.2, lambda: metal(0.02, 5200, 9000, ring=0.3, seed=72)),
        PEDAL: (0.24, lambda: metal(0.022, 4400, 8500, ring=0.35, seed=73)),
        RIDE: (0.26, lambda: metal(0.34, 3400, 8200, ring=0.78, seed=74)),
        CRASH: (0.25, lambda: metal(0.5, 2800, 8000, ring=0.5, seed=75)),
    },
    "dub": {
        KICK: (1.0, lambda: kick(52, 60, 0.02, 0.14, click=0.25, drive=1.4)),
        SNARE: (0.6, lambda: snare((225, 330), 0.05, 0.08, 1200, 6000, mix=0.55)),
        HAT: (0.24, lambda: metal(0.024, 5600, 9200, ring=0.3, seed=80)),
        OPEN: (0.24, lambda: metal(0.13, 5200, 9000, ring=0.3, seed=81)),
        RIM: (0.6, lambda: struck(((520, 0.6), (1640, 0.8), (2300, 0.3)), 0.02)),
    },
    "breaks": {
        KICK: (1.0, lambda: kick(58, 160, 0.016, 0.075, click=0.5, drive=1.9)),
        SNARE: (0.85, lambda: snare((212, 322, 430), 0.055, 0.09, 1200, 8000, mix=0.58)),
        HAT: (0.26, lambda: metal(0.022, 6000, 10500, ring=0.35, seed=90)),
        OPEN: (0.26, lambda: metal(0.12, 5600, 10000, ring=0.35, seed=91)),
        RIDE: (0.24, lambda: metal(0.22, 4200, 9400, ring=0.6, seed=92)),
    },
    "chip": {
        KICK: (1.0, lambda: stepped(kick(58, 300, 0.02, 0.06, click=0.0, drive=1.2))),
        SNARE: (0.55, lambda: stepped(crackled(0.07, 3))),
        HAT: (0.22, lambda: stepped(crackled(0.018, 1))),
        OPEN: (0.22, lambda: stepped(crackled(0.07, 1))),
        CRASH: (0.3, lambda: stepped(crackled(0.3, 2))),
    },
}


def crackled(length: float, hold: int) -> Samples:
    """A console's noise channel: random values, each held for a few samples."""
    time = clock(round(RATE * length * 5))
    values = np.sign(noise(len(time) // hold + 1, hold))
    return band(np.repeat(values, hold)[: len(time)], 200, 9000) * fade(time, length) * 0.8


def stepped(sound: Samples) -> Samples:
    """The sound in thirty-two steps of volume."""
    return np.round(sound * 16).astype(np.float32) / np.float32(16)


@lru_cache(maxsize=256)
def one_shot(kit: str, drum: int) -> Samples:
    """A drum of a kit, struck once at full velocity, faded at its very end."""
    level, recipe = {**PERCUSSION, **TOMS, **KITS[kit]}[drum]
    sound = (recipe() * level).astype(np.float32)
    tail = min(len(sound), 400)
    sound[-tail:] *= np.linspace(1, 0, tail, dtype=np.float32)
    return sound


@dataclass(frozen=True)
class Kit:
    """A drum kit by name; pitches are the numbers above. Soft strokes are duller, too."""

    name: str

    def __call__(self, pitch: float, seconds: float, velocity: float, colour: float) -> Samples:
        drum = round(pitch)
        sound = one_shot(self.name, drum)
        if drum not in (KICK, STOMP) and velocity < 0.6:
            sound = band(sound, 0, 2500 + 12_000 * velocity)
        # A closed hat chokes an open one: the length written is the length heard.
        if drum == OPEN:
            count = min(len(sound), round((seconds + 0.03) * RATE))
            sound = sound[:count] * np.minimum(1, np.arange(count)[::-1] / np.float32(900))
        # Every drum has its own place, as seen from the stool.
        side = PAN.get(drum, 0.0)
        sides = np.array([[np.sqrt(1 - side)], [np.sqrt(1 + side)]], dtype=np.float32)
        return sound * sides * np.float32(velocity**1.3)
