"""Owns the sounds that are not notes: vinyl, rain, sea, and sweeps of noise before a drop."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from playlist_app.library.demo.score import RATE, Samples
from playlist_app.library.demo.waves import band, clock, noise, samples

LOOP_SECONDS = 9


@lru_cache(maxsize=8)
def loop(seed: int, low: float, high: float) -> Samples:
    """A few seconds of wide noise between two frequencies (2, n): nobody hears noise come round."""
    count = LOOP_SECONDS * RATE
    return band(np.stack([noise(count, seed), noise(count, seed + 50)]), low, high)


def bed(seconds: float, seed: int, low: float, high: float) -> Samples:
    """Wide noise of any length (2, n)."""
    count = round(seconds * RATE)
    return np.tile(loop(seed, low, high), -(-count // (LOOP_SECONDS * RATE)))[:, :count]


def edges(sound: Samples, rise: float, fall: float) -> Samples:
    """Fade a stretch (2, n) in and out over so many seconds."""
    time = clock(sound.shape[-1])
    shape = np.minimum(1, time / np.float32(rise)) * np.minimum(1, time[::-1] / np.float32(fall))
    return samples(sound * shape)


@lru_cache(maxsize=8)
def pop(seed: int) -> Samples:
    """A speck of dust under the needle: a millisecond of noise."""
    dust = noise(120, seed) * np.exp(-np.arange(120) / 14).astype(np.float32)
    return band(dust, 500, 5500) * 2


@dataclass(frozen=True)
class Vinyl:
    """The run of a needle: a soft hiss and sparse crackles; the pitch is the seed."""

    crackles: float = 9.0

    def __call__(self, pitch: float, seconds: float, velocity: float, colour: float) -> Samples:
        count = round(seconds * RATE)
        rng = np.random.default_rng(round(pitch))
        sound = bed(seconds, 1, 300, 4000) * np.float32(0.05)
        for _ in range(int(seconds * self.crackles)):
            crackle = pop(int(rng.integers(6))) * np.float32(rng.exponential(0.8))
            at = int(rng.integers(0, count - len(crackle)))
            sound[int(rng.integers(2)), at : at + len(crackle)] += crackle
        return edges(sound, 0.4, 1.2) * np.float32(velocity)


@dataclass(frozen=True)
class Waves:
    """The sea at night (or wind in the firs): noise that swells every `period` seconds."""

    period: float = 7.0
    low: float = 180.0
    high: float = 1400.0

    def __call__(self, pitch: float, seconds: float, velocity: float, colour: float) -> Samples:
        count = round(seconds * RATE)
        time = clock(count)
        sound = bed(seconds, 3, self.low, self.high)
        for side in (0, 1):
            swell = np.sin(np.pi * (time / np.float32(self.period) + 0.17 * side)) ** 2
            sound[side] *= 0.25 + 0.75 * swell
        return edges(sound, 2.0, 3.0) * np.float32(velocity)


@dataclass(frozen=True)
class Riser:
    """Noise that climbs through the note and stops with it."""

    def __call__(self, pitch: float, seconds: float, velocity: float, colour: float) -> Samples:
        count = round(seconds * RATE)
        share = np.linspace(0, 1, count, dtype=np.float32)
        layers = [(300, 900), (700, 2200), (1800, 5000), (3500, 8000)]
        sound = np.zeros((2, count), dtype=np.float32)
        for i, (low, high) in enumerate(layers):
            weight = np.exp(-(((share * 3 - i) / 0.8) ** 2))
            sound += bed(seconds, 5 + i, low, high) * weight
        return sound * share**2 * np.minimum(1, (1 - share) * 60) * np.float32(velocity)
