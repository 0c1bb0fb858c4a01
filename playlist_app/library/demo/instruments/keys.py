"""Owns the keyboards and mallets: piano, electric piano, vibraphone, bells, kalimba, organ."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from playlist_app.library.demo.score import RATE, Samples
from playlist_app.library.demo.waves import (
    CEILING_HZ,
    band,
    clock,
    envelope,
    fold,
    hertz,
    noise,
    read,
    samples,
    sine,
    table,
)


@dataclass(frozen=True)
class Piano:
    """Struck strings: slightly stretched partials, each with a fast and a slow decay.

    Stretch after Fletcher (1964): partial n lies at n·f·√(1 + B·n²). `soft` 0–1 is felt before the
    hammers; `ring` the seconds that middle C takes to fall by 60 dB.
    """

    soft: float = 0.35
    ring: float = 5.0
    release: float = 0.18

    def __call__(self, pitch: float, seconds: float, velocity: float, colour: float) -> Samples:
        frequency = hertz(pitch)
        ring = self.ring * 2 ** ((60 - pitch) / 20)
        held = min(seconds, ring)
        time = clock(round((held + self.release) * RATE))
        sound = np.zeros(len(time), dtype=np.float32)
        stretch = 0.00035 * 2 ** ((pitch - 60) / 10)
        limit = (6800 - 5200 * self.soft) * 2 ** (colour + 1.3 * (velocity - 0.8))
        for n in range(1, 25):
            heard = n * frequency * np.sqrt(1 + stretch * n * n)
            level = abs(np.sin(np.pi * n / 7.3)) / n**0.7 / (1 + (heard / limit) ** 2)
            if heard > CEILING_HZ or level < 0.004:
                continue
            rate = 6.91 / ring * (1 + 0.22 * (n - 1))
            fall = 0.62 * np.exp(-time * np.float32(rate * 3.2))
            fall += 0.38 * np.exp(-time * np.float32(rate))
            sound += np.float32(level) * sine(heard, len(time), n * 0.31) * fall
        knock = noise(1300, round(pitch)) * np.exp(-np.arange(1300) / 260).astype(np.float32)
        knock = band(knock, 90, 900 + 900 * velocity)
        sound[: min(1300, len(sound))] += (0.22 - 0.1 * self.soft) * knock[: len(sound)]
        sound *= np.minimum(1, time / np.float32(0.002 + 0.006 * self.soft))
        sound *= np.exp(-np.maximum(time - held, 0) * np.float32(5 / self.release))
        sound[-200:] *= np.linspace(1, 0, 200, dtype=np.float32)
        return samples(sound * np.float32(velocity * 0.55))


@dataclass(frozen=True)
class Tines:
    """An FM electric piano: a bell-like tine over a warm body (Chowning 1973).

    `bark` scales the modulation, `tine` the metallic attack; `ring` in seconds at middle C.
    """

    bark: float = 1.0
    tine: float = 0.5
    ring: float = 3.5
    release: float = 0.16

    def __call__(self, pitch: float, seconds: float, velocity: float, colour: float) -> Samples:
        frequency = hertz(pitch)
        ring = self.ring * 2 ** ((60 - pitch) / 24)
        held = min(seconds, ring)
        time = clock(round((held + self.release) * RATE))
        depth = self.bark * velocity**1.4 * 2**colour * min(1.0, 2 ** ((67 - pitch) / 18))
        folded = fold(frequency, len(time)) * np.float32(2 * np.pi)
        bend = np.sin(folded) * np.exp(-time * np.float32(3.2 / ring)) * np.float32(1.5 * depth)
        sound = np.sin(folded + bend) * np.exp(-time * np.float32(4.6 / ring))
        if self.tine and frequency * 14 < 12_000:
            bell = np.sin(14 * folded) * np.exp(-time * np.float32(9)) * np.float32(0.6 * depth)
            sound += np.float32(0.16 * self.tine) * np.sin(folded + bell) * np.exp(-time * 4)
        sound *= np.minimum(1, time / np.float32(0.0025))
        sound *= np.exp(-np.maximum(time - held, 0) * np.float32(5 / self.release))
        sound[-200:] *= np.linspace(1, 0, 200, dtype=np.float32)
        return samples(sound * np.float32(velocity * 0.6))


@dataclass(frozen=True)
class Mallet:
    """A struck bar or tongue: a few fixed partials, each with its own decay.

    `partials` are (ratio, level, seconds to fall by 60 dB at middle C); `knock` the mallet's noise.
    """

    partials: tuple[tuple[float, float, float], ...]
    knock: float = 0.1
    release: float = 0.4

    def __call__(self, pitch: float, seconds: float, velocity: float, colour: float) -> Samples:
        frequency = hertz(pitch)
        scale = 2 ** ((60 - pitch) / 30)
        longest = max(fall for _, _, fall in self.partials) * scale
        held = min(seconds, longest)
        time = clock(round((held + self.release) * RATE))
        sound = np.zeros(len(time), dtype=np.float32)
        for i, (ratio, level, fall) in enumerate(self.partials):
            if frequency * ratio > CEILING_HZ:
                continue
            bright = level if i == 0 else level * velocity * 2**colour
            decay = np.exp(-time * np.float32(6.91 / (fall * scale)))
            sound += np.float32(bright) * sine(frequency * ratio, len(time)) * decay
        if self.knock:
            tick = noise(700, round(pitch)) * np.exp(-np.arange(700) / 120).astype(np.float32)
            tick = band(tick, 300, 3000) * np.float32(self.knock * velocity)
            sound[: min(700, len(sound))] += tick[: len(sound)]
        sound *= np.minimum(1, time / np.float32(0.0015))
        sound *= np.exp(-np.maximum(time - held, 0) * np.float32(5 / self.release))
        sound[-200:] *= np.linspace(1, 0, 200, dtype=np.float32)
        return samples(sound * np.float32(velocity * 0.6))


@dataclass(frozen=True)
class Organ:
    """A tonewheel organ: drawbars (levels 0–8 of nine pipes), a click, no decay."""

    drawbars: str = "868400000"
    click: float = 0.08
    attack: float = 0.006
    release: float = 0.05

    def __call__(self, pitch: float, seconds: float, velocity: float, colour: float) -> Samples:
        # 16', 5 1/3', 8', 4', 2 2/3', 2', 1 3/5', 1 1/3', 1' as harmonics of the 16' pipe.
        pipes = (1, 3, 2, 4, 6, 8, 10, 12, 16)
        frequency = hertz(pitch) / 2
        amplitudes = np.zeros(16)
        for pipe, drawn in zip(pipes, self.drawbars, strict=True):
            if int(drawn) and pipe * frequency < CEILING_HZ:
                amplitudes[pipe - 1] += 10 ** (-(8 - int(drawn)) * 3 / 20)
        amplitudes /= np.sqrt(np.sum(amplitudes**2)) * 1.8
        loudness = envelope(seconds, self.attack, 1.0, 1.0, self.release)
        stack = table(amplitudes[None, :], np.arange(16, dtype=np.float64) * 1.9)
        sound = read(stack, frequency, len(loudness)) * loudness
        if self.click:
            tick = noise(300, round(pitch)) * np.exp(-np.arange(300) / 60).astype(np.float32)
            tick = band(tick, 900, 4000) * np.float32(self.click)
            sound[: min(300, len(sound))] += tick[: len(sound)]
        return samples(sound * np.float32(velocity))


VIBES = Mallet(((1.0, 1.0, 3.2), (3.98, 0.22, 1.0), (10.2, 0.05, 0.3)), knock=0.12)
MARIMBA = Mallet(((1.0, 1.0, 1.0), (3.93, 0.25, 0.3), (9.5, 0.08, 0.12)), knock=0.3, release=0.2)
KALIMBA = Mallet(((1.0, 1.0, 1.5), (2.0, 0.12, 0.9), (5.4, 0.14, 0.2)), knock=0.35, release=0.3)
GLOCKEN = Mallet(((1.0, 1.0, 2.0), (2.76, 0.3, 0.9), (5.4, 0.12, 0.4)), knock=0.1)
GLASS = Mallet(((1.0, 1.0, 4.5), (2.0, 0.3, 3.0), (2.99, 0.16, 2.2), (4.2, 0.12, 1.4)), knock=0.02)
